"""Where the owner is, on the rail of a wide screen and the bar of a phone."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from delegator import navigation
from tasks.models import Owner
from tests import factories
from tests.delegator.pages import Page, read


def here(path: str) -> str | None:
    place = navigation.where(RequestFactory().get(path))["here"]
    return place.label if place else None


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/", "Home"),
        ("/today/", "Today"),
        ("/day/2026-10-15/", "Today"),
        ("/routine/", "Routine"),
        ("/routine/7/", "Routine"),
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
    assert here(path) == label


def test_a_phone_has_all_places_of_a_wide_screen_once() -> None:
    places = navigation.where(RequestFactory().get("/"))
    wide = [places["nav_home"], *places["nav_time"], *places["nav_help"]]
    assert len(places["nav_tabs"]) == 4
    assert sorted(places["nav_tabs"] + places["nav_more"]) == sorted(wide)


def current(page: Page) -> list[str]:
    return [tag.text for tag in page.all("a") if tag.attrs.get("aria-current") == "page"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "marked"),
    [
        ("/", ["Home", "Home"]),
        ("/today/", ["Today", "Today"]),
        ("/routine/", ["Routine"]),
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
    places = navigation.where(RequestFactory().get("/"))
    urls = [place.url for place in (places["nav_home"], *places["nav_time"], *places["nav_help"])]
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
