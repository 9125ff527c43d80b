"""The forms of an answered page as a browser has them: where they go, what fields they have, what stands in those."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

# What a browser sends nothing of unless it is pressed.
BUTTONS = {"submit", "image", "button", "reset"}


@dataclass
class Input:
    """One field; `choices` are those of a select or of radio buttons with its name."""

    name: str
    kind: str
    value: str = ""
    is_sent: bool = True
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    inputs: list[Input] = field(default_factory=list)

    def sent(self, **typed: str) -> dict[str, str]:
        """What the browser sends as the form stands, without a button, but for what is typed into it."""
        return {each.name: each.value for each in self.inputs if each.is_sent} | typed

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(each.name for each in self.inputs))

    def texts(self) -> list[str]:
        """The fields that one types into, with what is hidden in them left out."""
        kinds = {"text", "textarea", "email", "search", "url", "tel"}
        return [each.name for each in self.inputs if each.kind in kinds]


class Seen(HTMLParser):
    """The forms and links of a page; also of what stands outside a form and names it by `form`."""

    def __init__(self, html: str, url: str) -> None:
        super().__init__()
        self.url, self.links = url, set[str]()
        self.forms: list[Form] = []
        self._ids: dict[str, Form] = {}
        self._outside: list[tuple[str, Input]] = []
        self._pressed: list[tuple[Form | None, str, str, Input | None]] = []
        self._form: Form | None = None
        self._text: Input | None = None
        self._select: Input | None = None
        self.feed(html)
        for name, each in self._outside:
            if name in self._ids:
                self._ids[name].inputs.append(each)
        self._add_those_of_buttons()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self._link(given.get("href", ""))
        elif tag == "form":
            self._form = Form(self._whole(given.get("action", "")), given.get("method", "get").lower())
            self.forms.append(self._form)
            self._ids[given.get("id", "")] = self._form
        elif tag == "input" or (tag == "button" and given.get("type", "submit") == "submit"):
            self._input(given, "submit" if tag == "button" else given.get("type", "text"))
        elif tag == "textarea":
            self._text = Input(given.get("name", ""), "textarea")
            self._put(self._text, given)
        elif tag == "select":
            self._select = Input(given.get("name", ""), "select")
            self._put(self._select, given)
        elif tag == "option" and self._select:
            self._select.choices.append(given.get("value", ""))
            if "selected" in given or len(self._select.choices) == 1:
                self._select.value = given.get("value", "")
        for name in ("hx-post", "hx-get"):
            if name in given:
                self.forms.append(Form(self._whole(given[name]), name[3:]))

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._text:
            # The line break that stands right behind the tag is none of the text.
            self._text.value, self._text = re.sub(r"^\r?\n", "", self._text.value), None
        elif tag == "select":
            self._select = None

    def _input(self, given: dict[str, str], kind: str) -> None:
        each = Input(given["name"], kind, given.get("value", "")) if given.get("name") else None
        if kind in BUTTONS:
            home = self._ids.get(given["form"]) if "form" in given else self._form
            self._pressed.append((home, given.get("formaction", ""), given.get("formmethod", ""), each))
        elif each:
            each.is_sent = kind not in ("checkbox", "radio") or "checked" in given
            each.value = each.value or ("on" if kind == "checkbox" else "")
            each.choices = [each.value] if kind == "radio" else []
            self._put(each, given)

    def _put(self, each: Input, given: dict[str, str]) -> None:
        if not each.name:
            return
        if "form" in given:
            self._outside.append((given["form"], each))
        elif self._form:
            self._form.inputs.append(each)

    def _add_those_of_buttons(self) -> None:
        """A button with a name, or with an address of its own, makes another form of the same fields."""
        for home, action, method, pressed in self._pressed:
            if home and (action or pressed):
                again = Form(self._whole(action) if action else home.action, method.lower() or home.method)
                again.inputs = [*home.inputs, *([pressed] if pressed else [])]
                self.forms.append(again)

    def _link(self, href: str) -> None:
        whole = self._whole(href)
        if whole.startswith("/") and not whole.startswith("//"):
            self.links.add(whole)

    def _whole(self, href: str) -> str:
        return urldefrag(urljoin(self.url, href)).url
