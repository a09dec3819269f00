"""The memory of hashes: a file is read once, and again as soon as it may have changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dagster_project.door import hashes
from dagster_project.door.hashes import KnownHashes, hash_bytes, stamp_of


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files whose bytes were read; every file counts as settled."""
    monkeypatch.setattr(hashes, "_SETTLED", -(10**18))
    found: list[Path] = []

    def counting(path: Path, stamp: hashes.Stamp) -> str:
        found.append(path)
        return hash_bytes(path, stamp)

    monkeypatch.setattr(hashes, "hash_bytes", counting)
    return found


def test_an_unchanged_file_is_not_read_again(tmp_path: Path, reads: list[Path]) -> None:
    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    file.write_bytes(b"one")
    for _ in range(3):
        known = KnownHashes(memory)
        assert known.of(file, stamp_of(file)) == sha(b"one")
        known.save()
    assert reads == [file]
    moved = file.rename(tmp_path / "b.csv")
    assert KnownHashes(memory).of(moved, stamp_of(moved)) == sha(b"one")


def test_a_file_that_was_written_to_or_replaced_is(tmp_path: Path, reads: list[Path]) -> None:
    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    for content in (b"one", b"two", b"three"):
        other = tmp_path / "other"
        other.write_bytes(content)
        other.replace(file)
        known = KnownHashes(memory)
        assert known.of(file, stamp_of(file)) == sha(content)
        known.save()
    assert len(reads) == 3


def test_a_file_touched_just_now_is_not_remembered(tmp_path: Path) -> None:
    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    file.write_bytes(b"one")
    known = KnownHashes(memory)
    known.of(file, stamp_of(file))
    known.save()
    assert not memory.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'"x"'])
def test_a_damaged_memory_is_none(tmp_path: Path, reads: list[Path], content: bytes) -> None:
    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    file.write_bytes(b"one")
    memory.write_bytes(content)
    known = KnownHashes(memory)
    assert known.of(file, stamp_of(file)) == sha(b"one")
    known.save()
    assert KnownHashes(memory).of(file, stamp_of(file)) == sha(b"one")
    assert reads == [file]
