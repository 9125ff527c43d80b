"""Numbers, amounts, days and zones that are none, in the fields of the pages that ask for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assistants import links
from tasks.models import Owner
from tests.assistants.world import by_hand, dump
from tests.delegator.pages import read
from tests.delegator.test_isolation import fill, nobodys, with_ids
from tests.factories import a_running_offer, a_task, an_assistant, an_offer
from tests.filled import Form, Seen

pytestmark = pytest.mark.django_db
HUGE = "9223372036854775808"
NO_NUMBERS = ["1_000", "0x10", "1e5", "1e1000000", "NaN", "Infinity", "-0", "-1", "1/2", "10²", "1\x00", "abc"]
NO_NUMBERS += ["9" * 400]
NO_MONEY = [*NO_NUMBERS, "12.345", "1,2,3", "1.234.5", HUGE]
NO_DAYS = ["2026-02-30", "10000-01-01", "0001-01-01", "02/03/2026", "3 March", "46088", "2026-03-02\x00", "tomorrow"]
NO_ZONES = ["../../etc/passwd", "''", "Europe/Berlin\x00", "x" * 100_000, "localtime", "Factory", "right/UTC"]
NO_ZONES += ["EST5EDT", "UTC+25", ""]


def form_of(client: Client, url: str, name: str) -> Form:
    """The form of the page that has this field."""
    page: str = client.get(url, follow=True).content.decode()
    return next(form for form in Seen(page, url).forms if name in form.names)


def refused(client: Client, url: str, field: str, typed: str, **more: str) -> str:
    """The page's words on it, where nothing was saved and the typing stayed."""
    form = form_of(client, url, field)
    before = dump()
    send = client.get if form.method == "get" else client.post
    answer = send(form.action, form.sent(**more, **{field: typed}))
    assert answer.status_code == 422, (typed, answer.status_code)
    page = read(answer)
    (shown, *_) = [tag for tag in page.tags if tag.attrs.get("name") == field]
    assert shown.attrs.get("aria-invalid") == "true"
    if shown.name == "input" and "\x00" not in typed:
        assert shown.attrs["value"] == typed.strip()
    assert dump() == before
    return page.text


@pytest.fixture
def person(nora: Owner) -> str:
    return f"/assistants/{an_assistant(owner=nora).pk}/"


@pytest.fixture
def new_handoff(nora: Owner) -> str:
    task, person = a_task(owner=nora, name="Filing"), an_assistant(owner=nora)
    return f"/hand-offs/new/?task={task.pk}&to={person.pk}"


# --- Money and hours ----------------------------------------------------------
@pytest.mark.parametrize("typed", NO_MONEY)
def test_what_is_no_amount_is_refused_wherever_money_is_typed(
    hers: Client, person: str, new_handoff: str, typed: str
) -> None:
    refused(hers, f"{person}change/", "rate", typed)
    refused(hers, new_handoff, "rate", typed, brief="Sort the papers.")
    refused(hers, "/settings/", "worth", typed)


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_what_is_no_time_is_refused_wherever_hours_are_typed(
    hers: Client, person: str, new_handoff: str, typed: str
) -> None:
    refused(hers, f"{person}change/", "hours", typed)
    refused(hers, new_handoff, "hours", typed, brief="Sort the papers.")
    refused(hers, "/routine/new/", "time", typed, name="Filing papers")


def test_a_rate_of_nothing_is_a_volunteers_and_one_of_too_much_a_slip(hers: Client, nora: Owner, person: str) -> None:
    form = form_of(hers, f"{person}change/", "rate")
    assert hers.post(form.action, form.sent(rate="0")).status_code == 302
    assert nora.assistants.get().rate == 0
    assert "10,000" in refused(hers, f"{person}change/", "rate", "100000")


@pytest.mark.parametrize("typed", ["١٨", "１８", "18.0", " 18 ", "$18"])
def test_digits_of_all_scripts_are_digits_and_shown_as_ours(
    hers: Client, nora: Owner, person: str, typed: str
) -> None:
    form = form_of(hers, f"{person}change/", "rate")
    assert hers.post(form.action, form.sent(rate=typed, hours="٣")).status_code == 302
    assert (str(nora.assistants.get().rate), nora.assistants.get().weekly_minutes) == ("18.00", 180)
    assert "$18" in read(hers.get(person)).text


# --- Ids ----------------------------------------------------------------------
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_number_that_no_database_holds_is_not_found_at_any_address(hers: Client, method: str) -> None:
    for route in with_ids():
        if "<int:" in route:
            url = fill(route, tuple(HUGE if value == nobodys("<int:x>")[0] else value for value in nobodys(route)))
            assert getattr(hers, method)(url).status_code in (404, 405), url


