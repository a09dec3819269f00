"""The open tables are the report's tables: the same columns, meaning the same, and one more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagster_project.manifest import prepare_manifest
from dagster_project.settings import Settings

# How the printed report's small counts can be found; few persons in most cells.
_WITHHELD = {"percentage_feasibility", "status_by_background_project"}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Mapping[str, Any]]]:
    manifest: Path = prepare_manifest(Settings(data_dir=tmp_path_factory.mktemp("manifest")))
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    found: dict[str, dict[str, Mapping[str, Any]]] = {"report": {}, "open_data": {}}
    for node in nodes:
        if node["resource_type"] == "model" and node["schema"] in found:
            found[node["schema"]][node["alias"]] = node
    return found


def test_every_table_of_the_report_has_an_open_twin(tables: dict[str, dict[str, Mapping[str, Any]]]) -> None:
    assert set(tables["open_data"]) == set(tables["report"]) - _WITHHELD


def test_columns_of_both_are_described_alike(tables: dict[str, dict[str, Mapping[str, Any]]]) -> None:
    for name, twin in tables["open_data"].items():
        described = {column: (facts["data_type"], facts["description"]) for column, facts in twin["columns"].items()}
        assert described.pop("suppressed")[0] == "boolean"
        assert described == {
            column: (facts["data_type"], facts["description"])
            for column, facts in tables["report"][name]["columns"].items()
        }, name
