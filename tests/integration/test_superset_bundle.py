"""The dashboards for Superset fit the published tables, show the defined measures, and hold no secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from dagster_project.manifest import prepare_manifest
from dagster_project.measures import read_measures
from dagster_project.published_tables import table_definitions
from dagster_project.settings import PROJECT_ROOT, Settings

BUNDLE = PROJECT_ROOT / "docs" / "bi" / "superset"
KINDS = ("databases", "datasets", "charts", "dashboards")
Item = Mapping[str, Any]


@pytest.fixture(scope="module")
def bundle() -> Mapping[str, list[Item]]:
    return {kind: [_read(path) for path in sorted((BUNDLE / kind).rglob("*.yaml"))] for kind in KINDS}


def _read(path: Path) -> Item:
    content: Item = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _values(content: Any, name: str) -> Iterator[Any]:
    """Every value that stands under a name, however deep."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key == name:
                yield value
            yield from _values(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from _values(value, name)


def test_it_is_a_bundle_of_dashboards(bundle: Mapping[str, list[Item]]) -> None:
    assert _read(BUNDLE / "metadata.yaml")["type"] == "Dashboard"
    assert all(bundle[kind] for kind in KINDS)
    assert {item["version"] for items in bundle.values() for item in items} == {"1.0.0"}


def test_what_the_parts_refer_to_is_there(bundle: Mapping[str, list[Item]]) -> None:
    known = {kind: {item["uuid"] for item in items} for kind, items in bundle.items()}
    assert {item["database_uuid"] for item in bundle["datasets"]} <= known["databases"]
    assert {item["dataset_uuid"] for item in bundle["charts"]} <= known["datasets"]
    for dashboard in bundle["dashboards"]:
        assert set(_values(dashboard["position"], "uuid")) == known["charts"]
        assert set(_values(dashboard["metadata"], "datasetUuid")) <= known["datasets"]


def test_every_column_is_published_with_that_type_and_meaning(
    bundle: Mapping[str, list[Item]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = Settings(data_dir=tmp_path_factory.mktemp("manifest"))
    tables = table_definitions(json.loads(prepare_manifest(settings).read_bytes()))
    for dataset in bundle["datasets"]:
        table = next(one for one in tables if (one.schema, one.name) == (dataset["schema"], dataset["table_name"]))
        published = [(one.name, one.data_type.upper(), one.description) for one in table.columns]
        assert [(one["column_name"], one["type"], one["description"]) for one in dataset["columns"]] == published
        assert dataset["description"] == table.description


def test_every_measure_is_the_definition(bundle: Mapping[str, list[Item]]) -> None:
    definitions = read_measures()
    for dataset in bundle["datasets"]:
        assert dataset["schema"] == "marts"
        table = dataset["table_name"]
        defined = {
            one.name: (one.sql, one.label_da)
            for one in (*definitions.measures.values(), *definitions.shares.values())
            if one.sql and one.table == table
        }
        shown = {one["metric_name"]: (one["expression"], one["verbose_name"]) for one in dataset["metrics"]}
        assert shown == defined


def test_charts_and_filters_use_what_their_dataset_has(bundle: Mapping[str, list[Item]]) -> None:
    datasets = {one["uuid"]: one for one in bundle["datasets"]}
    for chart in bundle["charts"]:
        dataset, params = datasets[chart["dataset_uuid"]], chart["params"]
        columns = {one["column_name"] for one in dataset["columns"]}
        assert set(params["metrics"]) <= {one["metric_name"] for one in dataset["metrics"]}
        assert {*params["groupby"], *filter(None, [params.get("x_axis")])} <= columns
    for dashboard in bundle["dashboards"]:
        for target in _values(dashboard["metadata"], "targets"):
            assert {one["name"] for one in _values(target, "column")} <= {
                one["column_name"] for item in target for one in datasets[item["datasetUuid"]]["columns"]
            }


def test_it_reads_and_holds_no_password(bundle: Mapping[str, list[Item]]) -> None:
    for database in bundle["databases"]:
        address = urlsplit(database["sqlalchemy_uri"])
        assert (address.username, address.password) == (None, None)
        assert not {"password", "encrypted_extra", "masked_encrypted_extra"} & database.keys()
        assert database["extra"]["engine_params"]["connect_args"]["read_only"] is True
        assert not any(database[right] for right in ("allow_ctas", "allow_cvas", "allow_dml", "allow_csv_upload"))
