"""What a night says of dbt's own results."""

from __future__ import annotations

import json
from pathlib import Path

from dagster_project.integrity import dbt_failures, dbt_test_records

_QUOTES_A_CELL = "Runtime Error in model enrolments\n  Conversion Error: Could not convert string 'Anna' to INT32"


def _target(folder: Path) -> Path:
    nodes = {
        "model.nedslag.enrolments": {"resource_type": "model", "alias": "enrolments"},
        "test.nedslag.one_row_per": {
            "resource_type": "test",
            "name": "one_row_per",
            "attached_node": "model.nedslag.enrolments",
            "config": {"severity": "ERROR"},
        },
        "test.nedslag.assert_sum": {"resource_type": "test", "name": "assert_sum", "config": {"severity": "ERROR"}},
    }
    results = [
        {"unique_id": "model.nedslag.enrolments", "status": "error", "message": _QUOTES_A_CELL, "failures": None},
        {"unique_id": "test.nedslag.one_row_per", "status": "pass", "message": None, "failures": 0},
        {"unique_id": "test.nedslag.assert_sum", "status": "fail", "message": "Got 2 results", "failures": 2},
    ]
    (folder / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    (folder / "run_results.json").write_text(json.dumps({"results": results}))
    return folder


def test_every_test_is_on_record_passed_or_not(tmp_path: Path) -> None:
    records = dbt_test_records(_target(tmp_path), "run")
    assert [(record.expectation, record.subject, record.observed, record.success) for record in records] == [
        ("one_row_per", "enrolments", 0.0, True),
        ("assert_sum", "assert_sum", 2.0, False),
    ]


def test_what_stopped_a_build_is_told_in_sentences(tmp_path: Path) -> None:
    assert dbt_failures(_target(tmp_path), tmp_path) == [
        "model enrolments could not be built: Conversion Error, see the log",
        "test assert_sum found 2 rows that must not be",
    ]


def test_a_build_that_never_began_tells_nothing(tmp_path: Path) -> None:
    assert dbt_failures(tmp_path, tmp_path) == []
    assert dbt_test_records(tmp_path, "run") == []
