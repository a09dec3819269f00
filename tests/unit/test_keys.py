"""One key, known by its fingerprint, and the way to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.keys import pseudonym_key, remember_key, rotate_key
from dagster_project.lock import NightAlreadyRunning, only_run
from dagster_project.settings import Settings, SettingsError
from tests.unit.door.deliveries import ANNA, CONSENT, House, csv_bytes


def settings(folder: Path, key: str) -> Settings:
    return Settings(data_dir=folder, pseudonym_key=key)


@pytest.fixture
def lived_in(tmp_path: Path) -> House:
    """A lake made with the key `old`."""
    house = House(tmp_path, key="old")
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    house.put("consent", f"{ANNA}_2021-02-01.csv", csv_bytes(CONSENT[:2]))
    house.take_in("consent")
    remember_key(settings(tmp_path, "old"), pseudonym_key(settings(tmp_path, "old")))
    return house


def test_the_key_in_use_goes_on(lived_in: House) -> None:
    assert pseudonym_key(settings(lived_in.root, "old")).secret == "old"


def test_another_key_stops_and_says_what_to_do(lived_in: House) -> None:
    with pytest.raises(SettingsError, match="rotate-key") as stopped:
        pseudonym_key(settings(lived_in.root, "a new secret"))
    assert "a new secret" not in str(stopped.value)
    assert not [path for path in lived_in.lake.rglob("*.json") if "old" in path.read_text("utf-8").split('"')]


def test_a_rotated_key_reads_everything_anew(lived_in: House) -> None:
    before = set(lived_in.table("consent_declarations")["participant_id"])
    assert rotate_key(settings(lived_in.root, "new"), give_up_purged=False) == []
    assert pseudonym_key(settings(lived_in.root, "new")).secret == "new"
    with pytest.raises(SettingsError):
        pseudonym_key(settings(lived_in.root, "old"))
    lived_in.key = "new"
    lived_in.take_in("consent")
    after = set(lived_in.table("consent_declarations")["participant_id"])
    assert len(after) == len(before)
    assert not after & before


def test_files_that_left_landing_stop_the_rotation_until_they_are_given_up(lived_in: House) -> None:
    (lived_in.landing / "consent" / f"{ANNA}_2021-02-01.csv").unlink()
    with pytest.raises(SettingsError, match=r"consent/\*{10}_2021-02-01\.csv"):
        rotate_key(settings(lived_in.root, "new"), give_up_purged=False)
    assert lived_in.table("consent_declarations").height == 3
    assert rotate_key(settings(lived_in.root, "new"), give_up_purged=True) == ["consent/**********_2021-02-01.csv"]


def test_there_must_be_a_key_to_change(lived_in: House, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="already in use"):
        rotate_key(settings(lived_in.root, "old"), give_up_purged=False)
    with pytest.raises(SettingsError, match="has not been run"):
        rotate_key(settings(tmp_path / "elsewhere", "new"), give_up_purged=False)


def test_a_running_night_is_not_disturbed(lived_in: House) -> None:
    with only_run(lived_in.root), pytest.raises(NightAlreadyRunning):
        rotate_key(settings(lived_in.root, "new"), give_up_purged=False)
    assert pseudonym_key(settings(lived_in.root, "old")).secret == "old"


def test_a_damaged_memory_of_the_key_is_no_permission(lived_in: House) -> None:
    (lived_in.lake / "key.json").write_text("{")
    with pytest.raises(SettingsError, match="cannot be read"):
        pseudonym_key(settings(lived_in.root, "old"))
