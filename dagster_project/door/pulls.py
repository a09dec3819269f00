"""What a pull becomes: persons, spells and the roll, put together piece by piece so that a national pull needs no more
room than a small one.

What belongs here: second rows of a person, whose rows are kept, the lake files that grow while a pull is read. What
does not: how a piece is read (`pull_text`, `pull_columns`).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.door import reasons
from dagster_project.door.checking import ROW_NUMBER, Gate, Rejection
from dagster_project.door.headings import Heading
from dagster_project.door.lake import SCHEMAS, staged_path
from dagster_project.door.native.tables import Seen
from dagster_project.door.reading import Reading
from dagster_project.door.register import Clocks, Runs, Ticks
from dagster_project.door.rolls import ROLL_SCHEMA
from dagster_project.door.tables import Table

Words = npt.NDArray[np.uint64]

_SPELLS_AT_ONCE: Final = 1 << 18
_PERSONS_AT_ONCE: Final = 1 << 16
_BENEFITS: Final = "register_benefit_spells"
_INDUSTRIES: Final = "register_industry_spells"
# How many digits a code has, by the table that holds it.
_DIGITS: Final = {_BENEFITS: 3, _INDUSTRIES: 6}


@dataclass(frozen=True)
class Piece:
    """Some rows of a pull, judged; the arrays that do not speak of spells have an entry per accepted row.

    Attributes:
        rows_read: rows that are not blank, rejected ones included.
        rejections: without those of second rows, which only the whole pull can tell.
        numbers: row numbers as a person sees them. places: the rows' first bytes in the file, -1 where that tells
            nothing. people: participant ids in two words. marks: their fingerprints.
        wanted: whose rows are kept. fields: of the wanted rows, the contract's columns but the person.
        weeks, months: spells of wanted rows; `row` is the entry of the accepted row, first and last running numbers.
    """

    rows_read: int
    rejections: list[Rejection]
    numbers: npt.NDArray[np.int32]
    places: npt.NDArray[np.int64]
    people: Words
    marks: Words
    wanted: npt.NDArray[np.bool_]
    fields: pl.DataFrame
    weeks: Runs
    months: Runs


def id_words(ids: list[str]) -> Words:
    """Participant ids as 64-bit words (n, 2)."""
    return np.frombuffer(bytes.fromhex("".join(ids)), dtype=">u8").astype(np.uint64).reshape(-1, 2)


def id_texts(people: Words) -> pa.Array:
    """Participant ids in words as Arrow text."""
    digits = people.astype(">u8").tobytes().hex().encode("ascii")
    ends = np.arange(0, len(digits) + 1, 32, dtype=np.int32)
    return pa.StringArray.from_buffers(len(people), pa.py_buffer(ends), pa.py_buffer(digits))


class _LakeFile:
    """A lake table of one delivery that is written as it comes: to disk, or in memory when there is no lake."""

    def __init__(self, table: str, delivery_id: str, lake: Path | None) -> None:
        self._path = staged_path(lake, table, delivery_id) if lake else None
        self._memory = io.BytesIO()
        self._empty = pl.DataFrame(schema=SCHEMAS[table])
        self._delivery_id = delivery_id
        self._writer: pq.ParquetWriter | None = None

    def write(self, columns: list[pa.Array]) -> None:
        """Rows, all columns but delivery_id."""
        ids = pa.DictionaryArray.from_arrays(
            _arrow(np.zeros(len(columns[0]), dtype=np.int32)), _texts([self._delivery_id])
        )
        batch = pa.record_batch([ids, *columns], names=self._empty.columns)
        # Readers are to see the texts, not that they came as places in a dictionary.
        self._writer = self._writer or pq.ParquetWriter(
            self._path or self._memory,
            batch.schema,
            compression="zstd",
            use_dictionary=[name for name, dtype in self._empty.schema.items() if dtype == pl.String],
            store_schema=False,
        )
        self._writer.write_batch(batch)

    def discard(self) -> None:
        """Leave nothing of it."""
        if self._writer:
            self._writer.close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def close(self) -> Path | pl.DataFrame:
        """Where the table stands, or the table."""
        if self._writer:
            self._writer.close()
        else:
            self._empty.write_parquet(self._path or self._memory)
        if self._path:
            return self._path
        self._memory.seek(0)
        return pl.read_parquet(self._memory)


@dataclass
class _Pending:
    """Spells that wait to be written: the person's place among those waiting, code, first and last."""

    rows: list[npt.NDArray[np.int64]] = field(default_factory=list)
    codes: list[npt.NDArray[np.int32]] = field(default_factory=list)
    firsts: list[npt.NDArray[np.int32]] = field(default_factory=list)
    lasts: list[npt.NDArray[np.int32]] = field(default_factory=list)
    count: int = 0

    def add(self, runs: Runs, place: npt.NDArray[np.int64]) -> None:
        """Spells whose person has a place; -1 is none."""
        rows = place[runs.row]
        kept = rows >= 0
        self.rows.append(rows[kept])
        self.codes.append(runs.code[kept])
        self.firsts.append(runs.first[kept])
        self.lasts.append(runs.last[kept])
        self.count += len(self.rows[-1])

    def columns(self, people: pa.Array, digits: int) -> list[pa.Array]:
        """The waiting spells as lake columns."""
        codes = np.concatenate(self.codes)
        met = np.zeros(10**digits, dtype=np.bool_)
        met[codes] = True
        places = (np.cumsum(met, dtype=np.int32) - 1)[codes]
        texts = _texts([f"{code:0{digits}}" for code in np.flatnonzero(met).tolist()])
        return [
            pa.DictionaryArray.from_arrays(_arrow(np.concatenate(self.rows).astype(np.int32)), people),
            pa.DictionaryArray.from_arrays(_arrow(places), texts),
            _arrow(np.concatenate(self.firsts)),
            _arrow(np.concatenate(self.lasts)),
        ]


