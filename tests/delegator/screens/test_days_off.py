"""Days off: added and removed on the settings page, and what heeds them: the reminder, Home, the weekly summary."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from delegator.mail import reminders
from delegator.screens import next_step
from delegator.summary import weekly
from tasks import clock, workdays
from tasks.models import DayOff, Owner
from tasks.weeks import Week
from tests.delegator.pages import Page, read
from tests.delegator.reminding import DAY, FIVE, MINUTE, SECOND, outcome, wishing, written
from tests.delegator.screens.test_settings_page import GIVEN
from tests.factories import NOW, TODAY, a_task, an_entry, an_owner

pytestmark = pytest.mark.django_db
URL = "/settings/days-off/"


def add(client: Client, first: date | str = TODAY, last: date | str = "", name: str = "") -> Any:
    return client.post(URL, {"off-first": str(first), "off-last": str(last), "off-name": name})


def runs(owner: Owner) -> list[tuple[date, date, str]]:
    return list(owner.days_off.values_list("first", "last", "name"))


def page(client: Client, owner: Owner, now: datetime = NOW) -> Page:
    with time_machine.travel(now, tick=False):
        client.force_login(owner)
        return read(client.get("/settings/"))


# --- The list ----------------------------------------------------------------
def test_a_day_or_a_run_is_added_with_or_without_a_name(hers: Client, nora: Owner) -> None:
    for given in ((TODAY,), (TODAY, TODAY + DAY, "Holiday"), (TODAY, TODAY + DAY, "Holiday")):
        added = add(hers, *given)
        assert (added.status_code, added.headers["Location"]) == (302, "/settings/")
    assert runs(nora) == [(TODAY, TODAY, ""), (TODAY, TODAY + DAY, "Holiday")]


@pytest.mark.parametrize(
    ("first", "last", "name", "why"),
    [
        ("", "", "", "Say which day."),
        ("", "2026-10-15", "", "Say which day."),
        ("15/10/2026", "", "", "Write the day as 2026-03-02."),
        ("2026-10-15", "2026-10-14", "", "The last day is before the first."),
        ("2026-10-15", "2027-10-17", "", "Write a year or less."),
        ("2026-10-15", "2262-10-15", "", "That year is too far away."),
        ("2026-10-15", "", "x" * 61, "at most 60 characters"),
        ("2026-10-15", "", "a\x00b", "Leave out the control characters."),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_kept_there(
    hers: Client, nora: Owner, first: str, last: str, name: str, why: str
) -> None:
    refused = add(hers, first, last, name)
    shown = read(refused)
    assert refused.status_code == 422
    assert shown.text.count(why) == 2
    assert "<title>Problem: Settings" in refused.content.decode()
    fields = {tag.attrs.get("name"): tag.attrs.get("value", "") for tag in shown.all("input")}
    assert (fields["off-first"], fields["off-last"], fields["name"]) == (first, last, "Nora Hale")
    assert not DayOff.objects.exists()


def test_a_year_is_not_too_long(hers: Client) -> None:
    assert add(hers, date(2027, 12, 31), date(2028, 12, 31)).status_code == 302


def test_they_are_listed_in_order_and_those_that_are_over_apart(client: Client, nora: Owner) -> None:
    for first, last, name in (
        (date(2026, 12, 28), date(2027, 1, 3), "Between the years"),
        (TODAY - 2 * DAY, TODAY, "Move"),
        (TODAY - 20 * DAY, TODAY - DAY, "Summer"),
        (date(2027, 5, 3), date(2027, 5, 3), ""),
        (date(2025, 5, 2), date(2025, 5, 2), "Bridge"),
        (date(2026, 12, 24), date(2026, 12, 24), ""),
    ):
        workdays.take_off(nora, first, last, name)
    coming, gone = page(client, nora).all("ul", "days-off")
    assert coming.text == (
        "13 to 15 October Move Remove 13 to 15 October "
        "Thursday 24 December Remove Thursday 24 December "
        "28 December 2026 to 3 January 2027 Between the years Remove 28 December 2026 to 3 January 2027 "
        "Monday 3 May 2027 Remove Monday 3 May 2027"
    )
    assert gone.text == (
        "25 September to 14 October Summer Remove 25 September to 14 October "
        "Friday 2 May 2025 Bridge Remove Friday 2 May 2025"
    )


def test_without_any_there_is_no_list(client: Client, nora: Owner) -> None:
    assert page(client, nora).all("ul", "days-off") == []


def test_one_is_removed_and_the_others_stay(hers: Client, nora: Owner) -> None:
    for n in range(3):
        workdays.take_off(nora, TODAY + n * DAY, TODAY + n * DAY, "")
    second = nora.days_off.all()[1]
    removed = hers.post(f"{URL}{second.pk}/remove/")
    assert (removed.status_code, removed.headers["Location"]) == (302, "/settings/")
    assert [first for first, _, _ in runs(nora)] == [TODAY, TODAY + 2 * DAY]


def test_a_strangers_stay_and_are_not_seen(hers: Client, nora: Owner, bea: Owner) -> None:
    workdays.take_off(bea, TODAY, TODAY, "Bea’s wedding")
    refused = hers.post(f"{URL}{bea.days_off.get().pk}/remove/")
    assert (refused.status_code, refused.content) == (404, hers.post(f"{URL}987654321/remove/").content)
    assert bea.days_off.count() == 1
    assert "wedding" not in hers.get("/settings/").content.decode()


def test_looking_changes_nothing_and_it_takes_an_account(hers: Client, client: Client, nora: Owner) -> None:
    workdays.take_off(nora, TODAY, TODAY, "")
    pk = nora.days_off.get().pk
    assert hers.get(URL).headers["Location"] == "/settings/"
    assert hers.get(f"{URL}{pk}/remove/").status_code == 405
    for url in (URL, f"{URL}{pk}/remove/"):
        assert client.post(url, {"off-first": "2026-10-15"}).headers["Location"] == f"/sign-in/?next={url}"
    assert runs(nora) == [(TODAY, TODAY, "")]


def test_there_is_a_most_and_who_has_it_is_told_what_to_do(hers: Client, nora: Owner) -> None:
    days = [TODAY + n * DAY for n in range(workdays.MOST_DAYS_OFF)]
    DayOff.objects.bulk_create([DayOff(owner=nora, first=day, last=day) for day in days])
    refused = add(hers, TODAY - DAY)
    assert refused.status_code == 422
    assert "You have 500 entries here, which is the most. Remove some that are over first." in read(refused).text
    assert nora.days_off.count() == 500


# --- What was typed beside it --------------------------------------------------
def typed_beside(client: Client, **off: str) -> dict[str, Any]:
    """The whole form, with a name and a vision that are not saved."""
    settings = GIVEN | {"name": "Nora Dale", "vision": "Rest.", "worth": "1,2,3", "work_days": ["2", "6"]}
    shown = {tag.attrs.get("name"): tag.attrs.get("value", "") for tag in read(client.get("/settings/")).all("input")}
    return settings | {"seen": shown["seen"]} | {f"off-{name}": text for name, text in off.items()}


def assert_kept(answer: Any, nora: Owner) -> Page:
    """All of it is still there and nothing of it is saved, nor found wrong yet."""
    shown = read(answer)
    assert answer.status_code == 200
    fields = {tag.attrs.get("name"): tag.attrs.get("value", "") for tag in shown.all("input")}
    assert (fields["name"], fields["worth"]) == ("Nora Dale", "1,2,3")
    assert "Rest." in shown.text
    ticked = [tag for tag in shown.all("input") if tag.attrs.get("name") == "work_days" and "checked" in tag.attrs]
    assert [tag.attrs["value"] for tag in ticked] == ["2", "6"]
    assert "needs a look" not in shown.text
    nora.refresh_from_db()
    assert (nora.name, nora.vision) == ("Nora Hale", "")
    return shown


def test_what_was_typed_of_the_settings_is_kept_when_a_day_off_comes_or_goes(hers: Client, nora: Owner) -> None:
    given = typed_beside(hers, first="2099-12-24", name="Eve")
    shown = assert_kept(hers.post(URL, given), nora)
    assert [tag.text for tag in shown.all("div", "notice") if "ok" in tag.attrs["class"]] == [
        "Added Thursday 24 December 2099."
    ]
    fields = {tag.attrs.get("name"): tag.attrs.get("value", "") for tag in shown.all("input")}
    assert (fields["off-first"], fields["off-name"]) == ("", "")
    given = typed_beside(hers, first="2099-12-25")
    shown = assert_kept(hers.post(f"{URL}{nora.days_off.get().pk}/remove/", given), nora)
    assert "Removed Thursday 24 December 2099." in shown.text
    # And a day off that was typed and not added yet.
    assert {tag.attrs.get("name"): tag.attrs.get("value") for tag in shown.all("input")}["off-first"] == "2099-12-25"
    assert not nora.days_off.exists()


def test_what_was_kept_can_be_saved_then(hers: Client, nora: Owner) -> None:
    given = typed_beside(hers, first="2099-12-24")
    shown = read(hers.post(URL, given))
    seen = next(tag.attrs["value"] for tag in shown.all("input") if tag.attrs.get("name") == "seen")
    assert seen == given["seen"]
    assert hers.post("/settings/", given | {"worth": "95", "off-first": "", "seen": seen}).status_code == 302
    nora.refresh_from_db()
    assert nora.name == "Nora Dale"


def test_a_day_off_that_is_typed_and_not_added_is_added_when_the_settings_are_saved(
    hers: Client, nora: Owner
) -> None:
    given = typed_beside(hers, first="2099-12-24", name="Eve") | {"worth": "95"}
    saved = hers.post("/settings/", given, follow=True)
    assert "Added Thursday 24 December 2099." in read(saved).text
    assert "Your settings are saved." in read(saved).text
    assert runs(nora) == [(date(2099, 12, 24), date(2099, 12, 24), "Eve")]
    nora.refresh_from_db()
    assert nora.name == "Nora Dale"


def test_settings_and_a_day_off_are_saved_both_or_neither(hers: Client, nora: Owner) -> None:
    wrong_day = typed_beside(hers, first="2099-12-24", last="2099-12-20") | {"worth": "95"}
    wrong_worth = typed_beside(hers, first="2099-12-24")
    days = [TODAY + n * DAY for n in range(workdays.MOST_DAYS_OFF)]
    for given, most in ((wrong_day, 0), (wrong_worth, 0), (wrong_worth | {"worth": "95"}, len(days))):
        DayOff.objects.bulk_create([DayOff(owner=nora, first=day, last=day) for day in days[:most]])
        refused = hers.post("/settings/", given)
        assert refused.status_code == 422
        assert "One thing needs a look" in read(refused).text
        nora.refresh_from_db()
        assert (nora.name, nora.days_off.count()) == ("Nora Hale", most)


def test_to_a_script_the_list_alone_is_answered_with_what_was_done_and_where_to_go_on(
    hers: Client, nora: Owner
) -> None:
    def in_place(url: str, **given: str) -> tuple[Any, Page]:
        answer = hers.post(url, given, headers={"HX-Request": "true"})
        return answer, Page(f"<body>{answer.content.decode()}</body>")

    answer, shown = in_place(URL, **{"off-first": "2099-12-24"})
    assert (answer.status_code, shown.all("main"), shown.all("form")) == (200, [], [])
    assert shown.all("section")[0].text.startswith("Added Thursday 24 December 2099. Days off")
    assert [tag.attrs["name"] for tag in shown.all("input") if "autofocus" in tag.attrs] == ["off-first"]
    answer, shown = in_place(URL, **{"off-first": "2099-12-24", "off-last": "2099-12-20"})
    assert answer.status_code == 422
    assert "The last day is before the first." in shown.text
    assert [tag.attrs["name"] for tag in shown.all("input") if "autofocus" in tag.attrs] == ["off-last"]
    answer, shown = in_place(f"{URL}{nora.days_off.get().pk}/remove/", **{"off-first": "2099-12-25"})
    assert shown.all("section")[0].text.startswith("Removed Thursday 24 December 2099. Days off")
    assert "autofocus" in shown.all("h2")[0].attrs
    assert "2099-12-25" in answer.content.decode()


# --- The reminder ------------------------------------------------------------
def due(owner: Owner) -> datetime | None:
    return Owner.objects.values_list("next_reminder_at", flat=True).get(pk=owner.pk)


def test_no_reminder_comes_on_a_day_off_nor_on_a_weekday_that_is_none(nora: Owner) -> None:
    nora.work_days = "1346"
    wishing(nora, None)
    workdays.take_off(nora, date(2026, 10, 15), date(2026, 10, 18), "")
    for half_hours in range(2 * 24 * 9):
        reminders.remind(now=datetime.fromisoformat("2026-10-14T12:00+00:00") + half_hours * 30 * MINUTE)
    assert written(nora) == [f"2026-10-{day}" for day in (14, 19, 21, 22)]


def test_the_next_one_is_due_after_the_days_off(nora: Owner) -> None:
    workdays.take_off(nora, TODAY, TODAY + 4 * DAY, "")
    wishing(nora)
    reminders.plan(nora, now=NOW)
    assert nora.next_reminder_at == FIVE + 5 * DAY


def test_a_day_taken_off_and_given_back_moves_the_next_one_there_and_back(hers: Client, nora: Owner) -> None:
    wishing(nora)
    Owner.objects.update(next_reminder_at=(before := reminders.next_at(nora, workdays.of(nora), clock.now())))
    day = nora.today(before)
    add(hers, day)
    assert due(nora) == reminders.next_at(nora, workdays.of(nora), clock.now()) != before
    hers.post(f"{URL}{nora.days_off.get().pk}/remove/")
    assert due(nora) == before


def test_a_day_off_leaves_to_the_beat_what_has_come_due_and_plans_none_for_who_wants_none(
    hers: Client, nora: Owner, bea: Owner
) -> None:
    wishing(nora)
    reminders.heed_days_off(nora, now=FIVE)
    assert due(nora) == FIVE
    reminders.heed_days_off(bea, now=FIVE)
    assert due(bea) is None


def test_a_day_taken_off_after_its_reminder_was_planned_is_not_mentioned(nora: Owner) -> None:
    wishing(nora)
    workdays.take_off(nora, TODAY, TODAY, "")
    assert reminders.remind(now=FIVE) == 0
    assert due(nora) == FIVE + DAY


def test_a_day_that_was_taken_off_while_the_email_waited_is_not_mentioned() -> None:
    owner = wishing(an_owner(time_zone=f"Etc/GMT{clock.now().hour - 12:+d}"))
    owner.work_days = "1234567"
    owner.save()
    at = reminders.next_at(owner, workdays.of(owner), clock.now() - DAY)
    Owner.objects.update(next_reminder_at=at)
    assert reminders.remind(now=at) == 1
    email, today = owner.emails.get(), owner.today(clock.now())
    email.facts["day"] = today.isoformat()
    email.save()
    workdays.take_off(owner, today, today, "")
    assert outcome(owner) == ("skipped", "it is no work day any more")


# --- Home --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("work_days", "off", "heading"),
    [
        ("12345", None, "Log yesterday"),
        # Wednesday was off, and Tuesday.
        ("12345", (14, 14), "Log Tuesday"),
        ("12345", (13, 14), "Log Monday"),
        # The Friday before, and where Friday could be another one, its date.
        ("12345", (12, 14), "Log Friday"),
        ("12345", (5, 14), "Log 2 October"),
        ("67", None, "Log Sunday"),
        ("4", None, "Log 8 October"),
    ],
)
def test_home_asks_about_the_last_work_day_before_today(
    nora: Owner, work_days: str, off: tuple[int, int] | None, heading: str
) -> None:
    an_entry(task=a_task(owner=nora), day=date(2026, 9, 1))
    nora.work_days = work_days
    if off:
        workdays.take_off(nora, date(2026, 10, off[0]), date(2026, 10, off[1]), "")
    step = next_step.for_home(nora, NOW)
    assert step
    assert step.heading == heading


# --- The weekly summary ------------------------------------------------------
@pytest.mark.parametrize(
    ("work_days", "off", "said"),
    [
        ("12345", [], "2 of 5 work days logged."),
        ("1234567", [], "3 of 7 work days logged."),
        ("12345", [(1, 2)], "1 of 3 work days logged."),
        ("1", [], "1 of 1 work day logged."),
        ("12345", [(0, 6)], ""),
    ],
)
def test_the_summary_counts_the_owners_own_work_days(
    nora: Owner, work_days: str, off: list[tuple[int, int]], said: str
) -> None:
    week = Week(2026, 41)
    task = a_task(owner=nora)
    # Monday, Tuesday and Saturday.
    for n in (0, 1, 5):
        an_entry(task=task, day=week.first + n * DAY)
    nora.work_days = work_days
    for first, last in off:
        workdays.take_off(nora, week.first + first * DAY, week.first + last * DAY, "")
    email = weekly.write(nora, week, now=FIVE + SECOND)
    assert email.facts["coverage"] == said
    assert email.facts["bars"]


def test_a_day_off_of_another_week_changes_no_summary(nora: Owner) -> None:
    week = Week(2026, 41)
    an_entry(task=a_task(owner=nora), day=week.first)
    workdays.take_off(nora, week.last + DAY, week.last + timedelta(days=9), "")
    assert weekly.facts(nora, week, FIVE)["coverage"] == "1 of 5 work days logged."
