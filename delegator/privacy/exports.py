"""
Everything an owner has, as one zip: each kind of thing as JSON and as CSV, and a README.txt that explains them.

It is written to a file that has no name and is gone once it is closed, row after row, so that ten years take no more
memory than a day. The same rows at the same moment make the same bytes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import TextIOWrapper
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile, TemporaryFile
from textwrap import wrap
from typing import IO, Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.apps import apps
from django.db.models import ForeignKey, Model

from tasks.models import Owner
from tasks.spreadsheets import harmless

from .export_tables import TABLES, Table

# What a file may weigh before it goes to the disk, in bytes, and how many rows are read at once.
IN_MEMORY = 1_000_000
ROWS = 500
# What is called by a name wherever it is pointed to, beside its number.
NAMED = ("Task", "Assistant", "Skill")
UNITS = """Everything Delegator keeps for you. Each kind of thing is there twice, the same in both: as .csv for a \
spreadsheet and as .json for a program.

Days are written 2026-10-15, as you saw them. Moments are in UTC and end in +00:00. Lengths of time are whole \
seconds or minutes, as the column's name says. Amounts are in your currency ({currency}), with a point before the \
cents. A column such as task holds the number of a row in tasks, and task_name its name. In .csv an empty cell means \
that there is nothing, and a text that begins like a formula has a ' before it, so that no spreadsheet runs it; \
.json has it as it is.

Not in here: your password, and what opens private links."""


class Column(NamedTuple):
    name: str
    lookup: str
    said: str


def write(owner: Owner, *, now: datetime) -> IO[bytes]:
    """The zip, from its start; whoever asked for it closes it."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is the answer to a request, and is closed with it
    counts: dict[str, int] = {}
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for table in TABLES:
            counts[table.name] = _both(archive, table, owner, now)
        archive.writestr(_entry("README.txt", now), _readme(owner, counts, now))
    file.seek(0)
    return file


def columns(table: Table) -> list[Column]:
    """Every field of the model but those that are left out, and the owner, whose it all is."""
    found = []
    for field in _model(table)._meta.concrete_fields:
        if field.name in table.without or field.related_model is Owner:
            continue
        # Those of Django's own fields, which are lazy, explain its admin and not our columns.
        said = field.help_text if isinstance(field.help_text, str) else ""
        found.append(Column(field.name, field.attname, said))
        target = field.related_model if isinstance(field, ForeignKey) else None
        if isinstance(target, type) and target.__name__ in NAMED:
            found.append(Column(f"{field.name}_name", f"{field.name}__name", ""))
    return found


def rows(table: Table, owner: Owner) -> Iterator[tuple[Any, ...]]:
    """In the order in which they were made."""
    lookups = [column.lookup for column in columns(table)]
    owned = _model(table)._base_manager.filter(**{table.way: owner.pk}).order_by("pk")
    return owned.values_list(*lookups).iterator(chunk_size=ROWS)


def _model(table: Table) -> type[Model]:
    return apps.get_model(table.model)


# --- The files -------------------------------------------------------------------
def _both(archive: ZipFile, table: Table, owner: Owner, now: datetime) -> int:
    """
    The rows as .csv and as .json; how many there are.

    Both out of one reading, so that they say the same whatever is written meanwhile. A zip takes one file after the
    other, so the second one waits beside it.
    """
    count = 0
    names = [column.name for column in columns(table)]
    with TemporaryFile() as waiting:
        with _open(archive, f"{table.name}.csv", now) as sheet:
            sheet.write("\ufeff")  # else Excel takes UTF-8 for something older
            writer = csv.writer(sheet)
            writer.writerow(names)
            for row in rows(table, owner):
                writer.writerow([_cell(value) for value in row])
                said = json.dumps(dict(zip(names, map(_plain, row), strict=True)), ensure_ascii=False)
                waiting.write(f"{',' if count else '['}\n{said}".encode())
                count += 1
        waiting.write(b"\n]\n" if count else b"[]\n")
        waiting.seek(0)
        with archive.open(_entry(f"{table.name}.json", now), "w", force_zip64=True) as file:
            copyfileobj(waiting, file)
    return count


def _open(archive: ZipFile, name: str, now: datetime) -> TextIOWrapper:
    return TextIOWrapper(archive.open(_entry(name, now), "w", force_zip64=True), encoding="utf-8", newline="")


def _entry(name: str, now: datetime) -> ZipInfo:
    entry = ZipInfo(name, now.astimezone(UTC).timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16  # for its owner alone, where it is unpacked
    return entry


def _plain(value: Any) -> Any:
    """As JSON has it; an amount is text, for it is exact."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _cell(value: Any) -> Any:
    """As a spreadsheet has it: a number stays one, and no text is run."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return harmless(json.dumps(value, ensure_ascii=False))
    plain = _plain(value)
    return harmless(plain) if isinstance(value, str) else plain


# --- README.txt --------------------------------------------------------------------
def _readme(owner: Owner, counts: dict[str, int], now: datetime) -> str:
    said = [f"Written for {owner.email} on {_plain(now)}.", *UNITS.format(currency=owner.currency).split("\n\n")]
    parts = ["\n".join(wrap(paragraph, 76)) for paragraph in said]
    return "\n\n".join([*parts, *(_about(table, counts[table.name]) for table in TABLES)]) + "\n"


def _about(table: Table, count: int) -> str:
    lines = [f"{table.name}: {count} {'row' if count == 1 else 'rows'}"]
    lines += _indented(table.said, "  ")
    lines += _indented(f"Columns: {', '.join(map(_named, columns(table)))}.", "  ")
    return "\n".join(lines)


def _named(column: Column) -> str:
    return f"{column.name} ({column.said.rstrip('.')})" if column.said else column.name


def _indented(text: str, margin: str) -> Sequence[str]:
    return wrap(text, 76, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
