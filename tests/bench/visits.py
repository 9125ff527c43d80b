"""What a browser loads for the day page: the first time, and again with all that may be kept still there."""

from __future__ import annotations

import gzip
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin

from tests.bench.items import Request
from tests.bench.measure import Answer, Browser
from tests.bench.results import Row
from tests.bench.sites import Site

NAME = "day page"
FETCHED = {"stylesheet", "icon", "preload", "modulepreload"}


class File(NamedTuple):
    size: int
    is_kept: bool


class Named(HTMLParser):
    """The stylesheets, scripts, preloaded fonts and icons that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "script":
            self._add(found.get("src"))
        elif tag == "link" and FETCHED & set((found.get("rel") or "").split()):
            self._add(found.get("href"))

    def _add(self, url: str | None) -> None:
        if url and not url.startswith("data:") and url not in self.urls:
            self.urls.append(url)


def rows(site: Site) -> list[Row]:
    """Kilobytes are 1000 bytes, of bodies alone."""
    files = load(Browser(site), f"/day/{site.world.day}/")
    again = [file for file in files if not file.is_kept]
    return [
        Row(f"first visit, {NAME}: KB", site.database, site.years, kilobytes(files), 28),
        Row(f"first visit, {NAME}: requests", site.database, site.years, len(files), 5),
        Row(f"again, {NAME}: KB", site.database, site.years, kilobytes(again), 4),
        Row(f"again, {NAME}: requests", site.database, site.years, len(again), 1),
    ]


def load(browser: Browser, path: str) -> list[File]:
    page = browser.send(Request(path))
    named = Named()
    named.feed(plain(page).decode())
    files = [browser.send(Request(urljoin(path, url))) for url in named.urls]
    # The proxy in front gzips pages; the app itself does that only to its static files.
    size = len(page.body) if page.headers["Content-Encoding"] else len(gzip.compress(page.body, 6))
    return [File(size, is_kept=False), *(File(len(file.body), is_kept=is_kept(file)) for file in files)]


def plain(answer: Answer) -> bytes:
    return gzip.decompress(answer.body) if answer.headers["Content-Encoding"] == "gzip" else answer.body


def is_kept(answer: Answer) -> bool:
    """A browser does not even ask for it again."""
    return "immutable" in (answer.headers["Cache-Control"] or "")


def kilobytes(files: list[File]) -> float:
    return sum(file.size for file in files) / 1000
