"""Where the owner is, on the rail of a wide screen and the bar of a phone."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from delegator.screens import navigation
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import Page, read

RAIL, BAR = "nav_side", "nav_below"
PLACES = {
    "Home": "/",
    "Today": "/today/",
    "Week": "/week/",
    "Routine": "/routine/",
    "Reports": "/reports/",
    "Plan": "/plan/",
    "Hand-offs": "/hand-offs/",
    "Assistants": "/assistants/",
}


def drawn(where: str, path: str = "/") -> Page:
    """The rail of a wide screen, or the bar of a phone, as someone has it who is at that path."""
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return read(HttpResponse(navigation.where(request)[where]))


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "Home"),
        ("/today/", "Today"),
        ("/day/2026-10-15/", "Today"),
        ("/day/2026-10-15/entries/", "Today"),
        ("/week/", "Week"),
        ("/week/2026-W42/", "Week"),
        ("/weekly/", None),
        ("/timer/", None),
        ("/routine/", "Routine"),
        ("/routine/7/", "Routine"),
        ("/reports/", "Reports"),
        ("/plan/", "Plan"),
        ("/hand-offs/new/", "Hand-offs"),
        ("/assistants/3/change/", "Assistants"),
        ("/settings/", None),
        ("/mail/", None),
        ("/start/", None),
        ("/nowhere/", None),
        ("/planning/", None),
        ("/routines/", None),
    ],
)
def test_a_page_lies_under_one_place_or_under_none(path: str, label: str | None) -> None:
    assert current(drawn(RAIL, path)) == ([label] if label else [])


def test_a_phone_has_all_places_of_a_wide_screen_once() -> None:
    wide = {tag.text: tag.attrs["href"] for tag in drawn(RAIL).all("a", "item")}
    tabs = {tag.text: tag.attrs["href"] for tag in drawn(BAR).all("a", "tab")}
    behind = {tag.text: tag.attrs["href"] for tag in drawn(BAR).all("a") if tag.text not in tabs}
    assert wide == PLACES
    assert list(tabs) == ["Home", "Today", "Plan", "Hand-offs"]
    assert tabs | behind == PLACES | {"Settings": "/settings/", "Sign out": "/sign-out/"}


@pytest.mark.parametrize(("path", "says"), [("/week/2026-W42/", True), ("/routine/7/", True), ("/plan/", False)])
def test_on_a_phone_more_is_marked_where_the_place_lies_behind_it(path: str, *, says: bool) -> None:
    more = next(tag for tag in drawn(BAR, path).all("summary") if tag.text == "More")
    assert (more.attrs.get("aria-current") == "true") == says


def current(page: Page) -> list[str]:
    return [tag.text for tag in page.all("a") if tag.attrs.get("aria-current") == "page"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "marked"),
    [
        ("/", ["Home", "Home"]),
        ("/today/", ["Today", "Today"]),
        ("/week/", ["Week"]),
        ("/timer/", []),
        ("/routine/", ["Routine"]),
        ("/reports/", ["Reports"]),
        ("/plan/", ["Plan", "Plan"]),
        ("/hand-offs/", ["Hand-offs", "Hand-offs"]),
        ("/assistants/", ["Assistants"]),
        ("/settings/", []),
    ],
)
def test_the_place_is_marked_where_it_is_shown(client: Client, nora: Owner, url: str, marked: list[str]) -> None:
    client.force_login(nora)
    assert current(read(client.get(url, follow=True))) == marked


@pytest.mark.django_db
def test_every_place_answers_and_is_reached_from_every_page(client: Client, nora: Owner) -> None:
    factories.an_offer(owner=nora, now=timezone.now())
    client.force_login(nora)
    urls = list(PLACES.values())
    for url in [*urls, "/settings/", "/mail/"]:
        page = client.get(url, follow=True)
        assert page.status_code == 200
        hrefs = {tag.attrs.get("href") for tag in read(page).all("a")}
        assert {*urls, "/settings/", "/sign-out/"} <= hrefs


@pytest.mark.django_db
def test_the_first_link_leads_past_it(client: Client, nora: Owner) -> None:
    client.force_login(nora)
    page = read(client.get("/"))
    assert page.all("a")[0].attrs["href"] == "#main"
    assert [tag.name for tag in page.tags if tag.attrs.get("id") == "main"] == ["main"]


@pytest.mark.django_db
def test_two_navigations_have_two_names(client: Client, nora: Owner) -> None:
    client.force_login(nora)
    names = [tag.attrs["aria-label"] for tag in read(client.get("/")).all("nav")]
    assert len(names) == len(set(names)) == 2
