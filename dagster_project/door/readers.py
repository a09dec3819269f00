"""Bytes of a delivered file into grids of text, whatever program wrote them.

What belongs here: text files and columnar files, encodings, delimiters, and what a reader's error means. What does not:
workbooks (`workbooks`), which row is the heading and what the cells mean (`headings`, `checking`).
"""

from __future__ import annotations

import codecs
import csv
import importlib
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fastexcel import FastExcelError

from dagster_project.door import reasons
from dagster_project.door.cells import text_of
from dagster_project.door.grids import HEADING_SEARCH_ROWS, Grid, text_frame
from dagster_project.door.limits import Limits
from dagster_project.door.masking import mask_digits
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.workbooks import Workbook

IsHeading = Callable[[Sequence[str]], bool]

_DELIMITERS: Final = (";", ",", "\t")
_SNIFFED_CHARACTERS: Final = 65_536
_CELLS_AT_ONCE: Final = 500_000
_WIDE: Final = 100
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_TEXTS: Final = (pl.String, pl.Binary, pl.Categorical, pl.Enum)
# What a reader raises on damaged files; pyreadstat's own errors are named, because the module has no types.
_READER_ERRORS: Final = (
    FastExcelError,
    pl.exceptions.PolarsError,
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
)
_READER_ERROR_NAMES: Final = ("PanicException", "ReadstatError", "PyreadstatError")


@contextmanager
def plain_refusals() -> Iterator[None]:
    """Turn whatever a broken or hostile file makes a reader raise into a Refusal with a plain reason."""
    try:
        yield
    except MemoryError:
        raise Refusal(reasons.TOO_LARGE) from None
    except BaseException as error:
        # A panic in a reader written in Rust is no Exception.
        if isinstance(error, _READER_ERRORS) or type(error).__name__ in _READER_ERROR_NAMES:
            raise Refusal(reasons.UNREADABLE) from None
        raise


def read_grids(content: bytes, file_format: str, limits: Limits, is_heading: IsHeading) -> Iterator[Grid]:
    """The tables a file may hold, best guess first: a workbook's sheets, or a text file once per delimiter.

    Args:
        is_heading: whether a row's trimmed cells are the heading; a text file is read on only below such a row.
    Raises:
        Refusal: the file cannot be opened, or is larger than the limits.
    """
    if len(content) > limits.unpacked_bytes:
        raise Refusal(reasons.TOO_LARGE)
    with plain_refusals():
        match file_format:
            case "csv":
                yield from _text_grids(_decode(content), limits, is_heading)
            case "xlsx":
                workbook = Workbook(content, limits)
                yield from (workbook.read(position) for position in range(len(workbook.sheets)))
            case "parquet":
                yield _with_names(_parquet(content, limits))
            case _:
                yield _with_names(_statistics_file(content, file_format, limits))


# ---- text files ------------------------------------------------------------------------------------------------------


def _decode(content: bytes) -> str:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # In UTF-16 without its mark every second byte is NUL.
    if not marked and b"\0" in content:
        raise Refusal(reasons.NUL_BYTES)
    encodings = ["utf-16"] if marked else ["utf-8-sig"] if content.startswith(codecs.BOM_UTF8) else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Refusal(reasons.NUL_BYTES)
        return text if "\n" in text else text.replace("\r", "\n")
    raise Refusal(reasons.ENCODING)


