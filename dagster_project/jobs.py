"""The nightly job: everything, in one process, one run at a time."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from dagster_project import records
from dagster_project.settings import Settings

NIGHTLY = "nightly"

# What Dagster's server writes on runs that it starts itself; its job page and timeline list only runs that bear it.
_LISTED = {".dagster/repository": "__repository__@nedslag"}


@dg.failure_hook(name="record_failure", required_resource_keys={"night"})
def record_failure(context: dg.HookContext) -> None:
    """Leave in the records that this run failed, whoever started it."""
    settings: Settings = context.resources.night
    records.end_run(settings.lake, context.run_id, "failed")


def job_of(selection: dg.AssetSelection) -> UnresolvedAssetJobDefinition:
    """The nightly job, or as much of it as is selected."""
    return dg.define_asset_job(
        NIGHTLY,
        selection=selection,
        description="Landing to published marts: read, build, test, check, publish.",
        run_tags=_LISTED,
        # One process per step would pay the imports for every step.
        executor_def=dg.in_process_executor,
        hooks={record_failure},
    )


nightly_job = job_of(dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks())
