"""Bytes of a delivered file into tables of trimmed text, whatever program wrote them.

What belongs here: formats, encodings, delimiters, size limits. What does not: which row is the heading and what the
cells mean (`headings`, `checking`). A `Grid` keeps every row of the file, so that row n of the file is `rows[n - 1]`;
a `Wide` keeps a register pull's thousands of columns as a frame of text.
"""

from __future__ import annotations

import csv
import importlib
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from dagster_project.door import reasons
from dagster_project.door.cells import text_of
from dagster_project.door.limits import Limits
from dagster_project.door.masking import mask_digits
from dagster_project.door.reasons import Refusal

_DELIMITERS: Final = (";", ",", "\t")
_SNIFFED_CHARACTERS: Final = 65_536
# A heading further down than this is not looked for.
HEADING_SEARCH_ROWS: Final = 500
_CELL_REFERENCE: Final = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')

# The limit on a cell's length is the door's own; Python's would be an error without a reason.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class Grid:
    """One sheet, or one reading of a text file.

    `sheet` is masked and may be shown. Rows of `delimited` text that are longer than the heading have slipped.
    """

    rows: Sequence[Sequence[str]]
    sheet: str | None = None
    delimited: bool = False


@dataclass(frozen=True)
class Wide:
    """A wide table below its heading: text columns `0`, `1` ... in file order; `first_row` as a person sees it."""

    heading: Sequence[str]
    frame: pl.DataFrame
    first_row: int
    sheet: str | None = None


def read_grids(content: bytes, file_format: str, limits: Limits) -> Iterator[Grid]:
    """The tables a file may hold, best guess first: a workbook's sheets, or a text file once per delimiter.

    Raises:
        Refusal: the file cannot be opened, or is larger than the limits.
    """
    if len(content) > limits.unpacked_bytes:
        raise Refusal(reasons.TOO_LARGE)
    match file_format:
        case "csv":
            yield from _csv_grids(_decode(content))
        case "xlsx":
            yield from _workbook_grids(content, limits)
        case _:
            wide = _columnar(content, file_format, limits)
            yield Grid([list(wide.heading), *(list(row) for row in wide.frame.iter_rows())])


def read_wide(
    content: bytes, file_format: str, limits: Limits, missing_in: Callable[[Sequence[str]], list[str]]
) -> Wide | None:
    """The file as one wide table without touching its cells one by one, or None when it takes a closer look.

    Args:
        missing_in: the required headings that a row does not hold; the first row that holds all is the heading.
    Raises:
        Refusal: as `read_grids`, and when there is no heading.
    """
    if len(content) > limits.unpacked_bytes:
        raise Refusal(reasons.TOO_LARGE)
    match file_format:
        case "xlsx":
            return None
        case "csv":
            wide = _wide_csv(_decode(content), missing_in)
        case _:
            wide = _columnar(content, file_format, limits)
            if missing := missing_in(wide.heading):
                raise Refusal(reasons.missing_columns(missing))
    if wide is not None:
        _check_wide(wide, limits)
    return wide


def check_grid(grid: Grid, limits: Limits) -> None:
    """Refuse a table that is too wide or holds a cell that is too long."""
    for row in grid.rows:
        if len(row) > limits.columns and any(row[limits.columns :]):
            raise Refusal(reasons.TOO_MANY_COLUMNS)
        if any(len(cell) > limits.cell_characters for cell in row):
            raise Refusal(reasons.CELL_TOO_LONG)


def _check_wide(wide: Wide, limits: Limits) -> None:
    if len(wide.heading) > limits.columns:
        raise Refusal(reasons.TOO_MANY_COLUMNS)
    longest = wide.frame.select(pl.max_horizontal(pl.all().str.len_chars().max())).item() if wide.frame.width else 0
    if (longest or 0) > limits.cell_characters:
        raise Refusal(reasons.CELL_TOO_LONG)


# ---- text files ------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if "\n" in text else text.replace("\r", "\n")
    raise Refusal(reasons.ENCODING)


