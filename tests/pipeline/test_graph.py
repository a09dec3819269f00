"""The graph that the UI shows: built from code alone, and telling its story."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from dagster_project.build import build_defs
from dagster_project.door.intake import LAKE_TABLES
from dagster_project.jobs import NIGHTLY
from dagster_project.settings import Settings


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    settings = Settings(data_dir=tmp_path_factory.mktemp("graph"))
    with pytest.MonkeyPatch.context() as environment:
        for name, value in settings.dbt_environment().items():
            environment.setenv(name, value)
        return build_defs(settings=settings)


def test_every_source_table_is_an_asset(definitions: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {f"lake/{table}" for tables in LAKE_TABLES.values() for table in tables} <= keys


def test_every_asset_has_description_group_owner_and_kind(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description, key
        assert node.group_name != "default", key
        assert node.owners, key
        assert node.kinds, key


def test_lineage_runs_from_every_delivery_to_the_published_set(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    published = dg.AssetKey(["published", "nedslag"])
    upstream = dg.AssetSelection.assets(published).upstream().resolve(graph)
    assert {dg.AssetKey(["lake", table]) for tables in LAKE_TABLES.values() for table in tables} <= upstream


def test_the_gate_stands_before_publishing(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    gate = {
        key for key in graph.asset_check_keys if "__" in key.name and key.name.split("__")[0] in ("coverage", "codes")
    }
    assert gate
    assert all(graph.get_check_spec(key).blocking for key in gate)


def test_the_night_begins_at_four_in_denmark(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("nightly_at_four")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 4 * * *", "Europe/Copenhagen")
    assert schedule.job.name == NIGHTLY


def test_the_definitions_are_one_screen() -> None:
    text = (Path(__file__).parents[2] / "dagster_project" / "definitions.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 40
