"""Lake to marts: dbt's models and tests as assets and asset checks."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from dagster_project import records
from dagster_project.accounts_metadata import accounts_metadata
from dagster_project.column_metadata import table_metadata
from dagster_project.errors import causes, told
from dagster_project.integrity import dbt_failures, dbt_test_records
from dagster_project.manifest import lineage_cache, load_manifest
from dagster_project.settings import Settings
from dagster_project.spark_tables import make_room, show_tables
from dagster_project.suites import load_great_expectations
from dagster_project.translator import NedslagTranslator

_SECONDS = "Execution Duration"
_FAILING_ROWS = "dagster_dbt/failed_row_count"

# Unit tests speak about the code, not about tonight's data; they run in the test suite.
BUILD = ("build", "--exclude-resource-type", "unit_test")

# dbt's words stand in the night's log already; a file of its own at debug level costs a tenth of the build.
_NO_SECOND_LOG = ("--log-level-file", "none")


def warehouse_assets(manifest: Path) -> dg.AssetsDefinition:
    """Every seed, model and data test of the dbt project."""

    @dbt_assets(
        manifest=manifest,
        name="warehouse",
        dagster_dbt_translator=NedslagTranslator(),
        required_resource_keys={"night", "dbt"},
    )
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        settings: Settings = context.resources.night
        dbt: DbtCliResource = context.resources.dbt
        # Everything after the lake is rebuilt, so a file that a crash left behind cannot matter.
        for leftover in settings.warehouse.parent.glob(f"{settings.warehouse.name}*"):
            leftover.unlink()
        for folder in (settings.spark_scratch, settings.data_dir / "warehouse" / "spark"):
            shutil.rmtree(folder, ignore_errors=True)
        if settings.engine == "spark":
            make_room(settings.spark_tables)
        (settings.dbt_target / "run_results.json").unlink(missing_ok=True)
        # The suites' library takes seconds to import; it loads while dbt works in its own process.
        threading.Thread(target=load_great_expectations, daemon=True).start()
        events: list[Any] = []
        failure: Exception | None = None
        try:
            # All of it before the first is passed on: the file can be looked into only when dbt has left it.
            invocation = dbt.cli([*_NO_SECOND_LOG, *BUILD], context=context, target_path=settings.dbt_target)
            events.extend(invocation.stream())
        except Exception as error:
            failure = error
        if settings.engine == "spark":
            show_tables(settings, load_manifest(settings))
        # Also when a test stops the night: the record says which, and what was built is shown.
        records.write_checks(
            settings.lake, context.run.run_id, dbt_test_records(settings.dbt_target, context.run.run_id)
        )
        yield from _with_table_metadata(events, settings)
        if failure:
            stopped = dbt_failures(settings.dbt_target, settings.data_dir)
            why = "; ".join(stopped) or told(causes(failure), settings.data_dir) or "dbt did not run; see the log"
            raise dg.Failure(why) from failure
        built = sum(isinstance(event, dg.Output) for event in events)
        if built < len(context.selected_asset_keys):
            # Dagster would skip what follows and call the night a success.
            raise dg.Failure(f"dbt told of {built} of {len(context.selected_asset_keys)} tables; see the log")

    return warehouse


def _with_table_metadata(events: list[Any], settings: Settings) -> Iterator[Any]:
    if not settings.warehouse.exists():
        return
    accounts = accounts_metadata(settings.warehouse, settings.lake)
    tables = table_metadata(
        warehouse=settings.warehouse,
        lake=settings.lake,
        target=settings.dbt_target,
        manifest=load_manifest(settings),
        cache=lineage_cache(settings),
        translator=NedslagTranslator(),
        dialect=settings.engine,
    )
    for event in events:
        # Of dbt's own words only the duration means something to a reader.
        known = {"seconds": event.metadata[_SECONDS]} if _SECONDS in event.metadata else {}
        if isinstance(event, dg.Output):
            unique_id = str(event.metadata["unique_id"].value)
            yield event.with_metadata({**known, **tables.get(unique_id, {}), **accounts.get(unique_id, {})})
        elif isinstance(event, dg.AssetCheckResult):
            yield event._replace(**_outcome(event.metadata.get(_FAILING_ROWS), known))
        else:
            yield event


def _outcome(failing: Any, known: dict[str, Any]) -> dict[str, Any]:
    """A data test's figure beside its threshold, in words and as numbers that the UI draws over time."""
    if failing is None:
        return {"description": "It could not be run; the night's log says why.", "metadata": known}
    return {
        "description": f"{failing.value} failing rows; the threshold is 0.",
        "metadata": {"failing_rows": failing, "threshold": 0, **known},
    }
