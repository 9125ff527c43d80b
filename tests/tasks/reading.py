"""What a page shows: the values of its fields, what is ticked or marked as wrong, and its words."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol


class Answer(Protocol):
    @property
    def content(self) -> bytes: ...


@dataclass
class Page(HTMLParser):
    """`values` of what is typed or hidden, by name; `ticked` is names, or name=value of a choice of one."""

    values: dict[str, str] = field(default_factory=dict)
    ticked: set[str] = field(default_factory=set)
    wrong: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, dict[str, str]] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "button":
            self.buttons.append(given)
        if tag != "input" or not name:
            return
        if given.get("type") in ("checkbox", "radio"):
            key = name if given["type"] == "checkbox" else f"{name}={given['value']}"
            self.ticked |= {key} if "checked" in given else set()
        else:
            self.values.setdefault(name, given.get("value", ""))
        self.wrong |= {name} if given.get("aria-invalid") == "true" else set()
        self.ids[given.get("id", "")] = name
        self.inputs[name] = given


def page(answer: Answer) -> Page:
    read = Page()
    read.feed(answer.content.decode())
    return read


def words(answer: Answer) -> str:
    """The text of the page without its tags, in single spaces."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
