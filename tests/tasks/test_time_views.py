"""Times as JSON: what is saved, what is refused, sending again, and bodies that are no such thing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tasks import timers
from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task, TimeEntry
from tasks.time_views import SOMEONE_ELSE
from tests.factories import NOW, TODAY, a_task, an_entry
from tests.tasks.clocks import standing_at
from tests.tasks.world import TIMER, TOMORROW, YESTERDAY, cells

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

DAY = "2026-10-15"
MANY = 9_223_372_036_854_775_808


@pytest.fixture(autouse=True)
def the_fifteenth_of_october(db: None) -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture
def email(nora: Owner) -> Task:
    return a_task(owner=nora, name="Email")


@pytest.fixture
def sales(nora: Owner) -> Task:
    return a_task(owner=nora, name="Sales")


def post(client: Client, body: object, *, kind: str = "application/json") -> Answer:
    """The body as JSON, or as it is if it is text or bytes."""
    sent = body if isinstance(body, (str, bytes)) else json.dumps(body)
    # The client names no type for a body of no bytes, unless it is told to.
    return client.generic("POST", "/times/", sent, content_type=kind, CONTENT_TYPE=kind)


def edit(task: Task | object, text: object = "1:30", **more: object) -> dict[str, object]:
    return {"task": task.pk if isinstance(task, Task) else task, "day": DAY, "text": text} | more


def send(client: Client, *edits: dict[str, object]) -> tuple[int, dict[str, Any]]:
    answer = post(client, {"edits": edits})
    return answer.status_code, json.loads(answer.content)


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["error"]


# --- What is saved --------------------------------------------------------------------
def test_times_of_several_cells_are_saved_at_once(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    tomorrow = edit(email, "0:05") | {"day": TOMORROW.isoformat()}
    status, said = send(hers, edit(email, seen=0), edit(sales, "90m"), tomorrow)
    assert status == 200
    assert said == {
        "saved": [
            {"task": email.pk, "day": DAY, "seconds": 5400},
            {"task": sales.pk, "day": DAY, "seconds": 5400},
            {"task": email.pk, "day": "2026-10-16", "seconds": 300},
        ],
        "refused": [],
    }
    assert cells(nora) == {"Email": 5400, "Sales": 5400}


@pytest.mark.parametrize(("text", "minutes"), [("+15m", 75), ("-15m", 45), ("0", 0), ("", 0), ("٣", 180)])
def test_a_text_means_what_it_means_on_the_sheet(
    nora: Owner, hers: Client, email: Task, text: str, minutes: int
) -> None:
    an_entry(task=email)
    assert send(hers, edit(email, text, seen=HOUR))[0] == 200
    assert cells(nora).get("Email", 0) == minutes * MINUTE


def test_with_a_timer_running_the_text_is_the_whole_of_the_cell(nora: Owner, hers: Client, email: Task) -> None:
    timers.start(nora, email, now=NOW - timedelta(minutes=20))
    assert send(hers, edit(email, "+1h", seen=0))[1]["saved"][0]["seconds"] == 80 * MINUTE
    assert nora.entries.get().seconds == HOUR


@pytest.mark.parametrize("text", ["+15m", "-15m", "\uff0b15m"])
def test_an_addition_has_to_say_what_it_is_added_to(nora: Owner, hers: Client, email: Task, text: str) -> None:
    an_entry(task=email)
    status, error = refusal(post(hers, {"edits": [edit(email, text)]}))
    assert (status, error) == (400, "edits[0].seen: send it with a time that adds.")
    assert cells(nora) == {"Email": HOUR}


# --- What is refused ------------------------------------------------------------------
def test_what_is_refused_says_why_and_the_rest_is_saved(nora: Owner, hers: Client, email: Task, sales: Task) -> None:
    an_entry(task=sales, seconds=2 * HOUR)
    later = edit(email, "1h") | {"day": "2026-10-17"}
    status, said = send(hers, edit(email), edit(sales, "1h", seen=HOUR), later)
    assert status == 422
    assert said["saved"] == [{"task": email.pk, "day": DAY, "seconds": 5400}]
    assert {(each["task"], each["day"]): each["error"] for each in said["refused"]} == {
        (sales.pk, DAY): "This was changed to 2:00 elsewhere. Save again to make it 1:00.",
        (email.pk, "2026-10-17"): "Saturday 17 October is still to come.",
    }
    assert cells(nora) == {"Email": 5400, "Sales": 2 * HOUR}


@pytest.mark.parametrize("text", ["-1", "1:75", "25:00", "1e9", "NaN", "abc", "²", "9" * 10_000, "\u202e1h"])
def test_a_text_that_is_no_time_is_refused_by_its_cell(
    nora: Owner, hers: Client, email: Task, sales: Task, text: str
) -> None:
    status, said = send(hers, edit(email, text, seen=0), edit(sales))
    assert status == 422
    assert [(each["task"], each["day"]) for each in said["refused"]] == [(email.pk, DAY)]
    assert said["refused"][0]["error"].startswith(("Write a time such as", "That is more than the 24 h"))
    assert cells(nora) == {"Sales": 5400}


def test_too_much_for_one_day_names_the_total_and_the_limit(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=a_task(owner=nora), seconds=20 * HOUR)
    assert send(hers, edit(email, "5h"))[1]["refused"][0]["error"] == (
        "That makes 25 h in all, and this day has 24 h."
    )


def test_less_than_the_timer_holds_is_refused(nora: Owner, hers: Client, email: Task) -> None:
    an_entry(task=email, source=TIMER)
    assert send(hers, edit(email, "0:59"))[0] == 422
    assert cells(nora) == {"Email": HOUR}


def test_a_strangers_task_answers_as_one_that_is_not_there(bea: Owner, hers: Client) -> None:
    theirs = a_task(owner=bea)
    an_entry(task=theirs, seconds=5 * HOUR)
    for text in ("1h", "abc", "+15m", ""):
        of_hers, of_nobody = (send(hers, edit(pk, text, seen=18_000)) for pk in (theirs.pk, 987_654_321))
        assert of_hers[0] == of_nobody[0] == 422
        assert of_hers[1]["refused"][0].pop("task") == theirs.pk
        assert of_nobody[1]["refused"][0].pop("task") == 987_654_321
        assert of_hers == of_nobody
    assert TimeEntry.objects.get().seconds == 5 * HOUR


def test_another_owners_page_saves_nothing_and_hears_who_is_not_signed_in(
    nora: Owner, bea: Owner, hers: Client, email: Task
) -> None:
    of_bea = post(hers, {"owner": bea.pk, "edits": [edit(email)]})
    assert refusal(of_bea) == (409, SOMEONE_ELSE)
    assert cells(nora) == {}
    assert post(hers, {"owner": nora.pk, "edits": [edit(email)]}).status_code == 200


# --- Sending again --------------------------------------------------------------------
@pytest.mark.parametrize("text", ["1:30", "+30m"])
def test_the_same_body_sent_three_times_is_saved_once_and_answered_alike(
    nora: Owner, hers: Client, email: Task, text: str
) -> None:
    an_entry(task=email)
    before = nora.changes.count()
    answers = [send(hers, edit(email, text, seen=HOUR, key="k1")) for _ in range(3)]
    assert answers == [(200, {"saved": [{"task": email.pk, "day": DAY, "seconds": 5400}], "refused": []})] * 3
    assert nora.changes.count() == before + 1
    assert cells(nora) == {"Email": 5400}


def test_what_was_changed_since_is_not_set_back_by_sending_again(nora: Owner, hers: Client, email: Task) -> None:
    first = edit(email, seen=0, key="k1")
    send(hers, first)
    send(hers, edit(email, "3h", seen=5400, key="k2"))
    assert send(hers, first)[0] == 200
    assert cells(nora) == {"Email": 3 * HOUR}


def test_of_a_body_that_half_arrived_the_other_half_is_saved(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    first, second = edit(email, key="k1"), edit(sales, key="k2")
    send(hers, first)
    assert send(hers, first, second)[0] == 200
    assert cells(nora) == {"Email": 5400, "Sales": 5400}
    assert nora.changes.count() == 2


def test_a_key_is_the_owners_own(nora: Owner, bea: Owner, hers: Client, email: Task) -> None:
    other = Client()
    other.force_login(bea)
    assert send(other, edit(a_task(owner=bea), key="k1"))[0] == 200
    assert send(hers, edit(email, key="k1"))[0] == 200
    assert cells(nora) == {"Email": 5400}


def test_a_key_that_was_used_for_something_else_saves_nothing_and_says_so(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    send(hers, edit(email, key="k1"))
    status, said = send(hers, edit(sales, key="k1"))
    assert (status, said["saved"]) == (422, [])
    assert cells(nora) == {"Email": 5400}


def test_one_key_twice_in_a_body_is_a_mistake_of_the_sender(
    nora: Owner, hers: Client, email: Task, sales: Task
) -> None:
    assert send(hers, edit(email, key="k1"), edit(sales, key="k1"))[0] in (400, 422)


# --- Bodies that are none -------------------------------------------------------------
@pytest.mark.parametrize(
    "kind",
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "",
        "text/json", "application/json; charset=latin-1", "application/json; charset=utf-16",
        "application/json; charset=klingon",
    ],
)  # fmt: skip
def test_another_content_type_or_charset_is_415(nora: Owner, hers: Client, email: Task, kind: str) -> None:
    assert post(hers, {"edits": [edit(email)]}, kind=kind).status_code == 415
    assert not TimeEntry.objects.exists()


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/json; charset=UTF-8"])
def test_utf_8_may_be_named(hers: Client, email: Task, kind: str) -> None:
    assert post(hers, {"edits": [edit(email)]}, kind=kind).status_code == 200


BODIES: dict[str, str | bytes] = {
    "100,000 brackets": "[" * 100_000,
    "100,000 objects": '{"edits":' * 100_000,
    "a number of 5,000 digits": '{"edits": [{"task": %s, "day": "2026-10-15", "text": "1h"}]}' % ("9" * 5000),
    "a list": "[]",
    "a text": '"edits"',
    "null": "null",
    "nothing": "",
    "blanks": "   ",
    "two values": "{} {}",
    "a name twice": '{"edits": [], "edits": []}',
    "a name twice inside": '{"edits": [{"task": 1, "task": 2, "day": "2026-10-15", "text": "1h"}]}',
    "NaN": '{"edits": [{"task": 1, "day": "2026-10-15", "text": "1h", "seen": NaN}]}',
    "Infinity": '{"edits": [{"task": 1, "day": "2026-10-15", "text": "1h", "seen": -Infinity}]}',
    "a NUL, written out": '{"edits": [{"task": 1, "day": "2026-10-15", "text": "1\\u0000h"}]}',
    "a NUL in a name": '{"edits": [{"task": 1, "day": "2026-10-15", "text": "1h", "\\u0000": 1}]}',
    "a NUL as it is": b'{"edits": [{"task": 1, "day": "2026-10-15", "text": "1\x00h"}]}',
    "half a character": '{"edits": [{"task": 1, "day": "2026-10-15", "text": "\\ud800"}]}',
    "half a character in a key": '{"edits": [{"task": 1, "day": "2026-10-15", "text": "1h", "key": "\\udfff"}]}',
    "bytes that are no UTF-8": b'{"edits": [{"task": 1, "day": "2026-10-15", "text": "\xff"}]}',
    "a mark before it": b'\xef\xbb\xbf{"edits": []}',
    "a comma too many": '{"edits": [],}',
    "half of it": '{"edits": [{"task": 1, "day"',
    "too large": '{"edits": [], "x": "%s"}' % ("x" * 3_000_000),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_object_of_json_is_400(hers: Client, body: str | bytes) -> None:
    assert post(hers, body).status_code == 400


EDIT = {"task": 1, "day": DAY, "text": "1h"}
WRONG: dict[str, tuple[object, str]] = {
    "none": ([], "edits: "),
    "not there": (None, "edits: "),
    "an object": (EDIT, "edits: "),
    "a text": ("abc", "edits: "),
    "too many": ([EDIT] * 501, "edits: "),
    "one cell twice": ([EDIT, EDIT], "edits: name each task and day once."),
    "a list inside": ([[1]], "edits[0]: "),
    "the second": ([EDIT, None], "edits[1]: "),
    "id 0": ([EDIT | {"task": 0}], "edits[0].task: "),
    "id -1": ([EDIT | {"task": -1}], "edits[0].task: "),
    "id too large": ([EDIT | {"task": MANY}], "edits[0].task: "),
    "id true": ([EDIT | {"task": True}], "edits[0].task: "),
    "id text": ([EDIT | {"task": "1"}], "edits[0].task: "),
    "id fraction": ([EDIT | {"task": 1.0}], "edits[0].task: "),
    "id null": ([EDIT | {"task": None}], "edits[0].task: "),
    "id list": ([EDIT | {"task": [1]}], "edits[0].task: "),
    "text number": ([EDIT | {"text": 90}], "edits[0].text: "),
    "text null": ([EDIT | {"text": None}], "edits[0].text: "),
    "text object": ([EDIT | {"text": {}}], "edits[0].text: "),
    "day impossible": ([EDIT | {"day": "2026-02-30"}], "edits[0].day: "),
    "day far": ([EDIT | {"day": "1999-12-31"}], "edits[0].day: "),
    "day farther": ([EDIT | {"day": "2100-01-02"}], "edits[0].day: "),
    "day first": ([EDIT | {"day": "0001-01-01"}], "edits[0].day: "),
    "day 10000": ([EDIT | {"day": "10000-01-01"}], "edits[0].day: "),
    "day slashes": ([EDIT | {"day": "02/03/2026"}], "edits[0].day: "),
    "day without dashes": ([EDIT | {"day": "20261015"}], "edits[0].day: "),
    "day of a week": ([EDIT | {"day": "2026-W42-4"}], "edits[0].day: "),
    "day with blanks": ([EDIT | {"day": " 2026-10-15"}], "edits[0].day: "),
    "day number": ([EDIT | {"day": 20261015}], "edits[0].day: "),
    "day null": ([EDIT | {"day": None}], "edits[0].day: "),
    "day list": ([EDIT | {"day": [DAY]}], "edits[0].day: "),
    "seen negative": ([EDIT | {"seen": -1}], "edits[0].seen: "),
    "seen too large": ([EDIT | {"seen": MANY}], "edits[0].seen: "),
    "seen text": ([EDIT | {"seen": "0"}], "edits[0].seen: "),
    "seen true": ([EDIT | {"seen": True}], "edits[0].seen: "),
    "key empty": ([EDIT | {"key": ""}], "edits[0].key: "),
    "key long": ([EDIT | {"key": "k" * 37}], "edits[0].key: "),
    "key number": ([EDIT | {"key": 7}], "edits[0].key: "),
}


@pytest.mark.parametrize(("edits", "named"), WRONG.values(), ids=WRONG)
def test_a_field_that_is_wrong_is_named_and_nothing_is_saved(
    nora: Owner, hers: Client, email: Task, edits: object, named: str
) -> None:
    status, error = refusal(post(hers, {"edits": edits}))
    assert status == 400
    assert error.startswith(named)
    assert not TimeEntry.objects.exists()


def test_one_wrong_field_saves_none_of_the_others(nora: Owner, hers: Client, email: Task) -> None:
    assert send(hers, edit(email), edit(0))[0] == 400
    assert not TimeEntry.objects.exists()


def test_five_hundred_are_not_too_many_and_what_is_unknown_is_passed_over(
    nora: Owner, hers: Client, email: Task
) -> None:
    edits = [
        edit(email, "0:01", owner=7, source="import") | {"day": (TODAY - timedelta(days=n)).isoformat()}
        for n in range(500)
    ]
    assert send(hers, *edits)[0] == 200
    assert nora.entries.typed().count() == 500


# --- Who may, and how -----------------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "head"])
def test_it_is_posted_to_alone(hers: Client, method: str) -> None:
    answer = getattr(hers, method)("/times/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_who_is_signed_out_is_sent_to_sign_in(client: Client, email: Task) -> None:
    answer = post(client, {"edits": [edit(email)]})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/?next=/times/")
    assert not TimeEntry.objects.exists()


def test_a_script_of_another_site_saves_nothing(nora: Owner, email: Task) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nora)
    assert post(client, {"edits": [edit(email)]}).status_code == 403
    assert not TimeEntry.objects.exists()


def test_the_cookies_token_in_a_header_opens_it(nora: Owner, email: Task) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nora)
    client.get(f"/day/{YESTERDAY}/")
    token = client.cookies["csrf"].value
    body = json.dumps({"edits": [edit(email)]})
    answer = client.post("/times/", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    assert cells(nora) == {"Email": 5400}
