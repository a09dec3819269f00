"""A pull in delimited text, read as bytes: the rows of those who are wanted become spells, the others are judged and
passed by.

What belongs here: how the bytes are had (in parallel from a plain file, in order from anything else) and how what the
compiled loops tell of them becomes a `pulls.Piece`. What does not: the loops (`native.rows`) and the rules they follow
(`register`, `cells`). Memory is bounded by the pieces, whatever the size of the file.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from dagster_project.door import cells, reasons
from dagster_project.door.cells import text_of
from dagster_project.door.checking import Gate, Rejection, cell_reader
from dagster_project.door.headings import Heading
from dagster_project.door.native import rows as native
from dagster_project.door.native.hashing import HashKeys, fingerprints_of, prepare_keys
from dagster_project.door.native.tables import CellTexts, wanted_table
from dagster_project.door.pulls import Piece, PullTables, id_words
from dagster_project.door.readers import plain_refusals, text_tops
from dagster_project.door.reading import Reading, choose_pull_heading
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.register import Clocks, Runs, Ticks, find_clocks
from dagster_project.door.tables import Column, Table

# What one thread is given, and what it reads at once: few enough bytes to stay in the processor's caches.
SEGMENT: int = 32 * 1024**2
BLOCK: int = 2 * 1024**2
# More would read faster than a disk gives, and each has some 20 MB in hand.
_MOST_THREADS: Final = 8
# A heading further in than this is not looked for; a row longer than this is no person's.
_TOP: Final = 8 * 1024**2
_LONGEST_ROW: Final = 16 * 1024**2
_ROWS: Final = 8192
_SPELLS: Final = 1 << 17
_TEXTS_REMEMBERED: Final = 1 << 18

_ODD_BLANKS: Final = re.compile(f"[{re.escape(''.join(sign for sign in cells.BLANKS if not sign.isascii()))}]")
_COMPRESSIONS: Final[dict[str, Callable[[IO[bytes]], Any]]] = {
    "csv.gz": lambda file: gzip.GzipFile(fileobj=file),
    "csv.bz2": bz2.BZ2File,
    "csv.xz": lzma.LZMAFile,
    "csv.zst": lambda file: pa.CompressedInputStream(file, "zstd"),
}

_Numbered = Callable[[str | None, Reason], int]


class _NotPlainError(Exception):
    """The bytes hold quotation marks or letters beyond ASCII, which only reading in order can tell apart."""


class _OtherEncodingError(Exception):
    """The bytes are not text in the encoding that was tried."""


@dataclass(frozen=True)
class _Stretch:
    """What the loops tell of some rows: copies of what they wrote, and the bytes of the rows they called odd."""

    rows: native.Rows
    weeks: native.Spells
    months: native.Spells
    odd: dict[int, bytes]
    met_rows: int
    met: int


def read_text_pull(content: Path | bytes, file_format: str, gate: Gate, delivery_id: str, year: int | None) -> Reading:
    """A pull in text into lake tables.

    Args:
        content: the file, or its bytes. file_format: `csv`, or one of the compressed kinds.
    Raises:
        Refusal: the file as a whole cannot be used.
    """
    with _unpacked(content, file_format) as stream:
        marked = _read_fully(stream, 2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return _TextPull(content, file_format, encoding, gate, delivery_id, year).read()
        except _OtherEncodingError:
            continue
    raise Refusal(reasons.ENCODING)


@contextmanager
def _unpacked(content: Path | bytes, file_format: str) -> Iterator[IO[bytes]]:
    with open(content, "rb") if isinstance(content, Path) else io.BytesIO(content) as file:
        unpack = _COMPRESSIONS.get(file_format)
        yield unpack(file) if unpack else file


class _TextPull:
    """One file, under one encoding."""

    def __init__(
        self, content: Path | bytes, file_format: str, encoding: str, gate: Gate, delivery_id: str, year: int | None
    ) -> None:
        self._content, self._format, self._encoding = content, file_format, encoding
        self._gate, self._delivery_id = gate, delivery_id
        with _unpacked(content, file_format) as stream:
            top = _read_fully(stream, _TOP)
        text = self._decoder().decode(top, len(top) < _TOP)
        if "\0" in text:
            raise Refusal(reasons.NUL_BYTES)
        text = text if "\n" in text else text.replace("\r", "\n")
        self._table, found, self._heading = choose_pull_heading(
            lambda is_heading: text_tops(text, gate.limits, is_heading),
            lambda top: ([text_of(cell) for cell in row] for row in top.rows),
        )
        assert found.offset is not None  # where the heading is, the rows below it begin
        # In UTF-16 the body is decoded from the start of the file; elsewhere its bytes are read as they stand.
        self._body = len(text[: found.offset].encode("utf-8" if encoding == "utf-8-sig" else encoding))
        if encoding == "utf-8-sig" and top.startswith(codecs.BOM_UTF8):
            self._body += len(codecs.BOM_UTF8)
        self._skipped_text = found.offset
        self._clocks = find_clocks(self._heading.cells, year)
        self._layout = layout_of(self._table, self._heading, self._clocks, found.delimiter, gate)
        self._keys = prepare_keys(gate.pseudonym_key)
        self._persons = native.Persons(
            self._keys.inner_and_outer,
            self._keys.blake,
            np.empty((0, 2), dtype=np.uint64) if gate.wanted is None else wanted_table(id_words(sorted(gate.wanted))),
        )

    def read(self) -> Reading:
        """The whole file."""
        if self._gate.rows is not None:
            return self._settled(self._at(self._gate.rows))
        plain = isinstance(self._content, Path) and self._format == "csv" and self._encoding != "utf-16"
        if plain:
            try:
                return self._settled(self._in_parallel())
            except _NotPlainError:
                pass
        return self._settled(self._in_order())

    def _settled(self, stretches: Iterator[_Stretch]) -> Reading:
        judge = _Judge(self._table, self._heading, self._clocks, self._layout, self._gate, self._keys)
        with PullTables(self._table, self._heading, self._clocks, self._gate, self._delivery_id) as tables:
            for stretch in stretches:
                if stretch.met & native.NUL:
                    raise Refusal(reasons.NUL_BYTES)
                if stretch.met & native.LONG_CELL:
                    raise Refusal(reasons.CELL_TOO_LONG)
                if stretch.met & native.WIDE:
                    raise Refusal(reasons.TOO_MANY_COLUMNS)
                tables.add(judge.piece(stretch))
            return tables.close()

    def _decoder(self) -> _StrictDecoder:
        return _StrictDecoder(self._encoding)

    # ---- a plain file: segments side by side ------------------------------------------------------------------------

    def _in_parallel(self) -> Iterator[_Stretch]:
        """The rows by where they begin, SEGMENT by SEGMENT; as many at a time as there are processors."""
        assert isinstance(self._content, Path)
        descriptor = os.open(self._content, os.O_RDONLY)
        try:
            size = os.fstat(descriptor).st_size
            if size > self._gate.limits.pull_bytes:
                raise Refusal(reasons.TOO_LARGE)
            own = threading.local()
            threads = min(os.cpu_count() or 1, _MOST_THREADS)
            starts = iter(range(self._body, size, SEGMENT))
            with ThreadPoolExecutor(threads) as pool:
                waiting: deque[Future[list[_Stretch]]] = deque()
                try:
                    while True:
                        while len(waiting) < 2 * threads and (start := next(starts, None)) is not None:
                            waiting.append(pool.submit(self._segment, descriptor, start, size, own))
                        if not waiting:
                            return
                        yield from waiting.popleft().result()
                finally:
                    for future in waiting:
                        future.cancel()
        finally:
            os.close(descriptor)

    def _segment(self, descriptor: int, start: int, size: int, own: threading.local) -> list[_Stretch]:
        """The rows that begin in one segment, read BLOCK by BLOCK into the thread's own room."""
        if not hasattr(own, "room"):
            own.room = _Room(self._layout)
        room: _Room = own.room
        stretches: list[_Stretch] = []
        stop = min(start + SEGMENT, size)
        place = self._first_row(descriptor, start, stop, room) if start > self._body else start
        ahead = BLOCK
        while place < stop:
            got = room.fill(descriptor, place, ahead)
            done = room.read(min(got, stop - place), got, place + got >= size, self._layout, self._persons)
            room.placed(place)
            if room.met & (native.HIGH | native.QUOTE):
                raise _NotPlainError
            if room.is_crowded():
                stretches += room.take()
            elif not done:
                # The row goes on beyond what was read.
                if got > _LONGEST_ROW:
                    raise Refusal(reasons.ROW_TOO_LONG)
                ahead *= 2
                continue
            ahead = BLOCK
            place += done
        return stretches + room.take()

    def _first_row(self, descriptor: int, start: int, stop: int, room: _Room) -> int:
        """Where the first row begins that begins at `start` or later; `stop` when none does before it."""
        place = start - 1
        while place < stop:
            # One byte more than is looked at: a carriage return may be followed by its line feed.
            got = room.fill(descriptor, place, BLOCK + 1)
            text = room.buffer[:got].tobytes()
            seen = min(got, BLOCK)
            line = text.find(b"\n", 0, seen)
            lone = text.find(b"\r", 0, seen if line < 0 else line)
            if lone >= 0 and text[lone + 1 : lone + 2] != b"\n":
                return min(place + lone + 1, stop)
            if line >= 0:
                return min(place + line + 1, stop)
            place += seen
        return stop

    # ---- some rows of a plain file ----------------------------------------------------------------------------------

    def _at(self, rows: Sequence[tuple[int, int]]) -> Iterator[_Stretch]:
        """Rows by their number and first byte, in file order."""
        assert isinstance(self._content, Path)
        room = _Room(self._layout)
        following = self._heading.first_row
        with open(self._content, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            for number, place in rows:
                ahead, done = BLOCK, 0
                while not done and ahead <= 2 * _LONGEST_ROW:
                    got = room.fill(file.fileno(), place, ahead)
                    room.skip_to(number - following)
                    done = room.read(1, got, place + got >= size, self._layout, self._persons)
                    ahead *= 2
                room.placed(place)
                yield from room.take()
                following = number + 1

    # ---- anything else: in order ------------------------------------------------------------------------------------

    def _in_order(self) -> Iterator[_Stretch]:
        """The rows one block after the other, decoded where the bytes are not ASCII."""
        room = _Room(self._layout)
        carried = b""
        met = 0
        for block, at_end in self._blocks():
            content = carried + block
            room.hold(content)
            place = 0
            crowded = True
            while crowded and place < len(content):
                place = room.read(len(content), len(content), at_end, self._layout, self._persons, place)
                crowded, met = room.is_crowded(), room.met
                if met & native.BROKEN:
                    raise Refusal(reasons.QUOTES)
                yield from room.take()
            carried = content[place:]
            if len(carried) > _LONGEST_ROW:
                raise Refusal(reasons.QUOTES if met & native.QUOTE else reasons.ROW_TOO_LONG)

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        """The body in pieces of ASCII or UTF-8, odd blanks made plain ones, and whether it is the last."""
        decoder = self._decoder()
        left = self._skipped_text
        read = 0
        with _unpacked(self._content, self._format) as stream:
            if self._encoding != "utf-16":
                _read_fully(stream, self._body)
                left = 0
                decoder.reset_after_mark()
            block = _read_fully(stream, BLOCK)
            while True:
                read += len(block)
                if read > self._gate.limits.pull_bytes:
                    raise Refusal(reasons.TOO_LARGE)
                following = _read_fully(stream, BLOCK)
                text = decoder.decode_block(block, not following)
                if isinstance(text, str):
                    skipped, text = text[:left], text[left:]
                    left -= len(skipped)
                    text = _ODD_BLANKS.sub(" ", text).encode("utf-8")
                yield text, not following
                if not following:
                    return
                block = following


class _StrictDecoder:
    """An incremental decoder that lets ASCII pass as the bytes it is."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")

    def reset_after_mark(self) -> None:
        """Go on behind the byte order mark."""
        if self._encoding == "utf-8-sig":
            self._decoder = codecs.getincrementaldecoder("utf-8")("strict")

    def decode(self, content: bytes, final: bool) -> str:
        """Text.

        Raises:
            _OtherEncodingError: it is none in this encoding.
        """
        try:
            return self._decoder.decode(content, final)
        except UnicodeDecodeError:
            raise (Refusal(reasons.ENCODING) if self._encoding != "utf-8-sig" else _OtherEncodingError()) from None

    def decode_block(self, content: bytes, final: bool) -> str | bytes:
        """Text, or the same bytes where they are ASCII and nothing is pending."""
        if self._encoding != "utf-16" and content.isascii() and not self._decoder.getstate()[0]:
            return content
        return self.decode(content, final)


class _Room:
    """What one thread reads into: bytes, rows, spells, scratch."""

    def __init__(self, layout: native.Layout) -> None:
        weeks, months = layout.week_jumps.size, layout.month_jumps.size
        self.buffer = np.zeros(BLOCK + 1 + native.PADDING, dtype=np.uint8)
        self._rows = native.make_rows(_ROWS, layout.backgrounds)
        self._weeks = native.make_spells(_SPELLS + weeks)
        self._months = native.make_spells(_SPELLS + months)
        self._scratch = native.make_scratch(weeks, months, layout.backgrounds)
        self._odd: dict[int, bytes] = {}
        self._unplaced = 0

    @property
    def met(self) -> int:
        """What was met since the last `take`."""
        return int(self._scratch.counts[native.MET])

    def fill(self, descriptor: int, place: int, size: int) -> int:
        """Bytes of the file from `place` on, at most `size`; how many there are."""
        self._make_room(size)
        got = 0
        view = memoryview(self.buffer.data)
        while got < size and (more := os.preadv(descriptor, [view[got:size]], place + got)):
            got += more
        self.buffer[got : got + native.PADDING] = 0
        return got

    def hold(self, content: bytes) -> None:
        """These bytes."""
        self._make_room(len(content))
        self.buffer[: len(content)] = np.frombuffer(content, dtype=np.uint8)
        self.buffer[len(content) : len(content) + native.PADDING] = 0

    def _make_room(self, size: int) -> None:
        if size + native.PADDING > self.buffer.size:
            self.buffer = np.zeros(2 * size + native.PADDING, dtype=np.uint8)

    def read(
        self, own: int, size: int, at_end: bool, layout: native.Layout, persons: native.Persons, start: int = 0
    ) -> int:
        """As `native.read_rows`; the bytes of odd rows are kept."""
        before = int(self._scratch.counts[native.TOLD])
        done = native.read_rows(
            self.buffer, start, own, size, at_end, layout, persons, self._rows, self._weeks, self._months, self._scratch
        )
        told = int(self._scratch.counts[native.TOLD])
        for place in (np.flatnonzero(self._rows.told[before:told] & native.ODD) + before).tolist():
            self._odd[place] = self.buffer[self._rows.start[place] : self._rows.end[place]].tobytes()
        return int(done)

    def placed(self, place: int) -> None:
        """The bytes of the last `read` began at this place of the file."""
        told = int(self._scratch.counts[native.TOLD])
        self._rows.start[self._unplaced : told] += place
        self._unplaced = told

    def skip_to(self, ordinal: int) -> None:
        """The next row is this one of those that follow the last `take`."""
        self._scratch.counts[native.MET_ROWS] = ordinal

    def is_crowded(self) -> bool:
        """Whether rows may have been left for want of room."""
        counts = self._scratch.counts
        return bool(
            counts[native.TOLD] == _ROWS
            or counts[native.WEEK_SPELLS] >= _SPELLS
            or counts[native.MONTH_SPELLS] >= _SPELLS
        )

    def take(self) -> list[_Stretch]:
        """What has been read since the last time, if anything; the room is empty again."""
        counts = self._scratch.counts
        told, weeks, months, met_rows, met = counts.tolist()
        stretch = _Stretch(
            native.first_of(self._rows, told),
            native.first_of(self._weeks, weeks),
            native.first_of(self._months, months),
            self._odd,
            met_rows,
            met,
        )
        # Where nobody said where the bytes began, they began nowhere in the file.
        stretch.rows.start[self._unplaced :] = -1
        counts[:] = 0
        self._odd = {}
        self._unplaced = 0
        return [stretch] if met_rows or met else []


# ---- what the rows mean ----------------------------------------------------------------------------------------------


class _Judge:
    """Turns what the loops tell into pieces: each distinct background cell is read once, by the plain functions."""

    def __init__(
        self, table: Table, heading: Heading, clocks: Clocks, layout: native.Layout, gate: Gate, keys: HashKeys
    ) -> None:
        self._heading, self._clocks, self._layout, self._gate, self._keys = heading, clocks, layout, gate, keys
        columns = [_BackgroundColumn(column, heading, gate, self._fault) for column in table.columns]
        # The contract names the person first; each of them is another, so their cells are not remembered.
        self._key, self._columns = columns[0], columns[1:]
        self._faults: list[tuple[str | None, Reason]] = []
        self._fault_places: dict[tuple[str | None, Reason], int] = {}
        self._next_row = heading.first_row
        self._scratch = native.make_scratch(layout.week_jumps.size, layout.month_jumps.size, layout.backgrounds)

    def _fault(self, column: str | None, reason: Reason) -> int:
        """The number of a fault, the same one for the same words."""
        place = self._fault_places.setdefault((column, reason), len(self._faults))
        if place == len(self._faults):
            self._faults.append((column, reason))
        return place

    def piece(self, stretch: _Stretch) -> Piece:
        """The next rows of the file, judged.

        A row falls by the first of: slipped cells, the contract's columns in order, weeks, months.
        """
        told = stretch.rows.told
        numbers = (self._next_row + stretch.rows.ordinal).astype(np.int32)
        self._next_row += stretch.met_rows
        people, marks = stretch.rows.person, stretch.rows.mark
        wanted = (told & native.WANTED).astype(np.bool_)
        fault = self._code_faults(stretch.rows.bad_month, reasons.INDUSTRY_CODE, -np.ones(len(told), dtype=np.int32))
        fault = self._code_faults(stretch.rows.bad_week, reasons.BENEFIT_CODE, fault)
        answers = [column.number(stretch.rows.cells[:, place]) for place, column in enumerate(self._columns, start=1)]
        weeks, months = [_runs(stretch.weeks, self._clocks.weeks)], [_runs(stretch.months, self._clocks.months)]
        key_faults = np.full(len(told), -1, dtype=np.int32)
        odd = {place: self._parse(content) for place, content in stretch.odd.items()}
        for number, column in enumerate(self._columns if odd else ()):
            answers[number][list(odd)] = column.learn([spans[number + 1] for spans in odd.values()])
        for place, spans in odd.items():
            key = self._key.read(spans[0])
            if isinstance(key, Reason):
                key_faults[place] = self._fault(self._key.shown, key)
                continue
            people[place] = id_words([str(key)])[0]
            marks[place] = fingerprints_of(people[place : place + 1], self._keys)[0]
            wanted[place] = self._gate.wanted is None or key in self._gate.wanted
            if wanted[place] and fault[place] < 0:
                self._parse(stretch.odd[place])
                found = self._spells(place)
                weeks.append(found[0])
                months.append(found[1])
        for column, numbered in zip(reversed(self._columns), reversed(answers), strict=True):
            fault = _over(fault, column.faults[numbered])
        fault = _over(fault, key_faults)
        slipped = self._fault(None, reasons.TOO_MANY_CELLS)
        fault = np.where(told & native.SLIPPED, np.int32(slipped), fault)
        accepted = fault < 0
        place_of = np.cumsum(accepted) - 1
        fields = {
            column.name: column.values[numbered[accepted & wanted]]
            for column, numbered in zip(self._columns, answers, strict=True)
        }
        rejected = np.flatnonzero(~accepted)
        piece = Piece(
            rows_read=len(told),
            rejections=[
                Rejection(None, number, *self._faults[place])
                for number, place in zip(numbers[rejected].tolist(), fault[rejected].tolist(), strict=True)
            ],
            numbers=numbers[accepted],
            places=stretch.rows.start[accepted],
            people=people[accepted],
            marks=marks[accepted],
            wanted=wanted[accepted],
            fields=pl.DataFrame(fields),
            weeks=_joined(weeks, accepted, place_of),
            months=_joined(months, accepted, place_of),
        )
        for column in self._columns:
            column.forget_if_many()
        return piece

    def _code_faults(
        self, columns: npt.NDArray[np.int32], reason: Reason, fault: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.int32]:
        for place in np.flatnonzero(columns >= 0).tolist():
            fault[place] = self._fault(self._heading.shown(int(columns[place])), reason)
        return fault

    def _parse(self, content: bytes) -> list[str]:
        """The background cells of one row, trimmed."""
        buffer = np.frombuffer(bytearray(content + bytes(native.PADDING)), dtype=np.uint8)
        native.parse_row(buffer, 0, len(content), True, self._layout, self._scratch)
        return [text_of(content[begin:end].decode("utf-8", "replace")) for begin, end in self._scratch.spans.tolist()]

    def _spells(self, row: int) -> tuple[Runs, Runs]:
        """The spells of the row that was parsed last."""
        room = [native.make_spells(max(1, jumps.size)) for jumps in (self._layout.week_jumps, self._layout.month_jumps)]
        counts = native.emit_row(self._scratch, self._layout, row, room[0], room[1])
        weeks, months = (native.first_of(spells, count) for spells, count in zip(room, counts, strict=True))
        return _runs(weeks, self._clocks.weeks), _runs(months, self._clocks.months)


class _BackgroundColumn:
    """A contract column of the file: what its distinct texts mean."""

    def __init__(
        self, column: Column, heading: Heading, gate: Gate, fault: Callable[[str | None, Reason], int]
    ) -> None:
        self.name = column.field
        position = heading.positions.get(column.heading)
        self.shown = None if position is None else heading.shown(position)
        self.read = cell_reader(column, gate)
        self._type = column.kind.lake_type
        self._fault = fault
        self._start()

    def _start(self) -> None:
        self._texts = CellTexts()
        self._meanings = np.empty(0, dtype=np.int32)
        self.values = pl.Series(dtype=self._type)
        self.faults = np.empty(0, dtype=np.int32)

    def number(self, texts: native.Words) -> npt.NDArray[np.int32]:
        """The place of each cell's meaning in `values` (null where there is a fault) and `faults` (-1 where none is).

        Args:
            texts: trimmed cells as words (n, CELL_WORDS).
        """
        numbers, new = self._texts.number(np.ascontiguousarray(texts))
        if new:
            places = self.learn([text_of(text.decode("utf-8", "replace")) for text in new])
            self._meanings = np.append(self._meanings, np.array(places, dtype=np.int32))
        return self._meanings[numbers]

    def learn(self, texts: list[str]) -> range:
        """Read some cells; the places of their meanings."""
        known = len(self.values)
        values = self._plain_days(texts)
        faults = np.full(len(texts), -1, dtype=np.int32)
        others = values.is_null().arg_true()
        answers: list[object] = []
        for place in others.to_list():
            answer = self.read(texts[place])
            if isinstance(answer, Reason):
                faults[place], answer = self._fault(self.shown, answer), None
            answers.append(answer)
        self.values.append(values.scatter(others, pl.Series(answers, dtype=self._type)) if answers else values)
        self.faults = np.append(self.faults, faults)
        return range(known, known + len(texts))

    def _plain_days(self, texts: list[str]) -> pl.Series:
        """Of a column of dates, the days in their plainest dress, which most are; null is to be read one by one."""
        if self._type != pl.Date:
            return pl.repeat(None, len(texts), dtype=self._type, eager=True)
        plain = pl.Series(texts, dtype=pl.String).str.extract("^([12][0-9]{3}-[0-9]{2}-[0-9]{2})$")
        return plain.str.to_date("%Y-%m-%d", strict=False)

    def forget_if_many(self) -> None:
        """Texts that are all different are not worth their room."""
        if len(self.values) > _TEXTS_REMEMBERED:
            self._start()


def _over(below: npt.NDArray[np.int32], above: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.where(above >= 0, above, below)


def _runs(spells: native.Spells, ticks: Ticks) -> Runs:
    return Runs(spells.row.astype(np.int64), spells.code, ticks.numbers[spells.first], ticks.numbers[spells.last])


def _joined(parts: list[Runs], accepted: npt.NDArray[np.bool_], place_of: npt.NDArray[np.int64]) -> Runs:
    """The runs of accepted rows in row order, their rows numbered among the accepted ones."""
    row = np.concatenate([part.row for part in parts])
    kept = np.flatnonzero(accepted[row])
    if len(parts) > 1:
        kept = kept[np.argsort(row[kept], kind="stable")]
    code, first, last = (
        np.concatenate([getattr(part, name) for part in parts])[kept] for name in ("code", "first", "last")
    )
    return Runs(place_of[row[kept]], code, first, last)


def layout_of(table: Table, heading: Heading, clocks: Clocks, delimiter: str, gate: Gate) -> native.Layout:
    width = len(heading.cells)
    role = np.full(width, native.OTHER, dtype=np.uint8)
    slot = np.zeros(width, dtype=np.int32)
    for kind, ticks in ((native.WEEK, clocks.weeks), (native.MONTH, clocks.months)):
        role[ticks.positions] = kind
        slot[ticks.positions] = np.arange(len(ticks.positions))
    for place, column in enumerate(table.columns):
        if column.heading in heading.positions:
            role[heading.positions[column.heading]] = native.BACKGROUND + place
    kinds = np.where(role >= native.BACKGROUND, native.OTHER, role)
    starts = np.flatnonzero(np.diff(kinds, prepend=255))
    lengths = np.diff(starts, append=width)
    return native.Layout(
        np.uint8(ord(delimiter)),
        role,
        slot,
        np.stack([kinds[starts], lengths, starts], axis=1).astype(np.int32),
        (np.repeat(starts + lengths, lengths) - np.arange(width)).astype(np.int32),
        _jumps(clocks.weeks),
        _jumps(clocks.months),
        len(table.columns),
        gate.limits.cell_characters,
        gate.limits.columns,
    )


def _jumps(ticks: Ticks) -> npt.NDArray[np.bool_]:
    return np.diff(ticks.numbers, prepend=ticks.numbers[:1]) > 1


def _read_fully(stream: IO[bytes], size: int) -> bytes:
    """So many bytes, fewer only at the end."""
    pieces = []
    with plain_refusals():
        while size and (piece := stream.read(size)):
            pieces.append(piece)
            size -= len(piece)
    return b"".join(pieces)
