"""The published set and the one rename that puts it in force."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dagster_project.published_tables import Column, TableDefinition
from dagster_project.publishing import publish, put_in_force, set_in_force
from dagster_project.settings import RELEASE


def _warehouse(folder: Path, value: int) -> Path:
    path = folder / "working.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema staging")
        connection.execute(f"create table marts.people as select {value} as person, 'it''s' as word")
        connection.execute("create table staging.secret as select 1 as person")
        connection.execute("create schema intermediate")
        connection.execute("create table intermediate.int_open_cell_flags as select 'cell' as cell_id")
    return path


def _pages(folder: Path) -> Path:
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "evaluation.html").write_text("<!doctype html>")
    return pages


PEOPLE = TableDefinition(
    "marts",
    "people",
    "One row per person; it's an example.",
    (
        Column("person", "integer", "Who.", required=True),
        Column("word", "string", "What they said.", required=False),
    ),
    primary_key=("person",),
)


def _publish(folder: Path, name: str, value: int) -> None:
    publish(
        warehouse=_warehouse(folder, value),
        lake=folder,
        pages=_pages(folder),
        published=folder / "published",
        marts=folder / "marts",
        set_name=name,
        tables=[PEOPLE],
    )


def _person(database: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        return int(connection.execute("select person from marts.people").fetchall()[0][0])


def test_only_published_schemas_leave_with_their_comments(tmp_path: Path) -> None:
    _publish(tmp_path, "first", 1)
    with duckdb.connect(str(tmp_path / "marts" / "nedslag.duckdb"), read_only=True) as connection:
        assert connection.execute("select table_schema, table_name from information_schema.tables").fetchall() == [
            ("marts", "people")
        ]
        comments = connection.execute(
            "select comment from duckdb_columns() where table_name = 'people' order by column_index"
        )
        assert comments.fetchall() == [("Who.",), ("What they said.",)]
        assert connection.execute("select comment from duckdb_tables()").fetchall() == [
            ("One row per person; it's an example. Primary key: person.",)
        ]
        # The oldest clients cannot open a file with an index.
        kinds = connection.execute("select distinct constraint_type from duckdb_constraints()").fetchall()
        assert kinds == [("NOT NULL",)]
    assert (tmp_path / "marts" / "parquet" / "marts" / "people.parquet").exists()
    assert (tmp_path / "marts" / "report" / "evaluation.html").exists()
    assert (tmp_path / "marts" / RELEASE).exists()


def test_a_connected_reader_keeps_its_set_and_the_next_one_sees_the_new(tmp_path: Path) -> None:
    _publish(tmp_path, "first", 1)
    with duckdb.connect(str(tmp_path / "marts" / "nedslag.duckdb"), read_only=True) as reader:
        _publish(tmp_path, "second", 2)
        assert reader.execute("select person from marts.people").fetchall() == [(1,)]
    assert _person(tmp_path / "marts" / "nedslag.duckdb") == 2
    assert set_in_force(tmp_path / "marts") == "second"


def test_a_failing_publication_leaves_the_old_set(tmp_path: Path) -> None:
    _publish(tmp_path, "first", 1)
    with pytest.raises(duckdb.Error):
        publish(
            warehouse=tmp_path / "missing.duckdb",
            lake=tmp_path,
            pages=_pages(tmp_path),
            published=tmp_path / "published",
            marts=tmp_path / "marts",
            set_name="second",
            tables=[PEOPLE],
        )
    assert _person(tmp_path / "marts" / "nedslag.duckdb") == 1


def test_old_sets_are_dropped_and_the_two_before_are_kept(tmp_path: Path) -> None:
    for value, name in enumerate("abcde"):
        _publish(tmp_path, name, value)
    assert sorted(path.name for path in (tmp_path / "published").iterdir()) == ["c", "d", "e"]


def test_a_copied_data_folder_with_a_plain_marts_folder_can_go_on(tmp_path: Path) -> None:
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "nedslag.duckdb").write_bytes(b"copied")
    (tmp_path / "published" / "new").mkdir(parents=True)
    put_in_force(tmp_path / "published" / "new", tmp_path / "marts")
    assert set_in_force(tmp_path / "marts") == "new"
