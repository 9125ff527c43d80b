"""The first run: three steps, each of which can be left for later and come back to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tasks.durations import HOUR, MINUTE
from tasks.models import Owner, Task
from tasks.routine import Choice
from tests.factories import NOW, TODAY, a_task, an_entry, the_best_work
from tests.tasks.reading import page, words

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

VISION = {"vision": "Gardens that people sit in.", "best": "Garden design", "worth": "85,50", "day": "7:30"}
READY = ["Email", "Record keeping", "Sales", "Web site"]


@pytest.fixture(autouse=True)
def the_fifteenth_of_october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def post(client: Client, step: str, data: dict[str, str], **more: str | list[str]) -> Answer:
    return client.post(reverse(f"tasks:{step}"), data | more)


def leads_to(answer: Answer, name: str) -> bool:
    return answer.status_code == 302 and answer.headers["Location"] == reverse(name)


def rows(*ticked: str, shown: list[str] = READY, **times: str) -> dict[str, str]:
    """What a browser sends of step 2: the time of each row shown, and the ticks."""
    sent = {f"time-{Choice(name).key}": times.get(name.split(" ")[0], "1h") for name in shown}
    return sent | {f"on-{Choice(name).key}": "on" for name in ticked}


def routine(owner: Owner) -> dict[str, tuple[int | None, int | None]]:
    return {task.name: (task.seconds_least, task.seconds_most) for task in owner.tasks.active().routine()}


def listed(answer: Answer, *names: str) -> dict[str, bool]:
    """Which of these names are rows, and whether they are ticked."""
    read = page(answer)
    keys = {name: Choice(name).key for name in names}
    return {n: f"on-{key}" in read.ticked for n, key in keys.items() if f"time-{key}" in read.values}


# --- Every step -----------------------------------------------------------------------
@pytest.mark.parametrize("step", ["start", "start_routine", "start_feel"])
def test_enter_goes_on_and_neither_stops_nor_adds_a_row(nora: Owner, hers: Client, step: str) -> None:
    """Enter in a field presses the first button that belongs to the form."""
    a_task(owner=nora)
    first, *others = page(hers.get(reverse(f"tasks:{step}"))).buttons
    assert "name" not in first
    assert any(button.get("name") == "later" for button in others)


@pytest.mark.parametrize("step", ["start", "start_routine", "start_feel"])
def test_finish_later_leads_home_from_a_step_with_nothing_in_it(nora: Owner, hers: Client, step: str) -> None:
    task = a_task(owner=nora, name="Email", loathe=None, excel=None)
    assert leads_to(post(hers, step, {"later": "1"}), "home")
    task.refresh_from_db()
    assert (task.retired_on, task.loathe, nora.tasks.count()) == (None, None, 1)


def test_the_steps_lead_from_one_to_the_next_and_then_to_the_matrix(nora: Owner, hers: Client) -> None:
    assert leads_to(post(hers, "start", VISION), "tasks:start_routine")
    assert leads_to(post(hers, "start_routine", rows("Email", "Sales")), "tasks:start_feel")
    email, sales = nora.tasks.routine()
    feelings = {
        f"loathe-{email.pk}": "4",
        f"excel-{email.pk}": "2",
        f"loathe-{sales.pk}": "1",
        f"excel-{sales.pk}": "5",
    }
    assert leads_to(post(hers, "start_feel", feelings), "routine")
    assert list(nora.tasks.routine().values_list("name", "loathe", "excel")) == [("Email", 4, 2), ("Sales", 1, 5)]


# --- Step 1 ---------------------------------------------------------------------------
def test_the_vision_is_kept_with_the_best_work_its_worth_and_the_length_of_a_day(nora: Owner, hers: Client) -> None:
    post(hers, "start", VISION)
    nora.refresh_from_db()
    assert (nora.vision, nora.work_day) == ("Gardens that people sit in.", 7 * HOUR + 30 * MINUTE)
    assert nora.hour_value(TODAY) == Decimal("85.50")
    assert [task.name for task in nora.tasks.best_work()] == ["Garden design"]


def test_going_back_to_step_1_shows_what_was_said_and_changing_it_makes_no_second_best_work(
    nora: Owner, hers: Client
) -> None:
    post(hers, "start", VISION)
    back = page(hers.get(reverse("tasks:start"))).values
    assert {name: back[name] for name in ("best", "worth", "day")} == {
        "best": "Garden design",
        "worth": "85.50",
        "day": "7:30",
    }
    post(hers, "start", VISION | {"best": "Design", "day": "8"})
    assert [task.name for task in nora.tasks.best_work()] == ["Design"]
    assert page(hers.get(reverse("tasks:start"))).values["day"] == "8"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"vision": " \u200b"}, "Write a sentence on what you are building."),
        ({"best": ""}, "Name your best work."),
        ({"best": "x\nBcc: v@example.com"}, "Write this on one line."),
        ({"worth": "0"}, "Write more than 0. A guess will do."),
        ({"worth": "12.345"}, "Write an amount such as 18 or 18.50."),
        ({"worth": "-$5"}, "Write an amount such as 18 or 18.50."),
        ({"worth": ""}, "Say what an hour of it is worth. A guess will do."),
        ({"day": "0"}, "Write more than zero hours."),
        ({"day": "25h"}, "Write hours such as 5, 7.5 or 7:30, at most 24."),
    ],
)
def test_what_is_wrong_in_step_1_is_named_and_the_rest_stays(
    nora: Owner, hers: Client, wrong: dict[str, str], said: str
) -> None:
    answer = post(hers, "start", VISION | wrong)
    assert answer.status_code == 422
    assert said in words(answer)
    shown = page(answer).values
    assert {name: shown[name] for name in ("best", "worth", "day") if name not in wrong} == {
        name: VISION[name] for name in ("best", "worth", "day") if name not in wrong
    }
    nora.refresh_from_db()
    assert (nora.vision, nora.tasks.count()) == ("", 0)


def test_finish_later_keeps_what_is_valid_in_step_1(nora: Owner, hers: Client) -> None:
    before = nora.hour_value(TODAY)
    assert leads_to(post(hers, "start", VISION | {"worth": "much", "day": ""}, later="1"), "home")
    nora.refresh_from_db()
    assert (nora.vision, nora.work_day, nora.hour_value(TODAY)) == (VISION["vision"], 8 * HOUR, before)
    assert [task.name for task in nora.tasks.best_work()] == ["Garden design"]


@pytest.mark.parametrize("name", ["Büro", "BÜRO", "büro "])
def test_best_work_cannot_be_a_task_of_the_routine_in_any_case(nora: Owner, hers: Client, name: str) -> None:
    a_task(owner=nora, name="Büro")
    answer = post(hers, "start", VISION | {"best": name})
    assert answer.status_code == 422
    assert "is on your routine list, so it cannot be your best work too." in words(answer)


# --- Step 2 ---------------------------------------------------------------------------
def test_step_2_has_the_four_ready_tasks_ticked_and_says_their_sum(hers: Client) -> None:
    answer = hers.get(reverse("tasks:start_routine"))
    assert listed(answer, *READY) == dict.fromkeys(READY, True)
    assert "5 h to 7 h of your 8 h day" in words(answer)
    assert "That leaves 1 h to 3 h for your best work." in words(answer)


def test_what_is_ticked_becomes_the_routine_with_its_times(nora: Owner, hers: Client) -> None:
    sent = rows("Email", "Web site", Email="0:45", Web="") | {"new_name": "Seed orders", "new_time": "1–2 h"}
    assert leads_to(post(hers, "start_routine", sent), "tasks:start_feel")
    assert routine(nora) == {
        "Email": (45 * MINUTE, 45 * MINUTE),
        "Web site": (None, None),
        "Seed orders": (HOUR, 2 * HOUR),
    }


def test_the_sum_alone_is_shown_of_what_stands_there_and_nothing_is_saved(nora: Owner, hers: Client) -> None:
    answer = post(hers, "start_routine", rows("Email", Email="4h"), sum="1")
    assert answer.status_code == 200
    assert "That leaves 4 h for your best work." in words(answer)
    wrong = post(hers, "start_routine", rows("Email", Email="soon"), sum="1", new_time="1h")
    assert (wrong.status_code, page(wrong).wrong) == (200, set())
    assert not nora.tasks.exists()


def test_a_best_work_of_a_ready_name_is_no_row_and_no_obstacle(nora: Owner, hers: Client) -> None:
    the_best_work(owner=nora, name="Sales")
    shown = hers.get(reverse("tasks:start_routine"))
    assert listed(shown, *READY) == {"Email": True, "Record keeping": True, "Web site": True}
    assert leads_to(post(hers, "start_routine", rows(*READY)), "tasks:start_feel")
    assert list(routine(nora)) == ["Email", "Record keeping", "Web site"]


def test_going_back_shows_the_kept_tasks_ticked_and_the_others_not(nora: Owner, hers: Client) -> None:
    post(hers, "start_routine", rows("Sales", Sales="1–2 h"))
    answer = hers.get(reverse("tasks:start_routine"))
    assert listed(answer, *READY) == {"Sales": True, "Email": False, "Record keeping": False, "Web site": False}
    assert page(answer).values[f"time-{Choice('Sales').key}"] == "1–2 h"
    assert "1 h to 2 h of your 8 h day" in words(answer)


def test_a_page_left_open_changes_the_tasks_that_it_shows(nora: Owner, hers: Client) -> None:
    """Its rows stand in another order than those of a page asked for now."""
    post(hers, "start_routine", rows("Email", "Sales", Email="2h", Sales="3h"))
    post(hers, "start_routine", rows("Email", "Record keeping", "Sales", Email="2h", Record="1h", Sales="3h"))
    assert routine(nora) == {
        "Email": (2 * HOUR, 2 * HOUR),
        "Record keeping": (HOUR, HOUR),
        "Sales": (3 * HOUR, 3 * HOUR),
    }


def test_the_same_step_sent_twice_makes_no_second_task(nora: Owner, hers: Client) -> None:
    for _ in range(2):
        post(hers, "start_routine", rows(*READY))
    assert list(routine(nora)) == READY
    assert nora.tasks.count() == 4


def test_what_is_unticked_leaves_the_list_and_keeps_its_past(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, name="Email")
    an_entry(task=task)
    post(hers, "start_routine", rows("Sales"))
    task.refresh_from_db()
    assert (task.retired_on, task.entries.count(), list(routine(nora))) == (TODAY, 1, ["Sales"])


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (rows(), "Keep at least one task, or add your own."),
        (rows("Email", Email="2-1h"), "Write the shorter time first, such as 1–2 h."),
        (rows("Email", Email="25h"), "That is more than the 24 h of a day."),
        (rows("Email") | {"new_time": "1h"}, "Give this time a name."),
        (rows("Email") | {"new_name": "email"}, "“email” is there already."),
        (rows("Email") | {"new_name": "GARDEN design"}, "“GARDEN design” is there already."),
        (rows("Email") | {"new_name": "x\ny"}, "Write this on one line."),
        (rows("Email") | {"new_name": "Post", "new_time": "soon"}, "Write a time such as 1–2 h, 35m or 0:30."),
    ],
)
def test_what_is_wrong_in_step_2_is_named_and_the_typing_stays(
    nora: Owner, hers: Client, sent: dict[str, str], said: str
) -> None:
    the_best_work(owner=nora)
    answer = post(hers, "start_routine", sent)
    assert answer.status_code == 422
    assert said in words(answer)
    shown = page(answer)
    assert {name: shown.values[name] for name in sent if not name.startswith("on-")} == {
        name: typed for name, typed in sent.items() if not name.startswith("on-")
    }
    assert shown.ticked == {name for name in sent if name.startswith("on-")}
    assert routine(nora) == {}


def test_finish_later_keeps_what_is_valid_in_step_2(nora: Owner, hers: Client) -> None:
    a_task(owner=nora, name="Email", hours=2)
    sent = rows("Email", "Sales", Email="soon", Sales="3h") | {"new_name": "email"}
    assert leads_to(post(hers, "start_routine", sent, later="1"), "home")
    assert routine(nora) == {"Email": (2 * HOUR, 2 * HOUR), "Sales": (3 * HOUR, 3 * HOUR)}


# --- The chips of step 2 ----------------------------------------------------------------
def test_a_chip_adds_a_ticked_row_saves_nothing_and_keeps_what_was_typed(nora: Owner, hers: Client) -> None:
    sent = rows("Email", Email="0:45", Sales="soon") | {"new_name": "Post", "new_time": "1h"}
    answer = post(hers, "start_routine", sent, add="Travel")
    assert answer.status_code == 200
    shown = page(answer)
    assert listed(answer, *READY, "Travel") == {name: name in ("Email", "Travel") for name in [*READY, "Travel"]}
    assert {name: shown.values[name] for name in sent if not name.startswith("on-")} == {
        name: typed for name, typed in sent.items() if not name.startswith("on-")
    }
    assert "One thing needs a look" not in words(answer)
    assert "45 min of your 8 h day" in words(answer)
    assert nora.tasks.count() == 0
    chips = {button["value"] for button in shown.buttons if button.get("name") == "add"}
    assert chips == {"Social posts", "Scheduling", "Chasing payments"}


def test_rows_from_chips_come_along_and_are_kept_in_the_end(nora: Owner, hers: Client) -> None:
    shown = [*READY, "Travel", "Scheduling"]
    answer = post(hers, "start_routine", rows("Travel", shown=shown[:-1]), added=["Travel"], add="Scheduling")
    assert listed(answer, "Travel", "Scheduling") == {"Travel": True, "Scheduling": True}
    sent = rows("Travel", "Scheduling", shown=shown, Travel="2h")
    assert leads_to(post(hers, "start_routine", sent, added=["Travel", "Scheduling"]), "tasks:start_feel")
    assert routine(nora) == {"Travel": (2 * HOUR, 2 * HOUR), "Scheduling": (HOUR, HOUR)}


def test_the_best_work_is_no_chip(nora: Owner, hers: Client) -> None:
    the_best_work(owner=nora, name="travel")
    buttons = page(hers.get(reverse("tasks:start_routine"))).buttons
    assert "Travel" not in {button.get("value") for button in buttons}


@pytest.mark.parametrize("name", ["a\x00b", "\u200b", "x\ny", "x" * 81, "\u202e", ""])
def test_a_chip_that_could_not_be_typed_as_a_name_adds_nothing(nora: Owner, hers: Client, name: str) -> None:
    answer = post(hers, "start_routine", rows("Email"), add=name)
    assert answer.status_code == 200
    assert "added" not in page(answer).values
    ticked = rows("Email") | {f"on-{Choice(name).key}": "on"}
    assert leads_to(post(hers, "start_routine", ticked, added=[name]), "tasks:start_feel")
    assert list(routine(nora)) == ["Email"]


# --- A task of one's own in step 2 --------------------------------------------------------
def focused(answer: Answer) -> list[str]:
    return [name for name, attrs in page(answer).inputs.items() if "autofocus" in attrs]


def test_several_tasks_of_ones_own_are_added_one_after_the_other(nora: Owner, hers: Client) -> None:
    first = post(hers, "start_routine", rows("Email") | {"new_name": "Seed orders", "new_time": "1h"}, another="1")
    assert listed(first, "Email", "Sales", "Seed orders") == {"Email": True, "Sales": False, "Seed orders": True}
    shown = page(first).values
    assert (shown[f"time-{Choice('Seed orders').key}"], shown["new_name"], shown["new_time"]) == ("1h", "", "")
    assert (first.status_code, focused(first), nora.tasks.count()) == (200, ["new_name"], 0)
    sent = rows("Email", "Seed orders", shown=[*READY, "Seed orders"]) | {"new_name": "Watering", "new_time": ""}
    second = post(hers, "start_routine", sent, added=["Seed orders"], another="1")
    assert listed(second, "Seed orders", "Watering") == {"Seed orders": True, "Watering": True}
    assert focused(second) == [f"time-{Choice('Watering').key}"]


def test_nothing_typed_adds_nothing_and_leads_to_the_blank_row(nora: Owner, hers: Client) -> None:
    answer = post(hers, "start_routine", rows("Email"), another="1")
    assert (answer.status_code, focused(answer), nora.tasks.count()) == (200, ["new_name"], 0)


@pytest.mark.parametrize("wrong", [{"new_name": "email"}, {"new_time": "1h"}, {"new_name": "A", "new_time": "soon"}])
def test_what_is_wrong_with_ones_own_task_is_said_before_it_is_a_row(
    nora: Owner, hers: Client, wrong: dict[str, str]
) -> None:
    answer = post(hers, "start_routine", rows("Email") | wrong, another="1")
    assert answer.status_code == 422
    assert listed(answer, *READY, "A") == {name: name == "Email" for name in READY}
    assert nora.tasks.count() == 0


def test_a_chip_leads_to_the_empty_time_of_its_task(hers: Client) -> None:
    answer = post(hers, "start_routine", rows("Email"), add="Travel")
    assert focused(answer) == [f"time-{Choice('Travel').key}"]
    assert focused(hers.get(reverse("tasks:start_routine"))) == [f"on-{Choice('Email').key}"]


def test_the_summary_names_the_task_whose_time_is_no_time(hers: Client) -> None:
    answer = post(hers, "start_routine", rows("Email", Email="soon"))
    assert "Email: Write a time such as 1–2 h" in words(answer)


# --- Step 3 ---------------------------------------------------------------------------
def test_step_3_without_tasks_leads_back_to_step_2(nora: Owner, hers: Client) -> None:
    the_best_work(owner=nora)
    assert leads_to(hers.get(reverse("tasks:start_feel")), "tasks:start_routine")


def test_step_3_asks_for_both_scores_of_every_task_and_keeps_those_given(nora: Owner, hers: Client) -> None:
    email = a_task(owner=nora, name="Email", loathe=None, excel=None)
    books = a_task(owner=nora, name="Record keeping", loathe=None, excel=None)
    sent = {f"loathe-{email.pk}": "5", f"excel-{email.pk}": "1", f"excel-{books.pk}": "2"}
    answer = post(hers, "start_feel", sent)
    assert answer.status_code == 422
    assert "Say how much you loathe record keeping." in words(answer)
    assert page(answer).ticked == {f"{name}={value}" for name, value in sent.items()}
    assert not Task.objects.scored().exists()


def test_finish_later_scores_what_has_both_and_leaves_a_half_scored_task_unscored(nora: Owner, hers: Client) -> None:
    names = ("Email", "Sales", "Web site")
    email, sales, web = (a_task(owner=nora, name=name, loathe=None, excel=None) for name in names)
    sent = {f"loathe-{email.pk}": "5", f"excel-{email.pk}": "1", f"excel-{sales.pk}": "2", f"loathe-{web.pk}": "6"}
    assert leads_to(post(hers, "start_feel", sent, later="1"), "home")
    assert [(task.name, task.loathe, task.excel) for task in nora.tasks.scored()] == [("Email", 5, 1)]


def test_going_back_to_step_3_shows_the_scores_given(nora: Owner, hers: Client) -> None:
    task = a_task(owner=nora, loathe=4, excel=2)
    assert page(hers.get(reverse("tasks:start_feel"))).ticked == {f"loathe-{task.pk}=4", f"excel-{task.pk}=2"}


def test_the_scores_of_another_owner_cannot_be_sent_along(nora: Owner, bea: Owner, hers: Client) -> None:
    a_task(owner=nora)
    theirs = a_task(owner=bea, loathe=None, excel=None)
    post(hers, "start_feel", {f"loathe-{theirs.pk}": "5", f"excel-{theirs.pk}": "1", "later": "1"})
    theirs.refresh_from_db()
    assert theirs.loathe is None
