"""The graph that the UI shows: built from code alone, and telling its story."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.definitions import freshness_evaluator
from dagster._core.definitions.freshness import FreshnessState
from dagster._core.loader import LoadingContextForTest

from dagster_project.build import build_defs
from dagster_project.door.intake import LAKE_TABLES
from dagster_project.jobs import NIGHTLY
from dagster_project.settings import PROJECT_ROOT, Settings


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
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.group_name != "default", key
        assert node.owners, key
        assert node.kinds, key


def test_every_check_says_what_it_demands_and_its_threshold(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    silent = [
        key
        for key in graph.asset_check_keys
        if not (words := graph.get_check_spec(key).description)
        # These two look at what publishing left, and have no figure.
        or ("hreshold" not in words and key.asset_key != dg.AssetKey(["published", "nedslag"]))
    ]
    assert silent == []


def test_every_data_test_is_a_check(definitions: dg.Definitions) -> None:
    """One that spans models and names none of them would be an observation that nobody finds."""
    checks = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    spanning = {path.stem for path in (PROJECT_ROOT / "dbt" / "tests").glob("*.sql")}
    assert spanning
    assert spanning <= checks


@pytest.mark.parametrize(("minute", "state"), [("05:59", FreshnessState.PASS), ("06:01", FreshnessState.FAIL)])
@pytest.mark.parametrize("asset", ["marts/enrolments", "report/coverage", "published/nedslag"])
def test_what_readers_are_given_is_overdue_at_six_after_a_night_that_failed(
    definitions: dg.Definitions, asset: str, minute: str, state: FreshnessState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made today, not made tomorrow."""
    key = dg.AssetKey.from_user_string(asset)
    tomorrow = datetime.now(ZoneInfo("Europe/Copenhagen")) + timedelta(days=1)
    hour, minutes = map(int, minute.split(":"))
    monkeypatch.setattr(
        freshness_evaluator, "get_current_datetime", lambda _zone: tomorrow.replace(hour=hour, minute=minutes)
    )
    with dg.DagsterInstance.ephemeral() as instance:
        instance.report_runless_asset_event(dg.AssetMaterialization(key))
        found = asyncio.run(
            freshness_evaluator.CronFreshnessPolicyEvaluator().evaluate_freshness(
                LoadingContextForTest(instance), definitions.resolve_asset_graph().get(key)
            )
        )
    assert found == state


def test_lineage_runs_from_every_delivery_to_the_published_set(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    published = dg.AssetKey(["published", "nedslag"])
    upstream = dg.AssetSelection.assets(published).upstream().resolve(graph)
    assert {dg.AssetKey(["landing", source]) for source in LAKE_TABLES} <= {
        parent for key in upstream for parent in graph.get(key).parent_keys
    }
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
