"""What cannot be rebuilt, as one tar stream: landing, lake and the published set in force.

Belongs here: what is in a backup, and putting it back whole or not at all. Does not belong here: encryption, and where
backups lie. Landing holds CPR numbers, so a backup does too; the pseudonym key is not in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from dagster_project.demonstration import RECORD, files_in
from dagster_project.errors import NedslagError
from dagster_project.lock import only_run
from dagster_project.publishing import put_in_force, set_in_force
from dagster_project.settings import Settings

_CONTENTS = "contents.json"
_PLACES = ("landing", "lake", "published", RECORD)
_PIECE = 1 << 20


class BackupError(NedslagError):
    """A backup cannot be made or put back; the text says what to do."""


@dataclass(frozen=True)
class Backup:
    """How much is in one."""

    files: int
    bytes: int


def back_up(settings: Settings, target: IO[bytes]) -> Backup:
    """Write a backup to a stream, while no run works in the data folder.

    Raises:
        NightAlreadyRunning: a run works there.
        OSError: a file cannot be read, or the stream takes no more.
    """
    hashes: dict[str, str] = {}
    size = 0
    with (
        only_run(settings.data_dir),
        tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT, dereference=True) as archive,
    ):
        in_force = set_in_force(settings.marts)
        for path in _files(settings, in_force):
            name = path.relative_to(settings.data_dir).as_posix()
            with path.open("rb") as content:
                entry = archive.gettarinfo(arcname=name, fileobj=content)
                hashed = _Hashed(content)
                archive.addfile(entry, hashed)
            hashes[name] = hashed.digest.hexdigest()
            size += entry.size
        contents = json.dumps({"in_force": in_force, "sha256": hashes}).encode()
        entry = tarfile.TarInfo(_CONTENTS)
        entry.size = len(contents)
        archive.addfile(entry, io.BytesIO(contents))
    return Backup(len(hashes), size)


def restore(settings: Settings, source: IO[bytes]) -> Backup:
    """Put a backup back into a data folder that does not exist yet, whole or not at all.

    Raises:
        BackupError: the folder is there already, or the stream is no whole backup.
        OSError: a file cannot be written.
    """
    folder = settings.data_dir
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty. Move it away, or restore into another NEDSLAG_DATA_DIR.")
    unfinished = folder.with_name(f".{folder.name}.restoring")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        hashes, contents, size = _unpack(source, unfinished)
        if contents is None or contents["sha256"] != hashes:
            raise BackupError("The backup is not whole: its files are not those that it lists. Take another one.")
        if contents["in_force"]:
            put_in_force(unfinished / "published" / contents["in_force"], unfinished / "marts")
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
    except (tarfile.TarError, EOFError, ValueError, KeyError) as error:
        raise BackupError(f"This is no backup of Nedslag ({type(error).__name__}). Take another one.") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Backup(len(hashes), size)


def _files(settings: Settings, in_force: str | None) -> Iterator[Path]:
    folders = [settings.landing, settings.lake]
    if in_force:
        folders.append(settings.published / in_force)
    for folder in folders:
        yield from files_in(folder)
    record = settings.data_dir / RECORD
    if record.exists():
        yield record


def _unpack(source: IO[bytes], folder: Path) -> tuple[dict[str, str], dict[str, Any] | None, int]:
    """Hash by file, what the backup lists, and how many bytes were written."""
    hashes: dict[str, str] = {}
    contents: dict[str, Any] | None = None
    size = 0
    with tarfile.open(fileobj=source, mode="r|") as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            if content is None:
                raise ValueError("not a file")
            if entry.name == _CONTENTS:
                contents = json.load(content)
                continue
            place = PurePosixPath(entry.name)
            if place.is_absolute() or ".." in place.parts or place.parts[0] not in _PLACES:
                raise ValueError("outside")
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            hashed = _Hashed(content)
            with path.open("wb") as file:
                shutil.copyfileobj(hashed, file, _PIECE)
            path.chmod(entry.mode & 0o777)
            hashes[entry.name] = hashed.digest.hexdigest()
            size += entry.size
    return hashes, contents, size


class _Hashed:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece
