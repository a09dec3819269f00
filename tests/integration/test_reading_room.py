"""The process that opens files: what a file does to it costs that file alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from dagster_project.door import reasons
from dagster_project.door.files import describe
from dagster_project.door.limits import Limits
from dagster_project.door.opening import open_delivery
from dagster_project.door.reading_room import ReadingRoom
from dagster_project.door.reasons import Refusal
from dagster_project.door.tables import SOURCES
from tests.unit.door.deliveries import CONSENT, PULL, House, csv_bytes, workbook

MEMORY = 2 * 1024**3


@pytest.fixture
def room() -> Iterator[ReadingRoom]:
    with ReadingRoom(memory=MEMORY, seconds=60) as room:
        yield room


def pid(room: ReadingRoom) -> int:
    process = room._process
    assert process is not None
    return process.pid


def test_it_reads_what_this_process_reads(room: ReadingRoom, tmp_path: Path) -> None:
    house = House(tmp_path)
    files = {
        "monitoring": ("MA_2021-01-01.xlsx", workbook()),
        "consent": ("samtykke_2021-01-01.csv", csv_bytes(CONSENT)),
        "register": ("dream_2021-01-01.csv", csv_bytes(PULL)),
    }
    for source, (name, content) in files.items():
        file = describe(house.put(source, name, content), SOURCES[source])
        there, here = (read(file, SOURCES[source], house.gate) for read in (room, open_delivery))
        assert there.rows_read == here.rows_read
        assert there.frames.keys() == here.frames.keys()
        assert all(there.frames[table].equals(here.frames[table]) for table in here.frames)


def test_a_night_reads_in_it(room: ReadingRoom, tmp_path: Path) -> None:
    house = House(tmp_path, read=room)
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    house.put("consent", "samtykke_2021-01-02.csv", b"nothing")
    assert [item.verdict for item in house.take_in("consent").deliveries] == ["read", "refused"]
    assert house.table("consent_declarations").height == 2


def test_a_file_that_eats_the_memory_is_refused_and_the_next_is_read(tmp_path: Path) -> None:
    house = House(tmp_path)
    good = describe(house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT)), SOURCES["consent"])
    # Text of one word unfolds: few bytes on disk, very many in memory.
    big = house.put("consent", "samtykke_2021-01-02.parquet", b"")
    pl.DataFrame({name: pl.repeat("x" * 100, 10_000_000, eager=True) for name in CONSENT[0]}).write_parquet(big)
    house.limits = Limits(cells=10**10, unpacked_bytes=10**12)
    with ReadingRoom(memory=300 * 1024**2, seconds=120) as room:
        assert room(good, SOURCES["consent"], house.gate).rows_read == 2
        try:
            refusal = room(describe(big, SOURCES["consent"]), SOURCES["consent"], house.gate).refusal
        except Refusal as refused:
            refusal = refused.reason
        assert refusal in (reasons.READER_DIED, reasons.TOO_LARGE)
        assert room(good, SOURCES["consent"], house.gate).rows_read == 2


def test_a_reader_that_died_of_another_file_is_replaced(room: ReadingRoom, tmp_path: Path) -> None:
    house = House(tmp_path)
    file = describe(house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT)), SOURCES["consent"])
    assert room(file, SOURCES["consent"], house.gate).rows_read == 2
    first = pid(room)
    os.kill(first, signal.SIGKILL)
    assert room(file, SOURCES["consent"], house.gate).rows_read == 2
    assert pid(room) != first


def test_a_reader_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    house = House(tmp_path)
    file = describe(house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT)), SOURCES["consent"])
    with ReadingRoom(memory=MEMORY, seconds=0.01) as room, pytest.raises(Refusal) as refused:
        room(file, SOURCES["consent"], house.gate)
    assert refused.value.reason == reasons.too_slow(0.01)


def test_neither_key_nor_settings_stand_in_the_process(
    room: ReadingRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEDSLAG_PSEUDONYM_KEY", "very secret")
    house = House(tmp_path, key="very secret")
    file = describe(house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT)), SOURCES["consent"])
    room(file, SOURCES["consent"], house.gate)
    told = [Path(f"/proc/{pid(room)}/{name}").read_bytes() for name in ("cmdline", "environ")]
    assert not [text for text in told if b"very secret" in text]
