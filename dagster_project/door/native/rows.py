"""A stretch of a pull's bytes into rows: whose they are, whether their cells are codes, and the spells of those wanted.

What belongs here: delimited text, judged as `register.benefit_code`, `register.industry_code` and `cells.cpr_of`
judge one cell. A row that is not wanted is skimmed: sixty-four bytes at a time are seen to hold nothing but cells in
their plainest form. Whatever is not plain is read cell by cell, and what even that does not settle (keys in an odd
dress, dates) is handed to the plain functions by `pulls`.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from dagster_project.door.native.compiled import compiled, inlined
from dagster_project.door.native.hashing import HashRoom, fingerprint_persons, hash_persons, make_hash_room
from dagster_project.door.native.vectors import control_mask, count_bits, digit_mask, equal_mask, lowest_bit, same_mask

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

# What a column is: not a clock's, a week, a month; from BACKGROUND on, one of the contract's own columns.
OTHER: Final = 0
WEEK: Final = 1
MONTH: Final = 2
BACKGROUND: Final = 3

BLANK: Final = -1
BAD: Final = -2

# What was met on the way.
HIGH: Final = 1  # a byte beyond ASCII
QUOTE: Final = 2
NUL: Final = 4
BROKEN: Final = 8  # a quotation mark that does not close, or is followed by more
LONG_CELL: Final = 16
UNFINISHED: Final = 32  # a row that goes on beyond the bytes at hand
WIDE: Final = 64  # a filled cell beyond the limit on columns

# What is said of a row.
ODD: Final = 1  # its key or one of its background cells must be read by the plain functions
WANTED: Final = 2
SLIPPED: Final = 4  # filled cells beyond the heading

CELL_WORDS: Final = 4  # background cells of up to 32 bytes are handed over as words

_SPACE: Final = np.uint8(32)
_DOT: Final = np.uint8(46)
_LF: Final = np.uint8(10)
_CR: Final = np.uint8(13)
_MARK: Final = np.uint8(34)
_IS_BLANK: Final = np.isin(np.arange(256), [9, 10, 11, 12, 13, 28, 29, 30, 31, 32])
PADDING: Final = 128


class Layout(NamedTuple):
    """What the columns of the file are.

    Attributes:
        delimiter: the byte between cells.
        role: of each column, OTHER, WEEK, MONTH, or BACKGROUND + place of the contract's column.
        slot: of each clock column, its place among the running numbers of its clock.
        regions: columns that follow each other and are alike: (OTHER, WEEK or MONTH; how many; the first one).
        alike: of each column, how many from it on stand in its region.
        week_jumps, month_jumps: whether a running number does not follow the one before it.
        backgrounds: how many contract columns there are; the first one is the person's key.
        cell_limit, column_limit: bytes of a cell, and columns, beyond which a file is refused.
    """

    delimiter: np.uint8
    role: Bytes
    slot: Ints
    regions: Ints
    alike: Ints
    week_jumps: Flags
    month_jumps: Flags
    backgrounds: int
    cell_limit: int
    column_limit: int


class Persons(NamedTuple):
    """The keyed hashes' states, and the participant ids wanted: a table open for hashing, empty for everybody."""

    hmac: npt.NDArray[np.uint32]
    blake: Words
    wanted: Words


class Rows(NamedTuple):
    """Room for what is told of rows; arrays of one length.

    Attributes:
        start, end: the row's bytes. ordinal: its place among the rows of the stretch, blank ones counted.
        told: ODD, WANTED, SLIPPED. bad_week, bad_month: the first column with a bad code, or -1.
        person: the participant id in two words. mark: its fingerprint. cells: background cells, trimmed, as bytes.
    """

    start: Longs
    end: Longs
    ordinal: Longs
    told: Bytes
    bad_week: Ints
    bad_month: Ints
    person: Words
    mark: Words
    cells: Words


class Spells(NamedTuple):
    """Room for spells: the place of their row, the code, the first and last slot."""

    row: Ints
    code: Ints
    first: Ints
    last: Ints


