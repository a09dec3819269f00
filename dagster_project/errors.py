"""What stops a run, in sentences that may leave the machine.

Belongs here: the class of errors whose text the product wrote, and what to say of the disk, the rights and the memory
that any library may stumble over. A library's own words may quote a cell: they stay in the log.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path


class NedslagError(Exception):
    """An error in a sentence of the product: what is wrong, where, what to do; nothing of anybody."""


_NOTHING_LOST = "Nothing is lost: the last published set stands."
_FULL_BYTES = 2_000_000
_FULL = (
    "The disk of {folder} is full. Make room there (the runs' history and logs can go: NEDSLAG_HISTORY_DAYS), then run "
    f"`make nightly`. {_NOTHING_LOST}"
)
_OF_THE_MACHINE = (
    (
        re.compile(r"No space left on device|disk is full|disk full|Disk quota exceeded|File too large", re.IGNORECASE),
        _FULL,
    ),
    (
        re.compile(
            r"Permission denied|Read-only file system|readonly database|unable to open database file|"
            r"Operation not permitted",
            re.IGNORECASE,
        ),
        "Something in {folder} may not be read or written by the user of this run. Give the folder, and all in it, to "
        f"that user (`chown -R`), then run `make nightly`. {_NOTHING_LOST}",
    ),
    (
        re.compile(r"MemoryError|Cannot allocate memory|Out of Memory Error|OutOfMemoryException", re.IGNORECASE),
        f"The machine had too little memory. Give it more, or start the run when less else runs. {_NOTHING_LOST}",
    ),
)


def of_the_machine(words: str, folder: Path) -> str | None:
    """What to do about a disk, rights or memory that a library complains of; None when it is about something else.

    Args:
        words: the class and text of an error.
        folder: the data folder.
    """
    return next(
        (sentence.format(folder=folder) for pattern, sentence in _OF_THE_MACHINE if pattern.search(words)), None
    )


def told(chain: Iterable[tuple[str, str]], folder: Path) -> str | None:
    """The sentence that an error and its causes give, or None when nobody foresaw it.

    Args:
        chain: class name and text of the error and of each of its causes, the error first.
        folder: the data folder.
    """
    errors = list(chain)
    ours = {kind.__name__ for kind in _kinds(NedslagError)}
    written = [text for name, text in errors if name in ours]
    if written:
        return written[-1]
    # Some libraries say no more than that a file could not be opened.
    with suppress(OSError):
        if shutil.disk_usage(folder).free < _FULL_BYTES:
            return _FULL.format(folder=folder)
    return next(filter(None, (of_the_machine(f"{name}: {text}", folder) for name, text in errors)), None)


def causes(error: BaseException) -> Iterator[tuple[str, str]]:
    """Class name and text of an error and of each of its causes."""
    one: BaseException | None = error
    while one is not None:
        yield type(one).__name__, str(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _kinds(kind: type[NedslagError]) -> Iterator[type[NedslagError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
