"""A case, what the door makes of it, and the small files that cases are made of.

A case is the files of one source, the file in question and its verdict: refused, later, duplicate, or read with exactly
the rejected rows (row number as a person sees it, heading as in the file).
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars
import pytest
import xlsxwriter

from dagster_project.door.intake import prepare_lake, take_in
from dagster_project.door.limits import Limits

AS_OF = date(2021, 6, 30)
DAY = "2021-06-01"
PROJECTS = frozenset({"MA", "FTF", "DSA", "3F-S", "3F-A"})
KEY = "nøgle"
GOOD = [f"01{month:02d}60-{1110 + month}" for month in range(1, 13)] * 6  # a real date, no check digit meant
KEY_LIKE = re.compile(r"\d{6}-?\d{4}")
KEYS = {*(key.replace("-", "") for key in GOOD), "0101601234"}
ANY_COLUMN = "*"  # the contract does not say which column a repeated or slipped row is told by

Cells = Sequence[Sequence[Any]]
Record = dict[str, Any]
Rejected = tuple[tuple[int, str], ...]

USUAL = Limits()


@dataclass(frozen=True)
class Case:
    """One file, with those around it, and what must become of it; `because` is a part of the reason."""

    name: str
    source: str
    files: Mapping[str, bytes]  # name -> content; the last one is the file in question
    verdict: str
    rejected: Rejected = ()
    rows_read: int | None = None
    ignored: str | None = None
    limits: Limits = USUAL
    sheet: str | None = None
    because: str = ""
    shown: str | None = None


def faults(*cases: Case) -> pytest.MarkDecorator:
    """Run a test for every case; two of one name would be one fault counted twice."""
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), sorted({name for name in names if names.count(name) > 1})
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


# -- files -------------------------------------------------------------------------------------------------------------


def csv_file(*lines: Sequence[str], encoding: str = "utf-8", delimiter: str = ";") -> bytes:
    """Lines of cells as they are, nothing quoted."""
    return "".join(delimiter.join(line) + "\r\n" for line in lines).encode(encoding)


def workbook(sheets: Mapping[str, Cells], **options: Any) -> bytes:
    """Sheets as a workbook; dates become date cells, times of day the like."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, options)
    day, clock = (book.add_format({"num_format": form}) for form in ("dd-mm-yyyy", "hh:mm"))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime | date | time):
                    sheet.write_datetime(number, column, cell, clock if isinstance(cell, time) else day)
                elif cell is not None:
                    sheet.write(number, column, cell)
    book.close()
    return content.getvalue()


