"""From bytes to a table: what it is written in makes no difference, and what is no table is refused by name."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.imports import table
from tasks.imports.table import Line, Table, Unreadable

HEADER = ["Day", "Time", "Büro"]
ROWS = [["2024-03-04", "1:30", "Männer"], ["2024-03-05", "0:45", "a; b, c"]]
AS_READ = Table(HEADER, [Line(2, ROWS[0]), Line(3, ROWS[1])])


def written(rows: Sequence[Sequence[str]], *, separator: str = ",", ends: str = "\n", quoted: bool = False) -> str:
    out = io.StringIO(newline="")
    write = partial(csv.writer, out, delimiter=separator, lineterminator=ends)
    (write(quoting=csv.QUOTE_ALL) if quoted else write()).writerows(rows)
    return out.getvalue()


def read(raw: bytes) -> Table:
    return table.parse(table.decode(raw)[0])


def why(raw: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        read(raw)
    return str(error.value)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_is_the_same_however_it_is_written_down(ends: str, separator: str, encoding: str) -> None:
    for quoted in (False, True):
        text = written([HEADER, *ROWS], separator=separator, ends=ends, quoted=quoted)
        assert read(text.encode(encoding)) == replace(AS_READ, separator=separator)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_a_first_line_that_is_for_excel_is_none_of_the_table(separator: str, ends: str) -> None:
    found = read(f"Sep={separator}{ends}{written([HEADER, *ROWS], separator=separator, ends=ends)}".encode())
    assert found == Table(HEADER, [Line(3, ROWS[0]), Line(4, ROWS[1])], separator)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_it_is_said_what_the_text_was_written_in(encoding: str, name: str) -> None:
    assert table.decode("Büro,1".encode(encoding)) == ("Büro,1", name)


def test_the_number_of_a_row_is_the_line_on_which_it_begins() -> None:
    text = 'Day,Text\n\n2024-03-04,"one\ntwo\nthree"\n,,\n2024-03-05,four\n'
    assert [line.number for line in table.parse(text).lines] == [3, 7]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "This file is empty."),
        (b" \r\n\t\n", "This file is empty."),
        (b"\xef\xbb\xbf", "This file is empty."),
        (b"Day,Time\n", "There is no row below the names of the columns."),
        (b"Day,Time\n,\n \n", "There is no row below the names of the columns."),
        (b"PK\x03\x04\x14\x00", "This is a file of a spreadsheet. Save it there as CSV, and choose that."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is a file of a spreadsheet. Save it there as CSV, and choose that."),
        (b"\x1f\x8b\x08\x00", "This file is packed. Unpack it, and choose the CSV file in it."),
        (b"\x89PNG\r\n\x1a\n\x00", "This is no CSV file: it holds no table of text."),
        (b"%PDF-1.7\n", "This is no CSV file: it holds no table of text."),
        (b"<!doctype html><table>", "This is no CSV file: it holds no table of text."),
        (b"\xff\xfe\x00", "This is no CSV file: it holds no table of text."),
        (b"Day,T\x81me\n", "This is no CSV file: it holds no table of text."),
        (b"Day,Time\n1,\x00\n", "This is no CSV file: it holds no table of text."),
        (
            b'Day,Text\n2024-03-04,one\n2024-03-05,"two\n2024-03-06,three\n',
            "A quotation mark is opened in the row that begins on line 3, and never closed.",
        ),
        (b'Day\n"one" two\n', "In the row that begins on line 2 a quotation mark stands where none can."),
        (
            b"Day\n" + b"x" * 131_073,
            "In the row that begins on line 2 is a cell of more than 131,072 signs.",
        ),
        (b"a," * 200 + b"\n1\n", "This file has more than 200 columns."),
        (b"Day\n" + b"1\n" * 20_001, "This file has more than 20,000 rows. Export fewer months at a time."),
        (b"x" * 5_000_001, "This file is larger than 5 MB. Export fewer months at a time."),
    ],
    ids=lambda value: repr(value[:18]) if isinstance(value, bytes) else "",
)
def test_what_is_no_table_is_refused_with_the_reason(raw: bytes, said: str) -> None:
    assert why(raw) == said


def test_the_most_that_is_taken_is_taken() -> None:
    assert len(read(b"Day\n" + b"1\n" * 20_000).lines) == 20_000
    assert len(read(b"Day\n" + b"x" * 131_072).lines) == 1


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(deadline=None)
@given(
    st.integers(2, 5).flatmap(lambda wide: st.lists(st.lists(CELL, min_size=wide, max_size=wide), min_size=1)),
    st.sampled_from(list(table.SEPARATORS)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_whatever_a_spreadsheet_writes_is_read_back(rows: list[list[str]], separator: str, ends: str) -> None:
    header = [f"Column {at}" for at in range(len(rows[0]))]
    text = written([header, *rows], separator=separator, ends=ends, quoted=True)
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    if kept:
        assert [line.cells for line in table.parse(text).lines] == kept


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=120).map(str.encode))
def test_no_bytes_make_it_fail_in_another_way(raw: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert read(raw).lines
