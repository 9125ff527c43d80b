"""The page that imports hours: choose a file, see what it would add, add it, take it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tasks.imports import adding
from tasks.models import Owner, Task
from tests.factories import NOW, a_task, an_entry
from tests.tasks.clocks import standing_at
from tests.tasks.reading import page, words

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

URL = "/week/import/"
TOGGL = """User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags
Nora,,,Inbox,,Suppliers,No,2026-10-12,09:00:00,2026-10-12,10:00:00,01:00:00,
Nora,,,Inbox,,Clients,No,2026-10-13,09:00:00,2026-10-13,09:30:00,00:30:00,
Nora,,,Lunch,,,No,2026-10-13,12:00:00,2026-10-13,13:00:00,01:00:00,
"""
OWN = "When,Minutes or so,What\n2026-10-12,1:30,Email\n2026-10-13,0:45,Email\n"


@pytest.fixture(autouse=True)
def the_fifteenth_of_october(db: None) -> Iterator[None]:
    with standing_at(NOW):
        yield


@pytest.fixture
def email(nora: Owner) -> Task:
    return a_task(owner=nora, name="Email")


def choose(client: Client, text: str | bytes = TOGGL, name: str = "times.csv") -> Answer:
    raw = text if isinstance(text, bytes) else text.encode()
    return client.post(URL, {"choose": "1", "file": SimpleUploadedFile(name, raw)}, follow=True)


def fields(answer: Answer) -> dict[str, str]:
    """The names of the selects, by their labels."""
    form = answer.context["form"]
    return {row.group.name: row.field.html_name for row in form.rows}


def came(answer: Answer) -> str:
    return next(button["value"] for button in page(answer).buttons if button.get("name") == "add")


def add(client: Client, answer: Answer, **as_: object) -> Answer:
    """Press Add, with each name as that task."""
    names = fields(answer)
    said = {names[name]: getattr(task, "pk", task) for name, task in as_.items()}
    return client.post(URL, {"as": "1", "add": came(answer), **said}, follow=True)


# --- Looking -------------------------------------------------------------------------
def test_without_a_file_it_says_where_to_get_one(hers: Client) -> None:
    said = words(hers.get(URL))
    assert "You see what would be added before it is." in said
    for tracker in ("Toggl Track", "Clockify", "Harvest", "Kimai", "TimeTagger", "solidtime"):
        assert tracker in said


def test_the_week_leads_there(hers: Client, email: Task) -> None:
    assert f'href="{URL}"' in hers.get("/week/2026-W42/").content.decode()


def test_what_would_be_added_is_shown_before_it_is(nora: Owner, hers: Client, email: Task) -> None:
    answer = choose(hers)
    said = words(answer)
    assert "times.csv" in said
    assert "Toggl Track, UTF-8, separated by commas" in said
    assert "3 entries, 2 h 30 min" in said
    assert "Inbox 2 entries, 1 h 30 min, 12 to 13 October 2026" in said
    assert "Nothing would be added; 2 h 30 min would be left out." in said
    assert not nora.entries.exists()


@pytest.mark.parametrize(
    ("separator", "encoding", "said"),
    [
        (";", "cp1252", "Windows-1252, separated by semicolons"),
        ("\t", "utf-16", "UTF-16, separated by tabs"),
        (",", "utf-8-sig", "UTF-8, separated by commas"),
    ],
)
def test_how_it_was_read_is_shown(hers: Client, separator: str, encoding: str, said: str) -> None:
    text = TOGGL.replace(",", separator).replace("Lunch", "Büro").replace("\n", "\r\n")
    shown = words(choose(hers, text.encode(encoding)))
    assert f"Toggl Track, {said}" in shown
    assert "Büro" in shown


def test_of_a_file_of_several_people_it_is_asked_whose_hours_are_the_owners(hers: Client, nora: Owner) -> None:
    assert "people" not in words(choose(hers))
    hers.post(URL, {"throw": "1"})
    first = choose(hers, TOGGL.replace("Nora", "Ben", 1))
    assert "The file has the hours of 2 people. Which are yours?" in words(first)
    said = {"as": "1", fields(first)["Inbox"]: "new", fields(first)["Lunch"]: "new"}
    refused = hers.post(URL, {**said, "add": came(first)})
    assert refused.status_code == 422
    assert "Say whose hours are yours." in words(refused)
    assert "<title>Problem: Import hours · Delegator</title>" in refused.content.decode()
    again = words(hers.post(URL, {**said, "whose": "Nora", "look": "1"}))
    assert "2 entries, 1 h 30 min, would be added." in again
    assert hers.post(URL, {**said, "whose": "Zoe", "add": came(first)}).status_code == 422
    assert not nora.entries.exists()
    hers.post(URL, {**said, "whose": "Nora", "add": came(first)})
    assert sorted(nora.entries.values_list("seconds", flat=True)) == [1800, 3600]


def test_all_of_them_can_be(hers: Client, nora: Owner) -> None:
    first = choose(hers, TOGGL.replace("Nora", "Ben", 1))
    hers.post(URL, {"as": "1", fields(first)["Inbox"]: "new", "whose": "*", "add": came(first)})
    assert nora.entries.count() == 2


def test_a_name_of_a_task_is_that_task_at_once(hers: Client, nora: Owner) -> None:
    a_task(owner=nora, name="inbox")
    assert "2 entries, 1 h 30 min, would be added; 1 h would be left out." in words(choose(hers))


def test_look_again_shows_the_choices_and_what_they_add(hers: Client, email: Task) -> None:
    an_entry(task=email)
    first = choose(hers)
    again = hers.post(URL, {"as": "1", "look": "1", fields(first)["Lunch"]: "new", fields(first)["Inbox"]: email.pk})
    said = words(again)
    assert again.status_code == 200
    assert "3 entries, 2 h 30 min, would be added." in said
    assert again.context["form"][fields(first)["Inbox"]].value() == str(email.pk)


def test_it_says_on_how_many_days_hours_are_there_already(hers: Client, email: Task, nora: Owner) -> None:
    an_entry(task=email, day=NOW.date().replace(day=12))
    a_task(owner=nora, name="Inbox")
    assert "On 1 of these days you logged hours before; both count." in words(choose(hers))


def test_another_file_takes_the_place_of_the_first(nora: Owner, hers: Client) -> None:
    choose(hers)
    hers.post(URL, {"throw": "1"})
    assert adding.waiting(nora) is None
    choose(hers, OWN, "own.csv")
    waiting = adding.waiting(nora)
    assert waiting
    assert waiting.name == "own.csv"


# --- Adding ---------------------------------------------------------------------------
def test_add_the_hours_adds_them_and_shows_the_week(nora: Owner, hers: Client, email: Task) -> None:
    answer = add(hers, choose(hers), Inbox=email, Lunch="")
    assert answer.redirect_chain[-1][0] == "/week/2026-W42/"
    assert "2 entries are added, 1 h 30 min in all." in words(answer)
    assert list(nora.entries.values_list("note", "seconds").order_by("day")) == [
        ("Suppliers", 3600),
        ("Clients", 1800),
    ]


def test_a_second_press_adds_nothing_more(nora: Owner, hers: Client, email: Task) -> None:
    looked = choose(hers)
    add(hers, looked, Inbox=email)
    again = add(hers, looked, Inbox=email)
    assert "That file was added, or another one was chosen, already." in words(again)
    assert nora.entries.count() == 2


def test_a_page_of_the_file_before_adds_nothing_of_the_one_that_came_since(
    nora: Owner, hers: Client, email: Task
) -> None:
    looked = choose(hers)
    with standing_at(NOW + timedelta(seconds=5)):
        choose(hers, TOGGL.replace("2026-10-12", "2026-10-11"), "other.csv")
    assert "another one was chosen, already" in words(add(hers, looked, Inbox=email))
    assert not nora.entries.exists()


def test_the_same_file_again_has_only_what_was_left_out(hers: Client, email: Task) -> None:
    add(hers, choose(hers), Inbox=email)
    said = words(choose(hers))
    assert "Here already 2, added on" in said
    assert "New in it 1 entry, 1 h" in said


def test_nothing_chosen_is_said_and_the_file_stays(nora: Owner, hers: Client, email: Task) -> None:
    answer = add(hers, choose(hers))
    assert "Nothing was added. Say of one line at least which task it was." in words(answer)
    assert adding.waiting(nora)


def test_a_strangers_task_is_no_choice(hers: Client, bea: Owner, nora: Owner) -> None:
    theirs = a_task(owner=bea, name="Potting")
    for pk in (theirs.pk, 987_654_321, "x", 2**63):
        answer = add(hers, choose(hers), Inbox=pk)
        assert answer.status_code == 422
        assert "Choose one of your tasks." in words(answer)
    assert not bea.entries.exists()
    assert not nora.entries.exists()


def test_an_import_is_taken_back_by_its_button(nora: Owner, hers: Client, email: Task) -> None:
    add(hers, choose(hers), Inbox=email)
    there = hers.get(URL)
    assert "2 entries, 1 h 30 min, 12 to 13 October 2026" in words(there)
    moment = next(button["value"] for button in page(there).buttons if button.get("name") == "take_back")
    answer = hers.post(URL, {"take_back": moment}, follow=True)
    assert "2 entries of that import are taken back." in words(answer)
    assert not nora.entries.exists()
    assert "Nothing of that import is left to take back." in words(hers.post(URL, {"take_back": moment}, follow=True))


@pytest.mark.parametrize(
    "moment", ["", "x", "2026-10-15", "2026-99-99T00:00:00+00:00", "2026-10-15T00:00:00", "0001-01-01T00:00:00+23:00"]
)
def test_no_moment_takes_nothing_back(hers: Client, moment: str) -> None:
    assert "left to take back" in words(hers.post(URL, {"take_back": moment}, follow=True))


# --- What cannot be read --------------------------------------------------------------
@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 and so on", "a file of a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "CSV"),
        (b'Day,Time\n2026-10-12,"1:00\n', "line 2"),
    ],
    ids=["nothing", "a spreadsheet", "a picture", "an open quote"],
)
def test_what_is_no_table_is_refused_and_not_kept(nora: Owner, hers: Client, raw: bytes, said: str) -> None:
    answer = choose(hers, raw)
    assert answer.status_code == 422
    assert page(answer).wrong == {"file"}
    assert said in words(answer)
    assert adding.waiting(nora) is None


def test_a_file_over_five_megabytes_is_refused(nora: Owner, hers: Client) -> None:
    answer = choose(hers, b"a" * 5_000_001)
    assert (answer.status_code, adding.waiting(nora)) == (422, None)
    assert "This file is larger than 5 MB." in words(answer)


def test_no_file_is_asked_for(hers: Client) -> None:
    answer = hers.post(URL, {"choose": "1"})
    assert answer.status_code == 422
    assert "Choose a file." in words(answer)


# --- A table of one's own --------------------------------------------------------------
def test_of_a_table_that_nobody_knows_the_owner_says_which_column_is_what(
    nora: Owner, hers: Client, email: Task
) -> None:
    asked = choose(hers, OWN)
    assert "Which column is which?" in words(asked)
    columns = {"columns": "1", "day": "0", "time": "1", "task": "2", "text": ""}
    looked = hers.post(URL, {"look": "1", **columns})
    assert "A table of your own" in words(looked)
    assert "2 entries, 2 h 15 min, would be added." in words(looked)
    answer = hers.post(
        URL, {"as": "1", "add": came(looked), **columns, fields(looked)["Email"]: email.pk}, follow=True
    )
    assert "2 entries are added" in words(answer)
    assert sum(nora.entries.values_list("seconds", flat=True)) == 135 * 60


def test_a_column_with_a_usual_name_is_chosen_already(hers: Client) -> None:
    form = choose(hers, "Comment,Hours,Date,Job,Date\nx,1,2026-10-12,Email,2026-10-12\n").context["form"]
    assert {name: form[name].value() for name in form.fields} == {"day": "2", "time": "1", "task": "3", "text": "0"}
    hers.post(URL, {"throw": "1"})
    form = choose(hers, "A,B,C\n1,2,3\n").context["form"]
    assert {form[name].value() for name in form.fields} == {""}


def test_a_column_that_is_needed_is_asked_for_by_name(hers: Client) -> None:
    choose(hers, OWN)
    answer = hers.post(URL, {"look": "1", "columns": "1", "day": "0", "time": "", "task": "9"})
    assert answer.status_code == 422
    assert page(answer).wrong == set()
    assert "Say which column that is." in words(answer)
    assert "Choose a column." in words(answer)


# --- What the file does not tell ---------------------------------------------------------
EITHER = TOGGL.replace("2026-10-12", "03/04/2026").replace("2026-10-13", "03/04/2026")


def test_dates_that_can_be_read_two_ways_are_asked_about_before_anything_is_added(
    nora: Owner, hers: Client, email: Task
) -> None:
    looked = choose(hers, EITHER)
    assert "Which day is 03/04/2026? Friday 3 April Wednesday 4 March" in words(looked)
    refused = add(hers, looked, Inbox=email)
    assert (refused.status_code, nora.entries.count()) == (422, 0)
    assert "Say which day that is." in words(refused)
    chosen = {"as": "1", "add": came(looked), fields(looked)["Inbox"]: email.pk, "order": "month"}
    hers.post(URL, chosen)
    assert {str(day) for day in nora.entries.values_list("day", flat=True)} == {"2026-03-04"}


def test_a_line_that_cannot_be_read_is_named_and_the_others_can_be_added(
    nora: Owner, hers: Client, email: Task
) -> None:
    looked = choose(hers, TOGGL + "Nora,,,Inbox,,,No,2026-02-30,09:00:00,2026-02-30,10:00:00,01:00:00,\n")
    assert "Line 5: “2026-02-30” in Start date is no day of any year." in words(looked)
    add(hers, looked, Inbox=email)
    assert nora.entries.count() == 2


def test_what_a_file_holds_is_shown_as_text(hers: Client, email: Task) -> None:
    looked = choose(hers, TOGGL.replace("Lunch", "<script>{{7*7}}%s"), name="<b>.csv")
    assert "<script>{{" not in looked.content.decode()
    assert "&lt;script&gt;{{7*7}}%s" in looked.content.decode()
    assert "&lt;b&gt;.csv" in looked.content.decode()


@pytest.mark.parametrize("day", ["00/04/2024", "03/04/0000", "13/13/2024"])
def test_a_date_that_is_none_either_way_is_no_example_to_ask_about(hers: Client, day: str) -> None:
    said = words(choose(hers, EITHER.replace("03/04/2026", day)))
    assert "Which day is" not in said
    assert "Line 2:" in said


def test_what_cannot_be_added_is_said_after_the_rest_is(nora: Owner, hers: Client, email: Task) -> None:
    answer = add(hers, choose(hers, TOGGL.replace("2026-10-13", "2026-12-13")), Inbox=email)
    said = words(answer)
    assert "1 entry is added, 1 h in all." in said
    assert "1 line is not added. Line 3: Sunday 13 December 2026 is still to come." in said
