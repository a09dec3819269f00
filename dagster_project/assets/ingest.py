"""Landing to lake: one asset per source table, one step per source, and the ledger that says what the night knows."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import yaml

from dagster_project import records
from dagster_project.assets.again import publish_standing
from dagster_project.doctor import clear_leftovers
from dagster_project.door.intake import LAKE_TABLES, SOURCES, Intake, note_strays, prepare_lake, take_in
from dagster_project.door.lake import LEDGER_SCHEMAS, SCHEMAS
from dagster_project.door.tables import SOURCES as DELIVERED
from dagster_project.groups import LAKE_GROUP, LANDING_GROUP, OWNER
from dagster_project.history import forget
from dagster_project.keys import pseudonym_key, remember_key
from dagster_project.markdown import table
from dagster_project.publishing import set_in_force
from dagster_project.reference import project_codes
from dagster_project.settings import PROJECT_ROOT, Settings
from dagster_project.spark_cluster import check_cluster
from dagster_project.standing import found_before, standing
from dagster_project.version import code_version

_ABOUT_SOURCE = {
    "monitoring": "participants, activities and job statuses from the projects' monitoring tool",
    "consent": "the signed consent declarations",
    "survey": "invitations, answers and codebook of the participant survey",
    "register": "pulls from the DREAM register as persons, benefit spells and industry spells",
    "results": "the projects' targets and own results",
}
NIGHT_KEY = dg.AssetKey(["lake", "ledger_night"])
LEDGER_TABLES = (
    "ledger_deliveries",
    "ledger_rejected_rows",
    "ledger_in_force",
    "ledger_consent_standing",
    "ledger_delivery_rows",
)

_CLOCKS_MAY_DIFFER = timedelta(hours=1)

_PARTICIPANTS = dg.AssetKey(["lake", "monitoring_participants"])
_DECLARATIONS = dg.AssetKey(["lake", "consent_declarations"])
# Consents are held against participations, survey and register rows against both.
_AFTER = {
    "monitoring": [],
    "consent": [_PARTICIPANTS],
    "survey": [_PARTICIPANTS, _DECLARATIONS],
    "register": [_PARTICIPANTS, _DECLARATIONS],
    "results": [],
}


def _lake_descriptions() -> Mapping[str, str]:
    """What each table of the lake holds, as dbt's sources say it."""
    declared = yaml.safe_load((PROJECT_ROOT / "dbt/models/staging/sources.yml").read_text(encoding="utf-8"))
    return {
        table.get("identifier", table["name"]): table["description"]
        for source in declared["sources"]
        for table in source["tables"]
    }


_DESCRIPTIONS = _lake_descriptions()


def _landing(source: str) -> dg.AssetKey:
    return dg.AssetKey(["landing", source])


# Nothing makes these: people deliver them. The night tells what it found there.
landing_assets = [
    dg.AssetSpec(
        _landing(source),
        description=f"Files that lie in `landing/{source}/`: {about}. Who sends what, and under which headings: "
        "docs/deliveries.md.",
        group_name=LANDING_GROUP,
        owners=[OWNER],
        kinds={"file"},
    )
    for source, about in _ABOUT_SOURCE.items()
]


def _spec(table: str, deps: list[dg.AssetKey]) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["lake", table],
        description=f"{_DESCRIPTIONS[table]} More: docs/lake.md.",
        group_name=LAKE_GROUP,
        owners=[OWNER],
        kinds={"parquet", "polars"},
        deps=deps,
    )


def _night_file(settings: Settings) -> Path:
    return settings.lake / "ledger" / "night.parquet"


