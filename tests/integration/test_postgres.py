"""The copy in PostgreSQL: the set of one night or of the other, never of both, for those who may read it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import duckdb
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from dagster_project.postgres import ANALYST, READER, PostgresError, staged_copy
from dagster_project.published_tables import PUBLISHED_SCHEMAS, Column, ForeignKey, TableDefinition
from tests.support.postgres import Server, query

PEOPLE = TableDefinition(
    "marts",
    "people",
    "One row per person; it's an example.",
    (
        Column("person", "integer", "Who.", required=True),
        Column("word", "varchar", "What they said; 100 % quoted.", required=False),
        Column("height", "double", "In metres.", required=False),
        Column("born", "date", "When.", required=False),
    ),
    primary_key=("person",),
)
VISITS = TableDefinition(
    "marts",
    "visits",
    "One row per visit.",
    (Column("person", "integer", "Who.", required=True), Column("night", "bigint", "Which.", required=True)),
    foreign_keys=(ForeignKey("person", "people"),),
)
COUNTS = [
    TableDefinition(schema, "counts", "Counts.", (Column("n", "bigint", "How many.", required=True),), ("n",))
    for schema in ("report", "open_data", "ops")
]
TABLES = (PEOPLE, VISITS, *COUNTS)
WORDS = ["it's", "æøå", "", None, "a\tb\nc", "\\N", 'say "hej"']


def _set(folder: Path, night: int, tables: Sequence[TableDefinition] = TABLES) -> Path:
    """A published file in which everything tells of its night."""
    path = folder / f"{night}-{len(list(folder.iterdir()))}.duckdb"
    with duckdb.connect(str(path)) as connection:
        for table in tables:
            connection.execute(f"create schema if not exists {table.schema}")
            connection.execute(f"create table {table.qualified} ({', '.join(table.columns_sql({}))})")
            for number, word in enumerate(WORDS):
                cells = {"person": night + number, "word": word, "night": night, "n": night + number}
                known = [cells.get(column.name) for column in table.columns]
                marks = ", ".join("?" for _ in known)
                connection.execute(f"insert into {table.qualified} values ({marks})", known)
    return path


def _publish(url: str, folder: Path, night: int, tables: Sequence[TableDefinition] = TABLES) -> list[str]:
    with staged_copy(url, _set(folder, night, tables), tables) as warnings:
        pass
    return warnings


def _night(url: str) -> list[tuple[int, ...]]:
    return query(
        url,
        "select (select min(person) from marts.people), (select max(night) from marts.visits), "
        "(select min(n) from report.counts), (select min(n) from open_data.counts), (select min(n) from ops.counts)",
    )


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.database()


def test_rows_comments_and_keys_arrive(url: str, tmp_path: Path) -> None:
    assert _publish(url, tmp_path, 1) == []
    assert query(url, "select person, word from marts.people order by person") == [
        (1 + number, word) for number, word in enumerate(WORDS)
    ]
    assert query(url, "select obj_description('marts.people'::regclass)") == [
        ("One row per person; it's an example. Primary key: person.",)
    ]
    comments = query(
        url,
        "select col_description('marts.people'::regclass, attnum) from pg_attribute "
        "where attrelid = 'marts.people'::regclass and attnum > 0 order by attnum",
    )
    assert comments == [(column.description,) for column in PEOPLE.columns]
    keys = query(
        url,
        "select conrelid::regclass::text, contype::text from pg_constraint where contype in ('p', 'f') order by 1, 2",
    )
    assert [key for key in keys if key[0].startswith("marts")] == [("marts.people", "p"), ("marts.visits", "f")]


def test_the_next_night_replaces_every_row(url: str, tmp_path: Path) -> None:
    for night in (1, 100):
        _publish(url, tmp_path, night)
    assert _night(url) == [(100, 100, 100, 100, 100)]
    assert query(url, "select count(*) from marts.visits") == [(len(WORDS),)]


def test_a_night_with_nothing_new_writes_no_row(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    before = query(url, "select xmin::text from marts.people")
    _publish(url, tmp_path, 1)
    assert query(url, "select xmin::text from marts.people") == before


def test_a_failure_while_it_is_put_in_force_changes_nothing(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    with pytest.raises(OSError, match="disk"), staged_copy(url, _set(tmp_path, 100), TABLES):
        raise OSError("no space on the disk")
    assert _night(url) == [(1, 1, 1, 1, 1)]


def test_a_reader_in_a_transaction_keeps_its_night_and_holds_up_nobody(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    with psycopg.connect(url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert reader.execute("select max(night) from marts.visits").fetchone() == (1,)
        _publish(url, tmp_path, 100)
        assert reader.execute("select min(n) from report.counts").fetchone() == (1,)
        assert reader.execute("select count(*) from marts.people").fetchone() == (len(WORDS),)
    assert _night(url) == [(100, 100, 100, 100, 100)]


def test_readers_of_many_nights_see_each_of_them_whole(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    seen: list[tuple[int, ...]] = []
    errors: list[Exception] = []
    over = threading.Event()

    def read() -> None:
        try:
            while not over.is_set():
                seen.extend(_night(url))
        except psycopg.Error as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for night in range(2, 32):
        _publish(url, tmp_path, night * 100)
    over.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(set(seen)) > 2
    assert [torn for torn in set(seen) if len(set(torn)) > 1] == []


FORBIDDEN = [
    *(f"select * from {schema}.{name}" for schema in ("marts", "report", "ops") for name in ("people", "counts")),
    "select count(*) from marts.visits",
    "select n from open_data.counts where n in (select n from report.counts)",
    "create view open_data.mine as select * from marts.people",
    "create table open_data.mine as select 1",
    "insert into open_data.counts values (1)",
    "copy marts.people to stdout",
    "explain analyze select * from marts.people",
    "select query_to_xml('select * from marts.people', true, false, '')",
    "select table_to_xml('marts.people', true, false, '')",
    "grant usage on schema marts to current_user",
    "set role nedslag_analyst",
    "select pg_read_file('postgresql.conf')",
    "lock table marts.people",
    "do $$ begin perform * from marts.people; end $$",
]


def test_the_reader_reads_open_data_and_nothing_else(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    assert query(url, "select count(*) from open_data.counts", role=READER) == [(len(WORDS),)]
    for statement in FORBIDDEN:
        with pytest.raises(psycopg.Error) as refused:
            query(url, statement, role=READER)
        assert refused.value.sqlstate in ("42501", "42P01"), f"{statement}: {refused.value}"
    statistics = "select count(*) from pg_stats where schemaname in ('marts', 'report', 'ops')"
    assert query(url, statistics, role=READER) == [(0,)]


def test_the_analyst_reads_everything_and_writes_nothing(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    for table in TABLES:
        assert query(url, f"select count(*) from {table.qualified}", role=ANALYST) == [(len(WORDS),)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            query(url, f"delete from {table.qualified}", role=ANALYST)


def test_rights_that_somebody_gave_are_taken_back(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    with psycopg.connect(url) as administrator:
        administrator.execute("grant usage on schema marts to public")
        administrator.execute(f"grant select on marts.people to {READER}".encode())
    _publish(url, tmp_path, 2)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(url, "select * from marts.people", role=READER)


def test_another_structure_makes_the_tables_anew(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    wider = TableDefinition(
        "ops", "counts", "Counts.", (*COUNTS[2].columns, Column("word", "varchar", "New.", required=False)), ("n",)
    )
    _publish(url, tmp_path, 2, (*TABLES[:-1], wider))
    assert query(url, "select n, word from ops.counts order by n limit 1") == [(2, "it's")]
    _publish(url, tmp_path, 3, TABLES[:-1])
    assert query(url, "select to_regclass('ops.counts')") == [(None,)]


def test_what_others_built_on_a_table_is_named_before_it_is_made_anew(url: str, tmp_path: Path) -> None:
    _publish(url, tmp_path, 1)
    with psycopg.connect(url) as analyst:
        analyst.execute("create view public.mine as select * from ops.counts")
    with pytest.raises(PostgresError, match=r"view mine depends on table ops\.counts.*Drop these"):
        _publish(url, tmp_path, 2, TABLES[:-1])
    assert _night(url) == [(1, 1, 1, 1, 1)]


def test_a_schema_of_somebody_elses_is_left_alone(url: str, tmp_path: Path) -> None:
    with psycopg.connect(url) as other:
        other.execute("create schema marts; create table marts.theirs as select 1 as n")
    with pytest.raises(PostgresError, match="schema marts with tables that Nedslag did not make"):
        _publish(url, tmp_path, 1)
    assert query(url, "select n from marts.theirs") == [(1,)]


def test_without_the_right_to_create_roles_the_set_is_published_with_a_warning(tmp_path: Path) -> None:
    url = Server.start(tmp_path / "server").database()  # roles are a server's: this one has none
    with psycopg.connect(url) as administrator:
        administrator.execute("create role limited login")
        administrator.execute(f"alter database {administrator.info.dbname} owner to limited".encode())
    (tmp_path / "sets").mkdir()
    warnings = _publish(make_conninfo(url, user="limited"), tmp_path / "sets", 1)
    assert "CREATE ROLE nedslag_analyst; CREATE ROLE nedslag_reader" in warnings[0]
    assert _night(url) == [(1, 1, 1, 1, 1)]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "postgresql://nedslag:hemmelig@127.0.0.1:1/nedslag",
            r"127\.0\.0\.1:1/nedslag cannot be reached.*Start the server",
        ),
        ("postgresql://nedslag:hemmelig@[::1/x", r"NEDSLAG_POSTGRES_URL cannot be read"),
        ("not a url", r"NEDSLAG_POSTGRES_URL cannot be read"),
    ],
)
def test_a_server_that_is_not_there_is_said_without_the_password(url: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match=says) as refused:
        _publish(url, tmp_path, 1)
    assert "hemmelig" not in str(refused.value)


def test_every_published_schema_is_covered() -> None:
    assert {table.schema for table in TABLES} == set(PUBLISHED_SCHEMAS)