class _Lines:
    """The lines of a text with their ends, and how far they have been read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.offset = 0

    def __iter__(self) -> Iterator[str]:
        while self.offset < len(self._text):
            end = self._text.find("\n", self.offset) + 1 or len(self._text)
            line = self._text[self.offset : end]
            self.offset = end
            yield line


def _likely_delimiters(text: str) -> list[str]:
    sample = text[:_SNIFFED_CHARACTERS]
    return sorted(_DELIMITERS, key=sample.count, reverse=True)


def _csv_grids(text: str) -> Iterator[Grid]:
    broken: list[str] = []
    delimiters = _likely_delimiters(text)
    for delimiter in delimiters:
        try:
            # Strict: an unclosed quotation mark would otherwise swallow the rows after it without a word.
            rows = [
                [text_of(cell) for cell in row] for row in csv.reader(_Lines(text), delimiter=delimiter, strict=True)
            ]
        except csv.Error:
            broken.append(delimiter)
            continue
        yield Grid(rows, delimited=True)
    if delimiters[0] in broken:
        raise Refusal(reasons.QUOTES)


def _wide_csv(text: str, missing_in: Callable[[Sequence[str]], list[str]]) -> Wide | None:
    closest = missing_in(())
    broken: list[str] = []
    delimiters = _likely_delimiters(text)
    for delimiter in delimiters:
        lines = _Lines(text)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(itertools.islice(rows, HEADING_SEARCH_ROWS), start=1):
                heading = [text_of(cell) for cell in cells]
                missing = missing_in(heading)
                if not missing:
                    frame = _polars_csv(text[lines.offset :], delimiter, len(heading))
                    return None if frame is None else Wide(heading, frame, number + 1)
                closest = min(closest, missing, key=len)
        except csv.Error:
            broken.append(delimiter)
    raise Refusal(reasons.QUOTES if delimiters[0] in broken else reasons.missing_columns(closest))


def _polars_csv(body: str, delimiter: str, width: int) -> pl.DataFrame | None:
    """The rows below a heading; None when polars may see other rows than a person does (slipped, multi-line)."""
    body = body.rstrip("\r\n")
    names = [str(position) for position in range(width)]
    if not body or width < 2:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String)) if not body else None
    try:
        frame = pl.read_csv(f"{delimiter.join(names)}\n{body}".encode(), separator=delimiter, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == body.count("\n") + 1 else None


# ---- workbooks -------------------------------------------------------------------------------------------------------


def _workbook_grids(content: bytes, limits: Limits) -> Iterator[Grid]:
    _check_workbook_size(content, limits)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        for name in names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield Grid([[text_of(cell) for cell in row] for row in rows], sheet=mask_digits(name))
    except CalamineError:
        raise Refusal(reasons.UNREADABLE) from None


def _check_workbook_size(content: bytes, limits: Limits) -> None:
    """Refuse what would not fit in memory: the workbook reader unfolds a sheet up to its last cell."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > limits.unpacked_bytes:
                raise Refusal(reasons.TOO_LARGE)
            sheets = [member for member in members if "worksheets/" in member.filename]
            if any(_cells_spanned(archive.read(sheet)) > limits.sheet_cells for sheet in sheets):
                raise Refusal(reasons.TOO_LARGE)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError):
        raise Refusal(reasons.UNREADABLE) from None


def _cells_spanned(sheet_xml: bytes) -> int:
    last_column, last_row = b"", 0
    for found in _CELL_REFERENCE.finditer(sheet_xml):
        column, row = found[1], int(found[2])
        last_row = max(last_row, row)
        if (len(column), column) > (len(last_column), last_column):
            last_column = column
    width = 0
    for letter in last_column:
        width = width * 26 + letter - ord("A") + 1
    return width * last_row


# ---- columnar files --------------------------------------------------------------------------------------------------


def _columnar(content: bytes, file_format: str, limits: Limits) -> Wide:
    frame = _parquet(content, limits) if file_format == "parquet" else _statistics_file(content, file_format, limits)
    heading = [text_of(name) for name in frame.columns]
    return Wide(heading, frame.rename({name: str(i) for i, name in enumerate(frame.columns)}), first_row=2)


def _parquet(content: bytes, limits: Limits) -> pl.DataFrame:
    lazy = pl.scan_parquet(io.BytesIO(content))
    schema = lazy.collect_schema()
    if any(dtype.is_nested() for dtype in schema.dtypes()):
        raise Refusal(reasons.NESTED)
    if lazy.select(pl.len()).collect().item() * len(schema) > limits.cells:
        raise Refusal(reasons.TOO_LARGE)
    return lazy.select(_as_text(name, dtype) for name, dtype in schema.items()).collect()


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """The polars twin of `cells.text_of`."""
    column = pl.col(name)
    if dtype.is_float():
        whole = (column == column.floor()) & (column.abs() < 2**53)
        text = (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
        return pl.when(column.is_nan()).then(None).otherwise(text).fill_null("").alias(name)
    if dtype == pl.Boolean:
        column = column.cast(pl.Int8)
    if isinstance(dtype, pl.Datetime):
        column = column.dt.replace_time_zone(None)
    return column.cast(pl.String).str.strip_chars().str.normalize("NFC").fill_null("").alias(name)


def _statistics_file(content: bytes, file_format: str, limits: Limits) -> pl.DataFrame:
    # Loaded where used, and by name: the package has no type hints.
    pyreadstat = importlib.import_module("pyreadstat")
    read = pyreadstat.read_sas7bdat if file_format == "sas7bdat" else pyreadstat.read_dta
    _, about = read(io.BytesIO(content), metadataonly=True)
    if (about.number_rows or 0) * about.number_columns > limits.cells:
        raise Refusal(reasons.TOO_LARGE)
    columns, _ = read(io.BytesIO(content), output_format="dict")
    return pl.DataFrame(
        {name: [text_of(cell) for cell in column] for name, column in columns.items()},
        schema=dict.fromkeys(columns, pl.String),
    )
