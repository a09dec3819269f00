"""What lies in a landing folder: dates, hashes and kinds, told from names and bytes alone.

What belongs here: identity. What does not: opening a file as a table (`readers`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from dagster_project.door import reasons
from dagster_project.door.hashes import HashOf, Stamp, hash_bytes, stamp_of
from dagster_project.door.masking import mask_digits
from dagster_project.door.reasons import Reason
from dagster_project.door.tables import COMPRESSIONS, PULL, SOURCES, Source, Table

WORKBOOK: Final = "workbook"
UNKNOWN: Final = "unknown"

_DATED_NAME: Final = re.compile(
    r"(?P<name>.*[^0-9]|)(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\.(?P<extension>[^.]*(?:\.(?:gz|bz2|xz|zst))?)",
    re.S | re.I,
)
_SHORT_HASH: Final = 12

# The year of a yearly cut of the register stands in the file's name alone: dream2018_..., 2018_...
_YEAR: Final = re.compile(r"(?<![0-9])(19[0-9]{2}|20[0-9]{2})(?![0-9])")
_UNSHOWABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class LandedFile:
    """One file in landing.

    Attributes:
        shown_name: the file name with CPR-like digits masked; the only form that leaves the door.
        extract_date: the day in the name, or None.
        sha256: hex digest of the bytes; empty when they could not be read.
        table: which table the name says it is; None for a workbook with several, and for a file with a `refusal`.
        part: the word in its name that tells it from the other files of one delivery; None for a delivery of its own.
        year: of a register file, the one year that its name holds before the date.
        stamp: what tells that the file has not been written to since it was hashed.
        refusal: why the file cannot even be opened, told from its name.
    """

    path: Path
    source: str
    shown_name: str
    extract_date: date | None
    file_format: str
    sha256: str
    table_group: str
    table: Table | None
    refusal: Reason | None
    part: str | None = None
    year: int | None = None
    stamp: Stamp = ()

    @property
    def delivery_id(self) -> str:
        """`<source>-<extract date>-<12 hex digits of the content's hash>`."""
        day = self.extract_date.isoformat() if self.extract_date else "undated"
        return f"{self.source}-{day}-{self.sha256[:_SHORT_HASH] or 'unreadable'}"


def list_landing(landing: Path, source: Source, hash_of: HashOf = hash_bytes) -> list[LandedFile]:
    """The files of `landing/<source>/` by name; folders, hidden files and office programs' lock files are no files."""
    folder = landing / source.name
    if not folder.is_dir():
        return []
    paths = sorted((path for path in folder.iterdir() if _is_delivery(path)), key=lambda path: path.name)
    return [describe(path, source, hash_of) for path in paths]


def list_strays(landing: Path) -> list[LandedFile]:
    """Files below `landing` that lie in no source's folder, or deeper than in it: delivered, and read by nobody."""
    strays = [
        path for path in delivered_paths(landing) if path.parent.parent != landing or path.parent.name not in SOURCES
    ]
    return [_stray(path, path.relative_to(landing)) for path in strays]


def _stray(path: Path, place: Path) -> LandedFile:
    try:
        digest = hash_bytes(path, ())
    except OSError:
        digest = ""
    return LandedFile(
        path=path,
        source=place.parts[0] if place.parts[0] in SOURCES else UNKNOWN,
        shown_name="/".join([*map(shown_name, place.parts[:-1]), shown_name(place.name)]),
        extract_date=extract_date_of(path.name),
        file_format=UNKNOWN,
        sha256=digest,
        table_group=UNKNOWN,
        table=None,
        refusal=reasons.astray(SOURCES),
    )


def delivered_paths(landing: Path) -> list[Path]:
    """Every file below `landing`, wherever it lies."""
    return [path for path in sorted(landing.rglob("*")) if _is_delivery(path)]


def _is_delivery(path: Path) -> bool:
    # A link that leads nowhere was delivered too: it is listed, and refused as unreadable.
    return not path.name.startswith((".", "~$")) and (path.is_file() or path.is_symlink())


def describe(path: Path, source: Source, hash_of: HashOf = hash_bytes) -> LandedFile:
    """Everything the name and the bytes' hash say about one file."""
    file_format = format_of(path.name)
    known_format = file_format in source.formats
    extract_date = extract_date_of(path.name)
    marked = _marked_tables(path.name, source)
    refusal = None
    table: Table | None = None
    group = UNKNOWN
    stamp: Stamp = ()
    try:
        stamp = stamp_of(path)
        digest = hash_of(path, stamp)
    except OSError:
        digest, refusal = "", reasons.UNREADABLE
    if not known_format:
        refusal = refusal or reasons.unknown_format(source.formats)
    elif source.has_workbooks and file_format == "xlsx":
        group = WORKBOOK
    elif len(marked) == 1:
        table, group = marked[0], marked[0].group
    else:
        refusal = refusal or reasons.unknown_kind(item.mark for item in source.tables if item.mark)
    if extract_date is None:
        refusal = refusal or reasons.NO_DATE
    return LandedFile(
        path=path,
        source=source.name,
        shown_name=shown_name(path.name),
        extract_date=extract_date,
        file_format=file_format if known_format else UNKNOWN,
        sha256=digest,
        table_group=group,
        table=table,
        refusal=refusal,
        part=table.mark if table is not None and table.sheet else None,
        year=_year_of(path.name) if table is PULL else None,
        stamp=stamp,
    )


def _marked_tables(name: str, source: Source) -> list[Table]:
    folded = name.casefold()
    return [table for table in source.tables if table.mark is None or table.mark in folded]


def extract_date_of(name: str) -> date | None:
    """The day right before the extension, or None when there is none or no such day."""
    found = _DATED_NAME.fullmatch(name)
    if not found:
        return None
    try:
        return date.fromisoformat(found["date"])
    except ValueError:
        return None


def format_of(name: str) -> str:
    """The file's kind by its ending, with that of its compression: `csv`, `csv.gz`."""
    parts = name.lower().rsplit(".", 2)
    if len(parts) == 3 and parts[2] in COMPRESSIONS:
        return f"{parts[1]}.{parts[2]}"
    return parts[-1] if len(parts) > 1 else ""


def _year_of(name: str) -> int | None:
    found = _DATED_NAME.fullmatch(name)
    years = _YEAR.findall(found["name"]) if found else []
    return int(years[0]) if len(years) == 1 else None


def shown_name(name: str) -> str:
    """A file name that may be shown: CPR-like digits masked, the extraction date kept, valid text on one line."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    shown = mask_digits(text)
    if found := _DATED_NAME.fullmatch(text):
        shown = f"{mask_digits(found['name'])}{found['date']}.{mask_digits(found['extension'])}"
    return _UNSHOWABLE.sub("?", shown)
