"""From the working database to the published set: one folder with `nedslag.duckdb` and `parquet/`, put in force by
one rename.

`marts` is a link to the set in force. A reader that opened the old set keeps it whole: its folder stays until it is
two sets old, or until somebody in it has withdrawn consent.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from dagster_project.postgres import staged_copy
from dagster_project.published_tables import TableDefinition
from dagster_project.settings import RELEASE
from dagster_project.warehouse_file import identifier, literal, open_warehouse

# The oldest storage format still written: clients from DuckDB 1.0 on open it.
STORAGE_VERSION = "v1.0.0"
_SETS_KEPT = 3


@dataclass(frozen=True)
class Publication:
    """What was published: rows by table, and warnings in words."""

    rows: dict[str, int]
    warnings: list[str]


def publish(
    *,
    warehouse: Path,
    lake: Path,
    pages: Path,
    published: Path,
    marts: Path,
    set_name: str,
    tables: Sequence[TableDefinition],
    postgres_url: str | None = None,
) -> Publication:
    """Write a new set beside the one in force and put it in its place with one rename.

    Args:
        warehouse: dbt's working file; only read.
        lake: where views over records find their files.
        pages: folder with the evaluation's pages, copied into the set.
        published: folder that holds the sets.
        marts: the link that readers follow.
        set_name: name of the new set's folder.
        tables: what is published, parents first.
        postgres_url: where the same tables are put in force at the same moment, if anywhere.

    Raises:
        PostgresError: PostgreSQL does not take the set.
    """
    new_set = published / set_name
    if new_set.exists():
        shutil.rmtree(new_set)
    (new_set / "parquet").mkdir(parents=True)
    rows = _write_set(warehouse=warehouse, lake=lake, new_set=new_set, tables=tables)
    shutil.copytree(pages, new_set / "report")
    return Publication(rows, _show(new_set, published, marts, tables, postgres_url))


def publish_again(
    *,
    published: Path,
    marts: Path,
    set_name: str,
    tables: Mapping[str, pl.DataFrame],
    definitions: Sequence[TableDefinition] = (),
    postgres_url: str | None = None,
) -> Publication:
    """Put a set in force that is the one in force but for some tables of `ops`.

    Args:
        published, marts, set_name, postgres_url: as for `publish`.
        tables: the new rows of those tables, by name.
        definitions: all tables, for PostgreSQL.

    Raises:
        PostgresError: PostgreSQL does not take the set.
        duckdb.Error: the set in force cannot be read.
    """
    new_set = published / set_name
    if new_set.exists():
        shutil.rmtree(new_set)
    shutil.copytree(marts.resolve(), new_set, copy_function=_second_name)
    database = new_set / "nedslag.duckdb"
    for path in (database, *(new_set / "parquet" / "ops" / f"{name}.parquet" for name in tables)):
        path.unlink()
    shutil.copyfile(marts / database.name, database)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {literal(str(database))} AS published (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        connection.execute("USE published")
        for name, rows in tables.items():
            table = f"ops.{identifier(name)}"
            connection.register("tonight", rows)
            connection.execute(f"DELETE FROM {table}")
            connection.execute(f"INSERT INTO {table} BY NAME FROM tonight ORDER BY ALL")
            parquet = new_set / "parquet" / "ops" / f"{name}.parquet"
            connection.execute(f"COPY {table} TO {literal(str(parquet))} (FORMAT parquet)")
        names = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'published'"
        ).fetchall()
        counts = {
            f"{schema}.{name}": connection.execute(
                f"SELECT count(*) FROM {identifier(schema)}.{identifier(name)}"
            ).fetchall()[0][0]
            for schema, name in sorted(names)
        }
        connection.execute("CHECKPOINT published")
    database.chmod(0o444)
    return Publication(counts, _show(new_set, published, marts, definitions, postgres_url))


def _second_name(source: str, target: str) -> None:
    """The same file under another name; a copy of it where the file system, or its rights, know no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _show(
    new_set: Path, published: Path, marts: Path, tables: Sequence[TableDefinition], postgres_url: str | None
) -> list[str]:
    """Put a whole set in force everywhere at the same moment; returns warnings in words."""
    _sync(new_set)
    nowhere: AbstractContextManager[list[str]] = nullcontext([])
    with staged_copy(postgres_url, new_set / "nedslag.duckdb", tables) if postgres_url else nowhere as warnings:
        put_in_force(new_set, marts)
    _drop_outnumbered_sets(published, new_set)
    return warnings


