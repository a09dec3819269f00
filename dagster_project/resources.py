"""What assets are given: the night they work in, and a room to read files in. dbt is in `dbt_resource`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

from dagster import InitResourceContext, ResourceDefinition, resource

from dagster_project.door.reading_room import ReadingRoom
from dagster_project.kept_connections import kept_connections
from dagster_project.lock import only_run
from dagster_project.settings import Settings
from dagster_project.story import ENDED_BECAUSE
from dagster_project.time_limit import time_limit


def night_resource(settings: Settings) -> ResourceDefinition:
    """The settings of one night over one data folder, under a lock that makes it the only one and within its time.

    Raises (when a run starts):
        NightAlreadyRunning: another process works in the same data folder, for as long as a night may take.
    """
    limit = settings.night_seconds
    sentence = (
        f"the run was ended after {limit / 60:g} minutes, as NEDSLAG_MAX_NIGHT_MINUTES says. Its page in the UI "
        "shows which step took so long; raise the limit if the deliveries have grown"
    )

    @resource(description="The night's settings; holds the data folder's lock, and the time, while the run lasts.")
    def night(context: InitResourceContext) -> Iterator[Settings]:
        def late() -> None:
            if context.instance and context.run_id:
                context.instance.add_run_tags(context.run_id, {ENDED_BECAUSE: sentence})

        # The schedule's run waits for one that was started by hand; both would do the same.
        with ExitStack() as stack:
            stack.enter_context(only_run(settings.data_dir, patience=limit))
            stack.enter_context(time_limit(limit, late))
            if context.instance:
                stack.enter_context(kept_connections(context.instance))
            os.environ.update(settings.dbt_environment())
            yield settings

    return night


def reading_room_resource(settings: Settings) -> ResourceDefinition:
    """The process in which delivered files are opened, under the settings' bounds on memory and time."""

    @resource(description="Opens delivered files in a process of its own, started with the first file.")
    def reading_room() -> Iterator[ReadingRoom]:
        with ReadingRoom(memory=settings.read_memory, seconds=settings.read_seconds) as room:
            yield room

    return reading_room