class _Lines:
    """The lines of a text with their ends, of whichever kind, and how far they have been read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.offset = 0

    def __iter__(self) -> Iterator[str]:
        while self.offset < len(self._text):
            line = _LINE.match(self._text, self.offset)
            assert line is not None  # every text begins with a line
            self.offset = line.end()
            yield line[0]


def _text_grids(text: str, limits: Limits, is_heading: IsHeading) -> Iterator[Grid]:
    # The most frequent sign between cells first; what breaks under it is what is wrong with the file.
    sample = text[:_SNIFFED_CHARACTERS]
    delimiters = sorted(_DELIMITERS, key=sample.count, reverse=True)
    broken: dict[str, Reason] = {}
    for delimiter in delimiters:
        try:
            grid = _delimited(text, delimiter, limits, is_heading)
        except csv.Error as error:
            # An unclosed quotation mark also makes a long cell, out of everything below it.
            too_long = "field larger" in str(error) and text.count('"') % 2 == 0
            broken[delimiter] = reasons.CELL_TOO_LONG if too_long else reasons.QUOTES
            continue
        yield grid
    if delimiters[0] in broken:
        raise Refusal(broken[delimiters[0]])


def _delimited(text: str, delimiter: str, limits: Limits, is_heading: IsHeading) -> Grid:
    """The text under one delimiter; without a heading, only the rows among which it was looked for."""
    csv.field_size_limit(limits.cell_characters)
    lines = _Lines(text)
    # Strict: an unclosed quotation mark would otherwise swallow the rows after it without a word.
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    top: list[list[str]] = []
    for cells in itertools.islice(rows, HEADING_SEARCH_ROWS):
        top.append(_within_limits(cells, limits))
        if is_heading([text_of(cell) for cell in cells]):
            below = _plain_rows(text[lines.offset :], delimiter, len(top[-1]))
            if below is not None:
                return Grid(pl.concat([text_frame(top, len(top[-1])), below]))
            return _uneven(itertools.chain(top, (_within_limits(row, limits) for row in rows)))
    return _uneven(top)


def _within_limits(cells: list[str], limits: Limits) -> list[str]:
    if any(text_of(cell) for cell in cells[limits.columns :]):
        raise Refusal(reasons.TOO_MANY_COLUMNS)
    return cells[: limits.columns]


def _plain_rows(body: str, delimiter: str, width: int) -> pl.DataFrame | None:
    """The rows below a heading, read at once; None where that may give other rows or cells than a person sees."""
    body = body.rstrip("\r\n")
    names = [str(position) for position in range(width)]
    if not body:
        return text_frame([], width)
    # One column has no delimiters, and a slipped row is an error to polars. Quotation marks it forgives too much in;
    # only pulls, whose rows are long and whose cells are codes, would take too long one by one.
    if width < 2 or ('"' in body and width < _WIDE) or body.count("\r") != body.count("\r\n"):
        return None
    try:
        frame = pl.read_csv(f"{delimiter.join(names)}\n{body}".encode(), separator=delimiter, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == body.count("\n") + 1 else None


def _uneven(rows: Iterable[list[str]]) -> Grid:
    """Rows of different lengths, put into columns a few at a time."""
    frames: list[pl.DataFrame] = []
    widths: list[int] = []
    part: list[list[str]] = []
    cells = 0

    def put_away() -> None:
        # Never without a column: such a frame forgets how many rows it has.
        frames.append(text_frame(part, max([1, *map(len, part)])))
        part.clear()

    for row in rows:
        part.append(row)
        widths.append(len(row))
        cells += len(row) or 1
        if cells > _CELLS_AT_ONCE:
            put_away()
            cells = 0
    put_away()
    widest = max(frames, key=lambda frame: frame.width)
    # The widest part names the columns, so that they stand in file order.
    whole = pl.concat([widest.clear(), *frames], how="diagonal")
    return Grid(whole, widths=pl.Series(widths, dtype=pl.Int64))


# ---- columnar files --------------------------------------------------------------------------------------------------


def _with_names(frame: pl.DataFrame) -> Grid:
    """A frame with its column names as the first row: to a person they are row 1."""
    body = frame.rename({name: str(position) for position, name in enumerate(frame.columns)})
    return Grid(pl.concat([text_frame([frame.columns], frame.width), body]))


def _check_shape(rows: int, columns: int, limits: Limits) -> None:
    if columns > limits.columns:
        raise Refusal(reasons.TOO_MANY_COLUMNS)
    if rows * columns > limits.cells:
        raise Refusal(reasons.TOO_LARGE)


def _parquet(content: bytes, limits: Limits) -> pl.DataFrame:
    lazy = pl.scan_parquet(io.BytesIO(content))
    schema = _schema(lazy, content)
    if any(dtype.is_nested() for dtype in schema.dtypes()):
        raise Refusal(reasons.NESTED)
    _check_shape(lazy.select(pl.len()).collect().item(), len(schema), limits)
    texts = [name for name, dtype in schema.items() if dtype in _TEXTS]
    if _unfolded_bytes(content, texts, limits.unpacked_bytes) > limits.unpacked_bytes:
        raise Refusal(reasons.TOO_LARGE)
    frame = lazy.select(_as_text(name, dtype) for name, dtype in schema.items()).collect()
    return frame.with_columns(
        _positional(frame[name]) if dtype.is_float() else _decoded(frame[name])
        for name, dtype in schema.items()
        if dtype.is_float() or dtype == pl.Binary
    )


def _schema(lazy: pl.LazyFrame, content: bytes) -> pl.Schema:
    try:
        return lazy.collect_schema()
    except pl.exceptions.DuplicateError:
        _refuse_names_that_repeat(pq.read_schema(pa.BufferReader(content)).names)
        raise


def _refuse_names_that_repeat(names: Sequence[str]) -> None:
    for name, times in Counter(names).most_common(1):
        if times > 1:
            raise Refusal(reasons.column_twice(mask_digits(name)))


def _unfolded_bytes(content: bytes, texts: list[str], enough: int) -> int:
    """How many bytes the text columns hold once each cell has its own text, which a file may store once for all rows.

    Counting stops at `enough`, in the file's own dictionaries; most files are so small that no text can be too long.
    """
    file = pq.ParquetFile(pa.BufferReader(content), read_dictionary=texts)
    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
    at_most = int(sum(chunk.num_values * chunk.total_uncompressed_size for chunk in chunks))
    if at_most <= enough:
        return at_most
    held = 0
    for batch in file.iter_batches(columns=texts):
        for column in batch.columns:
            if not isinstance(column, pa.DictionaryArray):
                held += column.nbytes
                continue
            lengths = pc.binary_length(column.dictionary)
            held += pc.sum(pc.take(pc.cast(lengths, pa.int64()), column.indices)).as_py() or 0
        if held > enough:
            break
    return held


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """The polars twin of `cells.text_of`, but for trimming; bytes stay bytes."""
    column = pl.col(name)
    if dtype == pl.Binary:
        return column
    if dtype == pl.Duration:
        return column.dt.to_string("iso")
    if dtype.is_float():
        whole = (column == column.floor()) & (column.abs() < 2**53)
        text = (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
        return pl.when(column.is_nan()).then(None).otherwise(text).alias(name)
    if dtype == pl.Boolean:
        column = column.cast(pl.Int8)
    if isinstance(dtype, pl.Datetime):
        column = column.dt.replace_time_zone(None)
    return column.cast(pl.String).alias(name)


def _positional(numbers: pl.Series) -> pl.Series:
    """Numbers as text, where a very small one may have an exponent, without it."""
    odd = numbers.filter(numbers.str.contains("e", literal=True)).unique()
    return numbers.replace({text: text_of(float(text)) for text in odd}) if len(odd) else numbers


def _decoded(column: pl.Series) -> pl.Series:
    """Bytes as text; those that are no UTF-8 become a sign that no list and no number holds."""
    texts = [None if cell is None else cell.decode("utf-8", "replace") for cell in column]
    return pl.Series(column.name, texts, dtype=pl.String)


def _statistics_file(content: bytes, file_format: str, limits: Limits) -> pl.DataFrame:
    # Loaded where used, and by name: the package has no type hints.
    pyreadstat = importlib.import_module("pyreadstat")
    read = pyreadstat.read_sas7bdat if file_format == "sas7bdat" else pyreadstat.read_dta
    _, about = read(io.BytesIO(content), metadataonly=True)
    if not all(about.column_names):
        raise Refusal(reasons.UNREADABLE)
    _refuse_names_that_repeat(about.column_names)
    _check_shape(about.number_rows or 0, about.number_columns, limits)
    columns, _ = read(io.BytesIO(content), output_format="dict")
    return pl.DataFrame(
        {name: [text_of(cell) for cell in column] for name, column in columns.items()},
        schema=dict.fromkeys(columns, pl.String),
    )
