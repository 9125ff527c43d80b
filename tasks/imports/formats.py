"""The trackers whose files are known, by the names of their columns; and a table of which an owner says them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .table import Unreadable

# Column by its part in a row.
Columns = dict[str, int]
WHAT = {
    "first_name": "firstname vorname nombre prenom",
    "who": "user username lastname benutzer nachname usuario apellido utilisateur nom",
    "project": "project projekt proyecto projet",
    "task": "task activity aufgabe tatigkeit tarea actividad tache activite",
    "text": "description notes note beschreibung notizen descripcion notas",
}
START = {
    "day": "startdate startdatum fechadeinicio datededebut",
    "start": "starttime startzeit horadeinicio heurededebut",
    "end_day": "enddate stopdate enddatum fechadefinalizacion datedefin",
    "end": "endtime stoptime endzeit horadefinalizacion heuredefin",
}


@dataclass(frozen=True)
class Format:
    """
    The file of one tracker: for each part of a row how its column can be called, folded, and the parts it must have.

    Parts: `day`, `start` and `end` of wall time, `end_day`; `from` and `till` with day and time in one; `clock` a
    time as h:mm:ss and `hours` a decimal one; `project`, `task`, `text`, and `who` it was, or `first_name` and `who`;
    `kind` and `total` tell rows of time from others.
    """

    name: str
    parts: Mapping[str, str]
    needed: tuple[str, ...]
    # Whether its durations are rounded, so that the ends say more.
    is_rounded: bool = False
    # Of rows that say of what kind they are, those that are time.
    kinds: frozenset[str] = field(default=frozenset({""}))


FORMATS = (
    Format(
        "Clockify",
        # Of its kinds only the English words are known: of a break, a holiday or time off none is work.
        {**START, "clock": "durationh dauerh duracionh dureeh", **WHAT, "kind": "type"},
        ("day", "clock"),
        kinds=frozenset({"", "regular"}),
    ),
    Format("Toggl Track", {**START, "clock": "duration", **WHAT}, ("day", "clock")),
    Format(
        "Kimai",
        {
            "day": "date datum fecha",
            "start": "from von desde de",
            "end": "to bis hasta a",
            "clock": "duration dauer duracion duree",
            **WHAT,
            "kind": "type typ tipo",
        },
        ("day", "start", "end", "clock"),
        kinds=frozenset({"", "timesheet"}),
    ),
    Format(
        "TimeTagger",
        {"total": "subtotals", "day": "date", "start": "start", "end": "stop", "clock": "duration"}
        | {"task": "tags", "text": "description"},
        ("total", "day", "start", "end"),
        is_rounded=True,
    ),
    Format(
        "TimeTagger",
        {"key": "key", "from": "start", "till": "stop", "task": "tags", "text": "description"},
        ("key", "from", "till"),
    ),
    Format("solidtime", {"from": "start", "till": "end", "clock": "duration", **WHAT}, ("from", "till", "text")),
    Format("Harvest", {"day": "date", "hours": "hours", **WHAT}, ("day", "hours", "project", "task", "text")),
)
OWN = Format(
    "",
    {
        "day": "day date when datum tag fecha dia jour",
        "time": "time hours duration took howlong zeit stunden dauer horas heures duree",
        "task": "task project activity job client aufgabe projekt tarea proyecto tache projet",
        "text": "description notes note text comment what beschreibung notiz descripcion",
    },
    (),
)


def recognised(header: Sequence[str]) -> tuple[Format, Columns] | None:
    """Whose file has such a header, and which column is what in it; None if nobody's is known."""
    folded = [fold(name) for name in header]
    for each in FORMATS:
        columns = _columns(folded, each)
        if all(part in columns for part in each.needed):
            for part in each.needed:
                if folded.count(folded[columns[part]]) > 1:
                    raise Unreadable(f"Two columns are called “{header[columns[part]]}”. Take out the wrong one.")
            return each, columns
    return None


def guessed(header: Sequence[str]) -> Columns:
    """Which column of a table of the owner's own is likely what."""
    return _columns([fold(name) for name in header], OWN)


def _columns(folded: Sequence[str], of: Format) -> Columns:
    """The first of each name, for names can be there again that somebody gave to a column of their own."""
    names = {part: called.split() for part, called in of.parts.items()}
    found = {part: [folded.index(name) for name in called if name in folded] for part, called in names.items()}
    return {part: at[0] for part, at in found.items() if at}


def fold(name: str) -> str:
    """Start date, START-DATE and "Start Date" are one name, as are Tätigkeit and Tatigkeit."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if sign.isalnum())
