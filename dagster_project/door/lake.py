"""The lake's files: where they lie, what columns they have, and how they are written whole or not at all.

What belongs here: paths, schemas, atomic writes. What does not: deciding what is written. docs/lake.md describes the
same tables for readers.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from dagster_project.door.tables import SOURCES

Schema = Mapping[str, pl.DataType]

LAKE_TABLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name: tuple(source.lake_tables) for name, source in SOURCES.items()}
)
SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {table: schema for source in SOURCES.values() for table, schema in source.lake_tables.items()}
)
LEDGER_SCHEMAS: Final[Mapping[str, Schema]] = MappingProxyType(
    {
        "deliveries": {
            "delivery_id": pl.String(),
            "source": pl.String(),
            "table_group": pl.String(),
            "delivery_unit": pl.String(),
            "file_name": pl.String(),
            "extract_date": pl.Date(),
            "sha256": pl.String(),
            "verdict": pl.String(),
            "reason": pl.String(),
            "rows_read": pl.Int64(),
            "rows_rejected": pl.Int64(),
            "ignored_columns": pl.String(),
            "file_format": pl.String(),
            "precedence": pl.Int32(),
            "in_landing": pl.Boolean(),
            "purged_on": pl.Date(),
        },
        "rejected_rows": {
            "delivery_id": pl.String(),
            "source": pl.String(),
            "file_name": pl.String(),
            "sheet": pl.String(),
            "row_number": pl.Int32(),
            "column_name": pl.String(),
            "reason": pl.String(),
        },
        "in_force": {"lake_table": pl.String(), "project_code": pl.String(), "delivery_id": pl.String()},
        "consent_standing": {
            "participant_id": pl.String(),
            "project_code": pl.String(),
            "consents_survey": pl.Boolean(),
            "consents_register": pl.Boolean(),
        },
        "delivery_rows": {
            "delivery_id": pl.String(),
            "lake_table": pl.String(),
            "project_code": pl.String(),
            "row_fate": pl.String(),
            "row_count": pl.Int64(),
        },
    }
)
_SCHEMA_FILE: Final = "0_schema.parquet"


def prepare_lake(lake: Path) -> None:
    """Make every folder, and the empty file that gives each table's folder its columns."""
    for table, schema in SCHEMAS.items():
        _write_schema(schema, lake / table / _SCHEMA_FILE)
    for table, schema in LEDGER_SCHEMAS.items():
        _write_schema(schema, lake / "ledger" / table / _SCHEMA_FILE)
    reads_folder(lake).mkdir(parents=True, exist_ok=True)


def _write_schema(schema: Schema, path: Path) -> None:
    # Left alone when right: sources may be taken in side by side.
    if not path.exists() or dict(pl.read_parquet_schema(path)) != dict(schema):
        write_table(pl.DataFrame(schema=schema), path)


def reads_folder(lake: Path) -> Path:
    """Where the door remembers what it has read."""
    return lake / "reads"


def delivery_path(lake: Path, table: str, delivery_id: str) -> Path:
    """The file of one delivery in one lake table."""
    return lake / table / f"{delivery_id}.parquet"


def staged_path(lake: Path, table: str, delivery_id: str) -> Path:
    """Where a table that is written piece by piece grows, until `publish_staged` or `remove_stale`."""
    return _temporary(delivery_path(lake, table, delivery_id))


def publish_staged(lake: Path, table: str, delivery_id: str, staged: Path) -> None:
    """Put a table that was written piece by piece in its place."""
    os.replace(staged, delivery_path(lake, table, delivery_id))


def count_rows(lake: Path, table: str, delivery_ids: Iterable[str]) -> int:
    """Rows of some deliveries in one lake table."""
    paths = [delivery_path(lake, table, delivery_id) for delivery_id in delivery_ids]
    return sum(pl.scan_parquet(path).select(pl.len()).collect().item() for path in paths)


def ledger_path(lake: Path, table: str, source: str) -> Path:
    """The file of one source in one ledger table."""
    return lake / "ledger" / table / f"{source}.parquet"


def write_ledger(lake: Path, table: str, source: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Replace a source's part of a ledger table."""
    frame = pl.DataFrame(list(rows), schema=LEDGER_SCHEMAS[table], orient="row")
    write_table(frame, ledger_path(lake, table, source))


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a Parquet file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    frame.write_parquet(temporary, compression="zstd")
    os.replace(temporary, path)


def write_text(text: str, path: Path) -> None:
    """As `write_table`, for a small text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path)
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def remove_stale(lake: Path, source: str, believed: Collection[str]) -> None:
    """Delete the source's lake files of deliveries that no record vouches for, and what killed runs left half done."""
    for folder in [*(lake / table for table in LAKE_TABLES[source]), reads_folder(lake)]:
        own = f"{source}-" if folder == reads_folder(lake) else ""
        for path in folder.glob(f"{own}*.parquet"):
            if path.name != _SCHEMA_FILE and path.stem not in believed:
                path.unlink()
        for path in folder.glob(f".{own}*.tmp"):
            path.unlink(missing_ok=True)
