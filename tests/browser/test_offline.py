"""The server cannot be reached: what is typed stays, is kept in the browser, and goes out once."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import rows, sheets
from tests.browser.conftest import Opens
from tests.browser.eyes import Visit
from tests.browser.people import Person
from tests.browser.sheets import cell, field, notice, shows, stands, total, write
from tests.browser.site import Site

KEPT = "The server cannot be reached. What you typed is kept in this browser and goes out by itself."
SAVED = "What was kept is saved now."
SOMEONE_ELSE = "Someone else is signed in here now. Sign in yourself to send the times that are kept in this browser."
# What a browser says of a server that it cannot reach, and htmx with it; nothing else is borne.
AWAY = (
    r"^console: Failed to load resource: net::ERR_INTERNET_DISCONNECTED$",
    r"^console: htmx:(afterRequest|sendError), \[object HTML(Span)?Element\]$",
)
BROKEN = (
    r"^503: POST \S+/(day/[\d-]+|times)/$",
    r"^console: Failed to load resource: the server responded with a status of 503",
    r"^console: Response Status Error Code 503 from /day/[\d-]+/, \[object HTMLElement\]$",
)
CUT_OFF = (r"^console: Failed to load resource: net::ERR_FAILED$", AWAY[1])


def test_times_typed_without_a_connection_go_out_once_it_is_back(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    go_away(visit)
    write(page, Email="1:30", Sales="2")
    expect(notice(page)).to_have_text(KEPT)
    shows(page, Email="1:30", Sales="2")
    visit.context.set_offline(False)
    expect(notice(page)).to_have_text(SAVED)
    shows(page, Email="1:30", Sales="2:00")
    expect(total(page)).to_have_text("3:30")
    assert changes(running, owner) == {"Email": [(0, 5400)], "Sales": [(0, 7200)]}
    assert kept(page, owner) == {}
    assert set(AWAY) == seen(visit)
    visit.look()


def test_a_closed_tab_loses_nothing_and_the_next_one_sends_it_once(
    visit: Visit, owner: Person, running: Site
) -> None:
    go_away(visit)
    write(visit.page, Email="1:30", Record_keeping="45m", Sales="+15m")
    expect(notice(visit.page)).to_have_text(KEPT)
    visit.page.close()
    visit.context.set_offline(False)
    # Any page of the app sends it.
    page = visit.context.new_page()
    page.goto("/routine/")
    expect(notice(page)).to_have_text(SAVED)
    once = {"Email": [(0, 5400)], "Record keeping": [(0, 2700)], "Sales": [(0, 900)]}
    assert changes(running, owner) == once
    stands(page, Email="1:30", Record_keeping="0:45", Sales="0:15")
    page.goto("/")
    assert kept(page, owner) == {}
    assert changes(running, owner) == once


def test_a_server_that_answers_with_an_error_is_tried_again(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    page.clock.install()
    page.goto("/today/")
    visit.bear(*BROKEN)
    for path in ("**/day/*/", "**/times/"):
        page.route(path, lambda route: route.fulfill(status=503) if is_post(route) else route.continue_())
    write(page, Email="1:30")
    expect(notice(page)).to_have_text(KEPT)
    with page.expect_response("**/times/"):
        page.clock.run_for(11_000)
    shows(page, Email="1:30")
    page.unroute("**/times/")
    page.unroute("**/day/*/")
    page.clock.run_for(11_000)
    expect(notice(page)).to_have_text(SAVED)
    expect(total(page)).to_have_text("1:30")
    assert changes(running, owner) == {"Email": [(0, 5400)]}


def test_what_the_server_took_but_could_not_answer_is_one_change(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    page.clock.install()
    page.goto("/today/")
    visit.bear(*CUT_OFF)
    taken: list[str] = []

    def take_and_cut(route: Route) -> None:
        if is_post(route) and len(taken) < 3:
            taken.append(route.request.url)
            assert route.fetch(max_redirects=0).status in (200, 422)
            route.abort()
        else:
            route.continue_()

    page.route("**/day/*/", take_and_cut)
    page.route("**/times/", take_and_cut)
    write(page, Email="+15m")
    expect(notice(page)).to_have_text(KEPT)
    for count in (2, 3):
        page.clock.run_for(11_000)
        sheets.until(page, lambda count=count: len(taken) >= count, f"try {count}")  # type: ignore[misc]
        sheets.until(page, lambda: not page.evaluate("unsent.sending"), f"end of try {count}")
    page.clock.run_for(11_000)
    expect(notice(page)).to_have_text(SAVED)
    assert [url.split("/")[3] for url in taken] == ["day", "times", "times"]
    assert changes(running, owner) == {"Email": [(0, 900)]}
    shows(page, Email="0:15")
    assert seen(visit) == set(CUT_OFF)


def test_what_is_put_back_before_the_server_is_there_is_not_sent(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    go_away(visit)
    write(page, Email="1:30", Sales="2", Record_keeping="1")
    expect(notice(page)).to_have_text(KEPT)
    sheets.until(page, lambda: len(kept(page, owner)) == 3, "three times that are kept")
    field(page, "Email").press("Escape")
    write(page, Sales="")
    sheets.until(page, lambda: len(kept(page, owner)) == 1, "one time that is kept")
    visit.context.set_offline(False)
    expect(notice(page)).to_have_text(SAVED)
    assert changes(running, owner) == {"Record keeping": [(0, 3600)]}
    stands(page, Email="", Sales="", Record_keeping="1:00")


def test_what_is_kept_from_another_page_outlives_a_save_of_this_one(visit: Visit, owner: Person) -> None:
    page = visit.page
    visit.bear(*BROKEN)
    page.route("**/times/", lambda route: route.fulfill(status=503))
    page.evaluate(KEEP, [f"unsent-{owner.pk}", owner.tasks["Email"], str(owner.today)])
    with page.expect_response("**/times/"):
        page.reload()
    write(page, Sales="1:30")
    expect(total(page)).to_have_text("1:30")
    assert list(kept(page, owner)) == [f"time-{owner.tasks['Email']}-{owner.today}"]
    page.unroute("**/times/")
    page.reload()
    expect(notice(page)).to_have_text(SAVED)
    shows(page, Email="2:00", Sales="1:30")


def test_what_cannot_be_saved_any_more_is_told_with_its_text(visit: Visit, owner: Person) -> None:
    page = visit.page
    go_away(visit)
    write(page, Email="1:30", Sales="soon")
    expect(notice(page)).to_have_text(KEPT)
    visit.bear(r"^422: POST", r"status of 422")
    visit.context.set_offline(False)
    expect(notice(page)).to_contain_text("Not all that was kept could be saved.")
    expect(notice(page)).to_contain_text("“soon”: Write a time such as")
    shows(page, Email="1:30", Sales="soon")
    assert kept(page, owner) == {}


def test_a_week_typed_without_a_connection_goes_out_as_well(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    page.goto("/week/")
    go_away(visit)
    cell(page, "Email", owner.today).fill("1:30")
    cell(page, "Email", owner.today).press("Enter")
    expect(notice(page)).to_have_text(KEPT)
    visit.context.set_offline(False)
    expect(notice(page)).to_have_text(SAVED)
    assert changes(running, owner) == {"Email": [(0, 5400)]}


# --- Who is signed in ------------------------------------------------------------
@pytest.mark.parametrize("sent_by", ["the save of the field", "the browser, later"])
def test_who_is_signed_out_meanwhile_is_told_to_sign_in_and_loses_nothing(
    visit: Visit, owner: Person, running: Site, sent_by: str
) -> None:
    page = visit.page
    if sent_by == "the browser, later":
        go_away(visit)
        write(page, Email="1:30")
        expect(notice(page)).to_have_text(KEPT)
        visit.context.clear_cookies(name="sid")
        visit.context.set_offline(False)
    else:
        visit.context.clear_cookies(name="sid")
        write(page, Email="1:30")
    expect(notice(page)).to_have_text("Sign in to send the times that are kept in this browser.")
    shows(page, Email="1:30")
    assert changes(running, owner) == {}
    assert page.title().endswith("Delegator")
    assert "Sign in" not in page.title()
    owner.sign_in(visit)
    page.goto("/")
    expect(notice(page)).to_have_text(SAVED)
    assert changes(running, owner) == {"Email": [(0, 5400)]}


def test_a_page_from_before_a_sign_in_still_saves(visit: Visit, owner: Person, running: Site) -> None:
    page = visit.page
    visit.bear(r"^403: POST \S+/day/", r"status of 403", r"Response Status Error Code 403 from /day/")
    # Signing in again in another tab gives the browser a new token.
    visit.context.add_cookies([{"name": "csrf", "value": "n" * 32, "url": running.url}])
    write(page, Email="1:30")
    expect(notice(page)).to_have_text(SAVED)
    shows(page, Email="1:30")
    assert changes(running, owner) == {"Email": [(0, 5400)]}


def test_what_another_owner_kept_is_not_sent_in_this_ones_name(
    opens: Opens, owner: Person, stranger: Person, running: Site
) -> None:
    visit = stranger.opens(opens())
    go_away(visit)
    write(visit.page, Email="1:30")
    expect(notice(visit.page)).to_have_text(KEPT)
    owner.sign_in(visit)
    visit.bear(r"^409: POST \S+/times/$", r"^console: Failed to load resource: .* a status of 409")
    visit.context.set_offline(False)
    # The stranger's tab is open yet.
    expect(notice(visit.page)).to_have_text(SOMEONE_ELSE)
    page = visit.context.new_page()
    with page.expect_request("**/times/") as sent:
        page.goto("/today/")
        # Their own go out, and only these.
        page.evaluate(KEEP, [f"unsent-{owner.pk}", owner.tasks["Sales"], str(owner.today)])
        page.evaluate("dispatchEvent(new Event('online'))")
    assert [edit["task"] for edit in json.loads(sent.value.post_data or "")["edits"]] == [owner.tasks["Sales"]]
    expect(total(page)).to_have_text("2:00")
    assert changes(running, stranger) == {}
    visit.page.close()
    stranger.sign_in(visit)
    page.goto("/today/")
    expect(notice(page)).to_have_text(SAVED)
    assert changes(running, stranger) == {"Email": [(0, 5400)]}
    assert changes(running, owner) == {"Sales": [(0, 7200)]}


KEEP = """([store, task, day]) => localStorage.setItem(store, JSON.stringify(
  {[`time-${task}-${day}`]: {task, day, text: "2", seen: 0, key: "k".repeat(32), told: true}}))"""


def go_away(visit: Visit) -> None:
    """The connection goes while the page is open and used."""
    field_or_cell = visit.page.locator("#sheet [name^=time-]").first
    field_or_cell.focus()
    visit.page.wait_for_function("() => window.htmx")
    visit.bear(*AWAY)
    visit.context.set_offline(True)


def is_post(route: Route) -> bool:
    return route.request.method == "POST"


def seen(visit: Visit) -> set[str]:
    """Which of what is borne has come."""
    return {pattern for pattern in (*AWAY, *CUT_OFF) if any(re.search(pattern, each) for each in visit.borne)}


def kept(page: Page, owner: Person) -> dict[str, object]:
    found: dict[str, object] = page.evaluate(f"JSON.parse(localStorage.getItem('unsent-{owner.pk}') || '{{}}')")
    return found


def changes(running: Site, owner: Person) -> dict[str, list[tuple[object, object]]]:
    """By task, every change of the owner's day from what to what, in seconds."""
    query = """SELECT task.name, seconds_before, seconds_after FROM tasks_entrychange change
        JOIN tasks_task task ON task.id = task_id
        WHERE change.owner_id = %s AND day = %s ORDER BY change.id"""
    found: dict[str, list[tuple[object, object]]] = {}
    for name, before, after in rows.ask(running.database, query, [owner.pk, owner.today]):
        found.setdefault(str(name), []).append((before, after))
    return found
