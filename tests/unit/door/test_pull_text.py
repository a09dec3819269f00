"""Pulls in delimited text, read in compiled loops, against an oracle that goes cell by cell in plain Python."""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import lzma
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from dagster_project.door import pull_text, reasons
from dagster_project.door import pulls as pulls_module
from dagster_project.door.cells import cpr_birth_date
from dagster_project.door.checking import Gate
from dagster_project.door.headings import Heading, find_heading
from dagster_project.door.limits import Limits
from dagster_project.door.native import hashing
from dagster_project.door.native import rows as native
from dagster_project.door.people import fingerprints
from dagster_project.door.pseudonym import participant_id
from dagster_project.door.pulls import id_texts, id_words
from dagster_project.door.reading import Reading, read_delivery
from dagster_project.door.reasons import Reason
from dagster_project.door.register import find_clocks
from dagster_project.door.tables import PULL, SOURCES
from tests.unit.door.deliveries import KEY, PROJECTS

NO_LIMIT = Limits(max_rejected_share=1.0)
BLANKS = [
    "",
    "",
    "",
    " ",
    "   ",
    ".",
    " . ",
    "NA",
    "-",
    "0",
    "000",
    "00",
    "0.0",
    "0,",
    "\t",
    "\x1f",
    "\u00a0",
    "\u200b ",
]
# Codes that repeat, so that there are runs; the same code in several dresses.
WEEKS = [*["111"] * 8, " 111", "111 ", "111.0", "111,00", *["730"] * 4, "007", "999"]
MONTHS = [*["620100"] * 6, "11100", "011100", " 11100.0", "1", "999999"]
BAD = ["11", "1111", "1 1", "11a", "1e2", "-11", "111.", "111.5", "æ", "1234567", "٣٣٣", "..", ". .", "NA NA", "1.1.1"]
KEYS = [
    *("0101601234", "010160-1235", "101601236", "10160-1237", "2902601238", "2902000444", " 3112591239 "),
    *(
        "0202601230",
        "0202601230.0",
        "020260-1231.000",
        "0101601000",
        "0202601232.",
        ".0",
        "0,00",
        "0303601231",
        "0404601232,00",
        "3104601233",
        "2902610001",
        "0001601234",
    ),
    *("", "x", "0101601234a", "01016012345", "010160 1234", "1234", "\u00a00505601230"),
]
SEX = ["1", "2", "K", "m", "1.0", "", "3", "x" * 40, "1" + " " * 40 + "x", " 2 ", "\u00a01"]
BORN = [
    "1960-01-02",
    "03-04-1961",
    "1.2.1962",
    "",
    ".",
    "1963-02-30",
    "23743",
    "1964-05-06 00:00:00",
    "1965-05-06T00:00:00.000000000Z",
]
ORIGIN = ["1", "2", "3", "", "4", "1,0"]


# ---- the oracle ------------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What a pull should become."""

    rows_read: int
    persons: list[tuple[object, ...]]
    weeks: list[tuple[str, str, int, int]]
    months: list[tuple[str, str, int, int]]
    rejected: list[tuple[int, str | None]]
    roll: list[tuple[int, str]]


def trimmed(cell: str) -> str:
    return cell.strip("\t\n\v\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u200b\u2003\ufeff")


def plain_code(cell: str, least: int, most: int) -> str | None:
    """The digits of a code, "" for a blank, None for what is no code."""
    text = trimmed(cell)
    for mark in ".,":
        whole, found, decimals = text.partition(mark)
        if found and whole.isascii() and whole.isdigit() and set(decimals) <= {"0"}:
            if set(whole) == {"0"}:
                return ""
            text = whole if decimals else text
            break
    if text in ("", ".", "NA", "-") or set(text) == {"0"}:
        return ""
    return text if text.isascii() and text.isdigit() and least <= len(text) <= most else None


