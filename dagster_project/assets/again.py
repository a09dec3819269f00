"""A night that finds nothing new: the set in force is published again, under the night's own name."""

import dagster as dg

from dagster_project import records
from dagster_project.manifest import load_manifest
from dagster_project.postgres import PostgresError
from dagster_project.published_tables import table_definitions
from dagster_project.publishing import publish_again
from dagster_project.settings import Settings
from dagster_project.standing import Standing, remember_again
from dagster_project.story import REPEATS

POSTGRES_WAIT_SECONDS = 30


def publish_standing(context: dg.AssetExecutionContext, settings: Settings, standing: Standing) -> None:
    """Publish again, and let the UI know that every published asset has been looked after.

    Raises:
        dagster.RetryRequested, dagster.Failure: PostgreSQL does not take the set.
    """
    run_id = context.run.run_id
    context.instance.add_run_tags(run_id, {REPEATS: standing.run_id})
    records.repeat_checks(settings.lake, run_id, of=standing.run_id)
    records.end_run(settings.lake, run_id, "published")
    url = settings.postgres_url
    try:
        publication = publish_again(
            published=settings.published,
            marts=settings.marts,
            set_name=run_id,
            tables=records.tables(settings.lake),
            definitions=table_definitions(load_manifest(settings)) if url else (),
            postgres_url=url,
        )
    except PostgresError as error:
        raise postgres_failure(error, settings) from error
    remember_again(settings, standing, run_id)
    for warning in publication.warnings:
        context.log.warning(warning)
    words = f"Nothing new since run {standing.run_id}, which computed it; published again."
    for table, rows in publication.rows.items():
        _log(context, dg.AssetKey(table.split(".")), words, {"dagster/row_count": rows})
    for name in ("evaluation", "nedslag"):
        _log(context, dg.AssetKey(["published", name]), words, {})


def postgres_failure(error: PostgresError, settings: Settings) -> Exception:
    """What a step raises: patience with a server that may come back, an end with one that will not."""
    if error.may_pass:
        tries = int(settings.postgres_patience // POSTGRES_WAIT_SECONDS)
        return dg.RetryRequested(max_retries=tries, seconds_to_wait=POSTGRES_WAIT_SECONDS)
    return dg.Failure(str(error))


def _log(context: dg.AssetExecutionContext, key: dg.AssetKey, words: str, metadata: dict[str, int]) -> None:
    context.log_event(dg.AssetMaterialization(key, description=words, metadata=metadata))
