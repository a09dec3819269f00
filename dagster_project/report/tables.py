"""The published tables as one edition shows them.

Belongs here: fetching rows, telling a hidden cell from an absent one. Does not belong here: words or drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from dagster_project.warehouse_file import identifier

Edition = Literal["report", "open_data"]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A table as it stands in its schema: its columns in order and its rows."""

    schema: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def where(self, **wanted: object) -> list[Row]:
        """The rows with these values, in their order."""
        return [row for row in self.rows if all(row.get(column) == value for column, value in wanted.items())]


class Warehouse:
    """The tables of an edition; a table that is not there has neither columns nor rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
        self.edition: Edition = edition
        self._connection = connection
        self._tables: dict[tuple[str, str], Table] = {}
        self._columns: dict[tuple[str, str], tuple[str, ...]] = {}
        for schema, name, column in connection.execute(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns "
            "WHERE table_catalog = current_catalog() ORDER BY table_schema, table_name, ordinal_position"
        ).fetchall():
            self._columns[schema, name] = (*self._columns.get((schema, name), ()), column)

    def __getitem__(self, name: str) -> Table:
        """The edition's table of this name."""
        return self.of(self.edition, name)

    def of(self, schema: str, name: str) -> Table:
        """A table of another schema; without rows when there is none."""
        if (schema, name) not in self._tables:
            columns = self._columns.get((schema, name), ())
            found = (
                self._connection.execute(f"FROM {identifier(schema)}.{identifier(name)} ORDER BY ALL").fetchall()
                if columns
                else []
            )
            rows = tuple(dict(zip(columns, cells, strict=True)) for cells in found)
            self._tables[schema, name] = Table(schema, name, columns, rows)
        return self._tables[schema, name]


def hidden(row: Row, column: str) -> bool:
    """Whether the cell is empty because something of the row was suppressed."""
    return row.get(column) is None and bool(row.get("suppressed"))