def plain_key(cell: str) -> str | None:
    text = trimmed(cell)
    for mark in ".,":
        whole, found, decimals = text.partition(mark)
        if found and decimals and set(decimals) == {"0"}:
            text = whole
    left, hyphen, right = text.partition("-")
    digits = (left + right) if not hyphen or (len(right) == 4 and len(left) in (5, 6)) else "x"
    if not (digits.isascii() and digits.isdigit() and len(digits) in (9, 10)):
        return None
    return digits.zfill(10) if cpr_birth_date(digits.zfill(10)) else None


def plain_date(cell: str) -> date | bool | None:
    """The day, None for a blank, False for what is none; of the dresses in BORN."""
    text = trimmed(cell)
    known = {
        "1960-01-02": date(1960, 1, 2),
        "03-04-1961": date(1961, 4, 3),
        "1.2.1962": date(1962, 2, 1),
        "23743": date(1965, 1, 1),
        "1964-05-06 00:00:00": date(1964, 5, 6),
        "1965-05-06T00:00:00.000000000Z": date(1965, 5, 6),
    }
    return known.get(text, False) if text not in ("", ".") else None


def runs(codes: Sequence[str], numbers: Sequence[int]) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for number, code in sorted(zip(numbers, codes, strict=True)):
        if not code:
            continue
        if found and found[-1][0] == code and found[-1][2] == number - 1:
            found[-1] = (code, found[-1][1], number)
        else:
            found.append((code, number, number))
    return found


def oracle(rows: list[list[str]], heading: list[str], wanted: frozenset[str] | None) -> Told:
    """One row after the other; `heading` names weeks `w<running week>` and months `m<running month>`."""
    told = Told(0, [], [], [], [], [])
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        cells = dict(zip(heading, [*row, *[""] * len(heading)], strict=False))
        if not any(trimmed(cell) for cell in row):
            continue
        told.rows_read += 1
        key, sex, born, origin = (cells[name] for name in ("PNR", "koen", "foed_dag", "ie_type"))
        person = plain_key(key)
        sexes = {"1": "male", "m": "male", "2": "female", "k": "female", "1.0": "male"}
        origins = {"1": "danish", "2": "other", "3": "other", "1,0": "danish"}
        weeks = {int(name[1:]): plain_code(cell, 3, 3) for name, cell in cells.items() if name[0] == "w"}
        months = {int(name[1:]): plain_code(cell, 1, 6) for name, cell in cells.items() if name[0] == "m"}
        column: str | None = None
        reject = True
        if any(trimmed(cell) for cell in row[len(heading) :]):
            column = None
        elif person is None:
            column = "PNR"
        elif trimmed(sex) and trimmed(sex).casefold() not in sexes:
            column = "koen"
        elif plain_date(born) is False:
            column = "foed_dag"
        elif trimmed(origin) and trimmed(origin) not in origins:
            column = "ie_type"
        elif None in weeks.values():
            column = next(name for name in heading if name[0] == "w" and weeks[int(name[1:])] is None)
        elif None in months.values():
            column = next(name for name in heading if name[0] == "m" and months[int(name[1:])] is None)
        elif person in seen:
            column = None
        else:
            reject = False
        if reject:
            told.rejected.append((number, column))
            continue
        assert person is not None
        seen.add(person)
        pseudonym = participant_id(KEY, person)
        told.roll.append((number, pseudonym))
        if wanted is not None and pseudonym not in wanted:
            continue
        told.persons.append(
            (
                number,
                pseudonym,
                sexes.get(trimmed(sex).casefold()),
                plain_date(born),
                origins.get(trimmed(origin)),
            )
        )
        for clock, found, digits in ((weeks, told.weeks, 3), (months, told.months, 6)):
            texts = [(code or "").zfill(digits) if code else "" for code in clock.values()]
            found += [(pseudonym, *run) for run in runs(texts, list(clock))]
    return told


