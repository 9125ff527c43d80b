"""Be reminded in a month to come: once, on its first work day at 9, of what the forecast says then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configured
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from assistants.months import Month
from delegator.ahead import ahead_reminders
from delegator.jobs import remind_of_the_year
from delegator.models import AheadReminder
from tasks.models import Owner
from tasks.workdays import WorkDays
from tests.assistants.world import Browser
from tests.delegator.at_once import at_once, real_database
from tests.delegator.pages import read
from tests.delegator.reminding import both_texts, message_to, outcome, paths_in
from tests.factories import NOW, TODAY, a_skill, a_task, an_assistant, an_entry, an_owner
from tests.tasks.clocks import standing_at

AHEAD, KEEP = "/plan/ahead/", "/plan/ahead/reminders/"
# Friday 1 January 2027, 9 am in Phoenix.
NINE = datetime.fromisoformat("2027-01-01T16:00:00+00:00")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
JANUARY = Month(2027, 1)


@pytest.fixture
def _today() -> Iterator[None]:
    with standing_at(NOW):
        yield


def wishing(owner: Owner, month: Month = JANUARY) -> AheadReminder:
    return ahead_reminders.keep(owner, month, now=NOW)


def logged(owner: Owner) -> None:
    """A year ahead can be told: five hours a week that nobody else can do."""
    task = a_task(owner=owner, name="Record keeping", skill=a_skill(owner=owner))
    for back in range(1, 6):
        an_entry(task=task, day=TODAY - timedelta(weeks=back), seconds=5 * 3600)


def keys(owner: Owner) -> list[str]:
    return list(owner.emails.values_list("key", flat=True))


# --- On the page -------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
def test_the_button_keeps_one_reminder_a_month_and_the_page_names_its_day(hers: Client, nora: Owner) -> None:
    logged(nora)
    assert "Remind me in November" in read(hers.get(AHEAD)).text
    for _ in range(2):
        page = read(hers.post(KEEP, {"month": "2026-11"}, follow=True))
        assert "One email will remind you on Monday 2 November 2026." in page.text
    assert [str(each) for each in AheadReminder.objects.all()] == ["Nora Hale, 2026-11"]
    page = read(hers.get(AHEAD))
    assert "We remind you on Monday 2 November." in page.text
    assert "Remind me in" not in page.text


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
def test_a_reminder_moves_to_another_month_where_two_become_one_and_goes(hers: Client, nora: Owner) -> None:
    one, other = wishing(nora), wishing(nora, Month(2027, 2))
    hers.post(f"{KEEP}{one.pk}/", {"month": "2027-03"})
    one.refresh_from_db()
    assert one.month == "2027-03"
    hers.post(f"{KEEP}{one.pk}/", {"month": "2027-03"})
    hers.post(f"{KEEP}{one.pk}/", {"month": "2027-02"})
    assert list(AheadReminder.objects.all()) == [other]
    page = read(hers.post(f"{KEEP}{other.pk}/remove/", follow=True))
    assert "No reminder in February 2027." in page.text
    assert not AheadReminder.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
@pytest.mark.parametrize("month", ["2026-10", "2026-09", "2027-11"])
def test_only_the_next_twelve_months_can_be_chosen(hers: Client, nora: Owner, month: str) -> None:
    kept = wishing(nora)
    for url in (KEEP, f"{KEEP}{kept.pk}/"):
        page = read(hers.post(url, {"month": month}, follow=True))
        assert "Choose one of the next twelve months." in page.text
    assert [each.month for each in AheadReminder.objects.all()] == ["2027-01"]


@pytest.mark.django_db
@pytest.mark.usefixtures("_today")
def test_no_month_no_reminder_and_nobody_elses_is_none(
    hers: Client, nora: Owner, bea: Owner, browser_of: Browser
) -> None:
    kept, done = wishing(nora), nora.ahead_reminders.create(month="2026-09", asked_at=NOW, written_at=NOW)
    for month in ("", "January", "2027-13"):
        assert hers.post(KEEP, {"month": month}).status_code == 404
    for browser, pk in ((browser_of(bea), kept.pk), (hers, done.pk), (hers, 987654321)):
        for url in (f"{KEEP}{pk}/", f"{KEEP}{pk}/remove/"):
            assert browser.post(url, {"month": "2027-02"}).status_code == 404
    assert hers.get(KEEP).status_code == 405
    assert [(each.pk, each.month) for each in AheadReminder.objects.all()] == [
        (done.pk, "2026-09"), (kept.pk, "2027-01"),
    ]  # fmt: skip


# --- When it is due -----------------------------------------------------------
weekdays = st.sets(st.sampled_from("1234567"), min_size=1).map(lambda days: "".join(sorted(days)))
dates_off = st.dates(date(2026, 12, 1), date(2027, 4, 1))


@given(weekdays, st.lists(st.tuples(dates_off, st.integers(0, 40)), max_size=4))
def test_it_is_due_on_the_first_work_day_of_the_month_or_after_it(days: str, off: list[tuple[date, int]]) -> None:
    work = WorkDays(days, tuple((first, first + length * DAY) for first, length in off))
    due = ahead_reminders.due_on(work, JANUARY)
    assert due >= JANUARY.first
    assert work.is_one(due)
    assert not work.of(JANUARY.first + n * DAY for n in range((due - JANUARY.first).days))


@pytest.mark.django_db
def test_one_email_leaves_at_nine_and_no_other_after_it(nora: Owner) -> None:
    wishing(nora)
    assert ahead_reminders.remind(now=NINE - SECOND) == 0
    assert ahead_reminders.remind(now=NINE) == 1
    for later in (SECOND, DAY, 40 * DAY):
        assert ahead_reminders.remind(now=NINE + later) == 0
    assert keys(nora) == [f"year-{nora.pk}-2027-01"]


@pytest.mark.django_db
def test_it_moves_with_the_owners_zone_work_days_and_days_off(nora: Owner) -> None:
    wishing(nora)
    nora.days_off.create(first=date(2026, 12, 28), last=date(2027, 1, 4), name="Rest")
    assert ahead_reminders.remind(now=NINE + 3 * DAY) == 0
    Owner.objects.update(time_zone="Asia/Manila", work_days="3")
    wednesday = datetime.fromisoformat("2027-01-06T01:00:00+00:00")
    assert ahead_reminders.remind(now=wednesday - SECOND) == 0
    assert ahead_reminders.remind(now=wednesday) == 1


@pytest.mark.django_db
def test_the_first_hours_of_the_month_in_the_far_east_are_seen_in_time(nora: Owner) -> None:
    Owner.objects.update(time_zone="Pacific/Kiritimati")
    wishing(nora)
    assert ahead_reminders.remind(now=datetime.fromisoformat("2026-12-31T19:00:00+00:00")) == 1


@pytest.mark.django_db
def test_after_a_short_outage_it_comes_and_after_a_long_one_it_is_let_go(nora: Owner, bea: Owner) -> None:
    wishing(nora)
    assert ahead_reminders.remind(now=NINE + 20 * DAY) == 1
    wishing(bea)
    assert ahead_reminders.remind(now=NINE + 31 * DAY) == 0
    assert not bea.emails.exists()
    assert not AheadReminder.objects.filter(written_at=None).exists()


@pytest.mark.django_db
def test_who_cannot_be_written_to_is_not(nora: Owner, bea: Owner) -> None:
    wishing(nora), wishing(bea)
    EmailAddress.objects.create(user=bea, email=bea.email, primary=True, verified=True)
    with override_settings(EMAIL_KEPT=False):
        assert ahead_reminders.remind(now=NINE) == 1
    assert not nora.emails.exists()
    Owner.objects.update(is_active=False)
    assert ahead_reminders.remind(now=NINE) == 0


@pytest.mark.django_db
def test_who_removed_it_hears_nothing(nora: Owner) -> None:
    ahead_reminders.remove(wishing(nora))
    assert ahead_reminders.remind(now=NINE) == 0


# --- What it says -------------------------------------------------------------
@pytest.mark.django_db
def test_it_says_what_the_forecast_says_then_and_leads_there(nora: Owner) -> None:
    logged(nora)
    a_task(owner=nora, name="Plant orders", loathe=3, excel=3, skill=a_skill(owner=nora, name="Plants"))
    wishing(nora)
    ahead_reminders.remind(now=NINE)
    message = message_to(nora)
    assert message.subject == "Nobody on your roster does bookkeeping"
    for text in both_texts(message):
        assert "Start looking now." in text
        assert "would bring you about" in text
        assert "Nobody on your roster does plants." in text
        assert "You asked for this one email on 15 October 2026. No other follows." in text
    assert paths_in(str(message.body)) == [AHEAD]
    assert outcome(nora) == ("sent", "")


@pytest.mark.django_db
def test_it_says_so_when_there_is_nothing_to_do_or_nothing_to_tell_from(nora: Owner, bea: Owner) -> None:
    for owner in (nora, bea):
        wishing(owner)
    logged(nora)
    an_assistant(owner=nora, hours=20, skill=a_skill(owner=nora))
    ahead_reminders.remind(now=NINE)
    assert message_to(nora).subject == "Your roster is enough for the next 12 months"
    assert message_to(bea).subject == "You wanted to look at the months ahead"
    assert "There is no forecast now" in str(message_to(bea).body)


# --- Whatever happens --------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_write_one_email(nora: Owner, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    wishing(nora)
    with real_database(tmp_path):
        beat = partial(ahead_reminders.remind, now=NINE)
        counts = at_once(beat, beat)
        assert sum(count for count in counts if isinstance(count, int)) == 1, counts
        assert len(keys(nora)) == 1
    assert "could not be reminded" not in caplog.text


@pytest.mark.django_db
def test_the_trouble_of_one_owner_is_not_the_others(
    nora: Owner, bea: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    wishing(nora), wishing(bea)
    Owner.objects.filter(pk=nora.pk).update(time_zone="Mars/Base")
    assert ahead_reminders.remind(now=NINE) == 1
    assert f"owner {nora.pk} could not be reminded" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("owners", [1, 9])
def test_reminders_of_months_to_come_cost_nothing(
    owners: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(owners):
        wishing(an_owner())
    with django_assert_num_queries(1):
        assert ahead_reminders.remind(now=NOW) == 0


def test_beat_looks_every_minute_and_drops_a_look_that_waited_that_long() -> None:
    assert configured.CELERY_BEAT_SCHEDULE["year"] == {
        "task": remind_of_the_year.name,
        "schedule": 60,
        "options": {"expires": 60},
    }
