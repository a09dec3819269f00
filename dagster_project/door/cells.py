"""One cell at a time: what a delivery wrote, as a value or as a reason why not.

What belongs here: dates, numbers, CPR numbers, closed lists and codes in every legal dress. What does not: columns and
rows (`checking`). Readers hand over every cell as text, and `text_of` trims it, so that a CPR number, a date or a
code means the same whether it came as text, as a number or as a date cell. Functions return the value or a `Reason`;
the text of a bad cell goes no further.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from dagster_project.door import reasons
from dagster_project.door.reasons import Reason

Word = TypeVar("Word")

# What may surround a cell or a heading: every blank of Unicode, and the signs without width that web pages leave.
BLANKS: Final = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff"
)
# What Excel shows in a cell whose formula failed, by the workbook reader's names for them.
EXCEL_ERRORS: Final[Mapping[str, str]] = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
_ERROR_WORDS: Final = frozenset(EXCEL_ERRORS.values())
_MISSING: Final = frozenset({"", ".", "NA", "-"})
_TIME: Final = (
    r"(?:[T ]\s*(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9](?:[:.][0-5][0-9](?:[.,][0-9]+)?)?"
    r"\s*(?:[AaPp][Mm])?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4})" + _TIME)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME)
# Without a leading zero: 010160 is the first of January and no serial number.
_SERIAL: Final = re.compile(r"([1-9][0-9]{3,4})(?:[.,][0-9]*)?")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")
# A number cannot be masked: nine digits or more, a lost zero counted, may be a key in the wrong column.
_AS_LONG_AS_A_CPR: Final = re.compile(r"[+-]?[0-9]{9}")
_WHOLE: Final = re.compile(r"([+-]?[0-9]{1,8})(?:[.,]0*)?")
_CPR: Final = re.compile(r"([0-9]{5,6})-?([0-9]{4})(?:[.,]0+)?")
_FLOAT_TAIL: Final = re.compile(r"(?<=[0-9])[.,]0+$")

_EXCEL_EPOCH: Final = date(1899, 12, 30)
# Years a serial number may stand for. The floor keeps a bare year such as 2020 from being read as a day in 1905.
_SERIAL_YEARS: Final = range(1910, 2101)


def text_of(cell: object) -> str:
    """Any cell of any reader as trimmed text; a missing one is empty, a whole float loses its decimals."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = cell.strip(BLANKS)
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() else _positional(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def _positional(number: float) -> str:
    """The shortest digits that give the number back, without an exponent."""
    text = repr(number)
    return format(Decimal(text), "f") if "e" in text else text


def is_missing(text: str) -> bool:
    """Whether a trimmed cell means that nothing is known: blank, `.`, `NA` or `-`."""
    return text in _MISSING


def is_error(text: str) -> bool:
    """Whether a trimmed cell is the word of an Excel error, such as `#REF!`."""
    return text in _ERROR_WORDS


def date_of(text: str) -> date | Reason:
    """Day-first and ISO dates, with or without a time part, and Excel serial numbers."""
    if found := _DAY_FIRST.fullmatch(text):
        return _calendar_date(int(found[4]), int(found[3]), int(found[1]))
    if found := _YEAR_FIRST.fullmatch(text):
        return _calendar_date(int(found[1]), int(found[2]), int(found[3]))
    serial = _SERIAL.fullmatch(text)
    if not serial:
        return reasons.NOT_A_DATE
    day = _EXCEL_EPOCH + timedelta(days=int(serial[1]))
    return day if day.year in _SERIAL_YEARS else reasons.NOT_A_DATE


def _calendar_date(year: int, month: int, day: int) -> date | Reason:
    try:
        return date(year, month, day)
    except ValueError:
        return reasons.IMPOSSIBLE_DATE


def number_of(text: str) -> float | Reason:
    """A number; decimal comma or point, no thousands separators, and fewer digits than a CPR number."""
    if not _NUMBER.fullmatch(text):
        return reasons.NOT_A_NUMBER
    if _AS_LONG_AS_A_CPR.match(text):
        return reasons.LIKE_A_CPR
    return float(text.replace(",", "."))


def integer_of(text: str) -> int | Reason:
    """A whole number of at most eight digits; `2,0` and `2.0` are 2."""
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found else reasons.NOT_WHOLE


def cpr_of(text: str) -> str | Reason:
    """Ten digits out of a CPR cell: hyphen optional, nine digits get their zero back, the date must exist."""
    found = _CPR.fullmatch(text)
    if not found:
        return reasons.NOT_A_CPR
    digits = (found[1] + found[2]).zfill(10)
    return digits if cpr_birth_date(digits) else reasons.CPR_DATE


def cpr_birth_date(digits: str) -> date | None:
    """The date in ten CPR digits, the century by digit 7 and the year; None when there is no such day."""
    year = int(digits[4:6])
    born = _calendar_date(_century(int(digits[6]), year) + year, int(digits[2:4]), int(digits[:2]))
    return None if isinstance(born, Reason) else born


def _century(seventh: int, year: int) -> int:
    if seventh <= 3:
        return 1900
    if seventh in (4, 9):
        return 2000 if year <= 36 else 1900
    return 2000 if year <= 57 else 1800


def word_of(text: str, words: Mapping[str, Word]) -> Word | Reason:
    """A closed list's value; `words` is keyed by the lower-case word, and a number may carry a float's `.0`."""
    key = text.casefold()
    if key not in words:
        key = without_float_tail(key)
    return words[key] if key in words else reasons.not_in_list(words)


def without_float_tail(text: str) -> str:
    """A code that a careless export wrote as a float: `111.0` is 111."""
    return _FLOAT_TAIL.sub("", text)