def told_by(reading: Reading) -> Told:
    assert reading.refusal is None, reading.refusal
    assert reading.roll is not None
    frames = reading.frames
    marks = dict(reading.roll.select("row_number", "person").iter_rows())
    return Told(
        reading.rows_read,
        frames["register_persons"].select("row_number", "participant_id", "sex", "birth_date", "origin").rows(),
        frames["register_benefit_spells"].drop("delivery_id").rows(),
        frames["register_industry_spells"].drop("delivery_id").rows(),
        [(item.row_number, item.column_name) for item in reading.rejections],
        list(marks.items()),
    )


# ---- random pulls ----------------------------------------------------------------------------------------------------


@dataclass
class Dress:
    """How rows are written down."""

    delimiter: str = ";"
    line_end: str = "\n"
    quotes: str = "none"
    encoding: str = "utf-8"
    last_line_ends: bool = True


def written(rows: list[list[str]], dress: Dress) -> bytes:
    def cell(text: str, place: int) -> str:
        if (
            dress.quotes == "all"
            or (dress.quotes == "some" and place % 3 == 0)
            or dress.delimiter in text
            or '"' in text
        ):
            return '"' + text.replace('"', '""') + '"'
        return text

    lines = [dress.delimiter.join(cell(text, place) for place, text in enumerate(row)) for row in rows]
    text = dress.line_end.join(lines) + (dress.line_end if dress.last_line_ends else "")
    mark = codecs.BOM_UTF8 if dress.encoding == "utf-8-sig" else b""
    return mark + text.encode(dress.encoding.removesuffix("-sig"), "replace")


def names_of(heading: list[str]) -> list[str]:
    """`w857` as the register spells it."""
    monday = date(1991, 8, 5).toordinal()
    names = []
    for name in heading:
        if name[0] == "w" and name[1:].isdigit():
            year, week, _ = date.fromordinal(monday + 7 * (int(name[1:]) - 1)).isocalendar()
            names.append(f"y_{year % 100:02d}{week:02d}")
        elif name[0] == "m" and name[1:].isdigit():
            names.append(f"branche_{int(name[1:]) // 12}_{int(name[1:]) % 12 + 1:02d}")
        else:
            names.append(name)
    return names


@st.composite
def pulls(draw: st.DrawFn) -> tuple[list[str], list[list[str]], Dress]:
    # Weeks around the century, around week 53 and with gaps; months likewise.
    weeks = draw(
        st.sampled_from(
            [
                list(range(1, 4)),
                list(range(437, 443)),
                [*range(1270, 1277), *range(1280, 1283)],
                list(range(1530, 1540)),
                list(range(1000, 1150)),
            ]
        )
    )
    months = draw(
        st.sampled_from([[], [24100], [*range(24095, 24100), *range(24102, 24104)], list(range(24100, 24130))])
    )
    heading = [
        "PNR",
        "koen",
        "foed_dag",
        "ie_type",
        *(f"w{week}" for week in weeks),
        *(f"m{month}" for month in months),
    ]
    extra = draw(st.lists(st.sampled_from(["nykom2010", "grad_2010_01", "y_1953", "akasse"]), unique=True, max_size=2))
    for name in extra:
        heading.insert(draw(st.integers(0, len(heading))), name)
    match draw(st.sampled_from(["as is", "as is", "reversed", "shuffled"])):
        case "reversed":
            heading.reverse()
        case "shuffled":
            heading = draw(st.permutations(heading))
    tidy = draw(st.booleans())
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        row = [draw(_cells(name, tidy=tidy)) for name in heading]
        if draw(st.integers(0, 9)) == 0:
            row = row[: draw(st.integers(0, len(row)))]
        elif draw(st.integers(0, 9)) == 0:
            row += draw(st.lists(st.sampled_from(["", " ", "x", "111"]), max_size=3))
        rows.append(row)
    dress = Dress(
        draw(st.sampled_from([";", ",", "\t"])),
        draw(st.sampled_from(["\n", "\r\n", "\r"])),
        draw(st.sampled_from(["none", "none", "some", "all"])),
        draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])),
        draw(st.booleans()),
    )
    return heading, rows, dress


