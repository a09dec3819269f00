"""Everything that a data folder holds outside landing, as text to be searched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb


def texts_outside_landing(data_dir: Path) -> Iterator[tuple[str, str]]:
    """Every file outside landing by its place: Parquet and DuckDB as their rows, the others byte by byte."""
    for path in sorted(path for path in data_dir.rglob("*") if path.is_file()):
        place = path.relative_to(data_dir)
        if place.parts[0] == "landing":
            continue
        yield f"name of {place}", str(place)
        if path.suffix == ".parquet":
            with duckdb.connect() as con:
                yield str(place), _all_text(con, f"read_parquet('{path}')")
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as con:
                tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                for schema, table in tables:
                    yield f"{place} {schema}.{table}", _all_text(con, f'"{schema}"."{table}"')
        else:
            yield str(place), path.read_bytes().decode("utf-8", errors="ignore")


def _all_text(con: duckdb.DuckDBPyConnection, relation: str) -> str:
    cursor = con.execute(f"select * from {relation}")
    return "\n".join(str(row) for row in cursor.fetchall())
