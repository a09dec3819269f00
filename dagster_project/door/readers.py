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
import lzma
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

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

Read = TypeVar("Read")
IsHeading = Callable[[Sequence[str]], bool]

_DELIMITERS: Final = (";", ",", "\t")
_SNIFFED_CHARACTERS: Final = 65_536
_CELLS_AT_ONCE: Final = 500_000
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
# What a reader raises on damaged files; pyreadstat's own errors are named, because the module has no types.
_READER_ERRORS: Final = (
    EOFError,
    zlib.error,
    lzma.LZMAError,
    FastExcelError,
    pl.exceptions.PolarsError,
    pa.ArrowException,
    OSError,
    ValueError,
    OverflowError,
)
_READER_ERROR_NAMES: Final = ("PanicException", "ReadstatError", "PyreadstatError")


# What `cells.text_of` turns into text as polars does.
_PLAIN_KINDS: Final = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_integer,
    pa.types.is_float32,
    pa.types.is_float64,
    pa.types.is_boolean,
)


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
            case _:
                yield _with_names(*columnar_batches(content, file_format, limits), limits)


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

    def __init__(self, text: str, offset: int = 0) -> None:
        self._text = text
        self.offset = offset

    def __iter__(self) -> Iterator[str]:
        while self.offset < len(self._text):
            line = _LINE.match(self._text, self.offset)
            assert line is not None  # every text begins with a line
            self.offset = line.end()
            yield line[0]


@dataclass(frozen=True)
class TextTop:
    """The rows of a text down to its heading, or those among which it was looked for.

    Attributes:
        rows: their cells. offset: where the text goes on below the heading, in characters; None when there is none.
    """

    rows: list[list[str]]
    delimiter: str
    offset: int | None

    def grid(self) -> Grid:
        """The rows as a table."""
        return _uneven(self.rows)


def text_tops(text: str, limits: Limits, is_heading: IsHeading) -> Iterator[TextTop]:
    """How a text begins, once per delimiter that does not break it.

    Raises:
        Refusal: in the end, when the delimiter that is met most often breaks it.
    """
    return _by_delimiter(text, lambda delimiter: _text_top(text, delimiter, limits, is_heading))


def _text_grids(text: str, limits: Limits, is_heading: IsHeading) -> Iterator[Grid]:
    return _by_delimiter(text, lambda delimiter: _delimited(text, delimiter, limits, is_heading))


def _by_delimiter(text: str, read: Callable[[str], Read]) -> Iterator[Read]:
    # The most frequent sign between cells first; what breaks under it is what is wrong with the file.
    sample = text[:_SNIFFED_CHARACTERS]
    delimiters = sorted(_DELIMITERS, key=sample.count, reverse=True)
    broken: dict[str, Reason] = {}
    for delimiter in delimiters:
        try:
            found = read(delimiter)
        except csv.Error as error:
            # An unclosed quotation mark also makes a long cell, out of everything below it.
            too_long = "field larger" in str(error) and text.count('"') % 2 == 0
            broken[delimiter] = reasons.CELL_TOO_LONG if too_long else reasons.QUOTES
            continue
        yield found
    if delimiters[0] in broken:
        raise Refusal(broken[delimiters[0]])


def _text_top(text: str, delimiter: str, limits: Limits, is_heading: IsHeading) -> TextTop:
    lines = _Lines(text)
    top: list[list[str]] = []
    for cells in itertools.islice(_rows(lines, delimiter, limits), HEADING_SEARCH_ROWS):
        top.append(_within_limits(cells, limits))
        if is_heading([text_of(cell) for cell in cells]):
            return TextTop(top, delimiter, lines.offset)
    return TextTop(top, delimiter, None)


def _rows(lines: Iterable[str], delimiter: str, limits: Limits) -> Iterator[list[str]]:
    csv.field_size_limit(limits.cell_characters)
    # Strict: an unclosed quotation mark would otherwise swallow the rows after it without a word.
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _delimited(text: str, delimiter: str, limits: Limits, is_heading: IsHeading) -> Grid:
    """The text under one delimiter; without a heading, only the rows among which it was looked for."""
    top = _text_top(text, delimiter, limits, is_heading)
    if top.offset is None:
        return top.grid()
    below = _plain_rows(text[top.offset :], delimiter, len(top.rows[-1]))
    if below is not None:
        return Grid(pl.concat([text_frame(top.rows, len(top.rows[-1])), below]))
    rows = _rows(_Lines(text, top.offset), delimiter, limits)
    return _uneven(itertools.chain(top.rows, (_within_limits(row, limits) for row in rows)))


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
    # One column has no delimiters, and a slipped row is an error to polars. Quotation marks it forgives too much in.
    if width < 2 or '"' in body or body.count("\r") != body.count("\r\n"):
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


def columnar_batches(
    content: bytes | Path, file_format: str, limits: Limits, cells_at_once: int | None = None
) -> tuple[list[str], Iterator[pa.RecordBatch]]:
    """The names of a columnar file's columns, and its rows batch by batch, texts as places in a dictionary.

    Args:
        cells_at_once: about how many cells a batch may hold; None for all rows in one, within the limits.
    Raises:
        Refusal: the file cannot be opened, or is larger than the limits.
    """
    if file_format == "parquet":
        return _parquet(content, limits, cells_at_once)
    return _statistics_file(content, file_format, limits, cells_at_once)