class Scratch(NamedTuple):
    """Room that a thread keeps: a row's codes, where its background cells stand, what was found, the hashes' lanes.

    `counts`: rows told of, spells of weeks, spells of months, rows met (blank ones counted), and what was met so far.
    """

    weeks: Ints
    months: Ints
    spans: Longs
    found: Longs
    counts: Longs
    hashes: HashRoom


Room = TypeVar("Room", Rows, Spells)

# Places in Scratch.found.
_END: Final = 0
_BAD_WEEK: Final = 1
_BAD_MONTH: Final = 2
_LAST_FILLED: Final = 3
_FLAGS: Final = 4
# Places in Scratch.counts.
TOLD: Final = 0
WEEK_SPELLS: Final = 1
MONTH_SPELLS: Final = 2
MET_ROWS: Final = 3
MET: Final = 4


def make_rows(room: int, backgrounds: int) -> Rows:
    """Room for so many rows."""
    return Rows(
        *(np.empty(room, dtype=np.int64) for _ in range(3)),
        np.empty(room, dtype=np.uint8),
        *(np.empty(room, dtype=np.int32) for _ in range(2)),
        np.empty((room, 2), dtype=np.uint64),
        np.empty(room, dtype=np.uint64),
        np.empty((room, backgrounds, CELL_WORDS), dtype=np.uint64),
    )


def make_spells(room: int) -> Spells:
    """Room for so many spells."""
    return Spells(*(np.empty(room, dtype=np.int32) for _ in range(4)))


def first_of(room: Room, count: int) -> Room:
    """A copy of the first entries of each array."""
    return type(room)(*(array[:count].copy() for array in room))


def make_scratch(weeks: int, months: int, backgrounds: int) -> Scratch:
    """Room for one thread."""
    return Scratch(
        np.empty(weeks, dtype=np.int32),
        np.empty(months, dtype=np.int32),
        np.empty((backgrounds, 2), dtype=np.int64),
        np.empty(5, dtype=np.int64),
        np.zeros(5, dtype=np.int64),
        make_hash_room(),
    )


# ---- one cell --------------------------------------------------------------------------------------------------------


@inlined
def _is_digit(byte):
    return np.uint8(byte - np.uint8(48)) < 10


@inlined
def _cell_end(buffer, place, size, at_end, delimiter):
    """One cell from `place` on: where its content begins and ends, where its terminator stands, what was met."""
    met = 0
    if place < size and buffer[place] == _MARK:
        met = QUOTE
        end = place + 1
        while True:
            if end >= size:
                return place + 1, end, end, met | (BROKEN if at_end else UNFINISHED)
            byte = buffer[end]
            if byte == _MARK:
                if end + 1 >= size and not at_end:
                    return place + 1, end, end, met | UNFINISHED
                if end + 1 < size and buffer[end + 1] == _MARK:
                    end += 2
                    continue
                break
            if byte >= 128:
                met |= HIGH
            elif byte == 0:
                met |= NUL
            end += 1
        after = end + 1
        if after < size and buffer[after] != delimiter and buffer[after] != _LF and buffer[after] != _CR:
            met |= BROKEN
        if after >= size and not at_end:
            met |= UNFINISHED
        return place + 1, end, after, met
    end = place
    while end < size:
        byte = buffer[end]
        if byte == delimiter or byte == _LF or byte == _CR:
            return place, end, end, met
        if byte >= 128:
            met |= HIGH
        elif byte == 0:
            met |= NUL
        elif byte == _MARK:
            met |= QUOTE
        end += 1
    return place, end, end, met | (0 if at_end else UNFINISHED)


@inlined
def _trimmed(buffer, begin, end):
    while begin < end and _IS_BLANK[buffer[begin]]:
        begin += 1
    while end > begin and _IS_BLANK[buffer[end - 1]]:
        end -= 1
    return begin, end


