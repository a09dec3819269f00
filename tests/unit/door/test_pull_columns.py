"""Pulls in columns, batch by batch, beside the same pull in text."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.door import pull_columns
from dagster_project.door.reading import Reading
from tests.support.statistics import sas_bytes, stata_bytes
from tests.unit.door.test_pull_text import HEADING, Dress, bytes_of, names_of, pulls, read, row, told_by, written


def same(columns: Reading, text: Reading) -> bool:
    """Whether two readings tell the same, but for the places that only text has."""
    if text.refusal or columns.refusal:
        return text.refusal == columns.refusal
    return told_by(columns) == told_by(text) and set(columns.ignored) == set(text.ignored)


def parquet(heading: list[str], rows: list[list[str]], row_group: int) -> bytes:
    table = pa.table({name: pa.array([cells[place] for cells in rows]) for place, name in enumerate(heading)})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=row_group)
    return buffer.getvalue()


@given(pulls(), st.integers(1, 5), st.integers(1, 400), st.none() | st.just(frozenset[str]()))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_pull_in_parquet_is_the_pull_in_text(
    pull: tuple[list[str], list[list[str]], Dress], row_group: int, at_once: int, wanted: frozenset[str] | None
) -> None:
    heading, rows, _ = pull
    names = names_of(heading)
    # A table has as many cells in each row; line ends and delimiters are nothing to it.
    rows = [[cell.replace("\t", " ") for cell in [*cells, *[""] * len(names)][: len(names)]] for cells in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pull_columns, "_CELLS_AT_ONCE", at_once)
        columns = read(parquet(names, rows, row_group), wanted, "parquet")
    assert same(columns, read(written([names, *rows], Dress()), wanted))


@pytest.mark.parametrize("dtype", [pl.Int64, pl.Float64, pl.Int16, pl.Categorical, pl.Binary, pl.String])
def test_codes_of_any_type_are_codes(dtype: type[pl.DataType], tmp_path: Path) -> None:
    content = bytes_of(*(row(number, "111", "", "730", "111") for number in range(50)))
    text = read(content)
    frame = pl.read_csv(content, separator=";", infer_schema=False)
    clocks = [name for name in frame.columns if name.startswith(("y_", "branche"))]
    middle = pl.String if dtype in (pl.Categorical, pl.Binary, pl.String) else pl.Int64
    typed = frame.with_columns(pl.col(clocks).cast(middle).cast(dtype))
    path = tmp_path / "pull.parquet"
    typed.write_parquet(path)
    assert same(read(path, None, "parquet"), text)


@pytest.mark.parametrize("file_format", ["dta", "sas7bdat"])
def test_a_statistics_file_is_read_in_batches(
    file_format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(number, "111", "", "730", "111") for number in range(50)]
    columns = {name: [cells[place] for cells in rows] for place, name in enumerate(names_of(HEADING))}
    monkeypatch.setattr(pull_columns, "_CELLS_AT_ONCE", 7 * len(HEADING))
    content = stata_bytes(columns, tmp_path) if file_format == "dta" else sas_bytes(columns)
    assert same(read(content, None, file_format), read(bytes_of(*rows)))


def test_rows_are_numbered_through_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(number, "111" if number % 10 else "11") for number in range(60)]
    rows[33] = [""] * len(HEADING)
    monkeypatch.setattr(pull_columns, "_CELLS_AT_ONCE", 7 * len(HEADING))
    columns = read(parquet(names_of(HEADING), rows, 13), None, "parquet")
    assert [item.row_number for item in columns.rejections] == [2, 12, 22, 32, 42, 52]
    assert columns.rows_read == 59
    assert same(columns, read(bytes_of(*rows)))