def text_of_batch(batch: pa.RecordBatch, limits: Limits) -> pl.DataFrame:
    """A batch as text, columns `0`, `1` ...

    Raises:
        Refusal: it is more text than the limits allow.
    """
    if sum(map(_unfolded_bytes, batch.columns)) > limits.unpacked_bytes:
        raise Refusal(reasons.TOO_LARGE)
    # Damaged text would else be found out only when it is looked at.
    batch.validate(full=True)
    frame = pl.DataFrame({str(place): pl.from_arrow(column) for place, column in enumerate(batch.columns)})
    texts = frame.select(_as_text(name, dtype) for name, dtype in frame.schema.items())
    return texts.with_columns(
        _positional(texts[name]) if dtype.is_float() else _decoded(texts[name])
        for name, dtype in frame.schema.items()
        if dtype.is_float() or dtype == pl.Binary
    )


def distinct_texts(column: pa.Array, limits: Limits) -> tuple[list[str], pa.Array]:
    """The distinct cells of a column as text, and for each cell the place of its text, or null.

    Raises:
        Refusal: a text is longer than the limits allow.
    """
    encoded = column if isinstance(column, pa.DictionaryArray) else pc.dictionary_encode(column)
    encoded.validate(full=True)
    values = encoded.dictionary
    if any(is_kind(values.type) for is_kind in _PLAIN_KINDS):
        texts = [text_of(value) for value in values.to_pylist()]
    else:
        # Dates and the like: no code is among them, but a reason must name what stands there as one reads it.
        texts = text_of_batch(pa.record_batch([values], names=["0"]), limits)["0"].fill_null("").to_list()
    if any(len(text) > limits.cell_characters for text in texts):
        raise Refusal(reasons.CELL_TOO_LONG)
    return texts, encoded.indices


def _with_names(names: list[str], batches: Iterable[pa.RecordBatch], limits: Limits) -> Grid:
    """Rows with the column names as the first one: to a person they are row 1."""
    frames = (text_of_batch(batch, limits) for batch in batches)
    return Grid(pl.concat([text_frame([names], len(names)), *frames]))


def _rows_at_once(rows: int, columns: int, limits: Limits, cells_at_once: int | None) -> int:
    if columns > limits.columns:
        raise Refusal(reasons.TOO_MANY_COLUMNS)
    if cells_at_once is not None:
        return max(1, cells_at_once // max(1, columns))
    if rows * columns > limits.cells:
        raise Refusal(reasons.TOO_LARGE)
    return max(1, rows)


def _parquet(
    content: bytes | Path, limits: Limits, cells_at_once: int | None
) -> tuple[list[str], Iterator[pa.RecordBatch]]:
    schema = _schema(content)
    if any(pa.types.is_nested(field.type) for field in schema):
        raise Refusal(reasons.NESTED)
    # Texts are read as the file keeps them, where one may stand for all rows.
    texts = [field.name for field in schema if _is_text(field.type)]
    file = pq.ParquetFile(_opened(content), read_dictionary=texts)
    at_once = _rows_at_once(file.metadata.num_rows, len(schema), limits, cells_at_once)
    return schema.names, file.iter_batches(batch_size=at_once)


def _opened(content: bytes | Path) -> Path | pa.BufferReader:
    return content if isinstance(content, Path) else pa.BufferReader(content)


def _schema(content: bytes | Path) -> pa.Schema:
    schema = pq.read_schema(_opened(content))
    _refuse_names_that_repeat(schema.names)
    return schema


def _refuse_names_that_repeat(names: Sequence[str]) -> None:
    for name, times in Counter(names).most_common(1):
        if times > 1:
            raise Refusal(reasons.column_twice(mask_digits(name)))


def _is_text(dtype: pa.DataType) -> bool:
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(is_kind(dtype) for is_kind in kinds)


def _unfolded_bytes(column: pa.Array) -> int:
    """How many bytes a column holds once each cell has its own text."""
    if not isinstance(column, pa.DictionaryArray):
        return int(column.nbytes)
    lengths = pc.cast(pc.binary_length(column.dictionary), pa.int64())
    return int(pc.sum(pc.take(lengths, column.indices)).as_py() or 0)


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


def _statistics_file(
    content: bytes | Path, file_format: str, limits: Limits, cells_at_once: int | None
) -> tuple[list[str], Iterator[pa.RecordBatch]]:
    # Loaded where used, and by name: the package has no type hints.
    pyreadstat = importlib.import_module("pyreadstat")
    read = pyreadstat.read_sas7bdat if file_format == "sas7bdat" else pyreadstat.read_dta
    _, about = read(_readable(content), metadataonly=True)
    if not all(about.column_names):
        raise Refusal(reasons.UNREADABLE)
    _refuse_names_that_repeat(about.column_names)
    rows = about.number_rows or 0
    at_once = _rows_at_once(rows, about.number_columns, limits, cells_at_once)

    def batches() -> Iterator[pa.RecordBatch]:
        for start in range(0, rows, at_once):
            columns, _ = read(_readable(content), output_format="dict", row_offset=start, row_limit=at_once)
            yield pa.record_batch([_arrow(column) for column in columns.values()], names=about.column_names)

    return list(about.column_names), batches()


def _arrow(column: Sequence[object]) -> pa.Array:
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Cells of several types: each as the text it is.
        return pa.array([text_of(cell) for cell in column], type=pa.string())


def _readable(content: bytes | Path) -> io.BytesIO | str:
    return str(content) if isinstance(content, Path) else io.BytesIO(content)
