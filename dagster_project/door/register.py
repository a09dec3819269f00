"""What the DREAM register's columns and cells say: weeks, months, codes, and runs of equal codes.

What belongs here: the meaning of a column name and of a cell, and runs over a matrix of codes. What does not: files
(`pull_text`, `pull_columns`), what a code means (dbt seeds).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from dagster_project.door import cells, reasons
from dagster_project.door.headings import heading_key
from dagster_project.door.masking import mask_digits
from dagster_project.door.reasons import Refusal

FIRST_MONDAY: Final = date(1991, 8, 5)  # Monday of 1991-W32, running week 1
_FIRST_YEAR: Final = 1991
_CENTURY_PIVOT: Final = 90  # two-digit years from here on are 19YY

_WEEK: Final = re.compile(r"y_([0-9]{2})([0-9]{2})")
_WEEK_OF_CUT: Final = re.compile(r"y_([0-9]{2})")
_MONTH: Final = re.compile(r"(?:branche|br)_([0-9]{4})_([0-9]{2})")
_ZEROS: Final = re.compile(r"0+(?:[.,]0*)?")
_THREE_DIGITS: Final = re.compile(r"[0-9]{3}")
_UP_TO_SIX_DIGITS: Final = re.compile(r"[0-9]{1,6}")

BLANK: Final = -1
BAD: Final = -2

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Ticks:
    """The columns of one clock (weeks or months): running numbers in ascending order, and their file positions."""

    numbers: Codes
    positions: list[int]


@dataclass(frozen=True)
class Runs:
    """Maximal runs of equal code over numbers that follow each other; one entry per run in each array."""

    row: npt.NDArray[np.int64]
    code: Codes
    first: Codes
    last: Codes


@dataclass(frozen=True)
class Clocks:
    """The week and month columns of a pull. `yearly`: it is a cut of one year, a part of that day's delivery."""

    weeks: Ticks
    months: Ticks
    yearly: bool


def running_week(year: int, week: int) -> int | None:
    """The running number of an ISO week, 1 for 1991-W32; None for a week that does not exist or lies before it."""
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    number = (monday - FIRST_MONDAY).days // 7 + 1
    return number if number >= 1 else None


def running_month(year: int, month: int) -> int | None:
    """year * 12 + month - 1; None for a month that does not exist or lies before the register."""
    return year * 12 + month - 1 if 1 <= month <= 12 and year >= _FIRST_YEAR else None


def week_of(heading: str) -> int | None:
    """The running week of a column name `y_YYWW`, or None."""
    found = _WEEK.fullmatch(heading_key(heading, exact=True))
    if not found:
        return None
    short = int(found[1])
    return running_week(1900 + short if short >= _CENTURY_PIVOT else 2000 + short, int(found[2]))


def month_of(heading: str) -> int | None:
    """The running month of a column name `branche_YYYY_MM` or `br_YYYY_MM`, or None."""
    found = _MONTH.fullmatch(heading_key(heading, exact=True))
    return running_month(int(found[1]), int(found[2])) if found else None


def week_of_cut(heading: str, year: int) -> int | None:
    """The running week of a column name `y_WW` in a yearly cut, or None."""
    found = _WEEK_OF_CUT.fullmatch(heading_key(heading, exact=True))
    return running_week(year, int(found[1])) if found else None


def month_of_cut(heading: str, year: int) -> int | None:
    """As `month_of`, for a yearly cut, which speaks of no other year."""
    number = month_of(heading)
    return number if number is not None and number // 12 == year else None


def is_cut(headings: Sequence[str]) -> bool:
    """Whether the columns are those of a yearly cut: weeks `y_WW`, whose year only the file's name tells."""
    return any(_WEEK_OF_CUT.fullmatch(heading_key(heading, exact=True)) for heading in headings)


def find_ticks(headings: Sequence[str], number_of: Callable[[str], int | None]) -> Ticks:
    """The columns that belong to one clock.

    Raises:
        Refusal: the same week or month stands in two columns.
    """
    found: dict[int, int] = {}
    for position, heading in enumerate(headings):
        number = number_of(heading)
        if number is None:
            continue
        if number in found:
            raise Refusal(reasons.column_twice(mask_digits(heading)))
        found[number] = position
    ordered = sorted(found)
    return Ticks(np.array(ordered, dtype=np.int32), [found[number] for number in ordered])


def benefit_code(text: str) -> int:
    """A week's cell: the code as a number, BLANK or BAD."""
    return _code(text, _THREE_DIGITS)


def industry_code(text: str) -> int:
    """A month's cell: the code as a number (lost zeros do not matter to it), BLANK or BAD."""
    return _code(text, _UP_TO_SIX_DIGITS)


def _code(text: str, pattern: re.Pattern[str]) -> int:
    text = cells.text_of(text)
    if cells.is_missing(text) or _ZEROS.fullmatch(text):
        return BLANK
    bare = cells.without_float_tail(text)
    return int(bare) if pattern.fullmatch(bare) else BAD


def code_matrix(frame: pl.DataFrame, code_of: Callable[[str], int]) -> Codes:
    """A frame of text as a matrix of codes (rows x columns); `code_of` is asked once per distinct text."""
    filled = frame.fill_null("")
    distinct = sorted(set().union(*(column.unique().to_list() for column in filled.iter_columns())))
    table = np.array([code_of(text) for text in distinct] or [BLANK], dtype=np.int32)
    places = filled.select(pl.all().cast(pl.Enum(distinct)).to_physical().cast(pl.UInt32)).to_numpy()
    codes: Codes = table[places]
    return codes


def find_runs(codes: Codes, numbers: Codes) -> Runs:
    """Run lengths along the rows of a matrix (rows x columns); a gap in `numbers` ends a run, a blank is no run."""
    height, width = codes.shape
    if not height or not width:
        empty = np.empty(0, dtype=np.int32)
        return Runs(np.empty(0, dtype=np.int64), empty, empty, empty)
    begins = np.ones((height, width), dtype=np.bool_)
    begins[:, 1:] = (codes[:, 1:] != codes[:, :-1]) | (np.diff(numbers) != 1)
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], height * width) - 1
    values = codes.ravel()[starts]
    filled = values >= 0
    starts, ends, values = starts[filled], ends[filled], values[filled]
    return Runs(starts // width, values, numbers[starts % width], numbers[ends % width])


def find_clocks(headings: Sequence[str], year: int | None) -> Clocks:
    """The clocks of a pull.

    Args:
        year: the year that the file's name holds, if any; the weeks of a yearly cut are weeks of that year.
    Raises:
        Refusal: a week or month stands twice, or there is no week column, or none whose year is known.
    """
    weeks, months = find_ticks(headings, week_of), find_ticks(headings, month_of)
    yearly = not weeks.positions and is_cut(headings)
    if yearly:
        if year is None:
            raise Refusal(reasons.NO_YEAR)
        weeks = find_ticks(headings, lambda name: week_of_cut(name, year))
        months = find_ticks(headings, lambda name: month_of_cut(name, year))
    if not weeks.positions:
        raise Refusal(reasons.NO_WEEKS)
    return Clocks(weeks, months, yearly)
