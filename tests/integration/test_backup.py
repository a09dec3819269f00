"""A backup is put back whole or not at all."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from dagster_project.backup import BackupError, back_up, restore
from dagster_project.lock import NightAlreadyRunning, only_run
from dagster_project.publishing import put_in_force, set_in_force
from dagster_project.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data folder with something of everything."""
    settings = Settings(tmp_path / "data")
    for name, text in {
        "landing/monitoring/MA_2021-06-01.csv": "æ;ø;å",
        "lake/key.json": "{}",
        "lake/monitoring/x.parquet": "rows",
        "published/new/nedslag.duckdb": "marts",
        "published/old/nedslag.duckdb": "old marts",
        "warehouse/working.duckdb": "rebuilt",
        "logs/one.log": "words",
    }.items():
        path = settings.data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (settings.published / "new" / "nedslag.duckdb").chmod(0o444)
    put_in_force(settings.published / "new", settings.marts)
    return settings


def _backup(settings: Settings) -> bytes:
    stream = io.BytesIO()
    back_up(settings, stream)
    return stream.getvalue()


def test_what_cannot_be_rebuilt_comes_back(settings: Settings, tmp_path: Path) -> None:
    backup = _backup(settings)
    again = Settings(tmp_path / "again")
    assert restore(again, io.BytesIO(backup)).files == 4
    files = {path.relative_to(again.data_dir).as_posix() for path in again.data_dir.rglob("*") if path.is_file()}
    assert files == {
        "landing/monitoring/MA_2021-06-01.csv",
        "lake/key.json",
        "lake/monitoring/x.parquet",
        "published/new/nedslag.duckdb",
    }
    assert (again.landing / "monitoring" / "MA_2021-06-01.csv").read_text(encoding="utf-8") == "æ;ø;å"
    assert (again.marts / "nedslag.duckdb").read_text() == "marts"
    assert (again.marts / "nedslag.duckdb").stat().st_mode & 0o777 == 0o444
    assert set_in_force(again.marts) == "new"


def test_two_names_of_one_file_are_two_files(settings: Settings, tmp_path: Path) -> None:
    (settings.lake / "twin.json").hardlink_to(settings.lake / "key.json")
    again = Settings(tmp_path / "again")
    restore(again, io.BytesIO(_backup(settings)))
    assert (again.lake / "twin.json").read_text() == "{}"


def test_a_folder_in_use_is_left_alone(settings: Settings) -> None:
    with pytest.raises(BackupError, match="is not empty"):
        restore(settings, io.BytesIO(_backup(settings)))
    assert (settings.data_dir / "logs" / "one.log").exists()


def test_no_backup_is_made_while_a_run_works(settings: Settings) -> None:
    with only_run(settings.data_dir), pytest.raises(NightAlreadyRunning):
        _backup(settings)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_half_a_backup_leaves_nothing(settings: Settings, tmp_path: Path, part: float) -> None:
    backup = _backup(settings)
    again = Settings(tmp_path / "again")
    whole = len(backup.rstrip(b"\0"))
    with pytest.raises(BackupError, match="Take another one"):
        restore(again, io.BytesIO(backup[: int(whole * part)]))
    assert not again.data_dir.exists()
    assert not list(tmp_path.glob(".again*"))


def test_a_changed_byte_is_found(settings: Settings, tmp_path: Path) -> None:
    backup = _backup(settings).replace(b"rows", b"rowz")
    with pytest.raises(BackupError, match="not whole"):
        restore(Settings(tmp_path / "again"), io.BytesIO(backup))


@pytest.mark.parametrize("name", ["/etc/passwd", "lake/../../outside", "elsewhere/file"])
def test_a_file_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w|") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(BackupError, match="no backup of Nedslag"):
        restore(Settings(tmp_path / "again"), io.BytesIO(stream.getvalue()))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no backup of Nedslag"):
        restore(Settings(tmp_path / "again"), io.BytesIO(b"not an archive" * 100))
