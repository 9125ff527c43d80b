"""
A person's name and address, taken out of what the owner wrote for themselves, and of what is kept of old summaries.

Of the owner's own words (notes on their time, how a task is done, their messages to others) only the whole name, as
it is written on the roster, and the address go. A first name alone may be anybody's, and so may a name of one word:
Mark, Will, May, Rich and Grant are words of many tasks, and so are "mark down" and "rich text" as soon as capitals
don't count. Scripts without blanks have no ends of words: 田中一 also begins 田中一郎, somebody else. A word that is
left tells nobody by itself; one that is rewritten by mistake spoils what the owner meant. What the app keeps for
itself, such as time zones, keys and passwords, is never rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, Field, JSONField, Model, Q, QuerySet

from assistants.models import Assistant, Handoff, HandoffEvent, OutgoingEmail, WorkLog
from tasks import belongings
from tasks.models import Brief, DayOff, EntryChange, Owner, Skill, Task, TimeEntry, TimeFile

GONE = "Someone who left"
# Not as a part of a longer one, which is somebody else's.
ADDRESS = r"(?<![\w.+-]){}(?![\w-]|\.\w)"
OURS = ("tasks", "assistants", "delegator")
# The columns that people write as text. Who somebody is and to whom an email went is not among them: of the person
# erased that is gone already, and others keep theirs.
WORDS: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Owner, ("business", "vision")),
    (DayOff, ("name",)),
    (Skill, ("name",)),
    (Task, ("name", "hint", "only_me_reason")),
    (Brief, ("steps", "links", "done", "limits")),
    (TimeEntry, ("note",)),
    (EntryChange, ("note_before", "note_after")),
    (TimeFile, ("name", "text")),
    (Assistant, ("note",)),
    (Handoff, ("brief", "how_to")),
    (HandoffEvent, ("note",)),
    (WorkLog, ("note", "query", "answer")),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the person was known by, to be taken out of text; what is '' stays in it."""

    name: str
    first_name: str
    email: str

    @property
    def whole_name(self) -> str:
        """'' where the name is one word: that is a first name alone."""
        return self.name if len(self.name.split()) > 1 else ""

    def out_of(self, facts: Any) -> Any:
        """The same facts, as JSON has them, without name and address."""
        if isinstance(facts, dict):
            return {key: self.out_of(value) for key, value in facts.items()}
        if isinstance(facts, list):
            return [self.out_of(value) for value in facts]
        return self._out_of_text(facts) if isinstance(facts, str) else facts

    def _out_of_text(self, text: str) -> str:
        if self.email:
            text = re.sub(ADDRESS.format(re.escape(self.email)), "their address", text, flags=re.IGNORECASE)
        if self.whole_name:
            text = re.sub(rf"(?<!\w){re.escape(self.whole_name)}(?!\w)", GONE, text)
        if not self.first_name:
            return text
        # A name may be a month as well: 4 May and May 4 stay.
        first = rf"(?<!\w)(?<!\d ){re.escape(self.first_name)}(?!\w| \d)"
        return re.sub(first, GONE.partition(" ")[0], text)


def scrub(owner: Owner, known: Known) -> None:
    """In all rows of the owner's, of whichever app."""
    # Who is on their own roster keeps what is theirs as an owner.
    name = "" if known.name == owner.name else known.name
    email = "" if known.email.lower() == owner.email.lower() else known.email
    words = Known(name, "", email)
    for rows in [Owner.objects.filter(pk=owner.pk), *belongings.of(owner)]:
        if rows.model._meta.app_label in OURS:
            _scrub_texts(rows, words)
            # Emails to others, and their notes: who is called the same by their first name keeps it.
            _scrub_facts(rows, words if rows.model in (OutgoingEmail, HandoffEvent) else known)


def _scrub_texts(rows: QuerySet[Any], words: Known) -> None:
    fields = list(_texts(rows.model))
    known = {"contains": words.whole_name, "icontains": words.email}
    named = [Q(**{f"{field.name}__{way}": text}) for field in fields for way, text in known.items() if text]
    for row in rows.filter(reduce(or_, named)) if named else ():
        changed = {f.name: _cut(words.out_of(getattr(row, f.name)), f) for f in fields if getattr(row, f.name)}
        _rewrite(row, {name: text for name, text in changed.items() if text != getattr(row, name)})


def _texts(model: type[Model]) -> Iterator[Field[Any, Any]]:
    names = dict(WORDS).get(model, ())
    return (field for field in model._meta.concrete_fields if field.name in names)


def _cut(text: str, field: Field[Any, Any]) -> str:
    most = getattr(field, "max_length", None)
    return text[:most] if isinstance(field, CharField) and most else text


def _rewrite(row: Model, changed: dict[str, str]) -> None:
    same = type(row)._base_manager.filter(pk=row.pk)
    try:
        with transaction.atomic():
            if changed:
                same.update(**changed)
    except IntegrityError:  # another task or skill is called so already
        same.update(**changed | {"name": f"{GONE} {row.pk}"})


def _scrub_facts(rows: QuerySet[Any], known: Known) -> None:
    """What the app wrote of it."""
    field = next((field for field in rows.model._meta.concrete_fields if field.name == "facts"), None)
    if not isinstance(field, JSONField):
        return
    for row in rows.exclude(facts=None).iterator():
        facts = known.out_of(row.facts)
        if facts != row.facts:
            rows.model._base_manager.filter(pk=row.pk).update(facts=facts)
