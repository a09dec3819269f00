"""Landing to lake: one asset per source table, one step per source, and the ledger that says what the night knows."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from dagster_project import records
from dagster_project.demonstration import pseudonym_key
from dagster_project.door.intake import LAKE_TABLES, SOURCES, Intake, prepare_lake, take_in
from dagster_project.publishing import set_in_force
from dagster_project.reference import project_codes
from dagster_project.settings import Settings
from dagster_project.translator import OWNER

_GROUP = "lake"
_ABOUT_SOURCE = {
    "monitoring": "participants, activities and job statuses from the projects' monitoring tool",
    "consent": "the signed consent declarations",
    "survey": "invitations, answers and codebook of the participant survey",
    "register": "pulls from the DREAM register as persons, benefit spells and industry spells",
    "results": "the projects' targets and own results",
}
NIGHT_KEY = dg.AssetKey(["lake", "ledger_night"])
LEDGER_TABLES = ("ledger_deliveries", "ledger_delivery_tables", "ledger_rejected_rows")


def _spec(table: str, description: str, deps: list[dg.AssetKey]) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["lake", table],
        description=description,
        group_name=_GROUP,
        owners=[OWNER],
        kinds={"parquet", "polars"},
        deps=deps,
    )


@dg.asset(
    key=NIGHT_KEY,
    group_name=_GROUP,
    owners=[OWNER],
    kinds={"parquet"},
    required_resource_keys={"night"},
    description="One row: the run, the day it speaks for, and whether the data is the demonstration.",
)
def night(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
    """Open the night: lake folders, the run's record, the day it speaks for."""
    settings: Settings = context.resources.night
    demonstration = pseudonym_key(settings).demonstration
    prepare_lake(settings.lake)
    run = records.Run(context.run_id, records.now(), settings.as_of())
    records.begin_run(settings.lake, run, in_force=set_in_force(settings.marts))
    frame = pl.DataFrame(
        {"run_id": [run.run_id], "as_of": [run.as_of], "started_at": [run.started_at], "demonstration": [demonstration]}
    )
    frame.write_parquet(settings.lake / "ledger" / "night.parquet")
    return dg.MaterializeResult(metadata={"as_of": str(run.as_of), "demonstration": demonstration})


def _ingest(source: str) -> dg.AssetsDefinition:
    about = _ABOUT_SOURCE[source]

    @dg.multi_asset(
        name=f"take_in_{source}",
        specs=[
            _spec(table, f"`{table}` of the lake, from {about}. Columns: docs/lake.md.", [NIGHT_KEY])
            for table in LAKE_TABLES[source]
        ],
        required_resource_keys={"night"},
        description=f"Read what is new in landing/{source}: {about}.",
    )
    def take_in_source(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
        settings: Settings = context.resources.night
        intake = take_in(
            source,
            landing=settings.landing,
            lake=settings.lake,
            as_of=settings.as_of(),
            pseudonym_key=pseudonym_key(settings).secret,
            projects=project_codes(settings),
            limits=settings.limits,
        )
        for delivery in intake.deliveries:
            if delivery.verdict == "refused":
                context.log.warning(f"{delivery.file_name}: {delivery.reason}")
        for table, rows in intake.rows.items():
            yield dg.MaterializeResult(
                asset_key=["lake", table], metadata={"dagster/row_count": rows, **_about(intake)}
            )

    return take_in_source


def _about(intake: Intake) -> dict[str, dg.MetadataValue | int]:
    files = "\n".join(
        f"| {delivery.file_name} | {delivery.verdict} | {delivery.rows_read} | {delivery.rows_rejected} "
        f"| {delivery.reason or ''} |"
        for delivery in intake.deliveries
    )
    return {
        "files": len(intake.deliveries),
        "rejected_rows": sum(delivery.rows_rejected for delivery in intake.deliveries),
        "deliveries": dg.MetadataValue.md(
            f"| file | verdict | rows | rejected | reason |\n|---|---|---|---|---|\n{files}"
        ),
    }


@dg.multi_asset(
    name="close_the_ledger",
    specs=[
        _spec(
            table,
            f"`{table.removeprefix('ledger_')}` of every source this night. Columns: docs/lake.md.",
            [dg.AssetKey(["lake", name]) for source in SOURCES for name in LAKE_TABLES[source]],
        )
        for table in LEDGER_TABLES
    ],
    required_resource_keys={"night"},
    description="All sources have been read; their ledgers count from here on.",
)
def ledger(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Show what the ledgers hold; the sources wrote them."""
    settings: Settings = context.resources.night
    for table in LEDGER_TABLES:
        rows = pl.scan_parquet(settings.lake / "ledger" / table.removeprefix("ledger_") / "*.parquet").select(pl.len())
        yield dg.MaterializeResult(asset_key=["lake", table], metadata={"dagster/row_count": rows.collect().item()})


ingest_assets = [night, *(_ingest(source) for source in SOURCES), ledger]
