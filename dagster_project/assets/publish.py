"""Marts to readers: the published set, put in force when every blocking check has passed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_project import records
from dagster_project.assets.again import postgres_failure
from dagster_project.assets.evaluation import EVALUATION
from dagster_project.assets.ingest import found_before_this_night
from dagster_project.door.retention import purge_landing
from dagster_project.groups import OWNER, PUBLISHED_GROUP
from dagster_project.manifest import load_manifest
from dagster_project.markdown import table
from dagster_project.postgres import ANALYST, READER, PostgresError
from dagster_project.published_tables import PUBLISHED_SCHEMAS, table_definitions
from dagster_project.publishing import drop_sets_with_withdrawn_consent, publish
from dagster_project.settings import Settings
from dagster_project.standing import remember

PUBLISHED = dg.AssetKey(["published", "nedslag"])
WITHDRAWN = "no_withdrawn_consent_in_older_sets"
ROLES = "postgres_roles_exist"


def publish_asset(warehouse: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """`nedslag.duckdb` and `parquet/`, downstream of every table that is published."""
    upstream = [key for key in warehouse.keys if key.path[0] in PUBLISHED_SCHEMAS]

    @dg.asset(
        key=PUBLISHED,
        deps=[*upstream, EVALUATION],
        group_name=PUBLISHED_GROUP,
        owners=[OWNER],
        kinds={"duckdb", "parquet", "postgres", "html"},
        required_resource_keys={"night"},
        check_specs=[
            dg.AssetCheckSpec(
                WITHDRAWN,
                asset=PUBLISHED,
                description="No older published set that still lies on disk holds rows of somebody whose consent has "
                "been withdrawn since.",
            ),
            dg.AssetCheckSpec(
                ROLES,
                asset=PUBLISHED,
                description="The copy in PostgreSQL, when there is one, is readable for the roles "
                f"{ANALYST} (everything) and {READER} (open_data only).",
            ),
        ],
        description="What readers are given: `marts/nedslag.duckdb`, `marts/parquet/` and the pages in "
        "`marts/report/`, replaced as one with one rename; and the same tables in PostgreSQL, replaced in one "
        "transaction, when NEDSLAG_POSTGRES_URL is set.",
    )
    def nedslag(context: dg.AssetExecutionContext) -> Iterator[Any]:
        settings: Settings = context.resources.night
        # Before the copy, so that the published ops.runs tells of this run too; a failure below corrects it.
        records.end_run(settings.lake, context.run.run_id, "published")
        try:
            publication = publish(
                warehouse=settings.warehouse,
                lake=settings.lake,
                pages=settings.pages,
                published=settings.published,
                marts=settings.marts,
                set_name=context.run.run_id,
                tables=table_definitions(load_manifest(settings)),
                postgres_url=settings.postgres_url,
            )
        except PostgresError as error:
            raise postgres_failure(error, settings) from error
        left = drop_sets_with_withdrawn_consent(settings.published, settings.published / context.run.run_id)
        purged = _purge(settings, context)
        if not left:
            remember(settings, context.run.run_id, found_before_this_night(settings))
        yield dg.MaterializeResult(
            metadata={
                "where": dg.MetadataValue.path(settings.marts / "nedslag.duckdb"),
                "tables": table(("table", "rows"), [*publication.rows.items()]),
                "dagster/row_count": sum(publication.rows.values()),
                **purged,
            },
        )
        yield _withdrawn(left)
        yield dg.AssetCheckResult(
            check_name=ROLES,
            passed=not publication.warnings,
            severity=dg.AssetCheckSeverity.WARN,
            description=" ".join(publication.warnings)
            or ("Both roles exist." if settings.postgres_url else "There is no copy in PostgreSQL."),
        )

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
