"""Marts to readers: the published set, put in force when every blocking check has passed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project import records
from dagster_project.assets.evaluation import EVALUATION
from dagster_project.door.retention import purge_landing
from dagster_project.manifest import load_manifest
from dagster_project.markdown import table
from dagster_project.publishing import PUBLISHED_SCHEMAS, drop_sets_with_withdrawn_consent, publish
from dagster_project.settings import Settings
from dagster_project.translator import OWNER

PUBLISHED = dg.AssetKey(["published", "nedslag"])
WITHDRAWN = "no_withdrawn_consent_in_older_sets"


def publish_asset(warehouse: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """`nedslag.duckdb` and `parquet/`, downstream of every table that is published."""
    upstream = [key for key in warehouse.keys if key.path[0] in PUBLISHED_SCHEMAS]

    @dg.asset(
        key=PUBLISHED,
        deps=[*upstream, EVALUATION],
        group_name="published",
        owners=[OWNER],
        kinds={"duckdb", "parquet", "html"},
        required_resource_keys={"night"},
        check_specs=[
            dg.AssetCheckSpec(
                WITHDRAWN,
                asset=PUBLISHED,
                description="No older published set that still lies on disk holds rows of somebody whose consent has "
                "been withdrawn since.",
            )
        ],
        description="What readers are given: `marts/nedslag.duckdb`, `marts/parquet/` and the pages in "
        "`marts/report/`, replaced as one with one rename.",
    )
    def nedslag(context: dg.AssetExecutionContext) -> Iterator[Any]:
        settings: Settings = context.resources.night
        # Before the copy, so that the published ops.runs tells of this run too; a failure below corrects it.
        records.end_run(settings.lake, context.run_id, "published")
        tables = publish(
            warehouse=settings.warehouse,
            lake=settings.lake,
            pages=settings.pages,
            published=settings.published,
            marts=settings.marts,
            set_name=context.run_id,
            manifest=load_manifest(settings),
        )
        left = drop_sets_with_withdrawn_consent(settings.published, settings.published / context.run_id)
        rows = [(f"{item.schema}.{item.name}", item.rows) for item in tables]
        yield dg.MaterializeResult(
            metadata={
                "where": dg.MetadataValue.path(settings.marts / "nedslag.duckdb"),
                "tables": table(("table", "rows"), rows),
                "dagster/row_count": sum(item.rows for item in tables),
                **_purge(settings, context),
            },
        )
        yield _withdrawn(left)

    return nedslag


def _withdrawn(left: list[Path]) -> dg.AssetCheckResult:
    names = ", ".join(str(path) for path in left)
    return dg.AssetCheckResult(
        check_name=WITHDRAWN,
        passed=not left,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"Remove by hand, for they hold rows of persons who have withdrawn consent: {names}"
        if left
        else "Every set on disk holds rows only of persons whose consent stands.",
    )


def _purge(settings: Settings, context: dg.AssetExecutionContext) -> dict[str, dg.MetadataValue | int]:
    """Remove from landing what has been taken in and is old enough; only after its rows have been published."""
    if settings.retention_days is None:
        return {}
    purge = purge_landing(settings.landing, settings.lake, today=records.now().date(), days=settings.retention_days)
    for name in purge.failed:
        context.log.warning(f"{name} could not be removed from landing; remove it by hand.")
    return {"files_purged_from_landing": len(purge.removed)}
