"""BI and the report use the same definitions: each measure, asked of the published marts, is the report's figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import psycopg
import pytest

from dagster_project.measures import Share, read_measures
from tests.pipeline.conftest import FirstNight
from tests.support.postgres import query

Rows = Callable[[str], list[tuple[Any, ...]]]
Figures = Mapping[tuple[Any, ...], tuple[float, float]]
DEFINITIONS = read_measures()


@dataclass(frozen=True)
class Shown:
    """Where the report shows a share: its rows as keys, numerator, denominator, and the marts' columns for the keys."""

    keys: tuple[str, ...]
    report: str
    split: tuple[str, ...] = ()
    when: str = "true"


def _rate(numerator: str, denominator: str) -> Shown:
    return Shown(("project_code",), f"select project_code, {numerator}, {denominator} from report.data_basis")


def _status(status: str) -> Shown:
    return Shown(
        ("project_code", "horizon_months"),
        f"select project_code, horizon_months, n, denominator from report.status_by_horizon where status = '{status}'",
    )


SHOWN = {
    "consent_coverage": _rate("consenting", "recruited"),
    "survey_consent_coverage": _rate("consenting_survey", "recruited"),
    "register_consent_coverage": _rate("consenting_register", "recruited"),
    "response_rate": _rate("answered", "invited"),
    "survey_coverage": _rate("answered", "recruited"),
    "register_coverage": _rate("in_register", "recruited"),
    "recruitment_attainment": Shown(
        ("project_code",), "select project_code, recruited, planned from report.recruitment"
    ),
    "activity_reach": Shown(
        ("project_code",),
        "select project_code, core_element, activity_name, period, n, denominator from report.activity_reach "
        "where reach_level = 'activity_name' and n > 0",
        split=("core_element", "activity_name", "period"),
    ),
    "status_share": Shown(
        ("project_code", "horizon_months"),
        "select project_code, horizon_months, status, n, denominator from report.status_by_horizon "
        "where n > 0 and denominator is not null",
        split=("status",),
        when="in_percentages",
    ),
    "employment_share": _status("employment"),
    "benefit_with_hours_share": _status("benefit_with_hours"),
    "benefit_without_hours_share": _status("benefit_without_hours"),
    "wage_subsidy_share": _status("wage_subsidy"),
    "work_placement_share": _status("work_placement"),
    "student_grant_share": _status("su"),
    "self_support_share": _status("self_support"),
    "industry_change": Shown(
        ("project_code", "horizon_months"),
        "select project_code, horizon_months, n, denominator from report.industry_change",
    ),
    "answer_share": Shown(
        ("project_code", "variable"),
        "select project_code, variable, answer_code, n, denominator from report.survey_distribution where n > 0",
        split=("answer_code",),
    ),
}


@pytest.fixture(params=["duckdb", "postgresql"])
def rows(request: pytest.FixtureRequest, first_night: FirstNight) -> Rows:
    """Rows of a statement in one of the two published copies."""
    return first_night.product.query if request.param == "duckdb" else lambda sql: query(first_night.postgres_url, sql)


@pytest.mark.parametrize("name", DEFINITIONS.shares)
def test_a_share_of_the_marts_is_the_reports(name: str, rows: Rows) -> None:
    shown, share = SHOWN[name], DEFINITIONS.shares[name]
    expected = {tuple(row[:-2]): (float(row[-2]), float(row[-1])) for row in rows(shown.report)}
    assert sum(n for n, _ in expected.values()) > 0
    assert _asked(share, shown, rows, whole=False) | _asked(share, shown, rows, whole=True) == expected


def _asked(share: Share, shown: Shown, rows: Rows, *, whole: bool) -> Figures:
    """Numerator and denominator by key, of each project or of the programme as a whole."""
    keys = [f"'ALL' as {key}" if whole and key == "project_code" else key for key in shown.keys]

    def counted(sql: str, table: str, by: list[str], when: str) -> dict[tuple[Any, ...], float]:
        groups = ", ".join(str(1 + number) for number in range(len(by)))
        found = rows(f"select {', '.join(by)}, {sql} from marts.{table} where {when} group by {groups}")
        return {tuple(row[:-1]): float(row[-1] or 0) for row in found}

    over = counted(share.denominator.sql, share.denominator.table, keys, "true")
    part = counted(share.numerator.sql, share.numerator.table, [*keys, *shown.split], shown.when)
    if not shown.split:
        part = dict.fromkeys(over, 0.0) | part
    # The report's rows without anybody are told by its grid, not by the marts.
    return {key: (n, over[key[: len(keys)]]) for key, n in part.items() if n or not shown.split}


@pytest.mark.parametrize("name", [name for name, share in DEFINITIONS.shares.items() if share.sql])
def test_the_expression_that_bi_tools_are_given_is_the_reports_percentage(name: str, rows: Rows) -> None:
    share = DEFINITIONS.shares[name]
    figures = {row[:-2]: (row[-2], row[-1]) for row in rows(SHOWN[name].report) if row[0] != "ALL"}
    keys = ", ".join(SHOWN[name].keys)
    found = rows(f"select {keys}, {share.sql} from marts.{share.denominator.table} group by {keys}")
    assert found
    for *key, percent in found:
        n, denominator = figures[tuple(key)]
        if denominator:
            assert math.isclose(float(percent), 100 * n / denominator)
        else:
            assert percent is None


def test_activities_and_hours_add_up_to_the_timeline(rows: Rows) -> None:
    for name in ("completed", "cancelled", "postponed"):
        sql = DEFINITIONS.measures[name].sql
        assert rows(f"select {sql} from marts.activities") == rows(
            f"select sum({name}) from report.activity_timeline where project_code = 'ALL'"
        )
    hours = rows(f"select {DEFINITIONS.measures['completed_hours'].sql} from marts.activities")[0][0]
    assert hours == rows("select sum(hours) from marts.activities where activity_status = 'completed'")[0][0]


def test_every_measure_can_be_asked_of_both_copies(first_night: FirstNight) -> None:
    with (
        psycopg.connect(first_night.postgres_url) as server,
        duckdb.connect(str(first_night.product.data_dir / "marts" / "nedslag.duckdb"), read_only=True) as file,
    ):
        for measure in DEFINITIONS.measures.values():
            statement = f"select {measure.sql} from marts.{measure.table}"
            row = server.execute(statement.encode()).fetchone()
            assert row == file.execute(statement).fetchone(), measure.name
            assert row is not None
            assert row[0] is not None
