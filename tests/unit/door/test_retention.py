"""Files leave landing when the operator has said so, and only what has been taken in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dagster_project.door.intake import SOURCES
from dagster_project.door.retention import purge_landing
from tests.unit.door.deliveries import (
    ANSWERS,
    CODEBOOK,
    CONSENT,
    INVITATIONS,
    PARTICIPANTS,
    PULL,
    RESULTS,
    House,
    csv_bytes,
    workbook,
)


def today() -> date:
    return datetime.now(UTC).date()


def test_only_read_files_of_that_age_leave_and_they_still_count(house: House) -> None:
    read = house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    copy = house.put("consent", "z samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    refused = house.put("consent", "samtykke_2021-01-02.csv", csv_bytes([["x"]]))
    unnamed = house.put("consent", "samtykke.csv", csv_bytes(CONSENT))
    later = house.put("consent", "samtykke_2022-01-01.csv", csv_bytes(CONSENT[:2]))
    house.take_in("consent")
    kept = purge_landing(house.landing, house.lake, today=today() + timedelta(days=9), days=10)
    assert kept.removed == ()
    purge = purge_landing(house.landing, house.lake, today=today() + timedelta(days=10), days=10)
    assert purge.removed == ("consent/samtykke_2021-01-01.csv", "consent/z samtykke_2021-01-01.csv")
    assert [path.exists() for path in (read, copy, refused, unnamed, later)] == [False, False, True, True, True]
    after = {item.file_name: item for item in house.take_in("consent").deliveries}
    assert after["samtykke_2021-01-01.csv"].rows_read == 2
    assert after["samtykke_2021-01-01.csv"].purged_on == today() + timedelta(days=10)
    assert house.table("consent_declarations").height == 2


def test_a_file_that_cannot_be_removed_is_named(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError

    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    house.take_in("consent")
    # Root, which tests may run as, is refused nothing by the file system.
    monkeypatch.setattr(Path, "unlink", refuse)
    purge = purge_landing(house.landing, house.lake, today=today(), days=0)
    assert (purge.removed, purge.failed) == ((), ("consent/samtykke_2021-01-01.csv",))


def test_everything_may_have_left_landing_and_still_counts(house: House) -> None:
    """Workbooks and separate files, of every source: nights after landing was emptied are as the night before."""
    house.put("monitoring", "MA_2021-01-01.xlsx", workbook())
    house.put("monitoring", "deltagere_2021-01-02.csv", csv_bytes(PARTICIPANTS))
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    for kind, rows in (("invitationer", INVITATIONS), ("besvarelser", ANSWERS), ("kodebog", CODEBOOK)):
        house.put("survey", f"{kind}_2021-01-01.csv", csv_bytes(rows))
    house.put("register", "dream_2021-01-01.csv", csv_bytes(PULL))
    house.put("results", "resultater_2021-01-01.csv", csv_bytes(RESULTS))

    def night() -> list[list[tuple[object, ...]]]:
        intakes = [house.take_in(source) for source in SOURCES]
        accounts = [sorted(house.ledger("delivery_rows", source).rows(), key=str) for source in SOURCES]
        assert {item.verdict for intake in intakes for item in intake.deliveries} == {"read"}
        return accounts

    before = night()
    assert len(purge_landing(house.landing, house.lake, today=today(), days=0).removed) == 8
    assert not [path for path in house.landing.rglob("*") if path.is_file()]
    assert night() == night() == before
