"""Files made to harm, or broken beyond use: a plain refusal in bounded time, and never an error."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dagster_project.door import reasons
from dagster_project.door.checking import Gate
from dagster_project.door.limits import Limits
from dagster_project.door.reading import Reading, read_delivery
from dagster_project.door.reasons import Reason
from dagster_project.door.tables import DECLARATIONS, PULL, SOURCES, Table
from tests.unit.door.deliveries import CONSENT, KEY, PROJECTS, csv_bytes, parquet_bytes, workbook, xlsx_bytes

USUAL = Limits()
CONSENT_WORKBOOK = xlsx_bytes({"A": CONSENT})
SHEET = "xl/worksheets/sheet1.xml"
SECONDS = 10


def read(content: bytes, file_format: str, table: Table | None = DECLARATIONS, limits: Limits = USUAL) -> Reading:
    source = SOURCES["monitoring" if table is None else "register" if table is PULL else "consent"]
    return read_delivery(content, file_format, source, table, Gate(KEY, PROJECTS, limits), "a-delivery")


def rezipped(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its members changed."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, change(member, old.read(member)))
    return result.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A workbook with another first sheet."""
    return rezipped(CONSENT_WORKBOOK, lambda name, body: xml if name == SHEET else body)


def sheet_xml(cells: bytes, dimension: bytes = b"") -> bytes:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return b"<worksheet %s>%s<sheetData>%s</sheetData></worksheet>" % (space, dimension, cells)


def many_members() -> bytes:
    content = io.BytesIO(CONSENT_WORKBOOK)
    with zipfile.ZipFile(content, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/media/{number}", b"")
    return content.getvalue()


FAR_CELL = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b"]>"
    + sheet_xml(b'<row r="1"><c r="A1" t="inlineStr"><is><t>&m;</t></is></c></row>')
)


def long_cell(characters: int) -> bytes:
    """A declaration whose last cell is longer than xlsxwriter would write."""
    text = b"x" * characters
    mark = xlsx_bytes({"A": [[*CONSENT[0], "Note"], [*CONSENT[1], "MARK"]]})
    return rezipped(mark, lambda name, body: body.replace(b"MARK", text))


def wide_rows(columns: int) -> list[list[str]]:
    """The declarations with so many further columns."""
    names = [f"kolonne {number}" for number in range(columns)]
    return [[*row, *(names if place == 0 else ["1"] * columns)] for place, row in enumerate(CONSENT)]


def wide_parquet(columns: int) -> bytes:
    heading, *rows = wide_rows(columns)
    return parquet_bytes(pl.DataFrame(rows, schema=heading, orient="row"))


def unfolding_parquet(rows: int, text: str) -> bytes:
    """One text in every row, written once in the file."""
    columns = [pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), [cell]) for cell in ["x"] * 5 + [text]]
    content = io.BytesIO()
    pq.write_table(pa.table(columns, names=[*CONSENT[0], "Note"]), content)
    return content.getvalue()


GOOD_LINES = csv_bytes(CONSENT)
SMALL = Limits(unpacked_bytes=2**20)

