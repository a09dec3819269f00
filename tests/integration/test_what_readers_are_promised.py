"""dbt's project tells readers of every published table: who reads it, and what its columns mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from dagster_project.manifest import prepare_manifest
from dagster_project.measures import read_measures
from dagster_project.published_tables import PUBLISHED_SCHEMAS, table_definitions
from dagster_project.report.dictionary import write_dictionary
from dagster_project.settings import Settings


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    path = prepare_manifest(Settings(data_dir=tmp_path_factory.mktemp("manifest")))
    content: Mapping[str, Any] = json.loads(path.read_bytes())
    return content


@pytest.mark.parametrize(
    ("exposure", "schemas"),
    [
        ("evaluation_page", ("report", "ops")),
        ("open_page", ("open_data",)),
        ("bi_tools", PUBLISHED_SCHEMAS),
    ],
)
def test_exposures_name_every_table_that_they_read(
    manifest: Mapping[str, Any], exposure: str, schemas: tuple[str, ...]
) -> None:
    found = next(one for one in manifest["exposures"].values() if one["name"] == exposure)
    names = {"model.nedslag.mart_projects"} | {
        unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] in schemas
    }
    assert set(found["depends_on"]["nodes"]) == names


def test_every_published_table_and_column_is_described(manifest: Mapping[str, Any]) -> None:
    tables = table_definitions(manifest)
    assert {table.schema for table in tables} == set(PUBLISHED_SCHEMAS)
    assert [table.qualified for table in tables if not table.description] == []
    assert [
        f"{table.qualified}.{column.name}" for table in tables for column in table.columns if not column.description
    ] == []


def test_the_dictionary_has_every_column_and_measure(manifest: Mapping[str, Any], tmp_path: Path) -> None:
    tables, measures = table_definitions(manifest), read_measures()
    page = write_dictionary(tmp_path, tables, measures, "0.1.0+abc").read_text(encoding="utf-8")
    for table in tables:
        assert f'id="{table.schema}-{table.name}"' in page
    rows = [*measures.measures, *measures.shares, *(column for table in tables for column in table.columns)]
    assert page.count('<th scope="row">') == len(rows)
    text = unescape(page)
    for measure in (*measures.measures.values(), *measures.shares.values()):
        assert f'id="measure-{measure.name}"' in page
        assert measure.label_da in text
    for measure in measures.measures.values():
        assert measure.sql in text
    for share in measures.shares.values():
        assert share.population_da in text
    assert "0.1.0+abc" in page
    assert "://" not in page
