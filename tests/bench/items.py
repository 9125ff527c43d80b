"""
What is measured: to add an item, write what it asks as a generator and name it in ITEMS.

The same requests go to the timed server and, in another process, to Django's test client, which
counts their queries. Nothing here needs Django.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from typing import NamedTuple, Protocol
from urllib.parse import urlencode
from uuid import uuid4

CSRF = "c" * 32
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json", "X-CSRFToken": CSRF}
TASKS, ENTRIES, DAYS = 10, 15, 5
# What the written cells change between.
TIMES = {"1:40": 6000, "1:30": 5400}


class Wrong(Exception):
    """An item's address did not do what is to be measured; its text is the sentence for the reader."""


class Cell(NamedTuple):
    """What one task took on one day."""

    task: int
    day: str

    @property
    def page(self) -> str:
        return f"/day/{self.day}/"

    @property
    def time(self) -> str:
        return f"time-{self.task}-{self.day}"

    @property
    def was(self) -> str:
        return f"was-{self.task}-{self.day}"


@dataclass(frozen=True)
class World:
    """The owner whose pages are asked for. No item writes on `day`, so that it stays the same page."""

    sid: str
    day: str
    week: str
    json_cell: Cell
    form_cell: Cell


class Browser(Protocol):
    """What an item may look at before its requests, untimed."""

    world: World

    def get(self, path: str) -> str: ...


@dataclass(frozen=True)
class Request:
    """With `leaves`, the page of the cell shows that text afterwards; else nothing was written."""

    path: str
    method: str = "GET"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    leaves: tuple[Cell, str] | None = None


@dataclass(frozen=True)
class Item:
    """
    One row of the table, for each database and each length of the log.

    The goal is in F on SQLite, and was written in view of what Django's own page or write costs: `floor`.
    With `grows` the step from one year of data to ten is a row too.
    """

    name: str
    requests: Callable[[Browser], Iterator[Request]]
    goal: float | None = None
    # Of ten years, where that is another one.
    goal_of_ten: float | None = None
    floor: str = "floor: page"
    most_queries: int | None = None
    grows: bool = False


# --- What they ask -----------------------------------------------------------
def day_page(browser: Browser) -> Iterator[Request]:
    yield from _again(browser, f"/day/{browser.world.day}/", TASKS)


def week_page(browser: Browser) -> Iterator[Request]:
    yield from _again(browser, f"/week/{browser.world.week}/", TASKS * DAYS)


def report(browser: Browser) -> Iterator[Request]:
    """All that was ever logged, by month or by week; Wrong if it is not all there."""
    path = "/reports/?from=&to="
    page = browser.get(path)
    if page.count('<tr><th scope="row" class="text-break">') != TASKS or 'data-is="nothing" hidden' not in page:
        raise Wrong(f"GET {path} does not show what was logged for {TASKS} tasks.")
    while True:
        yield Request(path)


def matrix(browser: Browser) -> Iterator[Request]:
    """The Routine page: the matrix, its table, the verdicts and the scores; Wrong if a task is missing."""
    path = "/routine/"
    if (drawn := browser.get(path).count('<circle class="bub')) != TASKS - 1:
        raise Wrong(f"GET {path} draws {drawn} tasks instead of {TASKS - 1}.")
    while True:
        yield Request(path)


def plan(browser: Browser) -> Iterator[Request]:
    """The owner's own plan, which is known after the first time; Wrong if it proposes nothing."""
    if "Write the hand-off" not in browser.get("/plan/"):
        raise Wrong("GET /plan/ proposes nothing.")
    while True:
        yield Request("/plan/")


def plan_tried(browser: Browser) -> Iterator[Request]:
    """Other budgets, as the slider asks for them: each is solved anew."""
    for budget in cycle(range(100, 500, 10)):
        yield Request(f"/plan/?budget={budget}", headers={"HX-Request": "true"})


def plain_page(browser: Browser) -> Iterator[Request]:
    path = f"/day/{browser.world.day}/"
    if (shown := browser.get(path).count("<li>")) != ENTRIES:
        raise Wrong(f"GET {path} of the plain page shows {shown} entries instead of {ENTRIES}.")
    while True:
        yield Request(path)


