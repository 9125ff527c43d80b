"""A file of a tracker or a spreadsheet, from its bytes to a table of text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

MOST_BYTES = 5_000_000
MOST_ROWS, MOST_COLUMNS = 20_000, 200
LONGEST_CELL = 131_072
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
# A first line by which Excel is told how to open the file.
FOR_EXCEL = re.compile(r"sep=[,;\t][\r\n]", re.IGNORECASE)
TOO_LARGE = "This file is larger than 5 MB. Export fewer months at a time."
EMPTY = "This file is empty."
EXCEL = "This is a file of a spreadsheet. Save it there as CSV, and choose that."
NO_TABLE = "This is no CSV file: it holds no table of text."
# How text is written down, the likeliest first; the last takes nearly anything for text.
WIDE, NARROW = [("utf-16", "UTF-16")], [("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")]
# How files begin that are none, whatever they are called.
BEGINNINGS = (
    (b"PK\x03\x04", EXCEL),
    (b"\xd0\xcf\x11\xe0", EXCEL),
    (b"\x1f\x8b", "This file is packed. Unpack it, and choose the CSV file in it."),
    (b"%PDF", NO_TABLE),
    (b"<", NO_TABLE),
)


class Unreadable(ValueError):
    """The file as a whole; its text is the sentence for the owner."""


class Line(NamedTuple):
    """A row, and the line of the file on which it begins; the first is 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """`separator` is one of SEPARATORS."""

    header: list[str]
    lines: list[Line]
    separator: str = ","


def decode(raw: bytes) -> tuple[str, str]:
    """The text of a file and how it was written down; Unreadable for what is no text, too long or empty."""
    if len(raw) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    for beginning, why in BEGINNINGS:
        if raw.lstrip().startswith(beginning):
            raise Unreadable(why)
    text, encoding = _text(raw)
    if not text.strip():
        raise Unreadable(EMPTY)
    # A picture, or anything else that is not for reading, has these; text does not.
    if any(sign < " " and sign not in "\t\r\n\f\v" for sign in text):
        raise Unreadable(NO_TABLE)
    return text, encoding


def _text(raw: bytes) -> tuple[str, str]:
    is_wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding, name in WIDE if is_wide else NARROW:
        try:
            return raw.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise Unreadable(NO_TABLE)


def parse(text: str) -> Table:
    """Its header and the rows below it that hold anything; Unreadable for what is no table."""
    separator = _separator(text)
    rows = _rows(text, separator)
    if FOR_EXCEL.match(text):
        next(rows)
    header = next(rows, None)
    if header is None:
        raise Unreadable(EMPTY)
    if len(header.cells) > MOST_COLUMNS:
        raise Unreadable(f"This file has more than {MOST_COLUMNS} columns.")
    lines = list[Line]()
    for line in rows:
        if len(lines) == MOST_ROWS:
            raise Unreadable("This file has more than 20,000 rows. Export fewer months at a time.")
        lines.append(line)
    if not lines:
        raise Unreadable("There is no row below the names of the columns.")
    return Table([cell.strip() for cell in header.cells], lines, separator)


def _rows(text: str, separator: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Unreadable(_why(error, begins)) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield Line(begins, cells)
        begins = reader.line_num + 1


def _separator(text: str) -> str:
    """What parts the names of the columns, which hold no text that could have more of another."""
    header = next(line for line in text.splitlines() if line.strip())
    return max(SEPARATORS, key=header.count)


def _why(error: csv.Error, line: int) -> str:
    if "limit" in str(error):
        return f"In the row that begins on line {line} is a cell of more than {LONGEST_CELL:,} signs."
    if "end of data" in str(error):
        return f"A quotation mark is opened in the row that begins on line {line}, and never closed."
    return f"In the row that begins on line {line} a quotation mark stands where none can."
