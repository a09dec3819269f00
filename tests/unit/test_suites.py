"""Suites and thresholds as data, and what Great Expectations makes of them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from dagster_project.settings import PROJECT_ROOT
from dagster_project.suites import (
    NO_DELIVERY,
    Expectation,
    SuiteError,
    Threshold,
    load_expectations,
    load_thresholds,
    observe,
    run_suites,
    threshold_for,
)

RATE = Expectation(
    suite="response",
    name="response_rate",
    asset=("report", "data_basis"),
    about="Answers per invitation.",
    query="select project_code as subject, rate as observed from rates",
    source="survey",
)
CODES = Expectation("codes", "unknown", ("marts", "x"), "Codes.", "select 'a', 1 where false", None, "all codes")
LINES = (
    Threshold("response", "response_rate", "ALL", 60, None, "warn", "promised"),
    Threshold("response", "response_rate", "*", 55, None, "error", "a little less"),
    Threshold("codes", "unknown", "*", None, 0, "warn", "none may be"),
)


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema ops")
    connection.execute("create table ops.deliveries as select 'survey' as source, 'landed' as status")
    connection.execute(
        "create table rates as from (values ('ALL', 58.0), ('MA', 58.0), ('FTF', 54.9)) as t(project_code, rate)"
    )
    return connection


def test_every_expectation_of_the_project_has_a_threshold_for_any_subject() -> None:
    thresholds = load_thresholds(PROJECT_ROOT / "expectations")
    for expectation in load_expectations(PROJECT_ROOT / "expectations"):
        assert threshold_for(expectation, "any", thresholds).reason


def test_a_subjects_own_threshold_comes_before_the_one_for_any() -> None:
    assert threshold_for(RATE, "ALL", LINES).minimum == 60
    assert threshold_for(RATE, "MA", LINES).minimum == 55


def test_breaches_are_found_by_subject_and_successes_are_kept(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    findings = run_suites(warehouse, (RATE, CODES), LINES, tmp_path / "docs")
    assert {finding.subject: (finding.observed, finding.success) for finding in findings} == {
        "ALL": (58.0, False),
        "MA": (58.0, True),
        "FTF": (54.9, False),
        "all codes": (0.0, True),
    }
    pages = [page.read_text(encoding="utf-8") for page in (tmp_path / "docs").rglob("*.html")]
    assert any("response rate: FTF" in page for page in pages)
    loaded = [tag for page in pages for tag in re.findall(r"<(?:script|link|img)[^>]*>", page)]
    assert not [tag for tag in loaded if "//" in tag]


def test_a_source_that_delivered_nothing_is_no_failed_threshold(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    warehouse.execute("delete from ops.deliveries")
    findings = run_suites(warehouse, (RATE,), LINES, tmp_path / "docs")
    assert [(finding.subject, finding.observed, finding.success) for finding in findings] == [(NO_DELIVERY, None, True)]


def test_observations_without_a_value_are_left_out(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into rates values ('DSA', null)")
    assert "DSA" not in observe(warehouse, RATE, {"survey"})


@pytest.mark.parametrize(
    "line",
    [
        "a,b,*,1,2,warn,both bounds",
        "a,b,*,,,warn,no bound",
        "a,b,*,1,,warn,",
        "a,b,*,1,,loud,unknown severity",
        "a,b,*,half,,warn,x",
    ],
)
def test_a_threshold_that_cannot_be_used_names_its_line(tmp_path: Path, line: str) -> None:
    heading = "suite,expectation,subject,minimum,maximum,severity,reason"
    (tmp_path / "thresholds.csv").write_text(f"{heading}\n{line}\n", encoding="utf-8")
    with pytest.raises(SuiteError, match="line 2"):
        load_thresholds(tmp_path)


def test_a_suite_that_is_not_complete_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "odd.yml").write_text("suite: odd\nexpectations:\n  - name: x\n", encoding="utf-8")
    with pytest.raises(SuiteError, match=r"odd\.yml"):
        load_expectations(tmp_path)
