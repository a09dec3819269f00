"""The working database as everyone but dbt opens it: attached read-only to a connection of its own, when dbt has left
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


@contextmanager
def open_warehouse(warehouse: Path, lake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the working database attached as `working`, and the lake where its views look for files.

    Raises:
        duckdb.Error: there is no such database.
    """
    with duckdb.connect() as connection:
        connection.execute(f"SET file_search_path = {literal(str(lake))}")
        connection.execute(f"ATTACH {literal(str(warehouse))} AS working (READ_ONLY)")
        yield connection


def literal(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
