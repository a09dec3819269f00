"""What stands after the first night on the demonstration."""

from __future__ import annotations

import json
import re
from collections import Counter

import dagster as dg
import pytest

from dagster_project.night import instance_home
from dagster_project.settings import Settings
from tests.pipeline.conftest import FirstNight
from tests.support.postgres import query


def test_every_printed_figure_is_compared_and_none_disagrees_without_a_reason(first_night: FirstNight) -> None:
    rows = first_night.product.query(
        "select figure_id, computed, agrees, classification, explanation from report.published_comparison"
    )
    assert len(rows) == 328
    unexplained = [row for row in rows if row[2] is not True and not row[4]]
    assert unexplained == []
    disagreeing = {row[0] for row in rows if row[1] is not None and row[2] is not True}
    contradicted = {row[0] for row in rows if row[3] in ("contradicted", "impossible")}
    assert disagreeing <= contradicted


def test_the_run_ends_with_the_comparison(first_night: FirstNight) -> None:
    printed = re.search(
        r"Printed figures: (\d+)\. Computed from the deliveries: (\d+)\. Agree: (\d+)\.", first_night.outcome.stdout
    )
    assert printed is not None
    assert int(printed[1]) == 328


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select count(*) from marts.participants", 602),
        ("select count(*) from marts.enrolments", 604),
        ("select invited from report.data_basis where project_code = 'ALL'", 462),
        ("select answered from report.data_basis where project_code = 'ALL'", 300),
        ("select in_register from report.data_basis where project_code = 'ALL'", 444),
        ("select count(*) from marts.status_at_horizon", 4 * 444),
    ],
)
def test_the_populations_are_the_reports(first_night: FirstNight, sql: str, expected: int) -> None:
    assert first_night.product.query(sql) == [(expected,)]


def test_the_register_coverage_of_3f_s_is_a_warning_that_nobody_can_overlook(first_night: FirstNight) -> None:
    breach = (
        "select round(observed, 1), severity, success from ops.check_results "
        "where expectation = 'register_coverage' and subject = '3F-S'"
    )
    assert first_night.product.query(breach) == [(36.4, "warn", False)]
    assert re.search(r"WARNING .*register_coverage.*3F-S: register coverage 36\.36", first_night.outcome.stderr)
    pages = (first_night.product.data_dir / "data_docs" / "validations").rglob("*.html")
    assert any("register coverage: 3F-S" in page.read_text(encoding="utf-8") for page in pages)


def test_the_run_and_its_checks_are_on_record(first_night: FirstNight) -> None:
    assert first_night.product.query("select outcome, finished_at is not null from ops.runs") == [("published", True)]
    suites = {row[0] for row in first_night.product.query("select distinct suite from ops.check_results")}
    assert suites == {"integrity", "coverage", "response", "horizons", "deliveries", "codes"}
    assert first_night.product.query(
        "select count(*) from ops.check_results where severity = 'error' and not success"
    ) == [(0,)]


def test_parquet_and_database_hold_the_same(first_night: FirstNight) -> None:
    marts = first_night.product.data_dir / "marts"
    tables = first_night.product.query("select table_schema, table_name from information_schema.tables")
    assert {schema for schema, _ in tables} == {"marts", "report", "open_data", "ops"}
    for schema, name in tables:
        parquet = str(marts / "parquet" / schema / f"{name}.parquet").replace("'", "''")
        difference = f'select count(*) from (from "{schema}"."{name}" except all from \'{parquet}\')'
        assert first_night.product.query(difference) == [(0,)], f"{schema}.{name}"


def test_every_published_table_and_column_carries_a_description(first_night: FirstNight) -> None:
    assert first_night.product.query("select schema_name, table_name from duckdb_tables() where comment is null") == []
    assert (
        first_night.product.query(
            "select table_name, column_name from duckdb_columns() where comment is null and not internal"
        )
        == []
    )


def test_the_published_file_opens_in_old_clients(first_night: FirstNight) -> None:
    storage = first_night.product.query("select tags['storage_version'] from duckdb_databases() where not internal")
    assert storage[0][0].startswith("v1.0.0")


def test_no_cpr_number_stands_outside_landing(first_night: FirstNight) -> None:
    """Every byte outside landing against every number of the deliveries, with and without hyphen."""
    data_dir = first_night.product.data_dir
    numbers: set[bytes] = set()
    for path in (data_dir / "landing").rglob("*.csv"):
        for digits in re.findall(rb"(?<!\d)(\d{6})-?(\d{4})(?!\d)", path.read_bytes()):
            numbers.update((digits[0] + digits[1], digits[0] + b"-" + digits[1]))
    assert len(numbers) > 1000
    outside = [path for path in data_dir.rglob("*") if path.is_file() and data_dir / "landing" not in path.parents]
    assert outside
    for path in outside:
        found = {
            b"".join(hit)
            for hit in re.findall(rb"(\d{6})(-?)(?=(\d{4}))", path.read_bytes())
            if b"".join(hit) in numbers
        }
        assert not found, path.relative_to(data_dir)


