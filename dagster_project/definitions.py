"""What Dagster loads."""

from dagster_project.build import build_defs
from dagster_project.settings import Settings

defs = build_defs(settings=Settings.from_environment())
