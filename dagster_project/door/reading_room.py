"""Files are opened in a process of their own: whatever a file does to its reader, the night goes on.

What belongs here: the process, its limits and what its end means. What does not: reading (`opening`). The process is
started with the first file and again after a file has ended it; what readers write about a file to the terminal may
quote cells and goes nowhere.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from dagster_project.door import reasons
from dagster_project.door.checking import Gate
from dagster_project.door.files import LandedFile
from dagster_project.door.opening import open_delivery
from dagster_project.door.reading import Reading
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.tables import SOURCES, Source

_HEADER: Final = 8


class ReadingRoom:
    """Reads files as `opening.open_delivery` does, with bounds on memory and time; a context manager.

    Args:
        memory: bytes that reading may take; a file that needs more is refused.
        seconds: how long one file may take.
    """

    def __init__(self, *, memory: int, seconds: float) -> None:
        self._memory = memory
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._has_read = False

    def __enter__(self) -> ReadingRoom:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def __call__(self, file: LandedFile, source: Source, gate: Gate) -> Reading:
        """Read one file.

        Raises:
            Refusal: as `open_delivery`; and when the reader ran out of memory or time, or died of the file.
        """
        process = self._process or self._open()
        fresh, self._has_read = not self._has_read, True
        try:
            # The table is found again by its name: contracts hold what cannot be sent.
            _send(process.stdin, (replace(file, table=None), source.name, gate))
            answer = _receive(process.stdout, time.monotonic() + self._seconds)
        except TimeoutError:
            self._close()
            raise Refusal(reasons.too_slow(self._seconds)) from None
        except (OSError, EOFError):
            self._close()
            if not fresh:
                # What earlier files have left in the process's memory is no fault of this one.
                return self(file, source, gate)
            raise Refusal(reasons.READER_DIED) from None
        except BaseException:
            # An interrupt leaves an answer behind that nobody will fetch.
            self._close()
            raise
        if isinstance(answer, Reason):
            raise Refusal(answer)
        reading: Reading = answer
        return reading

    def _open(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(os.environ),
        )
        return self._process

    def _close(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.communicate()
        self._process = None
        self._has_read = False


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The reader needs no secret; the key comes with each file."""
    root = str(Path(__file__).resolve().parents[2])
    kept = {name: value for name, value in environ.items() if not name.startswith("NEDSLAG_")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, [root, environ.get("PYTHONPATH")]))}


def _send(pipe: IO[bytes] | None, message: object) -> None:
    assert pipe is not None
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(len(content).to_bytes(_HEADER, "big") + content)
    pipe.flush()


def _receive(pipe: IO[bytes] | None, deadline: float) -> Any:
    assert pipe is not None
    length = int.from_bytes(_take(pipe, _HEADER, deadline), "big")
    return pickle.loads(_take(pipe, length, deadline))  # written by our own process


def _take(pipe: IO[bytes], length: int, deadline: float) -> bytes:
    pieces: list[bytes] = []
    while length:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(pipe.fileno(), min(length, 2**20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


def _serve(memory: int) -> None:
    """Read files until the other end is gone."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = memory + _data_in_use()
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a reader prints must not be taken for an answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while header := requests.read(_HEADER):
        file, source_name, gate = pickle.loads(requests.read(int.from_bytes(header, "big")))
        source = SOURCES[source_name]
        table = next((table for table in source.tables if table.group == file.table_group), None)
        try:
            answer: Reading | Reason = open_delivery(replace(file, table=table), source, gate)
        except Refusal as refusal:
            answer = refusal.reason
        _send(answers, answer)


def _data_in_use() -> int:
    """Bytes that libraries have set aside before the first file, most of it never touched."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmData:"))) * 1024


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