def test_nothing_is_left_in_the_words_of_the_run(first_night: FirstNight) -> None:
    words = first_night.outcome.stdout + first_night.outcome.stderr
    assert not re.search(r"(?<!\d)\d{6}-?\d{4}(?!\d)", words)


def test_columns_of_the_report_can_be_followed_to_the_files(first_night: FirstNight) -> None:
    """The lineage that the UI shows: for every model, and from a status to the lake."""
    lineage = json.loads((first_night.product.data_dir / "warehouse" / "dbt" / "lineage.json").read_bytes())
    published = first_night.product.query("select table_schema, table_name from information_schema.tables")
    assert len(lineage) > len(published)
    known = {model.rpartition(".")[2]: columns for model, columns in lineage.items()}
    reached = {("status_at_horizon", "status")}
    for _ in range(12):
        reached |= {
            (table, column)
            for name, wanted in list(reached)
            for _, table, column in known.get(name, {}).get(wanted, [])
        }
    assert ("register_benefit_spells", "benefit_code") in reached
    assert ("register_industry_spells", "industry_code") in reached


def test_the_ui_is_told_rows_columns_and_origins_of_every_table(first_night: FirstNight) -> None:
    """And nothing is told of a table that is not about it: observations are of landing alone."""
    settings = Settings(first_night.product.data_dir)
    with instance_home(settings), dg.DagsterInstance.get() as instance:
        (run,) = instance.get_run_records()
        events = [entry.dagster_event for entry in instance.all_logs(run.dagster_run.run_id) if entry.dagster_event]
    told = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in events
        if event.is_step_materialization and event.asset_key
    }
    tables = {name: shown for name, shown in told.items() if not name.startswith("published/")}
    assert len(tables) > 140
    # Joins that the tables after them make; counting them would make them twice.
    views = {f"intermediate/int_{name}" for name in ("enrolments_consenting_register", "register_persons")}
    views |= {f"intermediate/int_register_{kind}_spells" for kind in ("benefit", "industry")} | {
        "intermediate/int_days"
    }
    assert {name for name, shown in tables.items() if "dagster/row_count" not in shown} == views
    assert [name for name, shown in tables.items() if "dagster/column_schema" not in shown] == []
    models = {name for name in tables if not name.startswith(("lake/", "reference/"))}
    # The one model that is not SQL.
    assert {name for name in models if "where_columns_come_from" not in told[name]} == {
        "intermediate/int_open_cell_flags"
    }
    assert {event.asset_key.path[0] for event in events if event.is_asset_observation and event.asset_key} == {
        "landing"
    }


def test_postgresql_holds_the_same_with_the_same_comments(first_night: FirstNight) -> None:
    tables = first_night.product.tables("marts", "report", "open_data", "ops")
    assert len(tables) > 50
    for name, rows in tables.items():
        assert Counter(query(first_night.postgres_url, f"select * from {name}")) == Counter(rows), name
    in_duckdb = first_night.product.query(
        "select schema_name, table_name, '', comment from duckdb_tables() union all "
        "select schema_name, table_name, column_name, comment from duckdb_columns() where not internal"
    )
    in_postgres = query(
        first_night.postgres_url,
        "select n.nspname, c.relname, coalesce(a.attname, ''), d.description from pg_description d "
        "join pg_class c on c.oid = d.objoid and c.relkind = 'r' join pg_namespace n on n.oid = c.relnamespace "
        "left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid and d.objsubid > 0 "
        "where d.classoid = 'pg_class'::regclass and n.nspname in ('marts', 'report', 'open_data', 'ops')",
    )
    assert sorted(in_postgres) == sorted(in_duckdb)
    assert all(comment for *_, comment in in_duckdb)


def test_tables_of_people_are_tied_to_each_other(first_night: FirstNight) -> None:
    foreign_keys = {
        ("activities", "enrolments"),
        ("benefit_spells", "participants"),
        ("enrolments", "participants"),
        ("enrolments", "projects"),
        ("job_statuses", "enrolments"),
        ("status_at_horizon", "enrolments"),
        ("survey_answers", "survey_responses"),
        ("survey_responses", "enrolments"),
    }
    in_postgres = query(
        first_night.postgres_url,
        "select c.relname, p.relname from pg_constraint k join pg_class c on c.oid = k.conrelid "
        "join pg_class p on p.oid = k.confrelid join pg_namespace n on n.oid = c.relnamespace "
        "where k.contype = 'f' and n.nspname = 'marts'",
    )
    assert set(in_postgres) == foreign_keys
    comments = dict(
        first_night.product.query("select table_name, comment from duckdb_tables() where schema_name = 'marts'")
    )
    for child, parent in foreign_keys:
        assert f" refers to marts.{parent}." in comments[child]
