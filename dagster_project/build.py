"""The whole graph from one settings object; tests build it on a temporary folder."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from dagster_project.assets.evaluation import evaluation_asset
from dagster_project.assets.ingest import ingest_assets
from dagster_project.assets.publish import publish_asset
from dagster_project.assets.warehouse import warehouse_assets
from dagster_project.checks import gate_checks
from dagster_project.dbt_resource import dbt_resource
from dagster_project.freshness import with_freshness
from dagster_project.jobs import nightly_job
from dagster_project.manifest import prepare_manifest
from dagster_project.resources import night_resource, reading_room_resource
from dagster_project.schedules import nightly_schedule
from dagster_project.sensors import sensors
from dagster_project.settings import Settings


def build_defs(*, settings: Settings, resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Assets, checks, job and schedule for one data folder."""
    warehouse = warehouse_assets(prepare_manifest(settings))
    return dg.Definitions(
        assets=with_freshness([*ingest_assets, warehouse, evaluation_asset(warehouse), publish_asset(warehouse)]),
        asset_checks=[gate_checks(settings)],
        jobs=[nightly_job],
        schedules=[nightly_schedule],
        sensors=sensors(settings),
        resources={
            "night": night_resource(settings),
            "reading_room": reading_room_resource(settings),
            "dbt": dbt_resource(settings),
            **(resource_overrides or {}),
        },
    )
