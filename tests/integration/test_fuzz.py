"""A short run of the fuzzer with seeds that stay: `make fuzz` runs it for as long as wanted."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from dagster_project.door.checking import Gate
from dagster_project.door.files import describe
from dagster_project.door.limits import Limits
from dagster_project.door.opening import open_delivery
from dagster_project.door.reading import Reading
from dagster_project.door.reading_room import ReadingRoom
from dagster_project.door.reasons import Reason, Refusal, unexpected
from dagster_project.door.tables import SOURCES
from tests import fuzz
from tests.unit.door.deliveries import ANNA, KEY, PROJECTS

FILES = 250
# Two members of one name are one of the damages.
pytestmark = pytest.mark.filterwarnings("ignore:Duplicate name")


def test_no_damage_makes_a_reading_fail(tmp_path: Path) -> None:
    with ReadingRoom(memory=fuzz.MEMORY, seconds=fuzz.SECONDS) as room:
        outcome = fuzz.run(0, FILES, 2, room, tmp_path)
    assert outcome.findings == []
    assert outcome.counts.total() == FILES


def test_a_seed_gives_the_same_damage_again() -> None:
    stock = fuzz.seeds()
    again = [fuzz.mutated(seed, random.Random(7)) for seed in stock]
    assert again == [fuzz.mutated(seed, random.Random(7)) for seed in stock]


def test_every_good_file_is_read(tmp_path: Path) -> None:
    gate = Gate(KEY, PROJECTS, Limits())
    for seed in fuzz.seeds():
        path = tmp_path / seed.name
        path.write_bytes(seed.content)
        source = SOURCES[seed.source]
        file = describe(path, source)
        reading = open_delivery(file, source, gate)
        assert reading.refusal is None, seed
        assert fuzz.faults_of(file, reading, 0) == []


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Refusal(unexpected("KeyError")), 0.0),
        (Reading(refusal=Reason(f"near {ANNA}", "")), 0.0),
        (Reading(sheet=f"{ANNA[:6]}-{ANNA[6:]}"), 0.0),
        (Reading(ignored=[ANNA[1:]]), 0.0),
        (Reading(), 21.0),
    ],
)
def test_what_should_not_be_is_a_finding(answer: Reading | Refusal, seconds: float, tmp_path: Path) -> None:
    path = tmp_path / "samtykke_2021-01-01.csv"
    path.write_bytes(b"")
    file = describe(path, SOURCES["consent"])
    assert fuzz.faults_of(file, answer, seconds)
