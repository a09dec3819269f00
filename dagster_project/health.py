"""Whether the published set is there and fresh, for a monitor that asks from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

from dagster_project.publishing import set_in_force
from dagster_project.settings import Settings


@dataclass(frozen=True)
class Health:
    """The set in force: its run, when it was published (UTC), how long ago; `words` say what is wrong, if anything."""

    run_id: str | None
    published_at: str | None
    hours: float | None
    words: str


def health(settings: Settings, *, now: datetime, most_hours: float) -> Health:
    """Look at the published set, as a reader would.

    Args:
        now: UTC without zone.
        most_hours: how old it may be.
    """
    in_force = set_in_force(settings.marts)
    if in_force is None:
        return Health(None, None, None, f"Nothing is published in {settings.data_dir}. Run `make nightly`.")
    try:
        with duckdb.connect(str(settings.marts / "nedslag.duckdb"), read_only=True) as connection:
            found = connection.execute("select finished_at from ops.runs where run_id = ?", [in_force]).fetchall()
    except duckdb.Error as error:
        return Health(
            in_force, None, None, f"The published set cannot be read ({type(error).__name__}): run `make nightly`."
        )
    if not found or found[0][0] is None:
        return Health(in_force, None, None, "The published set does not know its own run: run `make nightly`.")
    hours = (now - found[0][0]).total_seconds() / 3600
    stale = f"The published set is {hours:.0f} hours old. Look for the night that failed (`make ui`, data/logs/)."
    return Health(in_force, found[0][0].isoformat(), round(hours, 2), stale if hours > most_hours else "")
