"""What a first visit to the day page weighs, served as on a server: hashed names, files compressed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from tasks.models import Owner
from tests import factories
from tests.delegator import pages

DAY = date(2026, 10, 15)
# Bytes, compressed: files as collectstatic does it, the page as a proxy or a middleware would.
ALL_MOST, AGAIN_MOST, STYLESHEET_MOST, FONT_MOST, ICON_MOST = 28 * 1024, 4 * 1024, 12_000, 10_000, 300
REQUESTS_MOST = 5
PRODUCTION = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The static files, collected as `make run` does it with DEBUG=false."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(STATIC_ROOT=folder, STORAGES=PRODUCTION):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield folder


@pytest.fixture
def day(collected: Path, nora: Owner, hers: Client) -> Any:
    """The answer with a day page of seven tasks."""
    for name in "Email,Record keeping,Sales,Web site,Social posts,Plant orders,Invoices".split(","):
        factories.a_task(owner=nora, name=name)
    return hers.get(reverse("tasks:day", args=[DAY]))


# What <link> brings, by its rel; a preload says itself what it is.
LINKED = {"stylesheet": "style", "icon": "icon", "modulepreload": "script"}
KINDS = ("style", "script", "font", "icon")


def asked_for(html: str, *kinds: str) -> list[str]:
    """The addresses that a browser asks for with the page, of these kinds, each once."""
    found: dict[str, str] = {}
    for tag in pages.Page(html).tags:
        relation = tag.attrs.get("rel", "")
        if tag.name == "script" and "src" in tag.attrs:
            found[tag.attrs["src"]] = "script"
        elif tag.name == "link" and (relation in LINKED or relation == "preload"):
            found[tag.attrs["href"]] = LINKED.get(relation, tag.attrs.get("as", ""))
    return [address for address, kind in found.items() if kind in kinds]


def the_page(day: Any) -> int:
    return len(gzip.compress(day.content))


def weight(collected: Path, address: str) -> int:
    """What whitenoise sends of it: the compressed file where there is one."""
    file = collected / address.removeprefix(f"/{settings.STATIC_URL.strip('/')}/")
    compressed = file.with_name(f"{file.name}.gz")
    return (compressed if compressed.exists() else file).stat().st_size


def test_it_asks_for_one_stylesheet_one_script_one_font_and_one_icon(day: Any) -> None:
    addresses = {kind: asked_for(day.content.decode(), kind) for kind in KINDS}
    assert {kind: len(found) for kind, found in addresses.items()} == dict.fromkeys(KINDS, 1), addresses
    requests = 1 + sum(map(len, addresses.values()))
    assert requests <= REQUESTS_MOST, f"{requests} requests of {REQUESTS_MOST}: {addresses}"


@pytest.mark.parametrize(("kind", "most"), [("style", STYLESHEET_MOST), ("font", FONT_MOST), ("icon", ICON_MOST)])
def test_each_part_is_light(day: Any, collected: Path, kind: str, most: int) -> None:
    found = sum(weight(collected, address) for address in asked_for(day.content.decode(), kind))
    assert 0 < found <= most, f"{kind}: {found:,} bytes of {most:,}"


def test_a_first_visit_stays_within_its_budget(day: Any, collected: Path) -> None:
    parts = {address: weight(collected, address) for address in asked_for(day.content.decode(), *KINDS)}
    parts["the page"] = the_page(day)
    assert sum(parts.values()) <= ALL_MOST, f"{sum(parts.values()):,} bytes of {ALL_MOST:,}: {parts}"


def test_a_second_visit_asks_for_the_page_alone(day: Any, collected: Path) -> None:
    """What has a hash in its name is kept by the browser for ten years."""
    hashed = {staticfiles_storage.url(name) for name in staticfiles_storage.hashed_files}  # type: ignore[attr-defined]
    assert set(asked_for(day.content.decode(), *KINDS)) <= hashed
    assert the_page(day) <= AGAIN_MOST, f"the page: {the_page(day):,} bytes of {AGAIN_MOST:,}"


def test_the_font_that_is_loaded_early_is_the_one_that_the_stylesheet_names(day: Any, collected: Path) -> None:
    html = day.content.decode()
    [font], [sheet] = asked_for(html, "font"), asked_for(html, "style")
    assert Path(font).name in (collected / sheet.removeprefix("/static/")).read_text()