def put_in_force(new_set: Path, marts: Path) -> None:
    """Let `marts` point at `new_set`, in one rename."""
    link = marts.with_name(f".{marts.name}.new")
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(new_set, marts.parent), target_is_directory=True)
    if marts.is_dir() and not marts.is_symlink():
        # A copied data folder carries a plain folder where the link was; it steps aside as an old set.
        marts.rename(new_set.with_name(f"copied-{new_set.name}"))
    os.replace(link, marts)


def set_in_force(marts: Path) -> str | None:
    """Name of the set that readers see, or None before the first."""
    return marts.resolve().name if marts.is_symlink() else None


def _write_set(*, warehouse: Path, lake: Path, new_set: Path, tables: Sequence[TableDefinition]) -> dict[str, int]:
    written: dict[str, int] = {}
    with open_warehouse(warehouse, lake) as connection:
        target = literal(str(new_set / "nedslag.duckdb"))
        connection.execute(f"ATTACH {target} AS published (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        connection.execute("USE published")
        for table in tables:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {identifier(table.schema)}")
            # Without keys: clients of version 1.0 cannot open a file that holds an index. The comment names them.
            connection.execute(f"CREATE TABLE {table.qualified} ({', '.join(table.columns_sql({}))})")
            connection.execute(f"INSERT INTO {table.qualified} BY NAME FROM working.{table.qualified} ORDER BY ALL")
            for comment in _comments(table):
                connection.execute(comment)
            parquet = new_set / "parquet" / table.schema / f"{table.name}.parquet"
            parquet.parent.mkdir(exist_ok=True)
            connection.execute(f"COPY {table.qualified} TO {literal(str(parquet))} (FORMAT parquet)")
            rows = connection.execute(f"SELECT count(*) FROM {table.qualified}").fetchall()[0][0]
            written[f"{table.schema}.{table.name}"] = rows
        connection.execute(
            f"COPY working.intermediate.int_open_cell_flags TO {literal(str(new_set / RELEASE))} (FORMAT parquet)"
        )
        connection.execute("CHECKPOINT published")
        connection.execute("USE memory")
        connection.execute("DETACH published")
    (new_set / "nedslag.duckdb").chmod(0o444)
    return written


def _comments(table: TableDefinition) -> list[str]:
    return [
        f"COMMENT ON TABLE {table.qualified} IS {literal(table.comment)}",
        *(
            f"COMMENT ON COLUMN {table.qualified}.{identifier(column.name)} IS {literal(column.description)}"
            for column in table.columns
        ),
    ]


def drop_sets_with_withdrawn_consent(published: Path, in_force: Path) -> list[Path]:
    """Remove the older sets that may no longer be kept; returns those that could not be removed."""
    for old in sets_with_withdrawn_consent(published, in_force):
        shutil.rmtree(old, ignore_errors=True)
    return sets_with_withdrawn_consent(published, in_force)


def _drop_outnumbered_sets(published: Path, in_force: Path) -> None:
    newest_last = sorted(_other_sets(published, in_force), key=lambda path: path.stat().st_mtime_ns)
    for old in newest_last[: -(_SETS_KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)


def _other_sets(published: Path, in_force: Path) -> list[Path]:
    return [path for path in published.iterdir() if path.is_dir() and path != in_force]


def sets_with_withdrawn_consent(published: Path, in_force: Path) -> list[Path]:
    """Older sets in which a participation consents, to a scope, that does not in the set in force.

    A set that cannot be opened is among them: nobody knows what it holds.
    """
    return [path for path in _other_sets(published, in_force) if _has_withdrawn_consent(path, in_force)]


def _has_withdrawn_consent(old_set: Path, in_force: Path) -> bool:
    withdrawn = " or ".join(
        f"(o.consents_{scope} and (o.participant_id, o.project_code) not in "
        f"(select (participant_id, project_code) from present.marts.enrolments where consents_{scope}))"
        for scope in ("survey", "register")
    )
    try:
        with duckdb.connect() as connection:
            for name, path in (("old", old_set), ("present", in_force)):
                connection.execute(f"ATTACH {literal(str(path / 'nedslag.duckdb'))} AS {name} (READ_ONLY)")
            rows = connection.execute(f"select count(*) from old.marts.enrolments as o where {withdrawn}").fetchall()
    except duckdb.Error:
        return True
    return bool(rows[0][0])


def _sync(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
