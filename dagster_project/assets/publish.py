"""Marts to readers: the published set, put in force when every blocking check has passed."""

from typing import Any

import dagster as dg

from dagster_project import records
from dagster_project.manifest import load_manifest
from dagster_project.publishing import PUBLISHED_SCHEMAS, publish
from dagster_project.settings import Settings
from dagster_project.translator import OWNER

PUBLISHED = dg.AssetKey(["published", "nedslag"])


def publish_asset(warehouse: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """`nedslag.duckdb` and `parquet/`, downstream of every table that is published."""
    upstream = [key for key in warehouse.keys if key.path[0] in PUBLISHED_SCHEMAS]

    @dg.asset(
        key=PUBLISHED,
        deps=upstream,
        group_name="published",
        owners=[OWNER],
        kinds={"duckdb", "parquet"},
        required_resource_keys={"night"},
        description="What BI tools read: `marts/nedslag.duckdb` and `marts/parquet/`, replaced as one with one rename.",
    )
    def nedslag(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        settings: Settings = context.resources.night
        # Before the copy, so that the published ops.runs tells of this run too; a failure below corrects it.
        records.end_run(settings.lake, context.run_id, "published")
        tables = publish(
            warehouse=settings.warehouse,
            lake=settings.lake,
            published=settings.published,
            marts=settings.marts,
            set_name=context.run_id,
            manifest=load_manifest(settings),
        )
        rows = "\n".join(f"| {table.schema}.{table.name} | {table.rows} |" for table in tables)
        return dg.MaterializeResult(
            metadata={
                "where": dg.MetadataValue.path(settings.marts / "nedslag.duckdb"),
                "tables": dg.MetadataValue.md(f"| table | rows |\n|---|---|\n{rows}"),
                "dagster/row_count": sum(table.rows for table in tables),
            }
        )

    return nedslag
