"""The whole product on random programmes, against the definitions written a second time.

Each run writes an invented programme's deliveries, starts one night as an operator would, and compares every published
row with the oracle's. NEDSLAG_ORACLE_SEEDS sets the programmes: how many (`12`), or which (`7,19,23`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.compare import differences, published_rows
from tests.support.dress import write_population
from tests.support.leaks import texts_outside_landing
from tests.support.oracle import Expected, Reference, expected_tables
from tests.support.population import Population, draw_population

ROOT = Path(__file__).parents[2]
KEY_LIKE = re.compile(r"\d{6}-?\d{4}")


def seeds() -> list[int]:
    wanted = os.environ.get("NEDSLAG_ORACLE_SEEDS", "3")
    return [int(seed) for seed in wanted.split(",")] if "," in wanted else list(range(1, int(wanted) + 1))


@dataclass(frozen=True)
class Night:
    population: Population
    expected: dict[str, Expected]
    data_dir: Path
    finished: subprocess.CompletedProcess[str]

    @property
    def told(self) -> str:
        return f"{self.finished.stdout}\n{self.finished.stderr}"


def run_night(population: Population, data_dir: Path) -> Night:
    """One night as an operator starts it, and what the oracle expects of it."""
    environment = {
        **os.environ,
        "NEDSLAG_DATA_DIR": str(data_dir),
        "NEDSLAG_AS_OF": population.as_of.isoformat(),
        "NEDSLAG_PSEUDONYM_KEY": population.key,
    }
    command = [sys.executable, "-m", "dagster_project", "nightly"]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return Night(population, expected_tables(population, Reference.read(ROOT / "dbt" / "seeds")), data_dir, finished)


@pytest.fixture(scope="module", params=seeds(), ids=lambda seed: f"programme{seed}")
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Night:
    population = draw_population(request.param)
    data_dir = tmp_path_factory.mktemp(f"programme{request.param}")
    write_population(population, data_dir / "landing")
    return run_night(population, data_dir)


def test_a_night_over_partly_bad_deliveries_publishes(night: Night) -> None:
    assert night.finished.returncode == 0, night.told


@pytest.mark.parametrize("form", ["nedslag.duckdb", "parquet"])
def test_every_published_row_is_the_oracles(night: Night, form: str) -> None:
    assert not _all_differences(night, form)


def test_a_later_night_over_the_same_folder_sees_what_was_later(tmp_path: Path) -> None:
    """What lay in wait is read, consents have moved on, answers are judged by another codebook."""
    population = draw_population(seeds()[0])
    write_population(population, tmp_path / "landing")
    for as_of in (population.as_of, population.as_of + timedelta(days=40)):
        night = run_night(replace(population, as_of=as_of), tmp_path)
        assert night.finished.returncode == 0, night.told
        assert not _all_differences(night, "nedslag.duckdb")


def _all_differences(night: Night, form: str) -> str:
    published = night.data_dir / "marts" / form
    found = [
        difference
        for table, expected in night.expected.items()
        for difference in differences(table, expected, published_rows(published, table))
    ]
    return "\n".join(found)


def test_every_activity_has_an_id_of_its_own(night: Night) -> None:
    ids = [
        row["activity_id"] for row in published_rows(night.data_dir / "marts" / "nedslag.duckdb", "marts.activities")
    ]
    assert None not in ids
    assert len(set(ids)) == len(ids)


def test_every_refused_file_is_told_why(night: Night) -> None:
    rows = published_rows(night.data_dir / "marts" / "nedslag.duckdb", "ops.deliveries")
    assert all(row["reason"] for row in rows if row["status"] == "refused")


def test_no_person_key_stands_outside_landing(night: Night) -> None:
    """Not in a table, a Parquet file, a log, the run's own history or what the command printed."""
    found = {
        f"{place}: a person key"
        for place, text in [("output", night.told), *texts_outside_landing(night.data_dir)]
        for match in KEY_LIKE.findall(text)
        if match.replace("-", "") in night.population.cprs
    }
    assert not found