@inlined
def _code(buffer, begin, end, kind):
    """A trimmed clock cell: its code, BLANK or BAD."""
    length = end - begin
    if length == 0:
        return BLANK
    if length == 1 and (buffer[begin] == 46 or buffer[begin] == 45):
        return BLANK
    if length == 2 and buffer[begin] == 78 and buffer[begin + 1] == 65:
        return BLANK
    value = 0
    place = begin
    while place < end and _is_digit(buffer[place]):
        if place - begin < 9:
            value = value * 10 + (np.int64(buffer[place]) - 48)
        elif buffer[place] != 48:
            return BAD
        place += 1
    digits = place - begin
    if digits == 0:
        return BAD
    if place < end:
        if buffer[place] != 46 and buffer[place] != 44:
            return BAD
        tail = place + 1
        while tail < end and buffer[tail] == 48:
            tail += 1
        if tail < end or (value != 0 and tail == place + 1):
            return BAD
    if value == 0:
        return BLANK
    if kind == WEEK:
        return value if digits == 3 else BAD
    return value if digits <= 6 else BAD


@inlined
def _two_digits(nibbles):
    return np.int64((nibbles >> np.uint64(8)) & np.uint64(15)) * 10 + np.int64(nibbles & np.uint64(15))


@inlined
def _key(buffer, begin, end):
    """A trimmed CPR cell in a plain form with a day that exists: (whether so, eight digits, two digits) as ASCII."""
    # A careless export's decimals.
    tail = end
    while tail > begin and buffer[tail - 1] == 48:
        tail -= 1
    if begin < tail < end and (buffer[tail - 1] == 46 or buffer[tail - 1] == 44):
        end = tail - 1
    length = end - begin
    hyphen = -1
    if length == 11 and buffer[begin + 6] == 45:
        hyphen = begin + 6
    elif length == 10 and buffer[begin + 5] == 45:
        hyphen = begin + 5
    digits = length - (1 if hyphen >= 0 else 0)
    if digits != 10 and digits != 9:
        return False, np.uint64(0), np.uint64(0)
    high = np.uint64(48) if digits == 9 else np.uint64(0)
    low = np.uint64(0)
    seen = 10 - digits
    for place in range(begin, end):
        if place == hyphen:
            continue
        if not _is_digit(buffer[place]):
            return False, np.uint64(0), np.uint64(0)
        if seen < 8:
            high = (high << np.uint64(8)) | np.uint64(buffer[place])
        else:
            low = (low << np.uint64(8)) | np.uint64(buffer[place])
        seen += 1
    nibbles = high - np.uint64(0x3030303030303030)
    day = np.int64((nibbles >> np.uint64(56)) & np.uint64(15)) * 10 + np.int64(
        (nibbles >> np.uint64(48)) & np.uint64(15)
    )
    month = np.int64((nibbles >> np.uint64(40)) & np.uint64(15)) * 10 + np.int64(
        (nibbles >> np.uint64(32)) & np.uint64(15)
    )
    longest = 30 if month == 4 or month == 6 or month == 9 or month == 11 else 31
    if month == 2:
        # Of the years that end in 00, the seventh digit tells 1900, which had no such day, from 2000.
        year, century = _two_digits(nibbles >> np.uint64(16)), nibbles >> np.uint64(8) & np.uint64(15)
        longest = 29 if year % 4 == 0 and (year != 0 or century >= np.uint64(4)) else 28
    return 1 <= month <= 12 and 1 <= day <= longest, high, low


# ---- one row ---------------------------------------------------------------------------------------------------------


@inlined
def _repeats(buffer, place, length, most):
    """How many cells right behind the one at `place`, whose terminator is its last byte, are the same bytes again."""
    if length > 64:
        return 0
    base = np.uint64(buffer.ctypes.data)
    count = 0
    while count < most:
        here = np.uintp(base + np.uint64(place + length * (count + 1)))
        same = np.int64(lowest_bit(~same_mask(here, np.uintp(here - np.uint64(length)))))
        count += same // length
        if same < 64:
            break
        if length > 32:
            break
    return min(count, most)


