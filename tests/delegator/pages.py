"""Reading an answered page: its tags, its words, and where its links lead."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, NamedTuple

# They have no end tag, so nothing stands inside them.
EMPTY = {"meta", "link", "input", "br", "hr", "img"}
UNSEEN = {"script", "style", "title", "desc"}


class Tag(NamedTuple):
    name: str
    attrs: dict[str, str]
    words: list[str]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


class Page(HTMLParser):
    """The tags of a page in order, each with all the words inside it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self._open: list[Tag] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, []))
        if tag not in EMPTY:
            self._open.append(self.tags[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(tag.name in UNSEEN for tag in self._open):
            for tag in self._open:
                tag.words.append(data)

    def all(self, name: str, css_class: str = "") -> list[Tag]:
        return [
            tag
            for tag in self.tags
            if tag.name == name and (not css_class or css_class in tag.attrs.get("class", "").split())
        ]

    @property
    def text(self) -> str:
        return self.all("body")[0].text

    @property
    def heading(self) -> str:
        return self.all("h1")[0].text

    def href(self, label: str) -> str:
        """Where the first link of that name leads."""
        return next(tag.attrs["href"] for tag in self.all("a") if tag.text == label)

    def figure(self, label: str) -> str:
        """The value that stands under or beside that label in a list of facts."""
        return next(after.text for tag, after in zip(self.tags, self.tags[1:], strict=False) if tag.text == label)


def read(response: Any) -> Page:
    return Page(response.content.decode())
