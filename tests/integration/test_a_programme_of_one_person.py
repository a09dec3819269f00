"""One participant, projects with none, answers from nobody and horizons that nobody reached: the pages say so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.dress import write_population
from tests.support.population import draw_population

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The text of both editions after a night."""
    population = draw_population(6)
    tables = [table for delivery in population.deliveries for table in delivery.tables]
    only = next(row.values["cpr"] for table in tables if table.name == "participants" for row in table.rows)
    for table in tables:
        if table.rows and "cpr" in table.rows[0].values:
            table.rows = [row for row in table.rows if row.values["cpr"] == only]
        if table.name == "answers":
            table.rows = []
    data_dir = tmp_path_factory.mktemp("one person")
    write_population(population, data_dir / "landing")
    environment = {
        **os.environ,
        "NEDSLAG_DATA_DIR": str(data_dir),
        "NEDSLAG_AS_OF": population.as_of.isoformat(),
        "NEDSLAG_PSEUDONYM_KEY": population.key,
    }
    command = [sys.executable, "-m", "dagster_project", "nightly"]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, f"{finished.stdout}\n{finished.stderr}"
    report = data_dir / "marts" / "report"
    return {edition: (report / f"{edition}.html").read_text() for edition in ("evaluation", "open_data")}


def test_the_evaluators_page_says_that_nobody_is_there_yet(pages: dict[str, str]) -> None:
    assert "Ingen er nået til det første nedslagspunkt endnu." in pages["evaluation"]
    assert "Ingen har besvaret dette spørgsmål endnu." in pages["evaluation"]


def test_the_open_page_hides_the_only_person(pages: dict[str, str]) -> None:
    assert "Ingen har besvaret dette spørgsmål endnu." in pages["open_data"]
    assert "skjult" in pages["open_data"]