@compiled
def parse_row(buffer: Bytes, start: int, size: int, at_end: bool, layout: Layout, scratch: Scratch) -> None:
    """Read a row cell by cell into `scratch`: its codes by slot, its background cells, its end and what was met."""
    weeks, months, spans, found = scratch.weeks, scratch.months, scratch.spans, scratch.found
    weeks[:] = BLANK
    months[:] = BLANK
    spans[:] = 0
    bad_week = bad_month = last_filled = -1
    met = 0
    delimiter, role, slot = layout.delimiter, layout.role, layout.slot
    width = role.size
    column = 0
    place = start
    while True:
        kind = role[column] if column < width else OTHER
        is_clock = kind == WEEK or kind == MONTH
        value = BLANK
        # The plainest cells first: nothing, or three digits.
        if is_clock and buffer[place] == delimiter:
            begin = end = after = place
        elif (
            kind == WEEK
            and place + 3 < size
            and buffer[place + 3] == delimiter
            and _is_digit(buffer[place])
            and _is_digit(buffer[place + 1])
            and _is_digit(buffer[place + 2])
        ):
            hundreds, tens = np.int64(buffer[place]) * 100, np.int64(buffer[place + 1]) * 10
            value = hundreds + tens + np.int64(buffer[place + 2]) - 48 * 111
            begin, end, after = place, place + 3, place + 3
        else:
            begin, end, after, cell_met = _cell_end(buffer, place, size, at_end, delimiter)
            met |= cell_met
            if end - begin > layout.cell_limit:
                met |= LONG_CELL
            if met & (UNFINISHED | BROKEN):
                break
            begin, end = _trimmed(buffer, begin, end)
            if is_clock:
                value = _code(buffer, begin, end, kind)
        cells = 1
        if is_clock:
            if after < size and buffer[after] == delimiter:
                cells += _repeats(buffer, place, after + 1 - place, layout.alike[column] - 1)
            if value == BAD:
                if kind == WEEK:
                    bad_week = column if bad_week < 0 else bad_week
                else:
                    bad_month = column if bad_month < 0 else bad_month
            elif value > 0:
                codes = weeks if kind == WEEK else months
                for ahead in range(column, column + cells):
                    codes[slot[ahead]] = value
        elif kind >= BACKGROUND:
            spans[kind - BACKGROUND, 0] = begin
            spans[kind - BACKGROUND, 1] = end
        if end > begin:
            last_filled = column + cells - 1
        after += (after + 1 - place) * (cells - 1)
        column += cells - 1
        place = after
        if place >= size:
            break
        byte = buffer[place]
        place += 1
        if byte == _LF:
            break
        if byte == _CR:
            if place < size:
                if buffer[place] == _LF:
                    place += 1
            elif not at_end:
                met |= UNFINISHED
            break
        column += 1
    if last_filled >= layout.column_limit:
        met |= WIDE
    found[_END] = place
    found[_BAD_WEEK] = bad_week
    found[_BAD_MONTH] = bad_month
    found[_LAST_FILLED] = last_filled
    found[_FLAGS] = met


@inlined
def _behind(mask, before, places):
    """Of each byte, the bit of the byte so many places before it; `before` is the mask of the 64 bytes before."""
    return (mask << np.uint64(places)) | (before >> np.uint64(64 - places))


@compiled
def _plain_codes(buffer: Bytes, place: int, size: int, cells: int, kind: int, delimiter: np.uint8, last: bool) -> int:
    """Where a stretch of clock cells in plain form ends, its last terminator included; -1 when it must be looked at.

    Plain are: nothing, blanks alone, one full stop, and digits alone (three of a week, up to six of a month). Each row
    is judged so that no cell is accepted here that `_code` would not accept.
    """
    none = np.uint64(0)
    left = np.uint64(cells)
    digits_before = blanks_before = dots_before = none
    base = np.uint64(buffer.ctypes.data)
    while place < size:
        address = np.uintp(base + np.uint64(place))
        digits = digit_mask(address)
        delimiters = equal_mask(address, delimiter)
        # Other control characters end no row, but no plain cell holds them.
        breaks = control_mask(address) & ~delimiters
        ends = delimiters | breaks
        count = count_bits(ends)
        inside = ~none
        done = count >= left
        terminator = none
        if done:
            rest = ends
            for _ in range(np.int64(left) - 1):
                rest &= rest - np.uint64(1)
            terminator = rest & (~rest + np.uint64(1))
            inside = terminator | (terminator - np.uint64(1))
        if breaks & inside != (terminator if done and last else none):
            return -1
        others = ~(digits | ends) & inside
        blanks = dots = none
        if others:
            dots = equal_mask(address, _DOT) & inside
            blanks = (equal_mask(address, _SPACE) & inside) | dots
            if others & ~blanks:
                return -1
        if blanks | blanks_before:
            blank_behind = _behind(blanks, blanks_before, 1)
            mixed = (digits & blank_behind) | (blanks & _behind(digits, digits_before, 1))
            mixed |= (dots & blank_behind) | (blanks & _behind(dots, dots_before, 1))
            if mixed & inside:
                return -1
        one = _behind(digits, digits_before, 1)
        two = _behind(digits, digits_before, 2)
        three = _behind(digits, digits_before, 3)
        four = _behind(digits, digits_before, 4)
        if kind == WEEK:
            wrong = ends & one & ~(two & three & ~four)
        else:
            wrong = digits & one & two & three & four
            if wrong:
                wrong &= _behind(digits, digits_before, 5) & _behind(digits, digits_before, 6)
        if wrong & inside:
            return -1
        if done:
            return place + np.int64(lowest_bit(terminator)) + 1
        left -= count
        digits_before, blanks_before, dots_before = digits, blanks, dots
        place += 64
    return -1


