"""Days away: kept as runs, written by either side, and what they leave of a person's hours and of their rest."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from assistants import links
from assistants.handoff import reply_times, sweeps
from assistants.models import Absence, Assistant, Offer
from assistants.plan import plan_inputs
from assistants.roster import absences, people
from tasks import clock
from tasks.models import Owner
from tests.assistants.world import by_hand, dump, plan_of, race, text_of
from tests.factories import NOW, TODAY, a_task, an_accepted_offer, an_assistant, an_offer, an_owner

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# The first day of a plan of TODAY, a Thursday.
MONDAY = date(2026, 10, 26)
FOUR_WEEKS = [MONDAY + n * DAY for n in range(28)]


@pytest.fixture
def ana(nora: Owner) -> Assistant:
    return an_assistant(owner=nora, hours=8)


def kept(person: Assistant) -> list[tuple[date, date]]:
    return list(Absence.objects.filter(assistant=person).values_list("first", "last"))


def away(person: Assistant, first: date, last: date) -> Assistant:
    absences.add(person, first, last, today=TODAY)
    return Assistant.objects.get(pk=person.pk)


# --- Kept --------------------------------------------------------------------
RUNS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=10)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=RUNS)
def test_the_days_kept_are_those_typed_in_runs_that_never_touch(ana: Assistant, typed: list[tuple[int, int]]) -> None:
    Absence.objects.all().delete()
    days = set()
    for first, more in typed:
        absences.add(ana, MONDAY + first * DAY, MONDAY + (first + more) * DAY, today=TODAY)
        days |= {MONDAY + n * DAY for n in range(first, first + more + 1)}
    runs = kept(ana)
    assert {first + n * DAY for first, last in runs for n in range((last - first).days + 1)} == days
    assert all(last + DAY < first for (_, last), (first, _) in pairwise(runs))


def test_there_are_a_hundred_at_most_and_what_joins_one_of_them_still_fits(ana: Assistant) -> None:
    Absence.objects.bulk_create(
        Absence(assistant=ana, first=day, last=day) for day in (TODAY + 3 * n * DAY for n in range(absences.MOST))
    )
    with pytest.raises(absences.TooMany):
        absences.add(ana, MONDAY + 1000 * DAY, MONDAY + 1000 * DAY, today=TODAY)
    absences.add(ana, TODAY + DAY, TODAY + 2 * DAY, today=TODAY)
    assert len(kept(ana)) == absences.MOST - 1


def test_what_is_over_takes_no_place_and_goes_after_a_year(ana: Assistant) -> None:
    Absence.objects.create(assistant=ana, first=TODAY - 400 * DAY, last=TODAY - 399 * DAY)
    Absence.objects.bulk_create(
        Absence(assistant=ana, first=day, last=day) for day in (TODAY - (2 + 2 * n) * DAY for n in range(100))
    )
    absences.add(ana, MONDAY, MONDAY, today=TODAY)
    assert Absence.objects.filter(last__lt=TODAY - 366 * DAY).count() == 0
    assert Absence.objects.count() == 101


@pytest.mark.django_db(transaction=True)
def test_of_many_presses_one_is_kept_and_the_last_place_is_given_once(on_disk: None) -> None:
    ana = an_assistant(owner=an_owner())
    press = partial(absences.add, ana, MONDAY, MONDAY + DAY, today=TODAY)
    assert {type(each) for each in race([press] * 6)} == {Absence}
    assert kept(ana) == [(MONDAY, MONDAY + DAY)]
    days = [MONDAY + (10 + 3 * n) * DAY for n in range(absences.MOST - 2)]
    Absence.objects.bulk_create(Absence(assistant=ana, first=day, last=day) for day in days)
    two = [partial(absences.add, ana, day, day, today=TODAY) for day in (MONDAY + 500 * DAY, MONDAY + 510 * DAY)]
    assert {type(each) for each in race(two)} == {Absence, absences.TooMany}
    assert len(kept(ana)) == absences.MOST


# --- What they leave ---------------------------------------------------------
def test_a_plan_is_about_the_four_weeks_in_which_a_hand_off_written_today_begins() -> None:
    for day in (TODAY + n * DAY for n in range(14)):
        assert absences.first_day(day).weekday() == 0
        assert absences.first_day(day) - day > timedelta(days=7)


@given(
    weekly=st.integers(0, 3000),
    away=st.lists(st.tuples(st.integers(-10, 40), st.integers(0, 30)), max_size=5),
    busy=st.integers(0, 3000),
)
def test_the_hours_left_are_the_share_of_weekdays_there_in_whole_quarters(
    weekly: int, away: list[tuple[int, int]], busy: int
) -> None:
    runs = [(MONDAY + first * DAY, MONDAY + (first + more) * DAY) for first, more in away]
    there = sum(day.weekday() < 5 and not any(a <= day <= b for a, b in runs) for day in FOUR_WEEKS)
    left = absences.left_of(weekly, runs, TODAY, busy=busy)
    assert left <= weekly
    if there == 20 or busy >= weekly:
        assert left == weekly
    else:
        assert left == busy + (weekly - busy) * there // 20 // 15 * 15


def test_days_away_count_in_the_plan_and_what_is_agreed_is_kept(nora: Owner, ana: Assistant) -> None:
    away(ana, MONDAY, MONDAY + 11 * DAY)
    rows = plan_inputs.gather(nora, TODAY)
    assert plan_inputs.free_minutes(rows) == {ana.pk: 240}
    assert [each.minutes for each in plan_inputs.instance(rows, None).assistants] == [240]
    an_accepted_offer(owner=nora, assistant=ana, hours=5)
    rows = plan_inputs.gather(nora, TODAY)
    # Of the three hours that are free when she is there, half; what runs rests on the days away, too.
    assert plan_inputs.free_minutes(rows) == {ana.pk: 90}
    assert [each.minutes for each in plan_inputs.instance(rows, None).assistants] == [390]
    live = nora.handoffs.live().with_terms()
    assert people.free_minutes(ana, live, TODAY) == 90
    # In three weeks the plan is about weeks in which she is back.
    assert people.free_minutes(ana, live, TODAY + 21 * DAY) == 180


def test_who_has_no_time_for_a_task_for_days_away_is_said_to_be_away(nora: Owner, ana: Assistant) -> None:
    a_task(owner=nora, name="Record keeping", loathe=5, excel=1)
    away(ana, MONDAY, MONDAY + 26 * DAY)
    (left_out,) = plan_of(nora, TODAY).left_out
    assert left_out.why == "Ana has 0 h left (away 26 October to 21 November), and all of it takes 3.2 h."


def test_days_at_the_weekend_before_and_after_those_weeks_take_nothing(nora: Owner, ana: Assistant) -> None:
    for day in (TODAY, MONDAY - DAY, MONDAY + 5 * DAY, MONDAY + 28 * DAY):
        away(ana, day, day)
    assert plan_inputs.free_minutes(plan_inputs.gather(nora, TODAY)) == {ana.pk: 480}


def test_they_are_said_where_hours_are_counted(ana: Assistant) -> None:
    assert absences.in_words(ana, TODAY) == ""
    assert absences.in_words(away(ana, date(2026, 11, 2), date(2026, 11, 13)), TODAY) == "away 2 to 13 November"
    assert absences.in_words(away(ana, TODAY, TODAY), TODAY) == "away 15 October and 2 to 13 November"
    assert absences.in_words(away(ana, date(2027, 3, 1), date(2027, 3, 2)), TODAY + DAY) == "away 2 to 13 November"
    for n in range(3):
        ana = away(ana, MONDAY + 2 * n * DAY, MONDAY + 2 * n * DAY)
    assert absences.in_words(ana, TODAY) == "away 15 October, 26 October and more days"


# --- No reminder on them -------------------------------------------------------
MANILA = "Asia/Manila"


def an_unanswered_offer(owner: Owner, person: Assistant) -> Offer:
    """Sent at 5:30 in the morning in Manila, with ten days to reply."""
    offer = an_offer(owner=owner, assistant=person, reply_by=NOW + 10 * DAY)
    Offer.objects.update(state="sent", sent_at=NOW)
    offer.refresh_from_db()
    return offer


def test_a_reminder_waits_for_the_morning_on_which_they_are_back(nora: Owner, ana: Assistant) -> None:
    offer = an_unanswered_offer(nora, ana)
    half = reply_times.reminder_at(offer)
    assert half == datetime.fromisoformat("2026-10-21T08:00:00+08:00")
    away(ana, date(2026, 10, 21), date(2026, 10, 22))
    offer = Offer.objects.get()
    assert reply_times.reminder_at(offer) == datetime.fromisoformat("2026-10-23T08:00:00+08:00")
    for at, is_quiet in (
        ("2026-10-20T19:59:00+08:00", False),
        ("2026-10-20T20:00:00+08:00", True),
        ("2026-10-21T12:00:00+08:00", True),
        ("2026-10-22T23:00:00+08:00", True),
        ("2026-10-23T07:59:00+08:00", True),
        ("2026-10-23T08:00:00+08:00", False),
    ):
        assert reply_times.is_quiet(offer, datetime.fromisoformat(at)) is is_quiet, at


def test_the_sweep_reminds_nobody_on_a_day_away_and_everybody_after_it(nora: Owner, ana: Assistant) -> None:
    offer = an_unanswered_offer(nora, ana)
    away(ana, date(2026, 10, 21), date(2026, 10, 22))
    for at, reminders in (("2026-10-22T12:00:00+08:00", 0), ("2026-10-23T12:00:00+08:00", 1)):
        sweeps.remind(now=datetime.fromisoformat(at))
        offer.refresh_from_db()
        assert offer.reminders == reminders


def test_looking_for_reminders_asks_the_same_for_any_number_of_people(
    nora: Owner, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 4):
        for _ in range(count):
            person = an_assistant(owner=nora)
            away(person, TODAY, TODAY + DAY)
            an_offer(owner=nora, assistant=person, task=a_task(owner=nora), reply_by=NOW + 10 * DAY)
        Offer.objects.update(state="sent", sent_at=NOW)
        with django_assert_num_queries(2):
            sweeps.remind(now=NOW + DAY)


# --- The owner's page ----------------------------------------------------------
def page_of(person: Assistant, act: str = "") -> str:
    return f"/assistants/{person.pk}/{act}"


def in_a_week(person: Assistant) -> date:
    return person.today(clock.now()) + timedelta(days=7)


def test_the_owner_adds_days_and_removes_them(hers: Client, ana: Assistant) -> None:
    day = in_a_week(ana)
    page = text_of(hers.post(page_of(ana, "away/"), {"first": day, "last": day + DAY}, follow=True))
    assert "Ana is away" in page
    assert kept(ana) == [(day, day + DAY)]
    [absence] = Absence.objects.all()
    assert f'name="remove" value="{absence.pk}"' in page
    assert "Removed" in text_of(hers.post(page_of(ana, "away/"), {"remove": absence.pk}, follow=True))
    assert kept(ana) == []
    assert hers.post(page_of(ana, "away/"), {"remove": absence.pk}).status_code == 302


def test_the_roster_says_who_is_away_and_counts_their_hours_so(hers: Client, nora: Owner, ana: Assistant) -> None:
    first = absences.first_day(nora.today(clock.now()))
    absences.add(ana, first, first + 11 * DAY, today=nora.today(clock.now()))
    for page in (text_of(hers.get("/assistants/")), text_of(hers.get(page_of(ana)))):
        assert "Away " in page
        assert "4 h" in page


BAD = [
    ({"first": ""}, "Say which day."),
    ({"first": "yesterday"}, "Write the day as 2026-03-02."),
    ({"first": "2020-01-01"}, "That day is over."),
    ({"first": "2098-01-01"}, "That is more than two years away."),
    ({"first": "9999-12-31"}, "That year is too far away."),
]


@pytest.mark.parametrize(("typed", "said"), BAD)
def test_days_that_cannot_be_are_named_and_nothing_is_kept(
    hers: Client, ana: Assistant, typed: dict[str, str], said: str
) -> None:
    before = dump()
    response = hers.post(page_of(ana, "away/"), typed)
    assert (response.status_code, said in text_of(response)) == (422, True)
    assert dump() == before


def test_the_last_day_is_not_before_the_first_and_within_a_year(hers: Client, ana: Assistant) -> None:
    day = in_a_week(ana)
    for last, said in ((day - DAY, "The last day is before the first."), (day + 367 * DAY, "Write a year or less.")):
        response = hers.post(page_of(ana, "away/"), {"first": day, "last": last})
        assert (response.status_code, said in text_of(response)) == (422, True)
    assert kept(ana) == []


def test_whose_days_they_are_is_the_owners_alone(hers: Client, bea: Owner) -> None:
    theirs = an_assistant(owner=bea)
    mine = an_assistant(owner=Owner.objects.get(email="nora@example.com"))
    day = in_a_week(theirs)
    absence = absences.add(theirs, day, day, today=TODAY)
    assert hers.post(page_of(theirs, "away/"), {"first": day}).status_code == 404
    hers.post(page_of(mine, "away/"), {"remove": absence.pk})
    hers.post(page_of(mine, "away/"), {"remove": "9" * 40})
    hers.post(page_of(mine, "away/"), {"remove": "x\x00"})
    assert kept(theirs) == [(day, day)]


# --- The assistant's page --------------------------------------------------------
def link(offer: Offer) -> str:
    return f"/h/{links.token('offer', offer.pid, offer.epoch)}/away/"


def test_the_assistant_adds_days_and_removes_them_without_cookie_or_script(nora: Owner, ana: Assistant) -> None:
    offer = an_offer(owner=nora, assistant=ana)
    browser = Client(enforce_csrf_checks=True)
    day = in_a_week(ana)
    response = browser.post(link(offer), by_hand(offer, first=str(day), last=str(day + DAY)))
    assert (response.status_code, response["Location"]) == (302, f"{link(offer)}?saved=away")
    [absence] = Absence.objects.all()
    page = text_of(browser.get(link(offer)))
    assert f'value="{absence.pk}"' in page
    assert "<script" not in page
    assert "That day is over." in text_of(browser.post(link(offer), by_hand(offer, first="2020-01-01")))
    browser.post(link(offer), by_hand(offer, remove=str(absence.pk)))
    assert kept(ana) == []


def test_a_scanner_adds_nothing_and_another_ones_days_stay(nora: Owner, ana: Assistant) -> None:
    offer, ben = an_offer(owner=nora, assistant=ana), an_assistant(owner=nora, name="Ben")
    browser, day = Client(), in_a_week(ana)
    absence = absences.add(ben, day, day, today=TODAY)
    before = dump()
    browser.post(link(offer), {"first": str(day)})
    browser.post(link(offer), by_hand(offer, first=str(day), website="x"))
    browser.post(link(offer), by_hand(offer, remove=str(absence.pk)))
    for read in (browser.get, browser.head, browser.options):
        read(link(offer))
    assert dump() == before
