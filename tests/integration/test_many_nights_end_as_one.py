"""However deliveries came in over twenty nights, the lake ends as one night over everything leaves it.

The marts are built from the lake alone, so equal lakes are equal marts. Files arrive in random order, nights look back
to earlier days, files are taken away and put back; withdrawals, corrections, duplicates and refused files are the
random programme's own.
"""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dagster_project.door.intake import SOURCES, Limits, take_in
from tests.support.dress import write_population
from tests.support.population import PROJECTS, draw_population

NIGHTS = 20


def night(landing: Path, lake: Path, as_of: date, key: str) -> None:
    for source in SOURCES:
        take_in(
            source,
            landing=landing,
            lake=lake,
            as_of=as_of,
            pseudonym_key=key,
            projects=frozenset(PROJECTS),
            limits=Limits(),
        )


def everything(lake: Path) -> dict[str, pl.DataFrame]:
    """Every file of the lake that dbt reads, rows in a fixed order."""
    return {
        str(path.relative_to(lake)): pl.read_parquet(path).sort(pl.all())
        for path in sorted(lake.rglob("*.parquet"))
        if path.parent.name != "reads"
    }


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_twenty_nights_end_as_one(seed: int, tmp_path: Path) -> None:
    population = draw_population(seed)
    whole, landing = tmp_path / "whole", tmp_path / "landing"
    write_population(population, whole)
    chance = random.Random(seed)
    waiting = [path.relative_to(whole) for path in sorted(whole.rglob("*")) if path.is_file()]
    chance.shuffle(waiting)
    taken_away: list[Path] = []
    for number in range(NIGHTS):
        last = number == NIGHTS - 1
        arriving = waiting if last else waiting[: len(waiting) // (NIGHTS - number) + 1]
        waiting = waiting[len(arriving) :]
        for name in [*arriving, *taken_away]:
            (landing / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(whole / name, landing / name)
        taken_away = []
        if not last and chance.random() < 0.4:
            there = [path.relative_to(landing) for path in landing.rglob("*") if path.is_file()]
            taken_away = chance.sample(there, min(2, len(there)))
            for name in taken_away:
                (landing / name).unlink()
        back = 0 if last else chance.choice([0, 0, 30, 200])
        night(landing, tmp_path / "lake", population.as_of - timedelta(days=back), population.key)
    night(whole, tmp_path / "fresh", population.as_of, population.key)
    many, one = everything(tmp_path / "lake"), everything(tmp_path / "fresh")
    assert many.keys() == one.keys()
    assert sum(frame.height for frame in one.values()) > 1000
    for name, frame in one.items():
        assert_frame_equal(many[name], frame, check_exact=True)