@compiled
def skim_row(buffer: Bytes, start: int, size: int, layout: Layout, scratch: Scratch) -> int:
    """The end of a row that is plain throughout, its background cells in `scratch.spans`; -1 when it is not."""
    place = start
    spans = scratch.spans
    spans[:] = 0
    regions = layout.regions
    for number in range(regions.shape[0]):
        kind, cells = regions[number, 0], regions[number, 1]
        last = number == regions.shape[0] - 1
        if kind != OTHER:
            place = _plain_codes(buffer, place, size, cells, kind, layout.delimiter, last)
            if place < 0:
                return -1
            continue
        for column in range(regions[number, 2], regions[number, 2] + cells):
            begin, end, place, met = _cell_end(buffer, place, size, False, layout.delimiter)
            if met or end - begin > layout.cell_limit:
                return -1
            ends_row = buffer[place] != layout.delimiter
            if ends_row != (last and column == layout.role.size - 1):
                return -1
            background = np.int64(layout.role[column]) - BACKGROUND
            if background >= 0:
                begin, end = _trimmed(buffer, begin, end)
                spans[background, 0] = begin
                spans[background, 1] = end
            place += 1
    if buffer[place - 1] == _CR:
        if place >= size:
            return -1
        if buffer[place] == _LF:
            place += 1
    elif buffer[place - 1] != _LF:
        return -1
    # A row without a key may be blank.
    return place if spans[0, 1] > spans[0, 0] else -1


# ---- runs ------------------------------------------------------------------------------------------------------------


@inlined
def _emit(codes, jumps, row, spells, count):
    """The maximal runs of equal code of one row, added to `spells`; how many there are now."""
    first = 0
    while first < codes.size:
        code = codes[first]
        end = first + 1
        while end < codes.size and codes[end] == code and not jumps[end]:
            end += 1
        if code != BLANK:
            spells.row[count] = row
            spells.code[count] = code
            spells.first[count] = first
            spells.last[count] = end - 1
            count += 1
        first = end
    return count


@compiled
def emit_row(scratch: Scratch, layout: Layout, row: int, weeks: Spells, months: Spells) -> tuple[int, int]:
    """The spells of the one row in `scratch`: how many of weeks and of months."""
    return (
        _emit(scratch.weeks, layout.week_jumps, row, weeks, 0),
        _emit(scratch.months, layout.month_jumps, row, months, 0),
    )


# ---- a stretch of rows -----------------------------------------------------------------------------------------------


@inlined
def _is_wanted(person, wanted):
    size = wanted.shape[0]
    place = np.int64(person[0] & np.uint64(size - 1))
    while wanted[place, 0] != 0 or wanted[place, 1] != 0:
        if wanted[place, 0] == person[0] and wanted[place, 1] == person[1]:
            return True
        place = (place + 1) & (size - 1)
    return False


@inlined
def _word(buffer, begin, end):
    """Up to eight bytes as a word, the first one lowest."""
    word = np.uint64(0)
    for place in range(begin, min(end, begin + 8)):
        word |= np.uint64(buffer[place]) << np.uint64(8 * (place - begin))
    return word