def _cells(name: str, *, tidy: bool) -> st.SearchStrategy[str]:
    usual: list[str]
    match name[0]:
        case "w" | "m":
            codes = WEEKS if name[0] == "w" else MONTHS
            usual = ["", *codes[:10]] if tidy else [*BLANKS, *codes]
            odd = BAD
        case _:
            usual = {"PNR": KEYS, "koen": SEX, "foed_dag": BORN, "ie_type": ORIGIN}.get(
                name, ["", "x", "1", "Ærø", "2,5"]
            )
            usual = usual[:2] if tidy and name != "PNR" else usual
            odd = usual
    common = st.sampled_from(usual)
    # One in fifty is odd: few rows would else be accepted.
    return st.integers(0, 49).flatmap(lambda chance: st.sampled_from(odd) if chance == 25 and not tidy else common)


def readable(rows: list[list[str]], dress: Dress) -> list[list[str]]:
    """The rows as any CSV reader sees them: blank lines and lost letters included."""
    content = written(rows, dress)
    text = content.decode("utf-8-sig" if dress.encoding == "utf-8-sig" else dress.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=dress.delimiter, strict=True))


def read(content: bytes | Path, wanted: frozenset[str] | None = None, file_format: str = "csv") -> Reading:
    gate = Gate(KEY, PROJECTS, NO_LIMIT, wanted)
    return read_delivery(content, file_format, SOURCES["register"], PULL, gate, "a-delivery")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples."""
    return tmp_path_factory.mktemp("pulls")


@given(pulls(), st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_pull_in_any_dress_becomes_what_the_oracle_says(
    folder: Path, pull: tuple[list[str], list[list[str]], Dress], data: st.DataObject
) -> None:
    heading, rows, dress = pull
    seen = readable([names_of(heading), *rows], dress)[1:]
    everybody = oracle(seen, heading, None)
    ids = sorted({pseudonym for _, pseudonym in everybody.roll})
    wanted = data.draw(st.none() | st.sets(st.sampled_from([*ids, "00" * 16])).map(frozenset))
    expected = oracle(seen, heading, wanted)
    marks = fingerprints(pl.Series([pseudonym for _, pseudonym in expected.roll], dtype=pl.String), KEY).to_list()
    expected.roll = list(zip([number for number, _ in expected.roll], marks, strict=True))
    shown = dict(zip(heading, names_of(heading), strict=True))
    expected.rejected = [(number, shown.get(column or "", column)) for number, column in expected.rejected]
    content = written([names_of(heading), *rows], dress)
    if not expected.rows_read:
        assert read(content).refusal == reasons.NO_ROWS
        return
    path = folder / "pull.csv"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        # Segments and blocks of a few bytes, so that every row meets their edges.
        patch.setattr(pull_text, "SEGMENT", data.draw(st.sampled_from([1, 7, 64, 1000, 1 << 20])))
        patch.setattr(pull_text, "BLOCK", data.draw(st.sampled_from([8, 65, 1000, 1 << 20])))
        assert told_by(read(path, wanted)) == expected
        assert told_by(read(content, wanted)) == expected


@given(st.integers(0, 2**32), st.sampled_from(["\n", "\r\n"]), st.sampled_from([";", "\t"]))
@settings(max_examples=150, deadline=None)
def test_a_row_that_is_passed_by_is_judged_like_any_other(seed: int, line_end: str, delimiter: str) -> None:
    """Long rows of plain cells with a few that are almost plain, which the vectors must not let through."""
    chance = random.Random(seed)
    weeks, months = chance.choice([(150, 40), (63, 0), (64, 1), (1, 70), (128, 13)])
    clocks = [[f"w{1200 + n}" for n in range(weeks)], [f"m{24100 + n}" for n in range(months)]]
    if chance.random() < 0.3:
        clocks.reverse()
    heading = ["PNR", "koen", "foed_dag", "ie_type", *clocks[0], *(["extra"] * (seed % 2)), *clocks[1]]
    rows = []
    for number in range(30):
        row = [f"{1 + number % 28:02d}0160{1000 + number}", "1", "1960-01-02", "1"]
        plain = {"w": ["", "", "111", "730", "213"], "m": ["", "620100", "11100", "1"], "e": ["", "1.5"]}
        spaced = ["", " ", "   ", "."] if chance.random() < 0.3 else [""]
        row += [chance.choice([*plain[name[0]], *spaced]) for name in heading[4:]]
        for _ in range(chance.choice([0, 0, 1, 2])):
            almost = "".join(
                chance.choice(chance.choice(["12", "0", " .", "1 .", "11111a"])) for _ in range(chance.randint(1, 8))
            )
            row[chance.randrange(4, len(row))] = almost
        if chance.random() < 0.1:
            row = (
                [*row, *chance.choice([[""], ["", "x"], ["111"]])]
                if chance.random() < 0.5
                else row[: chance.randrange(1, len(row))]
            )
        if chance.random() < 0.1:
            # A row without a key, or with nothing at all, which is no row.
            row = ["", *row[1:]] if chance.random() < 0.5 else [""] * len(heading)
        rows.append(row)
    content = written([names_of(heading), *rows], Dress(delimiter, line_end))
    for wanted in (frozenset[str](), None):
        expected = oracle(rows, heading, wanted)
        found = told_by(read(content, wanted))
        shown = dict(zip(heading, names_of(heading), strict=True))
        assert found.rejected == [(number, shown.get(column or "", column)) for number, column in expected.rejected]
        assert [number for number, _ in found.roll] == [number for number, _ in expected.roll]
        assert (found.persons, found.weeks, found.months) == (expected.persons, expected.weeks, expected.months)


def test_a_row_of_plain_cells_is_not_parsed_when_nobody_asks_for_it() -> None:
    """What the skimming is for: the loop that reads cell by cell is not needed."""
    row = ["0101601234", "1", "1960-01-02", "1", *["111"] * 100, *[""] * 100]
    heading = ["PNR", "koen", "foed_dag", "ie_type", *(f"w{1200 + n}" for n in range(200))]
    buffer = np.frombuffer(written([row], Dress()) + bytes(native.PADDING), dtype=np.uint8)
    clocks = find_clocks(names_of(heading), None)
    found = find_heading(PULL, [names_of(heading)])
    assert isinstance(found, Heading)
    layout = pull_text.layout_of(PULL, found, clocks, ";", Gate(KEY, PROJECTS, NO_LIMIT))
    scratch = native.make_scratch(200, 0, 4)
    assert native.skim_row(buffer, 0, buffer.size - native.PADDING, layout, scratch) == buffer.size - native.PADDING


# ---- chosen pulls ----------------------------------------------------------------------------------------------------

HEADING = ["PNR", "koen", "foed_dag", "ie_type", *(f"w{1200 + n}" for n in range(20)), "m24100", "m24101"]


def row(number: int, *codes: str) -> list[str]:
    cells = [f"{1 + number % 28:02d}0160{1000 + number:04d}", "1", "1960-01-02", "1", *codes]
    return [*cells, *[""] * (len(HEADING) - len(cells))]


def bytes_of(*rows: list[str], dress: Dress | None = None) -> bytes:
    return written([names_of(HEADING), *rows], dress or Dress())


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        ("csv.gz", gzip.compress),
        ("csv.bz2", bz2.compress),
        ("csv.xz", lzma.compress),
        ("csv.zst", lambda content: pa.compress(content, "zstd", asbytes=True)),
    ],
)
def test_a_packed_pull_is_the_pull(ending: str, pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    content = bytes_of(*(row(number, "111", "111", "730") for number in range(500)))
    path = tmp_path / f"dream_2021-01-01.{ending}"
    path.write_bytes(pack(content))
    assert told_by(read(path, file_format=ending)) == told_by(read(content))
    path.write_bytes(pack(content)[:-20])
    assert read(path, file_format=ending).refusal in (reasons.UNREADABLE, reasons.QUOTES)
    path.write_bytes(content)
    assert read(path, file_format=ending).refusal == reasons.UNREADABLE


def test_a_packed_pull_may_not_unfold_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "dream.csv.gz"
    path.write_bytes(gzip.compress(bytes_of(row(1, "111")) + b"\n" * 5_000_000))
    limits = replace(NO_LIMIT, pull_bytes=1_000_000)
    for content, file_format in ((path, "csv.gz"), (gzip.decompress(path.read_bytes()), "csv")):
        gate = Gate(KEY, PROJECTS, limits)
        reading = read_delivery(content, file_format, SOURCES["register"], PULL, gate, "a-delivery")
        assert reading.refusal == reasons.TOO_LARGE


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (b"\0", reasons.NUL_BYTES),
        (b'"111"1', reasons.QUOTES),
        (b'"111', reasons.QUOTES),
        (b"1" * 32_768, reasons.CELL_TOO_LONG),
        (b"\x81", reasons.ENCODING),
        (b";" * 6000 + b"x", reasons.TOO_MANY_COLUMNS),
    ],
)
def test_a_fault_of_the_file_refuses_it_wherever_it_stands(fault: bytes, refusal: Reason, tmp_path: Path) -> None:
    good = bytes_of(*(row(number, "111") for number in range(300))).splitlines(keepends=True)
    path = tmp_path / "pull.csv"
    for place in (1, 150, 300):
        faulty = good[place].rstrip(b"\n").rstrip(b";") + b";" + fault + b"\n"
        content = b"".join([*good[:place], faulty, *good[place + 1 :]])
        path.write_bytes(content)
        for wanted in (None, frozenset[str]()):
            assert read(path, wanted).refusal == refusal
            assert read(content, wanted).refusal == refusal


def test_a_row_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull_text, "_LONGEST_ROW", 4096)
    monkeypatch.setattr(pull_text, "BLOCK", 1000)
    content = bytes_of(row(1, "111"), [*row(2, "111"), "x" * 30_000], row(3, "111"))
    path = tmp_path / "pull.csv"
    path.write_bytes(content)
    assert read(path).refusal == read(content).refusal == reasons.ROW_TOO_LONG


def test_letters_late_in_the_file_tell_its_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An odd blank is one in both encodings, and the file is what its last letter says it is."""
    monkeypatch.setattr(pull_text, "BLOCK", 1000)
    rows = [row(number, "111\u00a0", "\u00a0") for number in range(200)]
    plain = told_by(read(bytes_of(*(row(number, "111") for number in range(200)))))
    for encoding in ("utf-8", "cp1252", "utf-16"):
        content = bytes_of(*rows, dress=Dress(encoding=encoding))
        path = tmp_path / "pull.csv"
        path.write_bytes(content)
        assert told_by(read(path)) == told_by(read(content)) == plain