def rezipped(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its members changed."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, change(member, old.read(member)))
    return result.getvalue()


def parquet(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns as a Parquet file."""
    content = io.BytesIO()
    polars.DataFrame(dict(columns)).write_parquet(content)
    return content.getvalue()


@dataclass(frozen=True)
class Layout:
    """A table as a CSV file: its good rows, and which of its columns must be there and may not be blank."""

    source: str
    file: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...] = ()
    may_be_blank: tuple[str, ...] = ()

    def lines(self) -> list[list[str]]:
        """Heading and rows, to be changed."""
        return [list(line) for line in (self.heading, *self.rows)]

    def changed(self, column: str, cell: str, row: int = 0) -> list[list[str]]:
        """The lines with another cell in one row."""
        lines = self.lines()
        lines[row + 1][self.heading.index(column)] = cell
        return lines

    def case(self, name: str, verdict: str, content: bytes, **more: Any) -> Case:
        """A case of this table's file."""
        return Case(name, self.source, {self.file: content}, verdict, **more)

    def cell(self, column: str, cell: str, *, good: bool, because: str = "") -> Case:
        """A case of one cell in the first row."""
        content = csv_file(*self.changed(column, cell))
        rejected = () if good else ((2, column),)
        told = {"rejected": rejected, "rows_read": len(self.rows), "because": because}
        return self.case(f"{column} {cell!r}", "read", content, **told)


def column_faults(layout: Layout) -> list[Case]:
    """Every required column away and every column twice, every required cell blank and every other one too."""
    cases = []
    for place, column in enumerate(layout.heading):
        lines = layout.lines()
        away = csv_file(*[[*line[:place], *line[place + 1 :]] for line in lines])
        gone = column not in layout.optional
        cases.append(
            layout.case(f"no column {column}", "refused", away, because=column)
            if gone
            else layout.case(f"no column {column}", "read", away, rows_read=len(layout.rows))
        )
        twice = csv_file(*[[*line, f" {line[place].upper()} "] for line in lines])
        cases.append(layout.case(f"{column} twice", "refused", twice, because=column))
        for blank in ("", "NA"):
            cases.append(layout.cell(column, blank, good=column in layout.may_be_blank))
    return cases


# -- the verdict -------------------------------------------------------------------------------------------------------


def assert_verdict(case: Case, folder: Path) -> None:
    """Take the case's files in, and hold the ledger and every byte of the lake against what the case says."""
    ledger = night(case, folder)
    sha256 = hashlib.sha256(list(case.files.values())[-1]).hexdigest()
    row = max((r for r in ledger("deliveries") if r["sha256"] == sha256), key=lambda r: str(r["file_name"]))
    assert row["verdict"] == case.verdict, row["reason"]
    if case.verdict == "refused":
        assert row["reason"].startswith(f"{row['file_name']}: ")
        assert case.because.casefold() in row["reason"].casefold()
    if case.shown is not None:
        assert row["file_name"] == case.shown
    if case.rows_read is not None:
        assert row["rows_read"] == case.rows_read
    if case.ignored is not None:
        assert row["ignored_columns"] == case.ignored
    if case.verdict == "read":
        _assert_rejected(case, row, ledger("rejected_rows"))
    _assert_no_key_in(folder / "lake", KEYS | _keys_in(case))


def _assert_rejected(case: Case, delivery: Record, rejected: list[Record]) -> None:
    own = [row for row in rejected if row["delivery_id"] == delivery["delivery_id"]]
    got = sorted((row["row_number"], row["column_name"]) for row in own)
    wanted = sorted(case.rejected)
    assert [number for number, _ in got] == [number for number, _ in wanted], own
    assert all(heading in (ANY_COLUMN, shown) for (_, heading), (_, shown) in zip(wanted, got, strict=True)), got
    assert all(row["reason"] and row["sheet"] == case.sheet for row in own)
    assert all(case.because in row["reason"] for row in own)
    assert delivery["rows_rejected"] == len(wanted)


def night(case: Case, folder: Path) -> Callable[[str], list[Record]]:
    """Take the case's files in; returns a reader of the source's ledger."""
    landing, lake = folder / "landing", folder / "lake"
    (landing / case.source).mkdir(parents=True, exist_ok=True)
    for name, content in case.files.items():
        (landing / case.source / name).write_bytes(content)
    for name, content in _empty_lake().items():
        (lake / name).parent.mkdir(parents=True, exist_ok=True)
        (lake / name).write_bytes(content)
    take_in(
        case.source, landing=landing, lake=lake, as_of=AS_OF, pseudonym_key=KEY, projects=PROJECTS, limits=case.limits
    )
    return lambda table: polars.read_parquet(lake / "ledger" / table / f"{case.source}.parquet").to_dicts()


@functools.cache
def _empty_lake() -> dict[str, bytes]:
    """The files of a lake in which nothing has landed, written once for all cases."""
    with TemporaryDirectory() as folder:
        prepare_lake(Path(folder))
        return {str(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*.parquet")}


def _keys_in(case: Case) -> set[str]:
    """What looks like a key in the case's names and plain files, whether or not it is one."""
    texts = [*case.files, *(content.decode("latin-1") for content in case.files.values() if b"\0" not in content)]
    return {match.replace("-", "") for text in texts for match in KEY_LIKE.findall(text)}


def _assert_no_key_in(lake: Path, keys: Iterable[str]) -> None:
    for path in lake.rglob("*.*"):
        if path.name == "0_schema.parquet":
            continue
        told = str(polars.read_parquet(path).to_dicts()) if path.suffix == ".parquet" else path.read_text("utf-8")
        found = {match.replace("-", "") for match in KEY_LIKE.findall(f"{path.name} {told}")}
        assert not found & set(keys), path.name
