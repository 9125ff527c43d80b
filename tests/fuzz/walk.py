"""Who visits, and what they find: every page that one gets to by links, and the forms on it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from random import Random
from typing import NamedTuple, Protocol

from django.urls import Resolver404, get_resolver

from tests.filled import Form, Input, Seen
from tests.fuzz import odd

# Forms that are kept of those that are alike.
FORMS_ALIKE = 3


class Answer(NamedTuple):
    status: int
    text: str = ""
    location: str = ""


class Visitor(Protocol):
    name: str

    def ask(self, request: odd.Request) -> Answer: ...


class Found(NamedTuple):
    pages: int
    forms: list[Form]


def route(url: str) -> str:
    """The address as urls.py writes it."""
    try:
        return "/" + get_resolver().resolve(url.partition("?")[0]).route
    except (Resolver404, ValueError):
        return "nowhere"


def walk(visitor: Visitor, begin: Iterable[str], *, only: str, pages: int) -> Found:
    """Follow all links from there, those that begin with `only`; so many pages of each kind."""
    waiting, seen, kinds = list(begin), set[str](), Counter[str]()
    forms: dict[object, list[Form]] = defaultdict(list)
    while waiting:
        url = waiting.pop(0)
        kind = f"{route(url)}{re.sub('=[^&]*', '', url.partition('?')[2])}"
        if url in seen or kinds[kind] >= pages or "nowhere" in kind:
            continue
        seen.add(url)
        kinds[kind] += 1
        answer = visitor.ask(odd.Request("GET", url))
        if answer.location.startswith("/"):
            waiting.append(answer.location)
        found = Seen(answer.text, url)
        waiting += sorted(link for link in found.links if link.startswith(only))
        for form in found.forms:
            # It goes in a header; odd, it would keep all the rest from being read.
            form.inputs = [each for each in form.inputs if each.name != "csrfmiddlewaretoken"]
            alike = forms[route(form.action), form.method, tuple(form.names)]
            if len(alike) < FORMS_ALIKE and form.action.startswith(only):
                alike.append(form)
    return Found(len(seen), [form for alike in forms.values() for form in alike])


class Fuzz:
    """Odd requests of several visitors, each to forms that they found, evenly over the addresses of these."""

    def __init__(self, seed: int, *, pages_of_a_kind: int = 5) -> None:
        self.draw, self._pages_of_a_kind = Random(seed), pages_of_a_kind
        self.statuses: dict[str, Counter[int]] = defaultdict(Counter)
        self.broken: list[str] = []
        self.pages = 0
        self._known: dict[str, dict[str, list[Form]]] = {}

    def look(self, visitor: Visitor, begin: Iterable[str], *, only: str = "", more: Iterable[str] = ()) -> None:
        """Find the forms of that visitor; `more` are addresses without one."""
        found = walk(visitor, begin, only=only, pages=self._pages_of_a_kind)
        self.pages += found.pages
        by_route: dict[str, list[Form]] = defaultdict(list)
        bare = [Form(url, "post", [Input("x", "text")]) for url in more]
        for form in found.forms + bare:
            by_route[route(form.action)].append(form)
        self._known[visitor.name] = by_route

    def ask(self, visitor: Visitor, count: int, again: Callable[[Answer], None] = lambda _: None) -> None:
        """`again` hears each answer, such as that one has been signed out."""
        known = self._known[visitor.name]
        for _ in range(count):
            form = self.draw.choice(known[self.draw.choice(sorted(known))])
            request = odd.request(form, self.draw)
            answer = visitor.ask(request)
            self.statuses[route(request.url)][answer.status] += 1
            if answer.status >= 500:
                self.broken.append(f"{answer.status} {visitor.name}: {request}"[:1500])
            again(answer)

    @property
    def count(self) -> int:
        return sum(sum(each.values()) for each in self.statuses.values())

    def table(self) -> str:
        """Requests for each address, and how they were answered."""
        lines = []
        for address, statuses in sorted(self.statuses.items()):
            said = " ".join(f"{status}×{count}" for status, count in sorted(statuses.items()))
            lines.append(f"{sum(statuses.values()):6} {address:58} {said}")
        return "\n".join(lines)