def test_spells_expand_back_to_the_pull() -> None:
    """Cell for cell, apart from blanks."""
    chance = random.Random(7)
    rows = [row(number, *(chance.choice(["111", "111", "730", "", "213"]) for _ in range(20))) for number in range(300)]
    frames = read(bytes_of(*rows)).frames
    spells = frames["register_benefit_spells"]
    back = {
        (participant, week): code
        for participant, code, first, last in spells.drop("delivery_id").iter_rows()
        for week in range(first, last + 1)
    }
    expected = {
        (participant_id(KEY, cells[0]), 1200 + place): code
        for cells in rows
        for place, code in enumerate(cells[4:24])
        if code
    }
    assert back == expected
    assert spells.height == sum(len(runs(cells[4:24], range(20))) for cells in rows)


def test_what_is_wanted_is_all_that_is_kept_and_everybody_is_on_the_roll(tmp_path: Path) -> None:
    rows = [row(number, "111", "111", "730") for number in range(100)]
    one = participant_id(KEY, rows[41][0])
    whole, part = read(bytes_of(*rows)), read(bytes_of(*rows), frozenset([one, "00" * 16]))
    assert whole.roll is not None
    assert part.roll is not None
    assert part.roll.equals(whole.roll)
    for table in ("register_persons", "register_benefit_spells", "register_industry_spells"):
        assert part.frames[table].equals(whole.frames[table].filter(pl.col("participant_id") == one))


