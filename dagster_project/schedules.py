"""When nights happen: 04:00 in Denmark, after the evening's exports and outside the hour that summer time skips or
repeats.
"""

import dagster as dg

from dagster_project.jobs import nightly_job
from dagster_project.settings import TIMEZONE

nightly_schedule = dg.ScheduleDefinition(
    name="nightly_at_four",
    job=nightly_job,
    description="Starts the nightly job at 04:00 in Denmark, every day, while this server is up.",
    cron_schedule="0 4 * * *",
    execution_timezone=TIMEZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
