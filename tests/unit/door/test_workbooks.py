"""What a workbook's cells become, held against a second reader of workbooks that gives cells as Python objects."""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.door.cells import EXCEL_ERRORS, date_of, is_error, text_of
from dagster_project.door.limits import Limits
from dagster_project.door.reasons import Reason
from dagster_project.door.workbooks import Workbook

DAY, CLOCK, LENGTH = "dd-mm-yyyy", "hh:mm:ss", "[h]:mm"

Cell = tuple[str, object]

TEXTS = st.sampled_from(
    [
        "x",
        " blåbær\u00a0",
        "Gennemfo\u0308rt",
        "true",
        "false",
        "2,5",
        "0.123456789",
        "-0",
        "NA",
        ".",
        "a\nb",
        "31-12-2020",
    ]
)
NUMBERS = st.one_of(
    st.integers(0, 10**16),
    st.integers(0, 10**9).map(lambda number: number / 1000),
    st.floats(-1e12, 1e12).filter(lambda number: number == 0 or abs(number) > 1e-3),
    st.sampled_from([101501234.0, 0.1 + 0.2, 1e20, 1e300, 1 / 3]),
)
SECONDS = st.integers(0, 86_399).map(lambda number: number / 86_400)
CELLS: st.SearchStrategy[Cell | None] = st.one_of(
    st.none(),
    st.tuples(st.just("text"), TEXTS),
    st.tuples(st.just("number"), NUMBERS),
    st.tuples(st.just("switch"), st.booleans()),
    st.tuples(st.just("error"), st.sampled_from(["#N/A", "#DIV/0!", "#NAME?"])),
    st.tuples(st.just(DAY), st.integers(2_000, 80_000)),
    st.tuples(st.just(DAY), st.tuples(st.integers(2_000, 80_000), SECONDS).map(sum)),
    st.tuples(st.just(CLOCK), SECONDS),
    st.tuples(st.just(LENGTH), st.integers(1, 40 * 24 * 60).map(lambda minutes: minutes / 1440)),
)


def workbook(rows: Sequence[Sequence[Cell | None]], first_row: int = 0, first_column: int = 0) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    formats = {name: book.add_format({"num_format": name}) for name in (DAY, CLOCK, LENGTH)}
    sheet = book.add_worksheet()
    for row, cells in enumerate(rows, start=first_row):
        for column, cell in enumerate(cells, start=first_column):
            match cell:
                case ("text", text):
                    sheet.write_string(row, column, text)
                case ("switch", value):
                    sheet.write_boolean(row, column, value)
                case ("error", value):
                    sheet.write_formula(row, column, "=NA()", None, value)
                case (kind, number):
                    sheet.write_number(row, column, number, formats.get(kind))
    book.close()
    return content.getvalue()


def ours(content: bytes) -> list[list[str]]:
    grid = Workbook(content, Limits()).read(0)
    return [grid.row(index) for index in range(grid.frame.height)]


def theirs(content: bytes) -> list[list[str]]:
    """As the second reader has it; a length of time under a day is a clock time to us."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        [text_of(_clock(cell)) for cell in row] for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    ]


def _clock(cell: object) -> object:
    if isinstance(cell, timedelta) and cell < timedelta(days=1):
        return time(cell.seconds // 3600, cell.seconds // 60 % 60, cell.seconds % 60).isoformat()
    # A length of whole days cannot be told from a day in 1900.
    return cell


def same(left: str, right: str) -> bool:
    """Equal, or numbers within a billionth: what a computer's arithmetic left over is not what anyone wrote.

    The other reader takes an error cell for a blank one.
    """
    try:
        return left == right or (is_error(left) and right == "") or abs(float(left) - float(right)) < 1e-9
    except ValueError:
        return False


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.integers(0, 3), st.integers(0, 2))
def test_a_cell_is_what_it_is_in_another_reader(rows: list[list[Cell | None]], first: int, left: int) -> None:
    lengths_in_days = [
        cell for row in rows for cell in row if cell and cell[0] == LENGTH and float(str(cell[1])) % 1 == 0
    ]
    content = workbook(rows, first, left)
    mine, other = ours(content), theirs(content)
    assert len(mine) == len(other)
    for my_row, other_row in zip(mine, other, strict=True):
        blank = len(other_row) - len(my_row)
        assert not any(other_row[:blank])
        pairs = list(zip(my_row, other_row[blank:], strict=True))
        assert lengths_in_days or all(same(a, b) for a, b in pairs), pairs


@pytest.mark.parametrize("cell", [(CLOCK, 0.0), (CLOCK, 0.6), (LENGTH, 0.25), (LENGTH, 1.5), (LENGTH, 40.25)])
def test_a_time_without_a_day_is_no_date(cell: Cell) -> None:
    ((text,),) = ours(workbook([[cell]]))
    assert isinstance(date_of(text), Reason)


def test_a_fraction_keeps_every_digit() -> None:
    assert ours(workbook([[("number", 1 / 3)], [("number", 2.5)], [("text", "0.333333333")]])) == [
        [repr(1 / 3)],
        ["2.5"],
        ["0.333333333"],
    ]


def test_switches_are_told_from_the_words_true_and_false() -> None:
    assert ours(workbook([[("switch", True)], [("text", "true")], [("switch", False)]])) == [["1"], ["true"], ["0"]]


def test_sheets_may_be_read_side_by_side() -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    for name in range(6):
        sheet = book.add_worksheet()
        for row in range(500):
            sheet.write_row(row, 0, [name, row / 3, True])
    book.close()
    opened = Workbook(content.getvalue(), Limits())
    with ThreadPoolExecutor(4) as threads:
        grids = list(threads.map(opened.read, range(6)))
    assert [grid.row(1) for grid in grids] == [[str(name), repr(1 / 3), "1"] for name in range(6)]


@pytest.mark.parametrize("word", sorted(EXCEL_ERRORS.values()))
def test_an_error_cell_is_no_blank(word: str) -> None:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write_formula(2, 1, "=1/0", None, word)
    sheet.write_string(3, 0, "c")
    book.close()
    grid = Workbook(content.getvalue(), Limits()).read(0)
    assert [grid.row(number) for number in range(4)] == [["a", "b"], ["", ""], ["", word], ["c", ""]]