FILES: dict[str, tuple[str, Callable[[], bytes], Limits, Reason | None]] = {
    "a password, or the old format": (
        "xlsx",
        lambda: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(4096),
        USUAL,
        reasons.OLD_OR_LOCKED,
    ),
    "zeros that unfold": ("xlsx", lambda: with_sheet(bytes(2**26)), USUAL, reasons.UNREADABLE),
    "more than allowed, unpacked": ("xlsx", lambda: with_sheet(sheet_xml(b" " * 2**20)), SMALL, reasons.TOO_LARGE),
    "ten thousand members": ("xlsx", many_members, USUAL, reasons.TOO_LARGE),
    "a cell at the far end": ("xlsx", lambda: with_sheet(sheet_xml(FAR_CELL)), USUAL, reasons.TOO_LARGE),
    "a cell at the far end of a sheet that tells of one cell": (
        "xlsx",
        lambda: with_sheet(sheet_xml(FAR_CELL, b'<dimension ref="A1"/>')),
        USUAL,
        reasons.TOO_LARGE,
    ),
    "a cell at the far end of a sheet that tells of four": (
        "xlsx",
        lambda: with_sheet(sheet_xml(FAR_CELL, b'<dimension ref="A1:B2"/>')),
        USUAL,
        reasons.TOO_LARGE,
    ),
    "a cell at the far end of a long sheet that tells so": (
        "xlsx",
        lambda: with_sheet(sheet_xml(FAR_CELL + b" " * 2**21, b'<dimension ref="A1:XFD1048576"/>')),
        USUAL,
        reasons.TOO_LARGE,
    ),
    "entities that unfold": ("xlsx", lambda: with_sheet(BOMB), USUAL, reasons.UNREADABLE),
    "a megabyte in a workbook's cell": ("xlsx", lambda: long_cell(2**20), USUAL, reasons.CELL_TOO_LONG),
    "ten thousand columns in a workbook": (
        "xlsx",
        lambda: xlsx_bytes({"A": wide_rows(10_000)}),
        USUAL,
        reasons.TOO_MANY_COLUMNS,
    ),
    "a megabyte in a CSV cell": (
        "csv",
        lambda: GOOD_LINES.replace(b";MA;", b";" + b"x" * 2**20 + b";", 1),
        USUAL,
        reasons.CELL_TOO_LONG,
    ),
    "a megabyte in a quoted CSV cell": (
        "csv",
        lambda: GOOD_LINES.replace(b";MA;", b';"' + b"x" * 2**20 + b'";', 1),
        USUAL,
        reasons.CELL_TOO_LONG,
    ),
    "ten thousand columns in a CSV": (
        "csv",
        lambda: csv_bytes(wide_rows(10_000)),
        USUAL,
        reasons.TOO_MANY_COLUMNS,
    ),
    "a million columns on one line": ("csv", lambda: b"a;" * 10**6, USUAL, reasons.TOO_MANY_COLUMNS),
    "a million columns below the heading": (
        "csv",
        lambda: GOOD_LINES + b"a;" * 10**6,
        USUAL,
        reasons.TOO_MANY_COLUMNS,
    ),
    "one line of 100 MB": ("csv", lambda: b"a" * 10**8, USUAL, reasons.CELL_TOO_LONG),
    "a quotation mark never closed, 100 MB": ("csv", lambda: b'a;"' + b"b;c\r\n" * 2 * 10**7, USUAL, reasons.QUOTES),
    "the same below the heading": ("csv", lambda: GOOD_LINES + b'a;"' + b"b;c\r\n" * 2 * 10**7, USUAL, reasons.QUOTES),
    "blank lines, 100 MB": ("csv", lambda: b"\r\n" * 5 * 10**7, USUAL, None),
    "NUL between the cells": ("csv", lambda: GOOD_LINES.replace(b";", b"\0;"), USUAL, reasons.NUL_BYTES),
    "UTF-16 without its mark": ("csv", lambda: csv_bytes(CONSENT, encoding="utf-16-le"), USUAL, reasons.NUL_BYTES),
    "ten thousand columns in Parquet": ("parquet", lambda: wide_parquet(10_000), USUAL, reasons.TOO_MANY_COLUMNS),
    "a megabyte in a Parquet cell": (
        "parquet",
        lambda: unfolding_parquet(1, "x" * 2**20),
        USUAL,
        reasons.CELL_TOO_LONG,
    ),
    "one long text a million times": (
        "parquet",
        lambda: unfolding_parquet(1_000_000, "x" * 32_000),
        USUAL,
        reasons.TOO_LARGE,
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_bounded_time(name: str) -> None:
    file_format, make, limits, reason = FILES[name]
    content = make()
    began = time.process_time()
    reading = read(content, file_format, DECLARATIONS, limits)
    assert time.process_time() - began < SECONDS
    assert reading.refusal is not None
    assert reason in (None, reading.refusal)


@pytest.mark.parametrize("file_format", ["xlsx", "csv", "parquet"])
def test_a_wide_file_within_the_limits_is_read(file_format: str) -> None:
    rows = wide_rows(2_000)
    make = {"xlsx": lambda: xlsx_bytes({"A": rows}), "csv": lambda: csv_bytes(rows)}
    content = make[file_format]() if file_format in make else wide_parquet(2_000)
    assert read(content, file_format).rows_read == len(CONSENT) - 1


def test_a_workbook_cut_short_is_refused_at_every_length() -> None:
    content = workbook()
    assert all(read(content[:length], "xlsx", None).refusal for length in range(0, len(content), 3))


def test_a_parquet_file_cut_short_is_refused_at_every_length() -> None:
    content = wide_parquet(1)
    assert all(read(content[:length], "parquet").refusal for length in range(0, len(content), 7))


@pytest.mark.parametrize("file_format", ["xlsx", "parquet"])
def test_a_changed_byte_is_a_refusal_or_a_reading_and_never_an_error(file_format: str) -> None:
    content = CONSENT_WORKBOOK if file_format == "xlsx" else wide_parquet(1)
    for place in range(0, len(content), 29):
        changed = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
        read(changed, file_format)


@pytest.mark.parametrize("file_format", ["dta", "sas7bdat", "parquet", "xlsx"])
@pytest.mark.parametrize("content", [b"", b"x", bytes(4096), b"PK\3\4" + bytes(100), b"PAR1" * 30])
def test_garbage_is_refused_whatever_it_calls_itself(file_format: str, content: bytes) -> None:
    assert read(content, file_format, PULL).refusal is not None
