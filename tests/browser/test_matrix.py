"""The matrix as Chromium draws it, in the app's own font: nothing hidden, nothing cut, each bubble can be pressed."""

from __future__ import annotations

import math
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, ViewportSize

from tasks import matrix
from tasks.durations import HOUR
from tasks.matrix import Point
from tests.browser.conftest import Opens
from tests.browser.eyes import DESK, PHONE
from tests.browser.people import Person

NAMES = (
    "Email", "Record keeping", "Sales calls", "Web site", "Invoices", "Suppliers", "Social posts", "Planning",
    "Deliveries", "Newsletter", "Photos", "Bank", "VAT return", "Travel", "Hiring", "Stock count", "Complaints",
    "Returns", "Price list", "Adverts",
)  # fmt: skip
LONG = (
    "Answering every single question about delivery and plant care", "Invoices and reminders to late payers",
    "مراسلات العملاء والرد", "ניהול חשבונות", "Бухгалтерия и налоги", "帳簿と請求書の整理",
)  # fmt: skip
HOURS = (4, 0.5, 2, 1, 3, 0.25, 1.5, 6, 0, 2.5, 1, 0.75)
# Where each drawn thing lies on the screen, and what is at the middle of each bubble.
SEEN = """() => {
  const box = (each) => { const { left, top, right, bottom } = each.getBoundingClientRect();
    return { left, top, right, bottom, text: each.textContent }; };
  const svg = document.querySelector("svg.matrix");
  return {
    frame: box(svg.querySelector(".frame")),
    words: [...svg.querySelectorAll(".lab:not(.in), .hrs:not(.in), .qn")].map(box),
    inside: [...svg.querySelectorAll(".in")].map(box),
    bubbles: [...svg.querySelectorAll("a circle")].map((each) => {
      each.scrollIntoView({ block: "center" });
      const { left, top, width } = each.getBoundingClientRect();
      const there = document.elementFromPoint(left + width / 2, top + width / 2);
      return { x: left + width / 2 + scrollX, y: top + width / 2 + scrollY, radius: width / 2,
        pressed: there?.closest("a") === each.closest("a") };
    }) };
}"""


def a_point(key: int, name: str, loathe: int, excel: int, hours: float) -> Point:
    return Point(
        key=key,
        name=name,
        loathe=loathe,
        excel=excel,
        seconds=int(hours * HOUR),
        hours=f"{hours:g} h",
        handed_off=key % 5 == 4,
        href=f"/routine/{key}/",
        number=key,
    )


def on_one_point(loathe: int, excel: int, names: tuple[str, ...] = NAMES) -> list[Point]:
    return [a_point(n, names[n % len(names)], loathe, excel, HOURS[n]) for n in range(12)]


def forty() -> list[Point]:
    chance = Random(3)
    return [
        a_point(
            n, NAMES[n % 20] + " two" * (n >= 20), chance.randint(1, 5), chance.randint(1, 5), chance.choice(HOURS)
        )
        for n in range(40)
    ]


CASES = {
    "twelve to hand off first": on_one_point(5, 1),
    "twelve to keep": on_one_point(1, 5),
    "twelve of long and foreign names": on_one_point(4, 4, LONG),
    "forty all over": forty(),
    "each long name by itself": [a_point(n, name, 5 - n % 5, n % 5 + 1, 3) for n, name in enumerate(LONG)],
}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("points", CASES.values(), ids=CASES)
def test_nothing_is_hidden_or_cut(opens: Opens, owner: Person, points: list[Point], size: ViewportSize) -> None:
    seen = drawn(owner.opens(opens(size=size)).page, points)
    assert len(seen["bubbles"]) == len(points)
    assert all(bubble["pressed"] for bubble in seen["bubbles"])
    for one, other in combinations(seen["bubbles"], 2):
        apart = math.dist((one["x"], one["y"]), (other["x"], other["y"]))
        assert apart >= one["radius"] + other["radius"] - 1
    assert [words for words in seen["words"] if not within(words, seen["frame"])] == []
    assert [pair for pair in combinations(seen["words"], 2) if overlap(*pair)] == []
    assert not any("…" in words["text"] for words in seen["words"] + seen["inside"])


def drawn(page: Page, points: list[Point]) -> dict[str, Any]:
    """The drawing in place of what a page of the app shows, with the app's own styles."""
    figure = render_to_string("tasks/_matrix.html", {"matrix": matrix.draw(points)})
    page.evaluate(
        "html => { document.querySelector('main').innerHTML = html; }", f'<div class="panel">{figure}</div>'
    )
    # Each of its fonts, also those that no page has asked for yet.
    page.evaluate("Promise.all([...document.fonts].map(font => font.load()))")
    seen: dict[str, Any] = page.evaluate(SEEN)
    return seen


def within(words: dict[str, float], frame: dict[str, float]) -> bool:
    return (
        words["left"] >= frame["left"] - 1
        and words["right"] <= frame["right"] + 1
        and words["top"] >= frame["top"] - 1
        and words["bottom"] <= frame["bottom"] + 1
    )


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    # A line of text is higher than its letters.
    return across > 1 and down > 5