@dg.asset(
    key=NIGHT_KEY,
    group_name=LAKE_GROUP,
    owners=[OWNER],
    kinds={"parquet"},
    required_resource_keys={"night"},
    # Where nothing is new the night ends here: Dagster skips what follows a step that makes nothing.
    output_required=False,
    description="One row: the run, the day it speaks for, and whether the data is the demonstration. Where nothing is "
    "new since the set in force was computed, that set is published again and the night ends here.",
)
def night(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Open the night: lake folders, the run's record, the day it speaks for."""
    settings: Settings = context.resources.night
    key = pseudonym_key(settings)
    demonstration = key.demonstration
    clear_leftovers(settings.data_dir)
    prepare_lake(settings.lake)
    remember_key(settings, key)
    run = records.Run(context.run.run_id, records.now(), settings.as_of())
    _hold_against_the_clock(settings, run)
    latest = records.latest_as_of(settings.lake, today=run.started_at.date())
    looks_back = latest is not None and run.as_of < latest
    records.begin_run(settings.lake, run, in_force=set_in_force(settings.marts))
    forgotten = forget(settings, context.instance, now=run.started_at)
    stands = standing(settings, as_of=run.as_of, today=run.started_at.date())
    # Its warnings stand too, and are told from what Dagster remembers of it.
    if stands and context.instance.has_run(stands.run_id):
        publish_standing(context, settings, stands)
        return
    if settings.engine == "spark":
        check_cluster(settings)
    frame = pl.DataFrame(
        {
            "run_id": [run.run_id],
            "as_of": [run.as_of],
            "looks_back": [looks_back],
            "started_at": [run.started_at],
            "demonstration": [demonstration],
            "code_version": [code_version()],
            "found_before": [found_before(settings)],
        },
        schema_overrides={"found_before": pl.String},
    )
    frame.write_parquet(_night_file(settings))
    strays = note_strays(settings.landing, settings.lake)
    if strays:
        context.log.warning(f"{strays} files lie in landing where nothing is read; ops.deliveries names them.")
    yield dg.MaterializeResult(
        metadata={
            "as_of": str(run.as_of),
            "demonstration": demonstration,
            "files_where_nothing_is_read": strays,
            "old_runs_forgotten": forgotten.runs,
            "old_logs_removed": forgotten.files,
            "dagster/row_count": frame.height,
            "dagster/column_schema": _columns(frame.schema, {}),
        }
    )


def found_before_this_night(settings: Settings) -> str | None:
    """The fingerprint of what lay there when the night was opened; see `standing`."""
    before: str | None = pl.read_parquet(_night_file(settings))["found_before"][0]
    return before


def _hold_against_the_clock(settings: Settings, run: records.Run) -> None:
    """An operator may look back; a clock that was set back may not, for it would publish an older day as today."""
    before = records.last_start(settings.lake)
    if settings.fixed_as_of is None and before is not None and run.started_at < before - _CLOCKS_MAY_DIFFER:
        raise dg.Failure(
            f"The machine's clock says {run.started_at:%Y-%m-%d %H:%M} UTC, but the run before began at "
            f"{before:%Y-%m-%d %H:%M}. Set the clock (`timedatectl`) and run again. If it was wrong then and is right "
            "now, say once which day it is: `NEDSLAG_AS_OF=<today> make nightly`."
        )


def _ingest(source: str) -> dg.AssetsDefinition:
    about = _ABOUT_SOURCE[source]

    @dg.multi_asset(
        name=f"take_in_{source}",
        specs=[_spec(name, [_landing(source), NIGHT_KEY, *_AFTER[source]]) for name in LAKE_TABLES[source]],
        required_resource_keys={"night", "reading_room"},
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
            looks_back=pl.read_parquet(_night_file(settings))["looks_back"][0],
            read=context.resources.reading_room,
        )
        for delivery in intake.deliveries:
            if delivery.verdict == "refused":
                context.log.warning(f"{delivery.file_name}: {delivery.reason}")
        context.log_event(dg.AssetObservation(_landing(source), metadata=_about(intake)))
        for name, rows in intake.rows.items():
            yield dg.MaterializeResult(
                asset_key=["lake", name], metadata={"dagster/row_count": rows, **_delivered_columns(source, name)}
            )

    return take_in_source


def _columns(schema: Mapping[str, pl.DataType], headings: Mapping[str, str]) -> dg.TableSchema:
    """A lake table's columns; those that are read from a heading of a delivery name it."""
    about = {name: f"Heading `{heading}` of the file." for name, heading in headings.items()}
    return dg.TableSchema(
        [dg.TableColumn(name, str(data_type).lower(), about.get(name)) for name, data_type in schema.items()]
    )


def _delivered_columns(source: str, lake_table: str) -> dict[str, dg.TableSchema | dg.TableColumnLineage]:
    headings = {
        column.field: column.heading
        for table in DELIVERED[source].tables
        if table.lake_table == lake_table
        for column in table.columns
    }
    return {
        "dagster/column_schema": _columns(SCHEMAS[lake_table], headings),
        "dagster/column_lineage": dg.TableColumnLineage(
            {field: [dg.TableColumnDep(_landing(source), heading)] for field, heading in headings.items()}
        ),
    }


def _about(intake: Intake) -> dict[str, dg.MetadataValue | int]:
    files = [
        (item.file_name, item.verdict, item.rows_read, item.rows_rejected, item.ignored_columns, item.reason)
        for item in intake.deliveries
    ]
    return {
        "files": len(intake.deliveries),
        "rejected_rows": intake.rejected,
        "deliveries": table(("file", "verdict", "rows", "rejected", "ignored columns", "reason"), files),
    }


@dg.multi_asset(
    name="close_the_ledger",
    specs=[
        _spec(
            ledger_table,
            [dg.AssetKey(["lake", name]) for source in SOURCES for name in LAKE_TABLES[source]],
        )
        for ledger_table in LEDGER_TABLES
    ],
    required_resource_keys={"night"},
    description="All sources have been read; their ledgers count from here on.",
)
def ledger(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[Any]]:
    """Show what the ledgers hold; the sources wrote them."""
    settings: Settings = context.resources.night
    for name in LEDGER_TABLES:
        table_name = name.removeprefix("ledger_")
        rows = pl.scan_parquet(settings.lake / "ledger" / table_name / "*.parquet").select(pl.len())
        yield dg.MaterializeResult(
            asset_key=["lake", name],
            metadata={
                "dagster/row_count": rows.collect().item(),
                "dagster/column_schema": _columns(LEDGER_SCHEMAS[table_name], {}),
            },
        )


# Written while the night goes on, and read by the accounts: no step of its own makes them.
record_assets = [_spec(name, [NIGHT_KEY]) for name in ("records_runs", "records_check_results")]

ingest_assets: list[dg.AssetsDefinition | dg.AssetSpec] = [
    *landing_assets,
    *record_assets,
    night,
    *(_ingest(source) for source in SOURCES),
    ledger,
]
