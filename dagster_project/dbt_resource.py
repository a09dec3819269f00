"""dbt as the warehouse asset is given it."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Sequence
from functools import cached_property

from dagster_dbt import DbtCliResource
from packaging.version import Version

from dagster_project.dbt_at_hand import DBT_PROCESS
from dagster_project.settings import Settings


class Dbt(DbtCliResource):
    """dbt's command line without dagster-dbt's look into the database and its question for the version.

    Both load dbt into this process too, which takes as long as a third of the build; `column_metadata` needs neither.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))

    # Narrower than dagster-dbt's annotation, hence the override: it names an adapter, but passes None on as readily
    # (`DbtCliInvocation.adapter` may be None), and to give one would load dbt here.
    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:  # type: ignore[override]
        return None


def dbt_resource(settings: Settings) -> Dbt:
    """dbt on this project's own profile, in a process that ends with the run."""
    return Dbt(
        project_dir=str(settings.dbt_project),
        profiles_dir=str(settings.dbt_project),
        dbt_executable=sys.executable,
        global_config_flags=["-P", str(DBT_PROCESS)],
    )
