"""Whoever has the open tables, the definitions and a solver cannot work out a count of few.

Each run writes an invented programme's deliveries, starts a night as an operator would, and attacks what it publishes.
NEDSLAG_ATTACK_SEEDS sets the programmes: how many (`12`), or which (`7,19,23`); one of them is quick.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.dress import write_population
from tests.support.open_data import (
    PROGRAMME_ONLY,
    WITHOUT_TWIN,
    Attacker,
    Release,
    printed_beside_blank,
    read_release,
    rows_left_out,
    small_counts,
    untrue_cells,
    without_complementary,
    wrongly_marked,
)
from tests.support.population import Population, draw_population

ROOT = Path(__file__).parents[2]
Night = tuple[Release, Release]  # open tables, true tables


def _seeds() -> list[int]:
    wanted = os.environ.get("NEDSLAG_ATTACK_SEEDS")
    if wanted is None:
        return [6]
    return [int(seed) for seed in wanted.split(",")] if "," in wanted else list(range(1, int(wanted) + 1))


def _run_night(population: Population, as_of: date, data_dir: Path) -> Night:
    environment = {
        **os.environ,
        "NEDSLAG_DATA_DIR": str(data_dir),
        "NEDSLAG_AS_OF": as_of.isoformat(),
        "NEDSLAG_PSEUDONYM_KEY": population.key,
    }
    command = [sys.executable, "-m", "dagster_project", "nightly"]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, f"{finished.stdout}\n{finished.stderr}"
    database = data_dir / "marts" / "nedslag.duckdb"
    return read_release(database, "open_data"), read_release(database, "report")


@pytest.fixture(scope="module", params=_seeds(), ids=lambda seed: f"programme{seed}")
def nights(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Night]:
    """A night; over the first programme a later one in the same folder too."""
    population = draw_population(request.param)
    data_dir = tmp_path_factory.mktemp(f"programme{request.param}")
    write_population(population, data_dir / "landing")
    later = [population.as_of + timedelta(days=40)] if request.param == _seeds()[0] else []
    return [_run_night(population, as_of, data_dir) for as_of in (population.as_of, *later)]


def test_every_table_of_the_report_has_an_open_twin(nights: list[Night]) -> None:
    for open_tables, true_tables in nights:
        assert set(true_tables) - set(open_tables) == set(WITHOUT_TWIN)
        assert set(open_tables) <= set(true_tables)


def test_rows_left_out_are_those_of_projects_in_tables_for_the_programme(nights: list[Night]) -> None:
    for night in nights:
        for table, rows in rows_left_out(*night).items():
            assert not [row for row in rows if table not in PROGRAMME_ONLY or row["project_code"] == "ALL"], table


def test_every_open_cell_is_blank_or_the_reports(nights: list[Night]) -> None:
    assert not [told for night in nights for told in untrue_cells(*night)]


def test_suppressed_says_whether_a_cell_was_blanked(nights: list[Night]) -> None:
    assert not [told for night in nights for told in wrongly_marked(*night)]


def test_no_count_of_few_is_printed(nights: list[Night]) -> None:
    assert not [told for open_tables, _ in nights for told in small_counts(open_tables)]


def test_nothing_is_printed_that_is_computed_from_a_blank_count(nights: list[Night]) -> None:
    assert not [told for open_tables, _ in nights for told in printed_beside_blank(open_tables)]


def test_no_count_of_few_can_be_worked_out(nights: list[Night]) -> None:
    """Within a table, across tables, and from each release with the one before."""
    leaks = Attacker(*nights).leaks(explain=3)
    assert not leaks, "\n".join(map(str, leaks))


def test_without_the_complementary_cells_the_attack_succeeds(nights: list[Night]) -> None:
    open_tables, true_tables = nights[0]
    assert Attacker((without_complementary(open_tables, true_tables), true_tables)).leaks(enough=1)
