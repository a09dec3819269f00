"""The way in: one source's landing folder into the lake, and the ledger of what this night knows about it.

What belongs here: which files are read tonight, which were read before, and what becomes of them. What does not: how
a file is read (`reading`), which delivery counts (`force`), whose rows are let in (`rolls`). Sources are taken in in
the order of `SOURCES`: survey and register rows are held against the people that monitoring and consent have told of.
Nothing a file holds can make `take_in` raise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import polars as pl

from dagster_project.door import lake as lake_files
from dagster_project.door import reasons, rolls, survey
from dagster_project.door.accounts import count_rows, row_fates
from dagster_project.door.checking import Gate
from dagster_project.door.deliveries import DUPLICATE, LATER, READ, REFUSED, Delivery, in_units
from dagster_project.door.files import UNKNOWN, LandedFile, list_landing, list_strays
from dagster_project.door.force import InForce, in_force_by_project, in_force_whole, precedence
from dagster_project.door.hashes import KnownHashes
from dagster_project.door.lake import LAKE_TABLES, prepare_lake
from dagster_project.door.limits import Limits
from dagster_project.door.memory import ReadRecord, forget, load_records, save_record
from dagster_project.door.opening import Reader, open_delivery
from dagster_project.door.people import People, consent_standing
from dagster_project.door.pseudonym import key_fingerprint
from dagster_project.door.reading import Reading, refused_if_too_many_rejected
from dagster_project.door.reasons import Refusal
from dagster_project.door.rolls import GATED, LANDED
from dagster_project.door.tables import ANSWERS, CODEBOOK, DECLARATIONS, INVITATIONS, PARTICIPANTS, PULL, Source, Table
from dagster_project.door.tables import SOURCES as _SOURCES

__all__ = [
    "DOOR_VERSION",
    "LAKE_TABLES",
    "SOURCES",
    "Delivery",
    "Intake",
    "Limits",
    "load_people",
    "note_strays",
    "prepare_lake",
    "take_in",
]

# Raise whenever the same bytes would land differently than before: every file in landing is then read again.
DOOR_VERSION: Final = 3

SOURCES: Final[tuple[str, ...]] = tuple(_SOURCES)

# Rows of a pull are looked up one by one while they are fewer than one in so many.
_ROWS_WORTH_A_LOOK: Final = 20

Tell = Callable[[str, str, pl.DataFrame], None]

# Answers are judged by the codebook and follow the invitations, so these are read before them.
_READING_ORDER: Final = {CODEBOOK.group: 0, INVITATIONS.group: 1, ANSWERS.group: 2}


@dataclass(frozen=True)
class Intake:
    """What `take_in` did for one source: its deliveries, and the rows per lake table of the read ones."""

    source: str
    deliveries: tuple[Delivery, ...]
    rows: Mapping[str, int]

    @property
    def rejected(self) -> int:
        """Rejected rows over all deliveries."""
        return sum(delivery.rows_rejected for delivery in self.deliveries)


def take_in(
    source: str,
    *,
    landing: Path,
    lake: Path,
    as_of: date,
    pseudonym_key: str,
    projects: frozenset[str],
    limits: Limits,
    looks_back: bool = False,
    read: Reader = open_delivery,
    tell: Tell | None = None,
) -> Intake:
    """Bring the lake and the ledger of one source up to what its landing folder holds.

    Args:
        source: one of `SOURCES`; its files lie in `landing/<source>/`.
        as_of: files extracted after this day are listed as `later` and not read.
        projects: the known project codes.
        looks_back: an earlier night spoke for a later day. Rows of files that are gone from landing, which could not
            come back, are then left in the lake whoever consents; the models ask for consent too.
        read: opens one file; in the product it does so in a process of its own.
        tell: is told the fate of every row that could be understood: delivery id, lake table, and a frame with
            row_number, project_code, fate.
    Raises:
        ValueError: the source is unknown or the key is empty. Never because of what a file holds.
        OSError: the lake cannot be written.
    """
    if source not in _SOURCES:
        raise ValueError(f"unknown source: {source}")
    if not pseudonym_key:
        raise ValueError("the pseudonym key is empty")
    prepare_lake(lake)
    night = _Night(_SOURCES[source], lake, as_of, Gate(pseudonym_key, projects, limits), read, looks_back=looks_back)
    hashes = KnownHashes(lake_files.reads_folder(lake) / f"hashes-{source}.json")
    deliveries = night.look_at(list_landing(landing, _SOURCES[source], hashes.of))
    hashes.save()
    night.write_ledger(deliveries, tell)
    read_files = [delivery for delivery in deliveries if delivery.verdict == READ]
    rows = {
        table: lake_files.count_rows(lake, table, [item.delivery_id for item in read_files if table in item.tables])
        for table in LAKE_TABLES[source]
    }
    return Intake(source, tuple(deliveries), rows)


def note_strays(landing: Path, lake: Path) -> int:
    """List the files that lie where nothing is read as refused; returns how many there are."""
    strays = [Delivery.unread(file, REFUSED, file.refusal) for file in list_strays(landing)]
    lake_files.write_ledger(lake, "deliveries", UNKNOWN, [_ledger_row(item, None) for item in strays])
    return len(strays)


def _ledger_row(item: Delivery, place: int | None) -> dict[str, object]:
    return {
        column: place if column == "precedence" else getattr(item, column)
        for column in lake_files.LEDGER_SCHEMAS["deliveries"]
    }


def load_people(lake: Path) -> People:
    """The people that monitoring and consent told of when they were last taken in."""
    participants = _rows_in_force(lake, "monitoring", PARTICIPANTS)
    standing = pl.read_parquet(lake / "ledger" / "consent_standing" / "*.parquet")
    return People.of(participants, standing)


def _rows_in_force(lake: Path, source: str, table: Table) -> pl.DataFrame:
    """A lake table's rows in force by the ledger; monitoring's project by project."""
    chosen = pl.read_parquet(lake / "ledger" / "in_force" / "*.parquet").filter(
        pl.col("lake_table") == table.lake_table
    )
    keys = ["delivery_id", "project_code"] if source == "monitoring" else ["delivery_id"]
    ids = chosen["delivery_id"].unique().sort()
    frames = [pl.read_parquet(lake_files.delivery_path(lake, table.lake_table, name)) for name in ids]
    rows = pl.concat([pl.DataFrame(schema=table.schema), *frames])
    return rows.join(chosen.select(keys), on=keys, how="semi", maintain_order="left")


class _Night:
    """One source on one night: what was known before, and what becomes of each file."""

    def __init__(self, source: Source, lake: Path, as_of: date, gate: Gate, read: Reader, *, looks_back: bool) -> None:
        self.source = source
        self.lake = lake
        self.as_of = as_of
        self.gate = gate
        self.read = read
        self.looks_back = looks_back
        self.records = {
            name: record
            for name, record in load_records(lake, source.name).items()
            if all(path.exists() for path in self._paths(record))
        }
        self.codebook: str | None = None
        self.invitations: str | None = None
        self.gated = any(table.group in GATED for table in source.tables)
        self.people = load_people(lake) if self.gated else People.nobody()
        self.fates: dict[str, pl.DataFrame] = {}

    # ---- files ------------------------------------------------------------------------------------------------------

    def look_at(self, files: Iterable[LandedFile]) -> list[Delivery]:
        """A verdict for every file in landing and for every file that was read earlier and is gone."""
        listed = self._sort_out(files)
        present = {file.delivery_id for file, _ in listed}
        gone = [record for record in self.records.values() if record.delivery_id not in present and not record.refusal]
        verdicts: dict[int, Delivery] = {}
        purged: dict[str, Delivery] = {}
        groups = {file.table_group for file, _ in listed} | {record.table_group for record in gone}
        for group in sorted(groups, key=lambda name: (_READING_ORDER.get(name, 0), name)):
            for place, (file, verdict) in enumerate(listed):
                if file.table_group == group:
                    verdicts[place] = verdict or self._take(file)
            for record in gone:
                if record.table_group == group:
                    purged[record.delivery_id] = self._without_file(record)
            self._settle(group, [*verdicts.values(), *purged.values()])
        self._hold_the_others_to_consent(present)
        return in_units([*(verdicts[place] for place in range(len(listed))), *(purged[r.delivery_id] for r in gone)])

    def _sort_out(self, files: Iterable[LandedFile]) -> list[tuple[LandedFile, Delivery | None]]:
        """The files with the verdicts that their names and hashes give; None for those to be read."""
        listed: list[tuple[LandedFile, Delivery | None]] = []
        seen: dict[str, LandedFile] = {}
        refused: dict[str, LandedFile] = {}
        for file in files:
            repeats = seen.get(file.delivery_id) or (refused.get(file.delivery_id) if file.refusal else None)
            verdict: Delivery | None
            if file.extract_date is not None and file.extract_date > self.as_of:
                verdict = Delivery.unread(file, LATER, reasons.later(self.as_of))
            elif repeats is not None and file.extract_date is not None:
                verdict = Delivery.unread(file, DUPLICATE, reasons.duplicate(repeats.shown_name))
            elif file.refusal or file.extract_date is None:
                # Kept apart from `seen`: the same bytes under a better name are still to be read.
                refused[file.delivery_id] = file
                verdict = Delivery.unread(file, REFUSED, file.refusal or reasons.NO_DATE)
            else:
                seen[file.delivery_id] = file
                verdict = None
            listed.append((file, verdict))
        return listed

    def _take(self, file: LandedFile) -> Delivery:
        record = self.records.get(file.delivery_id)
        if record is not None and self._still_holds(record, file):
            record = replace(record, file_name=file.shown_name, purged_on=None)
            if record.refusal or record.table_group not in GATED or self._all_let_in(record):
                return Delivery.of(record, file)
            if record.table_group == PULL.group and self._let_in_late(file):
                return Delivery.of(record, file)
        return self._open(file, record)

    def _hold_the_others_to_consent(self, present: set[str]) -> None:
        """What was read of files that do not count tonight (later, or badly named since) may not outlast consent."""
        for name, record in self.records.items():
            if record.table_group in GATED and not record.refusal and name not in self.fates:
                self._all_let_in(record, keep=self.looks_back and name not in present)

    def _open(self, file: LandedFile, before: ReadRecord | None) -> Delivery:
        forget(self.lake, file.delivery_id)
        try:
            reading = self.read(file, self.source, self._gate_for(file))
        except Refusal as refusal:
            # Not remembered: what depends on the hour, or what nobody foresaw, is tried again next night.
            self.records.pop(file.delivery_id, None)
            return Delivery.unread(file, REFUSED, refusal.reason)
        if file.table_group == ANSWERS.group and reading.refusal is None:
            reading = self._judged(reading)
        record = self._record(file, reading, before)
        frames = reading.frames
        if frames and file.table_group in GATED:
            roll = reading.roll
            if roll is None:
                roll = rolls.take_roll(file.table_group, frames, self.gate.pseudonym_key)
            self.fates[file.delivery_id] = self._fates_of(file.table_group, roll)
            if reading.roll is None:
                frames = rolls.let_in(file.table_group, frames, self.fates[file.delivery_id])
            rolls.save_roll(self.lake, file.delivery_id, roll)
        for table, frame in frames.items():
            lake_files.write_table(frame, lake_files.delivery_path(self.lake, table, file.delivery_id))
        for table, staged in reading.staged.items():
            lake_files.publish_staged(self.lake, table, file.delivery_id, staged)
        save_record(self.lake, record)
        self.records[file.delivery_id] = record
        return Delivery.of(record, file)

    def _gate_for(self, file: LandedFile) -> Gate:
        """Of a pull, the rows of those who consent are all that is read."""
        if file.table_group != PULL.group:
            return self.gate
        return replace(self.gate, wanted=frozenset(self.people.consenting("register")), lake=self.lake)

    def _without_file(self, record: ReadRecord) -> Delivery:
        """A file that was read earlier and is no longer in landing: it still counts, under the key it was read with."""
        delivery = Delivery.of(record)
        if record.extract_date > self.as_of:
            return replace(
                delivery,
                verdict=LATER,
                reason=reasons.later(self.as_of).about(delivery.file_name),
                rows_read=0,
                rows_rejected=0,
                tables=(),
                rejections=(),
            )
        if record.key_fingerprint != key_fingerprint(self.gate.pseudonym_key):
            return replace(delivery, rows_read=0, rejections=()).refused(reasons.PURGED)
        if record.table_group not in GATED:
            return delivery
        if not self._all_let_in(record, keep=self.looks_back):
            # Rows that were shut out when the file was still there cannot come back without it.
            held = rolls.rows_in_lake(self.lake, record.table_group, record.delivery_id)
            self.fates[record.delivery_id] = rolls.only_held(self.fates[record.delivery_id], held)
        if record.table_group == ANSWERS.group and record.terms != self._terms(record.table_group):
            return self._rejudged(delivery, record)
        return delivery

    # ---- what was read before ---------------------------------------------------------------------------------------

    def _paths(self, record: ReadRecord) -> list[Path]:
        paths = [lake_files.delivery_path(self.lake, table, record.delivery_id) for table in record.tables]
        if record.tables and record.table_group in GATED:
            paths.append(rolls.roll_path(self.lake, record.delivery_id))
        return paths

    def _terms(self, group: str) -> str:
        """What a reading depends on besides the bytes, the name and the key."""
        terms = (DOOR_VERSION, sorted(self.gate.projects), self.gate.limits)
        judged_by = (self.codebook,) if group == ANSWERS.group else ()
        return hashlib.sha256(repr(terms + judged_by).encode("utf-8")).hexdigest()[:12]

    def _still_holds(self, record: ReadRecord, file: LandedFile) -> bool:
        return (
            record.key_fingerprint == key_fingerprint(self.gate.pseudonym_key)
            and record.terms == self._terms(file.table_group)
            and record.sha256 == file.sha256
            and record.table_group == file.table_group
            and record.file_format == file.file_format
            and record.year == file.year
        )

    def _record(self, file: LandedFile, reading: Reading, before: ReadRecord | None) -> ReadRecord:
        assert file.extract_date is not None  # `_sort_out` gives no other file to be read
        return ReadRecord(
            delivery_id=file.delivery_id,
            source=file.source,
            table_group=file.table_group,
            file_name=file.shown_name,
            file_format=file.file_format,
            extract_date=file.extract_date,
            sha256=file.sha256,
            key_fingerprint=key_fingerprint(self.gate.pseudonym_key),
            terms=self._terms(file.table_group),
            rows_read=reading.rows_read,
            refusal=reading.refusal,
            rejections=tuple(reading.rejections),
            ignored_columns=tuple(dict.fromkeys(reading.ignored)),
            tables=(*reading.frames, *reading.staged),
            projects={
                name: tuple(frame["project_code"].unique().sort())
                for name, frame in reading.frames.items()
                if self.source.has_workbooks
            },
            headings=reading.headings,
            sheet=reading.sheet,
            part=str(file.year) if reading.yearly else file.part,
            year=file.year,
            read_on=before.read_on if before and before.read_on else datetime.now(UTC).date(),
        )

    # ---- consent ----------------------------------------------------------------------------------------------------

    def _fates_of(self, group: str, roll: pl.DataFrame) -> pl.DataFrame:
        if group == ANSWERS.group:
            if self.invitations is None:
                return rolls.answer_fates(roll, pl.DataFrame(schema={**roll.schema, "fate": pl.String}))
            return rolls.answer_fates(roll, self.fates[self.invitations])
        people = self.people.fingerprinted(self.gate.pseudonym_key)
        return rolls.pull_fates(roll, people) if group == PULL.group else rolls.invitation_fates(roll, people)

    def _all_let_in(self, record: ReadRecord, *, keep: bool = False) -> bool:
        """Shut out the rows that may no longer stand in the lake, unless all are to be kept.

        Returns:
            Whether every row that may stand there does.
        """
        group, name = record.table_group, record.delivery_id
        fates = self._fates_of(group, rolls.load_roll(self.lake, name))
        self.fates[name] = fates
        wanted = fates.filter(pl.col("fate") == LANDED)["row_number"]
        held = rolls.rows_in_lake(self.lake, group, name)
        if not keep and not held.is_in(wanted.implode()).all():
            rolls.shut_out(self.lake, group, name, fates)
        return bool(wanted.is_in(held.implode()).all())

    def _let_in_late(self, file: LandedFile) -> bool:
        """Read the rows of a pull, and them alone, whose persons have come to consent.

        Returns:
            Whether that was possible: where rows cannot be found by their place, or are many, the file is read again.
        """
        name = file.delivery_id
        fates = self.fates[name]
        held = rolls.rows_in_lake(self.lake, PULL.group, name)
        late = fates.filter(pl.col("fate") == LANDED, ~pl.col("row_number").is_in(held.implode())).sort("row_number")
        if late["place"].has_nulls() or late.height * _ROWS_WORTH_A_LOOK > fates.height:
            return False
        rows = tuple(late.select("row_number", "place").iter_rows())
        try:
            reading = self.read(file, self.source, replace(self._gate_for(file), rows=rows, lake=None))
        except Refusal:
            return False
        same = late.select("row_number", "person", "place")
        if reading.roll is None or not reading.roll.select(same.columns).equals(same):
            return False
        rolls.add_late(self.lake, PULL.group, name, reading.frames)
        return True

    # ---- the survey's own -------------------------------------------------------------------------------------------

    def _settle(self, group: str, deliveries: Iterable[Delivery]) -> None:
        """Know which codebook and which invitations count, as soon as all of them have been read."""
        read = [item for item in deliveries if item.verdict == READ and item.table_group == group]
        chosen = in_force_whole(read)
        if group == CODEBOOK.group:
            self.codebook = chosen[0].delivery_id if chosen else None
        elif group == INVITATIONS.group:
            self.invitations = chosen[0].delivery_id if chosen else None

    def _codebook(self) -> pl.DataFrame | None:
        if self.codebook is None:
            return None
        return pl.read_parquet(lake_files.delivery_path(self.lake, CODEBOOK.lake_table, self.codebook))

    def _judged(self, reading: Reading) -> Reading:
        """Answers without the rows that the codebook in force rejects."""
        codebook = self._codebook()
        rows, answers = reading.frames[ANSWERS.lake_table], reading.frames["survey_answers"]
        judged = survey.judge_answers(rows, answers, codebook, reading.headings, reading.sheet)
        wrong = pl.Series([rejection.row_number for rejection in judged], dtype=pl.Int32).implode()
        rejections = sorted((*reading.rejections, *judged), key=lambda rejection: rejection.row_number)
        kept = {name: frame.filter(~pl.col("row_number").is_in(wrong)) for name, frame in reading.frames.items()}
        ignored = survey.unknown_variables(reading.headings, codebook)
        return refused_if_too_many_rejected(
            replace(reading, frames=kept, rejections=rejections, ignored=ignored), self.gate.limits
        )

    def _rejudged(self, delivery: Delivery, record: ReadRecord) -> Delivery:
        """Answers whose file is gone, under another codebook than before: what the lake holds is judged."""
        codebook = self._codebook()
        rows, answers = (
            pl.read_parquet(lake_files.delivery_path(self.lake, table, record.delivery_id))
            for table in (ANSWERS.lake_table, "survey_answers")
        )
        judged = survey.judge_answers(rows, answers, codebook, record.headings, record.sheet)
        wrong = pl.Series([rejection.row_number for rejection in judged], dtype=pl.Int32).implode()
        self.fates[record.delivery_id] = self.fates[record.delivery_id].filter(~pl.col("row_number").is_in(wrong))
        rejections = tuple(sorted((*record.rejections, *judged), key=lambda rejection: rejection.row_number))
        result = replace(delivery, rejections=rejections, rows_rejected=len(rejections))
        if self.gate.limits.too_many_rejected(len(rejections), record.rows_read):
            return result.refused(reasons.too_many_rejected(len(rejections), record.rows_read))
        return result

    # ---- the ledger --------------------------------------------------------------------------------------------------

    def in_force(self, read: list[Delivery]) -> list[InForce]:
        """Which of the read deliveries count; the register's count person by person and are not listed."""
        if self.source.has_workbooks:
            projects = {
                item.delivery_id: {
                    table: frozenset(codes) for table, codes in self.records[item.delivery_id].projects.items()
                }
                for item in read
            }
            return in_force_by_project(read, projects)
        return [] if PULL in self.source.tables else in_force_whole(read)

    def write_ledger(self, deliveries: list[Delivery], tell: Tell | None) -> None:
        """Everything this night knows about the source, and nothing left in the lake that it does not know."""
        name = self.source.name
        read = [item for item in deliveries if item.verdict == READ]
        order = precedence(read)

        def write(table: str, rows: Iterable[Mapping[str, object]]) -> None:
            lake_files.write_ledger(self.lake, table, name, rows)

        write("deliveries", [_ledger_row(item, order.get(item.delivery_id)) for item in deliveries])
        write(
            "rejected_rows",
            [
                {
                    "delivery_id": item.delivery_id,
                    "source": name,
                    "file_name": item.file_name,
                    "sheet": rejection.sheet,
                    "row_number": rejection.row_number,
                    "column_name": rejection.column_name,
                    "reason": str(rejection.reason),
                }
                for item in deliveries
                for rejection in item.rejections
            ],
        )
        in_force = self.in_force(read)
        write("in_force", [vars(chosen) for chosen in in_force])
        if DECLARATIONS in self.source.tables:
            declarations = _rows_in_force(self.lake, name, DECLARATIONS)
            standing = consent_standing(declarations, self.as_of)
            lake_files.write_table(standing, lake_files.ledger_path(self.lake, "consent_standing", name))
        if not self.gated:
            self.people = load_people(self.lake)
        counted: list[dict[str, object]] = []
        for item, table, rows in row_fates(self.lake, read, in_force, self.people, self.fates, order):
            counted += count_rows(item, table, rows)
            if tell:
                tell(item.delivery_id, table, rows)
        write("delivery_rows", counted)
        believed = {item for item, record in self.records.items() if record.refusal is None}
        lake_files.remove_stale(self.lake, name, believed)