class PullTables:
    """The lake tables of one pull while it is read, a context manager: what breaks it off leaves no file.

    Pieces come in file order.
    """

    def __init__(
        self,
        table: Table,
        heading: Heading,
        clocks: Clocks,
        gate: Gate,
        delivery_id: str,
        sheet: str | None = None,
    ) -> None:
        self._table, self._heading, self._clocks = table, heading, clocks
        self._delivery_id, self._sheet = delivery_id, sheet
        self._files = {name: _LakeFile(name, delivery_id, gate.lake) for name in (table.lake_table, *_DIGITS)}
        self._seen = Seen()
        self._rows_read = 0
        self._rejections: list[Rejection] = []
        self._roll: list[pl.DataFrame] = []
        self._start_waiting()

    def _start_waiting(self) -> None:
        self._people: list[Words] = []
        self._persons: list[pl.DataFrame] = []
        self._waiting = 0
        self._pending = {name: _Pending() for name in _DIGITS}

    def __enter__(self) -> PullTables:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            for file in self._files.values():
                file.discard()

    def add(self, piece: Piece) -> None:
        """The next rows of the file."""
        self._rows_read += piece.rows_read
        self._rejections += piece.rejections
        first = self._seen.add(piece.people)
        self._rejections += [
            Rejection(self._sheet, number, None, reasons.SECOND_ROW) for number in piece.numbers[~first].tolist()
        ]
        self._roll.append(
            pl.DataFrame({ROW_NUMBER: piece.numbers[first], "person": piece.marks[first], "place": piece.places[first]})
        )
        kept = first & piece.wanted
        if not kept.any():
            return
        place = np.where(kept, self._waiting + np.cumsum(kept) - 1, -1)
        self._people.append(piece.people[kept])
        fields = piece.fields
        if fields.height != np.count_nonzero(kept):
            fields = fields.filter(pl.Series(first[piece.wanted]))
        self._persons.append(fields.insert_column(0, pl.Series(ROW_NUMBER, piece.numbers[kept])))
        self._waiting += int(kept.sum())
        for name, runs in ((_BENEFITS, piece.weeks), (_INDUSTRIES, piece.months)):
            self._pending[name].add(runs, place)
        most = max(pending.count for pending in self._pending.values())
        if most >= _SPELLS_AT_ONCE or self._waiting >= _PERSONS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        people = id_texts(np.concatenate(self._people))
        persons = pl.concat(self._persons).with_columns(pl.Series("participant_id", people))
        schema = self._table.schema
        columns = [persons[name].cast(schema[name]).to_arrow() for name in schema if name != "delivery_id"]
        self._files[self._table.lake_table].write([_plain(column) for column in columns])
        for name, pending in self._pending.items():
            if pending.count:
                self._files[name].write(pending.columns(people, _DIGITS[name]))
        self._start_waiting()

    def close(self) -> Reading:
        """The reading that the pieces make together."""
        self._write()
        tables = {name: file.close() for name, file in self._files.items()}
        frames = {name: table for name, table in tables.items() if isinstance(table, pl.DataFrame)}
        frames["register_weeks"] = _ticks_frame(self._delivery_id, "week", self._clocks.weeks)
        frames["register_months"] = _ticks_frame(self._delivery_id, "month", self._clocks.months)
        clocks = {*self._clocks.weeks.positions, *self._clocks.months.positions}
        return Reading(
            frames=frames,
            staged={name: table for name, table in tables.items() if isinstance(table, Path)},
            roll=self._whole_roll(),
            rejections=sorted(self._rejections, key=lambda rejection: rejection.row_number),
            rows_read=self._rows_read,
            ignored=[self._heading.shown(position) for position in self._heading.others() if position not in clocks],
            yearly=self._clocks.yearly,
        )

    def _whole_roll(self) -> pl.DataFrame:
        roll = pl.concat([pl.DataFrame(schema=ROLL_SCHEMA), *self._roll], how="diagonal")
        return roll.with_columns(place=pl.when(pl.col("place") >= 0).then("place"))


# Arrow's own way of making arrays would load pandas first.


def _texts(texts: list[str]) -> pa.Array:
    return _plain(pl.Series(texts, dtype=pl.String).to_arrow())


def _arrow(numbers: npt.NDArray[np.int32]) -> pa.Array:
    return pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(np.ascontiguousarray(numbers))])


def _plain(column: pa.Array) -> pa.Array:
    """Text in the one Arrow type that every reader of the lake knows."""
    return column.cast(pa.string()) if column.type in (pa.large_string(), pa.string_view()) else column


def _ticks_frame(delivery_id: str, name: str, ticks: Ticks) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(ticks.numbers, dtype=pl.Int32)}).select(
        pl.lit(delivery_id).alias("delivery_id"), pl.all()
    )
