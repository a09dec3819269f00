"""By when a night must have been: the UI shows what is overdue, whichever way the night was started."""

from collections.abc import Iterable
from datetime import timedelta

import dagster as dg

from dagster_project.assets.publish import PUBLISHED
from dagster_project.published_tables import PUBLISHED_SCHEMAS
from dagster_project.settings import TIMEZONE

# Two hours after the schedule begins. What was made before midnight is of the day before, also when made by hand.
_POLICY = dg.FreshnessPolicy.cron(deadline_cron="0 6 * * *", lower_bound_delta=timedelta(hours=6), timezone=TIMEZONE)
_FOLDERS = {*PUBLISHED_SCHEMAS, PUBLISHED.path[0]}


def with_freshness(assets: Iterable[dg.AssetsDefinition | dg.AssetSpec]) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The assets, those that readers are given under a deadline: made every day between midnight and 06:00."""
    return [*dg.map_asset_specs(_due, assets)]


def _due(spec: dg.AssetSpec) -> dg.AssetSpec:
    return dg.apply_freshness_policy(spec, _POLICY) if spec.key.path[0] in _FOLDERS else spec
