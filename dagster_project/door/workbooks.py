"""Workbooks: sheets into grids, and what is refused before a sheet is unfolded.

What belongs here: .xlsx. What does not: which sheet is wanted (`reading`). Nothing in a workbook is executed: formulas
give the values they were saved with, macros and links are not looked at.
"""

from __future__ import annotations

import io
import itertools
import re
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time
from typing import IO, Final

import fastexcel
import polars as pl
import pyarrow as pa

from dagster_project.door import reasons
from dagster_project.door.cells import EXCEL_ERRORS, text_of
from dagster_project.door.grids import Grid
from dagster_project.door.limits import Limits
from dagster_project.door.masking import mask_digits
from dagster_project.door.reasons import Refusal

# The first bytes of old .xls workbooks, and of the envelope around a workbook with a password.
_OLD_OR_LOCKED: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_MOST_MEMBERS: Final = 10_000
# What Python's zip reader raises on damaged archives, and on members with a password.
_BROKEN_ARCHIVE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    IndexError,
)
_HEAD_BYTES: Final = 4_096
# A longer sheet is not searched for its last cell if it tells of one within the limits: it would take too long.
_TRUSTED_BYTES: Final = 2**20
_DIMENSION: Final = re.compile(rb'<(?:\w+:)?dimension\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
# A cell with something in it: office programs write far cells of which only the look is set.
_FILLED_CELL: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]*(?<!/)>')

# Texts that fastexcel may have written for a cell that is no text. It rounds to nine decimals; a number with fewer than
# five after that was within a billionth of it, and is it but for a computer's arithmetic.
_SWITCH: Final = r"^(?:true|false)$"
_ROUNDED: Final = r"^-?(?:0|[1-9][0-9]*)\.[0-9]{5,9}$"
_MOMENT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?$"
_ERROR_CELL: Final = b't="e"'
_ERROR_KIND: Final = re.compile(r"Error\((\w+)\)")

# The days on which Excel's two calendars begin: a moment in their first year is a clock time or a length of time.
_DAY_ZERO: Final = {1900: datetime(1899, 12, 31), 1904: datetime(1904, 1, 1)}


class Workbook:
    """An opened workbook; its sheets may be read side by side from several threads.

    Raises:
        Refusal: it is no workbook, or larger than the limits.
    """

    def __init__(self, content: bytes, limits: Limits) -> None:
        if content.startswith(_OLD_OR_LOCKED):
            raise Refusal(reasons.OLD_OR_LOCKED)
        _check_archive(content, limits)
        self._content = content
        # Looked for beside the reading, for the reader takes errors for blanks unless it is asked to tell.
        aside = ThreadPoolExecutor(1)
        self._has_errors = aside.submit(_has_error_cells, content)
        aside.shutdown(wait=False)
        self._idle = [fastexcel.read_excel(content)]
        self.sheets: list[str] = [mask_digits(name) for name in self._idle[0].sheet_names]
        if not self.sheets:
            raise Refusal(reasons.UNREADABLE)

    def read(self, position: int) -> Grid:
        """The sheet at a position of `sheets`."""
        reader = self._idle.pop() if self._idle else fastexcel.read_excel(self._content)
        try:
            frame = _as_written(_sheet(reader, position, "string"), reader, position)
            if self._has_errors.result():
                frame = _with_errors(frame, reader, position)
        finally:
            self._idle.append(reader)
        return Grid(frame.rename({name: str(place) for place, name in enumerate(frame.columns)}), self.sheets[position])


def _sheet(
    reader: fastexcel.ExcelReader, position: int, dtype: fastexcel.DType, columns: list[str] | None = None
) -> pl.DataFrame:
    # Without a header and with nothing skipped, row n of the sheet is row n - 1, however many rows are blank.
    batch: pa.RecordBatch = reader.load_sheet(
        position, header_row=None, skip_rows=0, dtypes=dtype, use_columns=columns, eager=True
    )
    return pl.DataFrame(batch)


