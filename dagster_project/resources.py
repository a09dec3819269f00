"""What assets are given: the night they work in, and dbt."""

from __future__ import annotations

import fcntl
import importlib.metadata
import os
from collections.abc import Iterator, Sequence
from functools import cached_property

from dagster import ResourceDefinition, resource
from dagster_dbt import DbtCliResource
from packaging.version import Version

from dagster_project.manifest import DBT
from dagster_project.settings import Settings


class NightAlreadyRunning(RuntimeError):
    """Another run holds the data folder."""


def night_resource(settings: Settings) -> ResourceDefinition:
    """The settings of one night over one data folder, under a lock that makes it the only one.

    Raises (when a run starts):
        NightAlreadyRunning: another process works in the same data folder.
    """

    @resource(description="The night's settings; holds the data folder's lock while the run lasts.")
    def night() -> Iterator[Settings]:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with open(settings.data_dir / ".night.lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NightAlreadyRunning(
                    f"Another run is working in {settings.data_dir}. Wait until it has ended and start again."
                ) from None
            os.environ.update(settings.dbt_environment())
            yield settings

    return night


class Dbt(DbtCliResource):
    """dbt's command line without dagster-dbt's look into the database and its question for the version.

    Both load dbt into this process too, which takes as long as a third of the build; `column_metadata` needs neither.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]  # dagster-dbt allows none
        return None


def dbt_resource(settings: Settings) -> Dbt:
    """dbt on this project's own profile."""
    return Dbt(project_dir=str(settings.dbt_project), profiles_dir=str(settings.dbt_project), dbt_executable=str(DBT))