@pytest.mark.parametrize(
    "field", ["task", "start", "then", "to", "others", "line", "remove", "assistant", "say", "month"]
)
def test_nor_does_it_break_a_form_that_names_a_row(hers: Client, new_handoff: str, person: str, field: str) -> None:
    urls = [new_handoff, "/timer/start/", "/timer/answer/", "/undo/", "/today/", f"{person}away/", "/plan/more/"]
    for url in [*urls, "/plan/ahead/reminders/", "/plan/limits/", "/routine/scores/", "/week/2026-W42/"]:
        for value in (HUGE, f"-{HUGE}", "9" * 400, "1e9", "١", "\x00"):
            assert hers.post(url, {field: value, f"{field}-{HUGE}": value}).status_code < 500, url
            assert hers.get(url, {field: value}, follow=True).status_code < 500, url


# --- Days ---------------------------------------------------------------------
@pytest.mark.parametrize("typed", NO_DAYS)
def test_what_is_no_day_is_refused_wherever_one_is_typed(
    hers: Client, nora: Owner, person: str, new_handoff: str, typed: str
) -> None:
    says = ("Write the day as 2026-03-02.", "That year is too far away.")
    for url, field, more in [
        ("/settings/", "off-first", {}),
        (person, "first", {}),
        (new_handoff, "starts_on", {"brief": "Sort the papers."}),
        (new_handoff, "reply_by", {"brief": "Sort the papers."}),
    ]:
        said = refused(hers, url, field, typed, **more)
        assert any(each in said for each in says), (url, field)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "10000-01-01", "0001-01-01", "1999-12-31", "2026-1-1", "２０２６-01-01"]
)
def test_a_day_in_an_address_is_one_or_not_found(hers: Client, typed: str) -> None:
    assert hers.get(f"/day/{typed}/").status_code == 404
    assert hers.post(f"/day/{typed}/", {"x": "1"}).status_code == 404


def test_time_is_logged_for_tomorrow_at_most_and_for_any_day_before(hers: Client, nora: Owner) -> None:
    """Also for a day before there was an account."""
    task, today = a_task(owner=nora, name="Filing"), nora.today(timezone.now())
    for days, is_taken in {1: True, 2: False, -400: True}.items():
        day = today + timedelta(days=days)
        cell = f"{task.pk}-{day}"
        hers.post(f"/day/{day}/", {f"time-{cell}": "1:00", f"was-{cell}": "0 "})
        assert nora.entries.filter(day=day).exists() == is_taken, days


@pytest.mark.parametrize("typed", [*NO_DAYS[:4], "2099-01-01", "2019-01-01"])
def test_hours_by_link_are_of_a_day_that_has_come_in_the_term(client: Client, nora: Owner, typed: str) -> None:
    now = timezone.now()
    offer = a_running_offer(owner=nora, now=now, reply_by=now + timedelta(days=3), starts_on=nora.today(now))
    url = f"/h/{links.token('offer', offer.pid)}/"
    refused(client, url, "day", typed, **by_hand(offer, time="1:30"))
    for time in ("30h", "0", "-1", "1:75"):
        refused(client, url, "time", time, **by_hand(offer))


# --- What an assistant proposes -----------------------------------------------
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("rate", each) for each in [*NO_MONEY, "0", "1800"]),
        *(("hours", each) for each in [*NO_NUMBERS, "0", "169"]),
    ],
)
def test_what_makes_no_sense_in_a_change_of_terms_is_refused(
    client: Client, nora: Owner, field: str, typed: str
) -> None:
    now = timezone.now()
    offer = an_offer(owner=nora, now=now, reply_by=now + timedelta(days=3), starts_on=nora.today(now) + timedelta(9))
    url = f"/h/{links.token('offer', offer.pid)}/"
    form = next(each for each in Seen(client.get(url).content.decode(), url).forms if each.action.endswith("change/"))
    before = dump()
    answer = client.post(form.action, form.sent(**by_hand(offer, **{field: typed})))
    assert answer.status_code == 422
    assert f'id="id_change_{field}_error"' in answer.content.decode()
    assert dump() == before


# --- Zones --------------------------------------------------------------------
@pytest.mark.parametrize("typed", NO_ZONES)
def test_what_is_no_zone_is_refused_wherever_one_is_chosen(hers: Client, person: str, typed: str) -> None:
    for url in ("/settings/", f"{person}change/"):
        refused(hers, url, "time_zone", typed)


@pytest.mark.parametrize(("typed", "kept"), [("US/Pacific", "America/Los_Angeles"), ("Europe/Kiev", "Europe/Kyiv")])
def test_an_older_name_of_a_zone_is_taken_and_kept_by_the_one_in_use(
    client: Client, hers: Client, nora: Owner, person: str, typed: str, kept: str
) -> None:
    for url in ("/settings/", f"{person}change/"):
        form = form_of(hers, url, "time_zone")
        assert hers.post(form.action, form.sent(time_zone=typed)).status_code == 302
    given = {"name": "Ann", "email": "ann@example.com", "password1": "slow-green-kettle", "time_zone": typed}
    assert client.post("/sign-up/", given).status_code == 302
    nora.refresh_from_db()
    zones = [nora.time_zone, nora.assistants.get().time_zone, Owner.objects.get(email="ann@example.com").time_zone]
    assert zones == [kept] * 3
