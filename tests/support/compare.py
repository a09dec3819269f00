"""Compares published tables with expected ones, cell by cell and without regard to order.

Belongs here: reading the published DuckDB file or Parquet set and telling differences so that a person can act on them.
Does not belong here: any knowledge of what is right.
"""

from __future__ import annotations

import math
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.support.oracle import ANY, Expected, Record

TOLERANCE = 1e-9


def published_rows(published: Path, table: str) -> list[Record]:
    """Rows of `schema.table`, from a DuckDB file or from a folder of `<schema>/<table>.parquet`."""
    schema, name = table.split(".")
    if published.is_dir():
        with duckdb.connect() as con:
            return _fetch(con.execute("select * from read_parquet(?)", [str(published / schema / f"{name}.parquet")]))
    with duckdb.connect(str(published), read_only=True) as con:
        return _fetch(con.execute(f'select * from "{schema}"."{name}"'))


def _fetch(result: duckdb.DuckDBPyConnection) -> list[Record]:
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def differences(table: str, expected: Expected, got: list[Record], limit: int = 8) -> list[str]:
    """Readable differences: table, key, column, expected, got; empty when the tables agree."""
    wanted_by_key, got_by_key = _grouped(expected.rows, expected.key), _grouped(got, expected.key)
    found: list[str] = []
    for key in sorted({*wanted_by_key, *got_by_key}, key=repr):
        wanted, here = list(wanted_by_key.get(key, [])), list(got_by_key.get(key, []))
        for row in list(wanted):  # take out what agrees, so that only the odd ones are told
            same = next((other for other in here if not _cells(row, other)), None)
            if same is not None:
                wanted.remove(row)
                here.remove(same)
        name = f"{table} [{', '.join(f'{k}={v!r}' for k, v in zip(expected.key, key, strict=True))}]"
        while wanted and here:
            row, other = wanted.pop(0), here.pop(0)
            found += [
                f"{name} {column}: expected {row[column]!r}, got {other.get(column, 'no such column')!r}"
                for column in _cells(row, other)
            ]
        found += [f"{name}: missing row {row}" for row in wanted if not expected.free_zero(row)]
        found += [f"{name}: unexpected row {row}" for row in here if not expected.free_zero(row)]
    return found if len(found) <= limit else [*found[:limit], f"{table}: ... {len(found) - limit} more differences"]


def _grouped(rows: list[Record], key: tuple[str, ...]) -> dict[tuple[Any, ...], list[Record]]:
    grouped: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for row in rows:
        grouped[tuple(row.get(column) for column in key)].append(row)
    return grouped


def _cells(wanted: Record, got: Record) -> list[str]:
    """Columns in which a published row differs from an expected one."""
    return [column for column, value in wanted.items() if column not in got or not _equal(value, got[column])]


def _equal(wanted: Any, got: Any) -> bool:
    if wanted is ANY:
        return True
    if isinstance(got, Decimal):
        got = float(got)
    if wanted is None or got is None or isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return math.isclose(wanted, got, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(wanted == got)