def plain_write(browser: Browser) -> Iterator[Request]:
    """An entry of a time that no item looks at."""
    body = json.dumps({"task_id": browser.world.json_cell.task, "day": "2001-01-01", "seconds": 60})
    while True:
        yield Request("/write/", "POST", body, JSON)


def time_as_json(browser: Browser) -> Iterator[Request]:
    """A cell left with Tab: each time another text, what was seen before, and a key of its own."""
    cell = browser.world.json_cell
    seen, _, shown = sheet(browser, cell)[cell.was].partition(" ")
    for text in _turns(shown):
        edit = {"task": cell.task, "day": cell.day, "text": text, "seen": int(seen), "key": uuid4().hex}
        yield Request("/times/", "POST", json.dumps({"edits": [edit]}), JSON, leaves=(cell, text))
        seen = str(TIMES[text])


def day_form(browser: Browser) -> Iterator[Request]:
    """The whole sheet comes back, one field of it changed."""
    cell = browser.world.form_cell
    form = sheet(browser, cell)
    for text in _turns(form[cell.time]):
        body = urlencode(form | {cell.time: text, "csrfmiddlewaretoken": CSRF})
        yield Request(cell.page, "POST", body, FORM, status=302, leaves=(cell, text))
        form |= {cell.time: text, cell.was: f"{TIMES[text]} {text}"}


def _again(browser: Browser, path: str, times: int) -> Iterator[Request]:
    """The page over and over; Wrong unless it shows that many times, since an empty page is a fast one."""
    fields = Fields.of(browser.get(path))
    shown = sum(1 for name, value in fields.items() if name.startswith("time-") and value)
    if shown < times:
        raise Wrong(f"GET {path} shows {shown} times, and {times} are logged there.")
    while True:
        yield Request(path)


def _turns(shown: str) -> Iterator[str]:
    """Each time in turn, beginning with one that is not shown."""
    return cycle(sorted(TIMES, key=lambda text: text == shown))


# --- What pages show ---------------------------------------------------------
def sheet(browser: Browser, cell: Cell) -> dict[str, str]:
    """The times of the cell's day as a browser would send them back; Wrong if the cell is not there."""
    fields = Fields.of(browser.get(cell.page))
    times = {name: value for name, value in fields.items() if name.startswith(("time-", "was-"))}
    if missing := [name for name in (cell.time, cell.was) if name not in times]:
        raise Wrong(f"GET {cell.page} shows no field {' and no field '.join(missing)}.")
    return times


class Fields(HTMLParser):
    """The input fields of a page, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    @classmethod
    def of(cls, page: str) -> dict[str, str]:
        fields = cls()
        fields.feed(page)
        return fields.values

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and (name := found.get("name")):
            self.values[name] = found.get("value") or ""


def check(request: Request, status: int, body: str) -> None:
    """Wrong unless it is the answer that the item means to time."""
    if status != request.status:
        said = " ".join(body.split())[:120]
        raise Wrong(f"{request.method} {request.path} answered {status} instead of {request.status}: {said}")


def check_written(browser: Browser, request: Request) -> None:
    """Wrong unless what the request wrote is on its page: a refused write would be a fast one."""
    if request.leaves:
        cell, text = request.leaves
        if (shown := sheet(browser, cell)[cell.time]) != text:
            raise Wrong(f"{request.method} {request.path} wrote {text}, and {cell.page} shows {shown or 'nothing'}.")


ITEMS = [
    Item("day page", day_page, goal=9, most_queries=4, grows=True),
    Item("time, JSON", time_as_json, goal=4.5, floor="floor: write", grows=True),
    Item("day, form without JavaScript", day_form, goal=7, floor="floor: write"),
    Item("week page", week_page, grows=True),
    Item("report", report, goal=9, goal_of_ten=12, most_queries=4),
    Item("matrix", matrix, goal=9, grows=True),
    Item("plan, known", plan),
    Item("plan, another budget", plan_tried),
]
# Asked of plain.py, not of the app.
PLAIN_PAGE = Item("floor: page", plain_page)
PLAIN_WRITE = Item("floor: write", plain_write)