def _has_error_cells(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            if "worksheets/" in member.filename and not member.is_dir():
                with archive.open(member) as sheet:
                    if any(_ERROR_CELL in piece for piece in _pieces(sheet)):
                        return True
    return False


def _pieces(sheet: IO[bytes], end: bytes = b"") -> Iterator[bytes]:
    """The sheet's bytes piece by piece; each begins with the end of the one before, so that nothing is cut in two."""
    while piece := sheet.read(2**18):
        yield end + piece
        end = piece[-256:]


def _with_errors(frame: pl.DataFrame, reader: fastexcel.ExcelReader, position: int) -> pl.DataFrame:
    """The sheet with the word that Excel shows in each error cell."""
    sheet = reader.load_sheet(position, header_row=None, skip_rows=0, dtypes="string")
    _, found = sheet.to_arrow_with_errors()
    by_column: dict[int, dict[int, str]] = defaultdict(dict)
    for error in found.errors if found else ():
        row, column = error.offset_position
        kind = _ERROR_KIND.search(error.detail)
        by_column[column][row] = EXCEL_ERRORS.get(kind[1] if kind else "", "#N/A")
    return frame.with_columns(
        frame[:, column].scatter(list(errors), list(errors.values())) for column, errors in by_column.items()
    )


def _as_written(frame: pl.DataFrame, reader: fastexcel.ExcelReader, position: int) -> pl.DataFrame:
    """A sheet whose switches are 1 and 0, whose numbers are whole, and whose days and clock times are told apart.

    Columns with texts that may have been switches or numbers are read once more, to see which of them are.
    """
    odd = {column.name: texts for column in frame.iter_columns() if len(texts := _odd_texts(column))}
    if switches := [name for name, texts in odd.items() if texts.str.contains(_SWITCH).any()]:
        typed = _sheet(reader, position, "boolean", switches)
        frame = frame.with_columns(_switched(frame[name], typed[name]) for name in switches)
    if rounded := [name for name, texts in odd.items() if texts.str.contains(_ROUNDED).any()]:
        typed = _sheet(reader, position, "float", rounded)
        frame = frame.with_columns(_exact(frame[name], typed[name]) for name in rounded)
    moments = {name: texts.filter(texts.str.contains(_MOMENT)) for name, texts in odd.items()}
    return frame.with_columns(
        frame[name].replace({text: _moment(text) for text in texts}) for name, texts in moments.items() if len(texts)
    )


def _odd_texts(column: pl.Series) -> pl.Series:
    texts = column.unique()
    return texts.filter(texts.str.contains(f"{_SWITCH}|{_ROUNDED}|{_MOMENT}"))


def _switched(column: pl.Series, switches: pl.Series) -> pl.Series:
    switch = column.str.contains(_SWITCH) & switches.is_not_null()
    return _where(switch, switches.cast(pl.Int8).cast(pl.String), column)


def _exact(column: pl.Series, numbers: pl.Series) -> pl.Series:
    rounded = column.str.contains(_ROUNDED) & numbers.is_not_null()
    texts = {number: text_of(number) for number in numbers.filter(rounded).unique()}
    return _where(rounded, numbers.replace_strict(texts, default=None, return_dtype=pl.String), column)


def _where(mask: pl.Series, then: pl.Series, otherwise: pl.Series) -> pl.Series:
    return then.zip_with(mask.fill_null(False), otherwise).alias(otherwise.name)


def _moment(text: str) -> str:
    """A day without its midnight; a clock time or a length of time without the day it was given."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.year < 1900:
        return moment.time().isoformat()
    if moment.time() == time():
        return moment.date().isoformat()
    if moment.year not in _DAY_ZERO:
        return moment.isoformat(sep=" ")
    length = moment - _DAY_ZERO[moment.year]
    return str(length) if length.days else moment.time().isoformat()


def _check_archive(content: bytes, limits: Limits) -> None:
    """Refuse what would not fit in memory: the reader unfolds a sheet up to its last cell."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > limits.unpacked_bytes:
                raise Refusal(reasons.TOO_LARGE)
            for member in members:
                if "worksheets/" in member.filename:
                    with archive.open(member) as sheet:
                        _check_span(sheet, limits, trusting=member.file_size > _TRUSTED_BYTES)
    except _BROKEN_ARCHIVE:
        raise Refusal(reasons.UNREADABLE) from None


def _check_span(sheet: IO[bytes], limits: Limits, *, trusting: bool) -> None:
    head = sheet.read(_HEAD_BYTES)
    declared = _DIMENSION.search(head)
    if trusting and declared and _column_number(declared[2]) * int(declared[3]) <= limits.sheet_cells:
        return
    if _cells_spanned(head, sheet) > limits.sheet_cells:
        raise Refusal(reasons.TOO_LARGE)


def _cells_spanned(head: bytes, sheet: IO[bytes]) -> int:
    """Rows times columns up to the last filled cell; `head` is what has been read of the sheet."""
    last_column, last_row = 0, 0
    for piece in itertools.chain([head], _pieces(sheet, head)):
        for found in _FILLED_CELL.finditer(piece):
            last_column, last_row = max(last_column, _column_number(found[1])), max(last_row, int(found[2]))
    return last_column * last_row


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
