"""The few things that Python needs of dbt's reference data."""

from __future__ import annotations

import csv

from dagster_project.settings import Settings


def project_codes(settings: Settings) -> frozenset[str]:
    """The closed list of project codes, from the seed that a user edits."""
    with open(settings.dbt_project / "seeds" / "projects.csv", encoding="utf-8", newline="") as file:
        return frozenset(line["project_code"] for line in csv.DictReader(file))
