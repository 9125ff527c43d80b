"""The owner's settings: what is saved, what is refused, and what a change leaves alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries

from delegator.mail import reminders
from delegator.screens.settings_form import SettingsForm
from tasks import clock, workdays
from tasks.durations import HOUR, MINUTE
from tasks.models import BestHour, Owner
from tests import factories
from tests.delegator.pages import Page, read
from tests.factories import NOW, TODAY, a_task, an_offer, the_best_work

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {
    "name": "Nora Hale",
    "business": "Hale Garden Design",
    "vision": "Be home by four.",
    # Later than any day on which the tests run.
    "vision_by": "2099-06-01",
    "work_days": ["1", "3", "6"],
    "worth": "95,50",
    "day": "7:30",
    "budget": "290",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "wants_summary": "on",
    "summary_every": "month",
    "summary_day": "5",
    "summary_hour": "18",
    "wants_reminder": "on",
    "reminder_hour": "18",
    "timer_limit": "2:30",
    "theme": "dark",
    "clock_format": "24",
    "date_format": "month",
    "number_format": "comma",
}


@pytest.fixture
def hers(client: Client, nora: Owner) -> Client:
    client.force_login(nora)
    return client


def save(client: Client, **changed: Any) -> Any:
    return client.post("/settings/", GIVEN | changed)


def typed(page: Page) -> dict[str, str]:
    fields = {tag.attrs["name"]: tag.attrs.get("value", "") for tag in page.all("input") if "name" in tag.attrs}
    return fields | {tag.attrs["name"]: "".join(tag.words).strip() for tag in page.all("textarea")}


def ticked(page: Page) -> list[str]:
    """The weekdays that are work days."""
    labels = page.all("label", "scale-opt")
    days = [tag for tag in page.all("input") if tag.attrs.get("name") == "work_days"]
    return [label.text for label, day in zip(labels, days, strict=True) if "checked" in day.attrs]


def chosen(page: Page) -> list[str]:
    return [tag.attrs["value"] for tag in page.all("option") if "selected" in tag.attrs]


def test_what_is_saved_is_shown_again(hers: Client, nora: Owner) -> None:
    with time_machine.travel(NOW, tick=False):
        hers.force_login(nora)
        saved = hers.post("/settings/", GIVEN, follow=True)
    page = read(saved)
    assert saved.redirect_chain == [("/settings/", 302)]
    assert "Your settings are saved." in page.text
    nora.refresh_from_db()
    assert (nora.name, nora.business, nora.vision) == ("Nora Hale", "Hale Garden Design", "Be home by four.")
    assert (nora.work_day, nora.budget, nora.currency) == (7 * HOUR + 30 * MINUTE, Decimal(290), "EUR")
    assert (nora.time_zone, nora.wants_summary) == ("Europe/Berlin", True)
    assert (nora.summary_every, nora.summary_day, nora.summary_hour) == ("month", 5, 18)
    assert (nora.wants_reminder, nora.reminder_hour, nora.timer_limit) == (True, 18, 2 * HOUR + 30 * MINUTE)
    assert (nora.vision_by, nora.work_days, nora.theme) == (date(2099, 6, 1), "136", "dark")
    shown = typed(page)
    assert (nora.clock_format, nora.date_format, nora.number_format) == ("24", "month", "comma")
    assert (shown["name"], shown["worth"], shown["day"], shown["budget"]) == ("Nora Hale", "95,50", "7:30", "290")
    assert (shown["vision"], shown["vision_by"], shown["timer_limit"]) == ("Be home by four.", "2099-06-01", "2:30")
    assert chosen(page) == ["Europe/Berlin", "EUR", "month", "5", "18", "18", "dark", "24", "month", "comma"]
    assert ticked(page) == ["Mon", "Wed", "Sat"]


def test_a_new_worth_leaves_the_past_alone(hers: Client, nora: Owner) -> None:
    with time_machine.travel(NOW, tick=False):
        hers.force_login(nora)
        save(hers, time_zone=nora.time_zone)
        save(hers, time_zone=nora.time_zone)
    assert nora.hour_value(TODAY) == Decimal("95.50")
    assert nora.hour_value(TODAY - timedelta(days=1)) == Decimal(80)
    assert nora.best_hours.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", " ", "Write your name."),
        ("name", "Nora\nBcc: v@example.com", "Write this on one line."),
        ("worth", "", "A guess will do."),
        ("worth", "0", "Write more than 0. A guess will do."),
        ("worth", "0,00", "Write more than 0. A guess will do."),
        ("worth", "12.345", "Write an amount such as 18 or 18.50."),
        ("worth", "1e5", "Write an amount such as 18 or 18.50."),
        ("budget", "-5", "Write an amount such as 18 or 18.50."),
        ("budget", "NaN", "Write an amount such as 18 or 18.50."),
        ("day", "0", "Write more than zero hours."),
        ("day", "", "Say how long your work day is."),
        ("day", "25:00", "at most 24"),
        ("time_zone", "Mars/Base", "Choose a time zone from the list."),
        ("time_zone", "../../etc/passwd", "Choose a time zone from the list."),
        ("currency", "XXX", "Select a valid choice."),
        ("vision_by", "2020-06-01", "That day is over. Choose one that is still to come."),
        ("clock_format", "13", "Select a valid choice."),
        ("date_format", "year", "Select a valid choice."),
        ("number_format", "roman", "Select a valid choice."),
        ("vision_by", "June", "Write the day as 2026-03-02."),
        ("work_days", [], "Choose one day at least."),
        ("work_days", ["8"], "Select a valid choice."),
        ("work_days", ["1", "12"], "Select a valid choice."),
        ("theme", "sepia", "Select a valid choice."),
        ("vision", "a\x00b", "Leave out the control characters."),
        ("vision", "x" * 601, "at most 600 characters"),
        ("reminder_hour", "", "This field is required."),
        ("summary_every", "day", "Select a valid choice."),
        ("summary_day", "0", "Select a valid choice."),
        ("summary_day", "8", "Select a valid choice."),
        ("summary_hour", "5", "Select a valid choice."),
        ("summary_hour", "7 am", "Select a valid choice."),
        ("reminder_hour", "5", "Select a valid choice."),
        ("reminder_hour", "23", "Select a valid choice."),
        ("reminder_hour", "5 pm", "Select a valid choice."),
        ("timer_limit", "", "Say after how many hours."),
        ("timer_limit", "0", "Write more than zero hours."),
        ("timer_limit", "0:29", "Write half an hour or more."),
        ("timer_limit", "16:01", "at most 16."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(
    hers: Client, nora: Owner, field: str, value: Any, why: str
) -> None:
    before = Owner.objects.values().get()
    refused = save(hers, **{field: value})
    page = read(refused)
    assert refused.status_code == 422
    assert why in page.text
    kept = {"name", "worth", "day", "budget"} - {field}
    assert {name: typed(page)[name] for name in kept} == {name: GIVEN[name] for name in kept}
    assert Owner.objects.values().get() == before
    assert BestHour.objects.count() == 1


def test_a_day_that_came_and_went_stays_so_that_the_rest_can_be_saved(hers: Client, nora: Owner) -> None:
    Owner.objects.update(vision_by=date(2020, 6, 1))
    assert save(hers, vision_by="2020-06-01", business="Another name").status_code == 302
    nora.refresh_from_db()
    assert (nora.vision_by, nora.business) == (date(2020, 6, 1), "Another name")


def test_the_summary_of_errors_counts_them_in_words_and_names_their_fields(hers: Client) -> None:
    one = read(save(hers, name="")).text
    assert "One thing needs a look Your name: Write your name." in one
    four = {"name": "", "vision_by": "June", "timer_limit": "0", "off-last": "2026-12-24"}
    said = read(save(hers, **four)).text
    assert (
        "Four things need a look Your name: Write your name. By when: Write the day as 2026-03-02. "
        "A timer was forgotten after: Write more than zero hours. First day: Say which day." in said
    )


SUMMARY = ("summary_every", "summary_day", "summary_hour")


def test_a_page_from_before_there_were_formats_and_paces_leaves_them_as_they_are(hers: Client, nora: Owner) -> None:
    save(hers)
    hers.post("/settings/", without("clock_format", "date_format", "number_format", *SUMMARY))
    nora.refresh_from_db()
    assert (nora.clock_format, nora.date_format, nora.number_format) == ("24", "month", "comma")
    assert (nora.summary_every, nora.summary_day, nora.summary_hour) == ("month", 5, 18)


def test_a_blank_budget_is_no_limit(hers: Client, nora: Owner) -> None:
    save(hers, budget="")
    nora.refresh_from_db()
    assert nora.budget is None


# --- The reminder and the timer ----------------------------------------------
def due(owner: Owner) -> datetime | None:
    return Owner.objects.values_list("next_reminder_at", flat=True).get(pk=owner.pk)


def without(*fields: str) -> dict[str, Any]:
    return {name: text for name, text in GIVEN.items() if name not in fields}


def test_a_new_owner_is_offered_no_reminder_5_pm_and_four_hours(hers: Client, nora: Owner) -> None:
    page = read(hers.get("/settings/"))
    assert "checked" not in next(tag.attrs for tag in page.all("input") if tag.attrs.get("name") == "wants_reminder")
    options = [tag.text for tag in page.all("option")]
    hours, looks = options[-29:-12], options[-12:]
    assert (hours[0], hours[6], hours[16]) == ("6 am", "noon", "10 pm")
    assert looks[:5] == ["As on this device", "Light", "Dark", "6:30 pm", "18:30"]
    assert looks[5:] == [
        "15 October 2026", "October 15, 2026", "1,234.50", "1.234,50", "1 234,50", "1’234.50", "12,34,567.50"
    ]  # fmt: skip
    assert chosen(page)[-5:] == ["17", "", "12", "day", "point"]
    assert ticked(page) == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert typed(page)["timer_limit"] == "4"
    assert "Then it stops counting until you say when you stopped, and you get one email." in page.text


@pytest.mark.parametrize(("text", "seconds"), [("0.5", HOUR // 2), ("0:30", HOUR // 2), ("16", 16 * HOUR)])
def test_the_limit_of_a_timer_goes_from_half_an_hour_to_sixteen(
    hers: Client, nora: Owner, text: str, seconds: int
) -> None:
    assert save(hers, timer_limit=text).status_code == 302
    nora.refresh_from_db()
    assert nora.timer_limit == seconds


def test_who_asks_for_a_reminder_has_the_next_one_planned_and_who_stops_it_none(hers: Client, nora: Owner) -> None:
    save(hers)
    nora.refresh_from_db()
    assert due(nora) == reminders.next_at(nora, workdays.of(nora), clock.now())
    hers.post("/settings/", without("wants_reminder"))
    nora.refresh_from_db()
    assert (nora.wants_reminder, due(nora)) == (False, None)


@pytest.mark.parametrize(
    "changed",
    [{"reminder_hour": "9"}, {"time_zone": "Pacific/Auckland"}, {"work_days": ["2", "4", "5", "7"]}],
)
def test_another_hour_zone_or_other_weekdays_plan_it_anew(hers: Client, nora: Owner, changed: dict[str, Any]) -> None:
    save(hers)
    before = due(nora)
    save(hers, **changed)
    nora.refresh_from_db()
    assert due(nora) == reminders.next_at(nora, workdays.of(nora), clock.now())
    assert due(nora) != before


def test_a_reminder_that_went_out_while_the_form_was_open_is_not_planned_again(nora: Owner) -> None:
    """Only what was changed is written: the beat moved the date, and the form knows the one before."""
    nora.wants_reminder, nora.reminder_hour, nora.time_zone, nora.work_days = True, 18, "Europe/Berlin", "136"
    nora.next_reminder_at = NOW
    nora.save()
    form = SettingsForm(nora, GIVEN | {"business": "Another name"})
    assert form.is_valid()
    Owner.objects.update(next_reminder_at=NOW + timedelta(days=1))
    form.save()
    assert due(nora) == NOW + timedelta(days=1)


def test_rights_and_other_fields_cannot_be_slipped_in(hers: Client, nora: Owner, bea: Owner) -> None:
    slipped = {
        "is_staff": "1",
        "is_superuser": "1",
        "email": "x@example.com",
        "pk": str(bea.pk),
        "owner": str(bea.pk),
    }
    assert save(hers, **slipped).status_code == 302
    nora.refresh_from_db()
    bea.refresh_from_db()
    assert (nora.is_staff, nora.is_superuser, nora.email) == (False, False, "nora@example.com")
    assert bea.name == "Bea Roth"


def test_a_password_that_was_changed_meanwhile_stays_changed(nora: Owner) -> None:
    form = SettingsForm(nora, GIVEN)
    assert form.is_valid()
    elsewhere = Owner.objects.get(pk=nora.pk)
    elsewhere.set_password("brown-bread-at-nine")
    elsewhere.save()
    form.save()
    assert Owner.objects.get(pk=nora.pk).check_password("brown-bread-at-nine")


def test_it_leads_to_the_rest_of_the_account(hers: Client, nora: Owner) -> None:
    page = read(hers.get("/settings/"))
    assert page.figure("Signed in as") == nora.email
    assert page.href("Your account") == "/account/"
    assert page.href("Sign out") == "/sign-out/"
    assert page.href("Read the mail kept here") == "/mail/"
    with override_settings(EMAIL_KEPT=False):
        assert "/mail/" not in [tag.attrs["href"] for tag in read(hers.get("/settings/")).all("a")]


def test_it_takes_an_account(client: Client) -> None:
    assert client.get("/settings/").headers["Location"] == "/sign-in/?next=/settings/"
    assert client.post("/settings/", GIVEN).headers["Location"] == "/sign-in/?next=/settings/"


def test_another_owner_never_sees_them(hers: Client, nora: Owner, bea: Owner) -> None:
    nora.vision = "Nora’s own words"
    nora.save()
    stranger = Client()
    stranger.force_login(bea)
    assert "Nora" not in stranger.get("/settings/").content.decode()
    assert factories.PASSWORD not in hers.get("/settings/").content.decode()


def test_the_currency_stays_once_something_was_sent_in_it(hers: Client, nora: Owner) -> None:
    """A new one would turn what was agreed in dollars into as many euros."""
    an_offer(owner=nora)
    refused = save(hers)
    assert refused.status_code == 422
    assert "Your hand-offs were agreed in USD, so the currency stays." in read(refused).text
    assert save(hers, currency="USD").status_code == 302


def test_the_best_work_can_be_renamed_but_not_to_a_routine_task(hers: Client, nora: Owner) -> None:
    best = the_best_work(owner=nora)
    a_task(owner=nora, name="Email")
    save(hers, best="Boat building")
    best.refresh_from_db()
    assert best.name == "Boat building"
    assert "is on your routine list" in read(save(hers, best="email")).text


def test_a_weekday_that_is_sent_twice_counts_once_and_they_stand_in_order(hers: Client, nora: Owner) -> None:
    save(hers, work_days=["5", "1", "5", "1"])
    nora.refresh_from_db()
    assert nora.work_days == "15"


# --- Light and dark ----------------------------------------------------------
@pytest.mark.parametrize(
    ("theme", "attribute", "scheme"),
    [("", None, "light dark"), ("light", "light", "light"), ("dark", "dark", "dark")],
)
@pytest.mark.parametrize("path", ["/", "/today/", "/settings/", "/start/", "/password/change/", "/nowhere/"])
def test_every_page_of_the_owner_is_light_or_dark_as_they_chose(
    hers: Client, nora: Owner, path: str, theme: str, attribute: str | None, scheme: str
) -> None:
    Owner.objects.update(theme=theme)
    page = read(hers.get(path, follow=True))
    assert page.all("html")[0].attrs.get("data-bs-theme") == attribute
    assert next(tag.attrs["content"] for tag in page.all("meta") if tag.attrs.get("name") == "color-scheme") == scheme


def test_a_visitor_sees_it_as_their_device_has_it(client: Client) -> None:
    assert "data-bs-theme" not in read(client.get("/")).all("html")[0].attrs


# --- What it asks the database -----------------------------------------------
@pytest.mark.parametrize("days_off", [0, 1, 30])
def test_the_page_asks_four_times_in_all(
    hers: Client, nora: Owner, days_off: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """The session with its owner; the worth of an hour, the best work, the days off."""
    for n in range(days_off):
        workdays.take_off(nora, TODAY + timedelta(days=n), TODAY + timedelta(days=n), "")
    with django_assert_num_queries(4):
        assert hers.get("/settings/").status_code == 200


@pytest.mark.parametrize(("wants_reminder", "queries"), [(False, 1), (True, 3)])
def test_adding_and_removing_a_day_off_asks_a_fixed_number_of_times(
    hers: Client,
    nora: Owner,
    *,
    wants_reminder: bool,
    queries: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """The session; in a transaction (2) a look and a change (2), the clock, and whether and when to remind (3)."""
    Owner.objects.update(wants_reminder=wants_reminder)
    clock_asked = lock = 1 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(1 + lock + 2 + 2 + clock_asked + queries):
        hers.post("/settings/days-off/", {"off-first": "2026-12-24"})
    pk = nora.days_off.get().pk
    with django_assert_num_queries(1 + lock + 2 + 2 + clock_asked + queries):
        hers.post(f"/settings/days-off/{pk}/remove/")
