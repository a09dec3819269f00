"""Checks that block publishing: what dbt's tests found, and whether a CPR number got past the door."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.errors import of_the_machine
from dagster_project.records import CheckRecord

SUITE = "integrity"
LEAK_SEARCH = "no_cpr_number_past_the_door"

# Six digits that can be a day, a month and a year, then four more, with or without a hyphen or a blank; digits
# inside hexadecimal ids do not count.
CPR_PATTERN = r"(^|[^0-9a-fA-F])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}($|[^0-9a-fA-F])"
_CPR = re.compile(CPR_PATTERN)
_KIND_OF_ERROR = re.compile(r"\b[A-Z]\w+(?: [A-Z]\w+)* Error\b")


def masked(text: str) -> str:
    """The text without what looks like a CPR number."""
    return _CPR.sub(r"\1[number removed]\4", text)


def dbt_test_records(target: Path, run_id: str) -> list[CheckRecord]:
    """One record per dbt data test of the last build: failing rows observed, 0 allowed; none when dbt did not get
    that far.
    """
    path = target / "run_results.json"
    if not path.exists():
        return []
    nodes: Mapping[str, Any] = json.loads((target / "manifest.json").read_bytes())["nodes"]
    records = []
    for result in json.loads(path.read_bytes())["results"]:
        node = nodes.get(result["unique_id"])
        if node is None or node["resource_type"] != "test":
            continue
        attached = node.get("attached_node")
        records.append(
            CheckRecord(
                run_id=run_id,
                suite=SUITE,
                expectation=node["name"],
                subject=nodes[attached]["alias"] if attached in nodes else node["name"],
                observed=None if result["failures"] is None else float(result["failures"]),
                threshold=0.0,
                severity=node["config"]["severity"].lower(),
                success=result["status"] == "pass",
            )
        )
    return records


def dbt_failures(target: Path, folder: Path) -> list[str]:
    """What stopped the last build, a sentence each; empty when it did not get far enough to say.

    Args:
        target: where dbt leaves its results.
        folder: the data folder, which a full disk or wanting rights are told of.
    """
    path = target / "run_results.json"
    if not path.exists():
        return []
    sentences = []
    for result in json.loads(path.read_bytes())["results"]:
        kind, _, name = result["unique_id"].partition(".")
        name = name.partition(".")[2]
        if result["status"] == "fail":
            sentences.append(f"test {name} found {result['failures']} rows that must not be")
        elif result["status"] == "error":
            words = str(result["message"])
            # The engine's text may quote a value of somebody's; its kind of error does not.
            why = of_the_machine(words, folder) or f"{(_KIND_OF_ERROR.findall(words) or ['no kind'])[-1]}, see the log"
            sentences.append(f"{kind} {name} could not be built: {why}")
    return sentences


def columns_with_cpr_numbers(connection: duckdb.DuckDBPyConnection, schemas: Sequence[str]) -> dict[str, int]:
    """Rows per `schema.table.column` of the working database that hold something like a CPR number; empty when all is
    well.
    """
    columns = connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns "
        "where data_type = 'VARCHAR' and list_contains(?, table_schema)",
        [list(schemas)],
    ).fetchall()
    found: dict[str, int] = {}
    for schema, table, column in columns:
        query = f'select count(*) from "{schema}"."{table}" where regexp_matches("{column}", ?)'
        rows = connection.execute(query, [CPR_PATTERN]).fetchall()[0][0]
        if rows:
            found[f"{schema}.{table}.{column}"] = rows
    return found