def test_a_pull_that_is_written_while_it_is_read_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls_module, "_PERSONS_AT_ONCE", 7)
    content = bytes_of(*(row(number, "111", "111", "730") for number in range(100)))
    for table in ("register_persons", "register_benefit_spells", "register_industry_spells"):
        (tmp_path / table).mkdir()
    gate = Gate(KEY, PROJECTS, NO_LIMIT, lake=tmp_path)
    reading = read_delivery(content, "csv", SOURCES["register"], PULL, gate, "a-delivery")
    expected = read(content)
    assert {name: pl.read_parquet(path) for name, path in reading.staged.items()}.keys() == {
        "register_persons",
        "register_benefit_spells",
        "register_industry_spells",
    }
    for name, path in reading.staged.items():
        assert pl.read_parquet(path).equals(expected.frames[name])
        assert pl.read_parquet_schema(path) == expected.frames[name].schema


def test_a_pull_that_is_broken_off_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulls_module, "_PERSONS_AT_ONCE", 7)
    monkeypatch.setattr(pull_text, "BLOCK", 1000)
    rows = [row(number, "111", "111", "730") for number in range(100)]
    for table in ("register_persons", "register_benefit_spells", "register_industry_spells"):
        (tmp_path / table).mkdir()
    gate = Gate(KEY, PROJECTS, NO_LIMIT, lake=tmp_path)
    path = tmp_path / "pull.csv"
    path.write_bytes(bytes_of(*rows, row(101, "\0")))
    assert read_delivery(path, "csv", SOURCES["register"], PULL, gate, "a").refusal == reasons.NUL_BYTES
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [path]
    # What only the last row tells makes the file be read again from the start.
    path.write_bytes(bytes_of(*rows, row(101, "111\u00a0")))
    reading = read_delivery(path, "csv", SOURCES["register"], PULL, gate, "a")
    assert pl.read_parquet(reading.staged["register_persons"]).height == 101


# ---- the hashes ------------------------------------------------------------------------------------------------------


@given(st.text(min_size=1, max_size=100), st.lists(st.integers(0, 10**10 - 1), min_size=1, max_size=40))
@settings(deadline=None)
def test_the_compiled_hashes_are_the_plain_ones(key: str, numbers: list[int]) -> None:
    keys = hashing.prepare_keys(key)
    texts = [f"{number:010d}" for number in numbers]
    digits = [[int.from_bytes(text[:8].encode()), int.from_bytes(text[8:].encode())] for text in texts]
    people = np.zeros((len(texts), 2), dtype=np.uint64)
    room = hashing.make_hash_room()
    hashing.hash_persons(np.array(digits, dtype=np.uint64), 0, len(texts), keys.inner_and_outer, room, people)
    ids = [participant_id(key, text) for text in texts]
    assert id_texts(people).to_pylist() == ids
    assert (id_words(ids) == people).all()
    assert hashing.fingerprints_of(people, keys).tolist() == fingerprints(pl.Series(ids), key).to_list()