@compiled
def read_rows(
    buffer: Bytes,
    start: int,
    own: int,
    size: int,
    at_end: bool,
    layout: Layout,
    persons: Persons,
    rows: Rows,
    weeks: Spells,
    months: Spells,
    scratch: Scratch,
) -> int:
    """Read the rows that begin in `start:own` and add them to what is in `rows`, `weeks`, `months`, `scratch.counts`.

    Args:
        size: where the bytes at hand end; PADDING more must be there, and zero.
        at_end: whether the file ends there.
    Returns:
        Where the next row begins; before `own` when the row there goes on beyond `size`, is broken, or has no room.
    """
    counts = scratch.counts
    told, week_count, month_count = counts[TOLD], counts[WEEK_SPELLS], counts[MONTH_SPELLS]
    met_rows, met = counts[MET_ROWS], counts[MET]
    place = start
    everybody = persons.wanted.shape[0] == 0
    found, spans = scratch.found, scratch.spans
    width = layout.role.size
    while place < own:
        if (
            told == rows.start.size
            or week_count + scratch.weeks.size > weeks.row.size
            or month_count + scratch.months.size > months.row.size
        ):
            break
        bad_week = bad_month = -1
        marks = 0
        parsed = everybody
        if not everybody:
            end = skim_row(buffer, place, size, layout, scratch)
            parsed = end < 0
        if parsed:
            parse_row(buffer, place, size, at_end, layout, scratch)
            met |= found[_FLAGS]
            if found[_FLAGS] & (UNFINISHED | BROKEN):
                break
            end = found[_END]
            bad_week, bad_month = found[_BAD_WEEK], found[_BAD_MONTH]
            if found[_LAST_FILLED] < 0:
                met_rows += 1
                place = end
                continue
            if found[_LAST_FILLED] >= width:
                marks |= SLIPPED
        plain, high, low = _key(buffer, spans[0, 0], spans[0, 1])
        if not plain:
            marks |= ODD
        # Until all of them are hashed below.
        rows.person[told, 0], rows.person[told, 1] = high, low
        for background in range(layout.backgrounds):
            begin, stop = spans[background, 0], spans[background, 1]
            if stop - begin > 8 * CELL_WORDS:
                marks |= ODD
            for word in range(CELL_WORDS):
                rows.cells[told, background, word] = _word(buffer, begin + 8 * word, stop)
        if everybody and not marks & ODD:
            marks |= WANTED
            if not marks & SLIPPED and bad_week < 0 and bad_month < 0:
                week_count = _emit(scratch.weeks, layout.week_jumps, told, weeks, week_count)
                month_count = _emit(scratch.months, layout.month_jumps, told, months, month_count)
        rows.start[told] = place
        rows.end[told] = end
        rows.ordinal[told] = met_rows
        rows.told[told] = marks
        rows.bad_week[told] = bad_week
        rows.bad_month[told] = bad_month
        told += 1
        met_rows += 1
        place = end
    before = counts[TOLD]
    hash_persons(rows.person, before, told, persons.hmac, scratch.hashes, rows.person)
    fingerprint_persons(rows.person, before, told, persons.blake, scratch.hashes, rows.mark)
    for row in range(before, told):
        if everybody or rows.told[row] & ODD or not _is_wanted(rows.person[row], persons.wanted):
            continue
        if week_count + scratch.weeks.size > weeks.row.size or month_count + scratch.months.size > months.row.size:
            # Back to where there was room.
            told, met_rows, place = row, rows.ordinal[row], rows.start[row]
            break
        rows.told[row] |= WANTED
        if not rows.told[row] & SLIPPED and rows.bad_week[row] < 0 and rows.bad_month[row] < 0:
            parse_row(buffer, rows.start[row], size, at_end, layout, scratch)
            week_count = _emit(scratch.weeks, layout.week_jumps, row, weeks, week_count)
            month_count = _emit(scratch.months, layout.month_jumps, row, months, month_count)
    counts[TOLD], counts[WEEK_SPELLS], counts[MONTH_SPELLS] = told, week_count, month_count
    counts[MET_ROWS], counts[MET] = met_rows, met
    return place
