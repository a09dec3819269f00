"""The published set in PostgreSQL: the same schemas and tables, replaced in one transaction.

Rows are replaced, not tables: a reader is never made to wait, and a transaction that began before the night sees the
night before in every table. Only when a table's structure has changed is it made anew.

Belongs here: staging, roles, what goes wrong with a server. Does not belong here: what the tables are
(`published_tables`), the DuckDB file (`publishing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from dagster_project.errors import NedslagError
from dagster_project.published_tables import PUBLISHED_SCHEMAS, TableDefinition
from dagster_project.warehouse_file import identifier

ANALYST, READER = "nedslag_analyst", "nedslag_reader"
"""Roles without login, to be granted to people and tools: rows and aggregates, and open aggregates only."""

_MAY_READ = {ANALYST: PUBLISHED_SCHEMAS, READER: ("open_data",)}
_TYPES = {"double": "double precision", "varchar": "text"}
# Any number, the same in every version: one night at a time writes here.
_ONE_NIGHT = 4_812_270_500
_ROWS_AT_ONCE = 10_000
_SETTINGS = "-c lock_timeout=60s -c timezone=UTC"
_CONNECT_SECONDS = 15
_STATES_THAT_PASS = ("starting up", "shutting down", "recovery mode", "too many", "reserved for", "terminating")


class PostgresError(NedslagError):
    """PostgreSQL could not take the set; nothing of it has changed. The text says what to do, without the password.

    `may_pass`: whether it may take it a little later, with nobody mending anything.
    """

    def __init__(self, words: str, *, may_pass: bool = False) -> None:
        super().__init__(words)
        self.may_pass = may_pass


@contextmanager
def staged_copy(url: str, database: Path, tables: Sequence[TableDefinition]) -> Iterator[list[str]]:
    """Write the set, and show it to readers when the block ends without an error.

    Args:
        url: the server, as libpq takes it.
        database: the published DuckDB file.
        tables: what is in it, parents first.

    Yields:
        Warnings, such as roles that could not be created.

    Raises:
        PostgresError: the server cannot be reached or refuses; nothing has changed there.
    """
    where = _where(url)
    try:
        with (
            psycopg.connect(url, connect_timeout=_CONNECT_SECONDS, options=_SETTINGS) as server,
            duckdb.connect(str(database), read_only=True) as copy,
        ):
            server.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_NIGHT])
            _make_structure(server, tables)
            for table in tables:
                _replace_rows(server, copy, table)
            yield _grant(server)
    except psycopg.errors.LockNotAvailable:
        raise PostgresError(
            f"The tables in PostgreSQL at {where} have another structure than the night before, and somebody has been "
            "reading them for more than a minute. End the long sessions (pg_stat_activity) and run the night again.",
            may_pass=True,
        ) from None
    except psycopg.errors.DependentObjectsStillExist as error:
        raise PostgresError(
            f"The tables in PostgreSQL at {where} have another structure than the night before, and cannot be made "
            f"anew while other objects rest on them: {error.diag.message_detail}. Drop these and run the night again."
        ) from None
    except psycopg.OperationalError as error:
        raise PostgresError(
            f"PostgreSQL at {where} cannot be reached or broke off ({_words(error)}). Start the server or mend "
            "NEDSLAG_POSTGRES_URL, and run the night again; unset the variable to publish without PostgreSQL.",
            may_pass=_may_pass(error),
        ) from None
    except psycopg.Error as error:
        raise PostgresError(
            f"PostgreSQL at {where} refuses the set ({_words(error)}). Nothing was changed there. docs/operations.md, "
            "'PostgreSQL', lists what its user must be allowed to do."
        ) from None


def _where(url: str) -> str:
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise PostgresError(
            "NEDSLAG_POSTGRES_URL cannot be read. Write it as postgresql://user@host:5432/database."
        ) from None
    return f"{parts.get('host') or 'the local socket'}:{parts.get('port') or 5432}/{parts.get('dbname') or ''}"


def _may_pass(error: psycopg.OperationalError) -> bool:
    """No for what the server decides by its settings: a password, a right, a name."""
    words = _words(error)
    return "FATAL" not in words or any(state in words for state in _STATES_THAT_PASS)


def _words(error: psycopg.Error) -> str:
    """What the server says, without the detail that may quote a row."""
    return error.diag.message_primary or str(error).strip().splitlines()[-1]


def _make_structure(server: psycopg.Connection, tables: Sequence[TableDefinition]) -> None:
    """Have every table as it is defined: made anew, all of them, when the structure of any has changed."""
    mark = f"Nedslag, structure {_fingerprint(tables)}"
    marks: dict[str, str | None] = dict(
        server.execute(
            "SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = ANY(%s)",
            [list(PUBLISHED_SCHEMAS)],
        ).fetchall()
    )
    if all(marks.get(schema) == mark for schema in PUBLISHED_SCHEMAS):
        return
    for schema, found in marks.items():
        if not (found or "").startswith("Nedslag, ") and _tables_of(server, schema):
            raise PostgresError(
                f"The database has a schema {schema} with tables that Nedslag did not make. Give Nedslag a database of "
                "its own and set NEDSLAG_POSTGRES_URL to it."
            )
    # In one statement, so that they may refer to each other but nothing else to them.
    old = [sql.Identifier(schema, table) for schema in marks for table in _tables_of(server, schema)]
    if old:
        server.execute(sql.SQL("DROP TABLE {}").format(sql.SQL(", ").join(old)))
    for schema in PUBLISHED_SCHEMAS:
        server.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
        server.execute(sql.SQL("COMMENT ON SCHEMA {} IS {}").format(sql.Identifier(schema), mark))
    for table in tables:
        lines = ", ".join([*table.columns_sql(_TYPES), *table.keys_sql()])
        server.execute(_ours(f"CREATE TABLE {table.qualified} ({lines})"))
        name = sql.Identifier(table.schema, table.name)
        server.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, table.comment))
        for column in table.columns:
            name = sql.Identifier(table.schema, table.name, column.name)
            server.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(name, column.description))


def _fingerprint(tables: Sequence[TableDefinition]) -> str:
    return hashlib.sha256(repr(tuple(tables)).encode()).hexdigest()[:16]


def _tables_of(server: psycopg.Connection, schema: str) -> list[str]:
    return [row[0] for row in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])]


def _replace_rows(server: psycopg.Connection, copy: duckdb.DuckDBPyConnection, table: TableDefinition) -> None:
    """Give the table the rows of the DuckDB file; none are written when it has them already."""
    columns = ", ".join(identifier(column.name) for column in table.columns)
    server.execute(_ours(f"CREATE TEMP TABLE staged (LIKE {table.qualified}) ON COMMIT DROP"))
    rows = copy.execute(f"SELECT {columns} FROM {table.qualified}")
    with server.cursor().copy(_ours(f"COPY staged ({columns}) FROM STDIN")) as stream:
        while batch := rows.fetchmany(_ROWS_AT_ONCE):
            for row in batch:
                stream.write_row(row)
    differs = (
        f"SELECT EXISTS ((TABLE staged EXCEPT ALL TABLE {table.qualified}) "
        f"UNION ALL (TABLE {table.qualified} EXCEPT ALL TABLE staged))"
    )
    if server.execute(_ours(differs)).fetchall()[0][0]:
        server.execute(_ours(f"DELETE FROM {table.qualified}"))
        server.execute(_ours(f"INSERT INTO {table.qualified} TABLE staged"))
        server.execute(_ours(f"ANALYZE {table.qualified}"))
    server.execute("DROP TABLE staged")


def _ours(statement: str) -> bytes:
    """A statement of quoted names from the manifest; psycopg's types tell it from a user's words."""
    return statement.encode()


def _grant(server: psycopg.Connection) -> list[str]:
    """Let each role read its schemas and no other; what is wanting is returned in words."""
    known = {row[0] for row in server.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[*_MAY_READ]])}
    row = server.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    missing = [role for role in _MAY_READ if role not in known]
    if missing and not (row and row[0]):
        commands = "; ".join(f"CREATE ROLE {role}" for role in missing)
        return [
            "The user of NEDSLAG_POSTGRES_URL may not create the roles that readers get their rights from. "
            f"As an administrator of PostgreSQL: {commands}. Then run again."
        ]
    for role in missing:
        server.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    for role, schemas in _MAY_READ.items():
        for schema in PUBLISHED_SCHEMAS:
            names = {"role": sql.Identifier(role), "schema": sql.Identifier(schema)}
            server.execute(sql.SQL("REVOKE ALL ON SCHEMA {schema} FROM {role}, PUBLIC").format(**names))
            server.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}, PUBLIC").format(**names))
            if schema in schemas:
                server.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
                server.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names))
    return []
