"""No path leads from survey or register rows to an analysis except through the consenting participations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagster_project.manifest import prepare_manifest
from dagster_project.settings import Settings

# Nobody's rows: which questions a survey asks and which weeks a pull covers.
_IMPERSONAL = {"stg_survey__codebook", "stg_register__weeks", "stg_register__months"}
_GATES = {"survey": "int_enrolments_consenting_survey", "register": "int_enrolments_consenting_register"}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    manifest: Path = prepare_manifest(Settings(data_dir=tmp_path_factory.mktemp("manifest")))
    nodes = json.loads(manifest.read_bytes())["nodes"].values()
    return {node["unique_id"]: node for node in nodes if node["resource_type"] == "model"}


@pytest.mark.parametrize("scope", ["survey", "register"])
def test_every_path_from_personal_rows_to_an_analysis_passes_the_consenting(
    models: Mapping[str, Any], scope: str
) -> None:
    gate = next(key for key, node in models.items() if node["name"] == _GATES[scope])
    gated = {key for key, node in models.items() if gate in node["depends_on"]["nodes"]}
    assert gated
    reached = {
        key
        for key, node in models.items()
        if node["name"].startswith(f"stg_{scope}__") and node["name"] not in _IMPERSONAL
    }
    assert reached
    while True:
        further = {
            key
            for key, node in models.items()
            if key not in gated and key not in reached and reached.intersection(node["depends_on"]["nodes"])
        }
        if not further:
            break
        reached |= further
    analyses = {models[key]["name"] for key in reached if models[key]["schema"] in ("marts", "report", "open_data")}
    assert analyses == set()


def test_only_accounting_counts_rows_without_consent(models: Mapping[str, Any]) -> None:
    counted = {node["name"] for node in models.values() if "accounting" in node["tags"]}
    assert counted
    for node in models.values():
        if node["schema"] in ("marts", "report") and node["name"] not in counted:
            parents = {models[key]["name"] for key in node["depends_on"]["nodes"] if key in models}
            assert not parents & counted, node["name"]
