"""
What a page showed of each field, so that what another page saved meanwhile is not written over unseen.

A hidden field carries a mark of each value. Under the owner's lock what was sent is laid beside what stands there:
a field that only the other page changed keeps what stands, one that both changed is for the owner to settle.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html

SAID = "This was changed elsewhere. Save again to make it yours."


class Meanwhile(NamedTuple):
    """What stands there by now, by field: changed only by another page, or by both to different values."""

    theirs: dict[str, Any]
    both: dict[str, Any]


def marks(there: Mapping[str, Any]) -> str:
    """For the hidden field."""
    return " ".join(f"{name}:{_mark(value)}" for name, value in there.items())


def compare(sent: Mapping[str, Any], there: Mapping[str, Any], seen: str) -> Meanwhile:
    """`sent` and `there` as the form cleans them; a field that `seen` leaves out was shown blank."""
    marked = _marked(seen)
    theirs: dict[str, Any] = {}
    both: dict[str, Any] = {}
    for name, stands in there.items():
        was = marked.get(name, _mark(None))
        if sent[name] == stands or was == _mark(stands):
            continue
        (theirs if was == _mark(sent[name]) else both)[name] = stands
    return Meanwhile(theirs, both)


def shows(seen: str, name: str, value: object) -> bool:
    """Whether the page showed that value in that field."""
    return _marked(seen).get(name) == _mark(value)


def say(form: forms.Form, name: str, stands: str) -> None:
    """At the field that both changed: that it was, and what stands there now."""
    form.add_error(name, ValidationError(SAID, code="stale"))
    there = f"\n{stands}" if "\n" in stands else stands or "nothing"
    form[name].help_text = format_html('<span class="text-break">There now: {}</span>', linebreaksbr(there))


def _marked(seen: str) -> dict[str, str]:
    return dict(each.partition(":")[::2] for each in seen.split())


def _mark(value: object) -> str:
    """A few digits that tell a value from another one; 80 and 80.00 are the same one."""
    plain = value.normalize() if isinstance(value, Decimal) else value
    return sha256(repr(plain).encode()).hexdigest()[:8]
