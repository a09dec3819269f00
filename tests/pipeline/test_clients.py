"""What readers' own programs see of the published set: psql, SQLAlchemy, and the oldest DuckDB client."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL, create_engine, inspect

from dagster_project.postgres import ANALYST, READER
from dagster_project.published_tables import PUBLISHED_SCHEMAS, TableDefinition, table_definitions
from dagster_project.settings import PROJECT_ROOT
from tests.pipeline.conftest import FirstNight
from tests.support.compare import published_rows

PSQL = shutil.which("psql")
_UNREACHABLE = ("Failed to establish a new connection", "Temporary failure in name resolution", "Read timed out")
_ASK_OLD_CLIENT = """
import json, sys
import duckdb
from sqlalchemy import create_engine, inspect
file = sys.argv[1]
with duckdb.connect(file, read_only=True) as connection:
    names = connection.sql("select table_schema, table_name from information_schema.tables order by all").fetchall()
    rows = {f"{s}.{n}": connection.sql(f'select count(*) from "{s}"."{n}"').fetchone()[0] for s, n in names}
look = inspect(create_engine(f"duckdb:///{file}", connect_args={"read_only": True}))
seen = {
    f"{s}.{n}": {
        "comment": look.get_table_comment(n, s)["text"],
        "columns": [[c["name"], not c["nullable"], c["comment"]] for c in look.get_columns(n, s)],
    }
    for s, n in names
}
print(json.dumps({"version": duckdb.__version__, "rows": rows, "seen": seen}))
"""


@pytest.fixture(scope="module")
def tables(first_night: FirstNight) -> tuple[TableDefinition, ...]:
    manifest = first_night.product.data_dir / "warehouse" / "dbt" / "manifest.json"
    return table_definitions(json.loads(manifest.read_bytes()))


@pytest.mark.skipif(PSQL is None, reason="psql is not on this machine (Debian: postgresql-client)")
@pytest.mark.parametrize(("role", "schemas"), [(ANALYST, PUBLISHED_SCHEMAS), (READER, ("open_data",))])
def test_psql_reads_what_its_role_may(first_night: FirstNight, role: str, schemas: tuple[str, ...]) -> None:
    for schema in PUBLISHED_SCHEMAS:
        table = {"marts": "status_at_horizon", "ops": "runs"}.get(schema, "status_by_horizon")
        asked = _psql(first_night.postgres_url, f"set role {role}", f"select count(*) from {schema}.{table}")
        if schema in schemas:
            published = published_rows(first_night.product.data_dir / "marts" / "nedslag.duckdb", f"{schema}.{table}")
            assert [row["count"] for row in csv.DictReader(asked.stdout.splitlines())] == [str(len(published))]
        else:
            assert asked.returncode != 0
            assert f"permission denied for schema {schema}" in asked.stderr


def _psql(url: str, *commands: str) -> subprocess.CompletedProcess[str]:
    arguments = [part for command in commands for part in ("-c", command)]
    return subprocess.run(
        [str(PSQL), "--no-psqlrc", "--quiet", "--csv", "-v", "ON_ERROR_STOP=1", url, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_sqlalchemy_sees_tables_comments_and_keys_in_postgresql(
    first_night: FirstNight, tables: tuple[TableDefinition, ...]
) -> None:
    parts = conninfo_to_dict(first_night.postgres_url)
    address = URL.create(
        "postgresql+psycopg", database=parts.pop("dbname"), query={k: str(v) for k, v in parts.items()}
    )
    look = inspect(create_engine(address))
    assert {f"{s}.{n}" for s in PUBLISHED_SCHEMAS for n in look.get_table_names(s)} == {
        f"{table.schema}.{table.name}" for table in tables
    }
    for table in tables:
        assert look.get_table_comment(table.name, table.schema)["text"] == table.comment
        columns = look.get_columns(table.name, table.schema)
        assert [(one["name"], not one["nullable"], one["comment"]) for one in columns] == _columns(table)
        assert tuple(look.get_pk_constraint(table.name, table.schema)["constrained_columns"]) == table.primary_key
        keys = look.get_foreign_keys(table.name, table.schema)
        assert {(tuple(key["constrained_columns"]), key["referred_schema"], key["referred_table"]) for key in keys} == {
            ((key.column,), "marts", key.parent) for key in table.foreign_keys
        }


@pytest.fixture(scope="module")
def oldest_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python with the oldest DuckDB client that is promised; the lock of the tests holds the newest."""
    if sys.version_info >= (3, 13):
        pytest.skip("DuckDB 1.0.0 was not built for Python 3.13 and later")
    folder = tmp_path_factory.mktemp("oldest client")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "-r"]
    done = subprocess.run(
        [*install, PROJECT_ROOT / "requirements" / "clients.txt"], capture_output=True, text=True, check=False
    )
    if done.returncode and any(words in done.stderr for words in _UNREACHABLE):
        pytest.skip("the package index cannot be reached, and the oldest client comes from there")
    assert done.returncode == 0, done.stderr
    return python


def test_the_oldest_client_opens_the_file_and_sees_comments(
    oldest_client: Path, first_night: FirstNight, tables: tuple[TableDefinition, ...]
) -> None:
    file = first_night.product.data_dir / "marts" / "nedslag.duckdb"
    asked = subprocess.run([oldest_client, "-c", _ASK_OLD_CLIENT, file], capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    found: dict[str, Any] = json.loads(asked.stdout)
    assert found["version"] == "1.0.0"
    assert found["seen"] == {
        f"{table.schema}.{table.name}": {"comment": table.comment, "columns": [list(one) for one in _columns(table)]}
        for table in tables
    }
    with psycopg.connect(first_night.postgres_url) as server:
        for name, rows in found["rows"].items():
            row = server.execute(f"select count(*) from {name}".encode()).fetchone()
            assert row == (rows,), name


def _columns(table: TableDefinition) -> list[tuple[str, bool, str]]:
    return [(column.name, column.required, column.description) for column in table.columns]
