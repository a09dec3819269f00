"""Damaged deliveries in large numbers: `python -m tests.fuzz --minutes 10`.

Good files of every source and format are mutated and read as a night reads them. Whatever the bytes, the answer has to
be a reading or a plain refusal, in bounded time, without a person's key in it. Every finding is told with its seed:
`--seed N --cases 1` does the same damage again, `--keep FOLDER` leaves the files that were findings there.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import io
import lzma
import random
import re
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from dagster_project.door import reasons
from dagster_project.door.checking import Gate
from dagster_project.door.files import LandedFile, describe
from dagster_project.door.limits import Limits
from dagster_project.door.opening import Reader, open_delivery
from dagster_project.door.reading import Reading
from dagster_project.door.reading_room import ReadingRoom
from dagster_project.door.reasons import Refusal
from dagster_project.door.tables import SOURCES
from tests.support.statistics import sas_bytes, stata_bytes
from tests.unit.door import deliveries as good

SECONDS = 20
# The reader's own threads and libraries count as more than one of these gigabytes before it has read a file.
MEMORY = 4 * 1024**3
CPRS = (good.ANNA, good.BENT, good.CLARA)
KEYS = re.compile("|".join(f"{cpr[:6]}-?{cpr[6:]}|(?<![0-9]){cpr[1:]}" for cpr in CPRS))
_UNNAMED = reasons.unexpected("").english.split("(")[0]

Mutation = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Seed:
    """A good file, and where it is delivered."""

    source: str
    name: str
    content: bytes

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2]


def seeds() -> list[Seed]:
    """Good files of every source in every format."""
    tables = {
        "deltagere": ("monitoring", good.PARTICIPANTS),
        "aktiviteter": ("monitoring", good.ACTIVITIES),
        "jobstatus": ("monitoring", good.JOB_STATUSES),
        "samtykke": ("consent", good.CONSENT),
        "invitationer": ("survey", good.INVITATIONS),
        "besvarelser": ("survey", [*good.ANSWERS, ["R2", "05-09-2020", "2", "1", f"Ring til {good.BENT}"]]),
        "kodebog": ("survey", good.CODEBOOK),
        "dream": ("register", good.PULL),
        "resultater": ("results", good.RESULTS),
    }
    found = [Seed("monitoring", "MA_2021-01-01.xlsx", good.workbook())]
    for mark, (source, rows) in tables.items():
        table: good.Rows = rows
        found.append(Seed(source, f"{mark}_2021-01-01.csv", good.csv_bytes(table)))
        frame = pl.DataFrame(list(table[1:]), schema=[str(cell) for cell in table[0]], orient="row")
        found.append(Seed(source, f"{mark}_2021-01-01.parquet", good.parquet_bytes(frame)))
        if source != "monitoring":
            found.append(Seed(source, f"{mark}_2021-01-01.xlsx", good.xlsx_bytes({"Ark1": table})))
    heading, *rows = good.PULL
    columns = {str(name): [str(row[place]) for row in rows] for place, name in enumerate(heading)}
    columns["y_2003"] = ["" for _ in rows]
    with tempfile.TemporaryDirectory() as folder:
        found.append(Seed("register", "dream_2021-01-01.dta", stata_bytes(columns, Path(folder))))
    found.append(Seed("register", "dream_2021-01-01.sas7bdat", sas_bytes(columns)))
    packers = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
    text = good.csv_bytes(good.PULL)
    found += [Seed("register", f"dream_2021-01-01.csv.{kind}", pack(text)) for kind, pack in packers.items()]
    found.append(Seed("register", "dream_2021-01-01.csv.zst", pa.compress(text, "zstd", asbytes=True)))
    return found


# ---- mutations -------------------------------------------------------------------------------------------------------

ODD_BYTES = (
    b"\0",
    b"\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b'"',
    b";",
    b"PK\3\4",
    b"PAR1",
    b"\x80",
    b"\x1a",
)
ODD_CELLS = (
    "",
    " ",
    "0",
    "-1",
    "1e308",
    "9" * 400,
    "#REF!",
    "NaN",
    "43831",
    "31-02-2020",
    "2020-01-01T25:00",
    "x" * 40_000,
    "=cmd|' /C calc'!A0",
    "\u202e\u200b",
    "\U0001f600",
    "a\nb",
    'a"b',
    good.ANNA,
    f"{good.BENT[:6]}-{good.BENT[6:]}",
    f"x{good.CLARA}y",
    "true",
    "y_2001",
    "CPR-nr.",
)


def flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(content: bytes, rng: random.Random) -> bytes:
    begin, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return rng.choice((content[:end], content[begin:], content[:begin] + content[end:]))


def splice(content: bytes, rng: random.Random) -> bytes:
    begin, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    place = rng.randrange(len(content) + 1)
    return content[:place] + content[begin:end] * rng.choice((1, 1, 2, 50)) + content[place:]


def insert(content: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice(ODD_BYTES) * rng.choice((1, 1, 3, 1000)) + content[place:]


def number(content: bytes, rng: random.Random) -> bytes:
    """A length, count or offset in a binary file, made extreme."""
    width = rng.choice((1, 2, 4, 8))
    place = rng.randrange(max(1, len(content) - width))
    extreme = rng.choice((0, 1, 2 ** (8 * width) - 1, 2 ** (8 * width - 1), rng.randrange(2 ** (8 * width))))
    return content[:place] + extreme.to_bytes(width, "little") + content[place + width :]


def near_the_end(content: bytes, rng: random.Random) -> bytes:
    """A Parquet file's footer, a ZIP file's directory."""
    tail = min(len(content), rng.choice((64, 512, 4096)))
    return content[: len(content) - tail] + rng.choice((flip, number, cut))(content[len(content) - tail :], rng)


def lines(content: bytes, rng: random.Random) -> bytes:
    """A CSV file's cells and rows, written anew."""
    csv.field_size_limit(2**20)  # the door sets its own, for the whole process
    rows = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))
    for _ in range(rng.choice((1, 2, 5))):
        row = rng.choice(rows)
        place = rng.randrange(len(row) + 1)
        match rng.randrange(7):
            case 0:
                row[place:place] = [rng.choice(ODD_CELLS)]
            case 1:
                row[place : place + 1] = []
            case 2:
                row[place : place + 1] = [rng.choice(ODD_CELLS)]
            case 3:
                rows.insert(rng.randrange(len(rows) + 1), list(rng.choice(rows)))
            case 4:
                rows = rows * rng.choice((1, 2, 30)) if len(rows) < 100 else rows
            case 5:
                rng.shuffle(rows)
            case _:
                rows.insert(0, [rng.choice(ODD_CELLS)[:40]] * rng.choice((1, 7, 6000)))
        rows = [row for row in rows if row] or [[""]]
    text = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    delimiter, line_end = rng.choice(";;,\t|"), rng.choice(("\r\n", "\n", "\r"))
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=line_end).writerows(rows)
    return text.getvalue().encode(rng.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")), "replace")


_TAG = re.compile(rb"<[^<>]*>|[^<>]+")
ODD_XML = (
    b"",
    b"<c>",
    b"</c>",
    b'<c r="A1"/>',
    b'<c r="XFD9"><v>1</v></c>',
    b'<c r="A1048576"><v>1</v></c>',
    b'<c r="B2" t="e"><v>#REF!</v></c>',
    b'<c r="B2" t="s"><v>99999</v></c>',
    b'<c r="B2" t="b"><v>1</v></c>',
    b'<c r="B2" t="d"><v>2020-01-01</v></c>',
    b"<v>1e400</v>",
    b"<v>NaN</v>",
    b'<row r="0">',
    b'<row r="99999999999">',
    b"&amp;",
    b"&a;",
    b"<!--",
    b"]]>",
    b'<mergeCell ref="A1:XFD1048576"/>',
    b'<dimension ref="A1:A1"/>',
    b'<sheet name="%b" sheetId="9" r:id="rId1"/>' % good.ANNA.encode(),
    b'<c r="B2" t="inlineStr"><is><t>Ring %b</t></is></c>' % good.BENT.encode(),
    b"<si><t>%b-%b</t></si>" % (good.CLARA[:6].encode(), good.CLARA[6:].encode()),
    b"<v>%b</v>" % good.ANNA.encode(),
)


def members(content: bytes, rng: random.Random) -> bytes:
    """A workbook's parts changed, dropped, doubled or renamed, and packed again."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        wanted = [name for name in names if re.search(r"sheet\d|workbook|Strings|styles", name)]
        chosen = rng.choice(wanted if rng.random() < 0.8 else names)
        for name in names:
            body = old.read(name)
            if name == chosen:
                match rng.randrange(8):
                    case 0:
                        continue
                    case 1:
                        name = rng.choice(names)
                    case 2:
                        body = rng.choice((flip, cut, splice, insert))(body, rng)
                    case 3:
                        body = re.sub(rb'r="[A-Z]+[0-9]+"', lambda _: rng.choice((b'r="B2"', b'r="ZZ9"', b"")), body)
                    case 4:
                        body = re.sub(rb"<v>[^<]*</v>", lambda _: b"<v>%d</v>" % rng.randrange(10**6), body)
                    case _:
                        parts = _TAG.findall(body)
                        for _ in range(rng.choice((1, 2, 6))):
                            place = rng.randrange(len(parts))
                            parts[place : place + rng.randrange(2)] = [rng.choice((*ODD_XML, rng.choice(parts)))]
                        body = b"".join(parts)
            # A member of no day, so that a seed gives the same bytes at any hour.
            new.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return result.getvalue()


def typed(content: bytes, rng: random.Random) -> bytes:
    """A Parquet file's columns in other types and other orders, under other names."""
    frame = pl.read_parquet(io.BytesIO(content))
    for name in rng.sample(frame.columns, rng.randint(1, frame.width)):
        dtype = rng.choice((pl.Int64, pl.Float64, pl.Binary, pl.Categorical, pl.Boolean, pl.Date, pl.Duration, pl.Null))
        cells = [rng.choice((None, rng.choice(ODD_CELLS))) for _ in range(frame.height)]
        column = frame[name] if rng.random() < 0.5 else pl.Series(name, cells, dtype=pl.String)
        if dtype in (pl.Date, pl.Duration, pl.Boolean):
            column = pl.Series(name, [rng.randrange(-(2**31), 2**31) for _ in range(frame.height)], dtype=pl.Int32)
        frame = frame.with_columns(column.cast(dtype, strict=False).alias(name))
    name = rng.choice(ODD_CELLS)
    if rng.random() < 0.3 and name not in frame.columns:
        frame = frame.rename({rng.choice(frame.columns): name})
    return good.parquet_bytes(pl.concat([frame] * rng.choice((1, 1, 40))))


ANY: tuple[Mutation, ...] = (flip, cut, splice, insert)
OWN: dict[str, tuple[Mutation, ...]] = {
    "csv": (lines, lines, lines),
    "xlsx": (members, members, members, members, near_the_end),
    "parquet": (typed, typed, typed, near_the_end, number),
    "dta": (number, number),
    "sas7bdat": (number, number),
    **dict.fromkeys(("gz", "bz2", "xz", "zst"), (number, near_the_end)),
}


def mutated(seed: Seed, rng: random.Random) -> bytes:
    """The seed's bytes, changed in one to three ways; only the first of them needs a good file."""
    content = rng.choice(OWN[seed.extension] if rng.random() < 0.75 else ANY)(seed.content, rng)
    for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 2))):
        content = rng.choice((*ANY, number, near_the_end))(content, rng)
    return content


def renamed(name: str, rng: random.Random) -> str:
    """The file's name; now and then an odd one that still says its kind, date and format."""
    stem, _, rest = name.partition("_")
    odd = ("", "", "", good.ANNA, "010150-1234", "\u202e", "\n", "..%2f", "x" * 90, "2018", "'; --", "\udcff")
    return f"{rng.choice(odd)}{stem}{rng.choice(odd)}_{rest}".lstrip(".")


# ---- findings --------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What a run has seen: how many files came to what, and what should not have been."""

    counts: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    findings: list[str] = field(default_factory=list)


def told_by(reading: Reading) -> Iterator[str]:
    """Every text that a reading hands on."""
    yield from (
        str(reading.refusal),
        reading.sheet or "",
        *reading.ignored,
        *reading.headings,
        *reading.headings.values(),
    )
    for rejection in reading.rejections:
        yield f"{rejection.sheet} {rejection.column_name} {rejection.reason}"
    for frame in reading.frames.values():
        for column in frame.iter_columns():
            yield from column.drop_nulls().unique().cast(pl.String).to_list()


def faults_of(file: LandedFile, reading: Reading | Refusal, seconds: float) -> list[str]:
    """What is wrong with an answer."""
    found = [] if seconds <= SECONDS else [f"took {seconds:.0f} s"]
    if isinstance(reading, Refusal):
        texts: Sequence[str] = [str(reading.reason)]
        # Polars aborts over a damaged run length in a Parquet page: that is what the room is for.
        died = reading.reason == reasons.READER_DIED and file.file_format != "parquet"
        if died or reading.reason.english.startswith(_UNNAMED):
            found.append(reading.reason.english)
    else:
        texts = list(told_by(reading))
        if reading.rows_read < len(reading.rejections):
            found.append(f"{len(reading.rejections)} rejections in {reading.rows_read} rows")
        landed = [frame.height for name, frame in reading.frames.items() if name in _ROW_TABLES]
        if reading.frames and sum(landed) + len(reading.rejections) != reading.rows_read:
            found.append(f"{landed} rows and {len(reading.rejections)} rejections of {reading.rows_read} rows")
    if any(KEYS.search(text) for text in (file.shown_name, *texts)):
        found.append("a key is shown")
    return found


_ROW_TABLES = {table.lake_table for source in SOURCES.values() for table in source.tables}


def run(first: int, cases: int | None, minutes: float, read: Reader, folder: Path, keep: Path | None = None) -> Outcome:
    """Files of the seeds `first`, `first` + 1 ... until there were enough of them or the time is up."""
    outcome = Outcome()
    gate = Gate(good.KEY, good.PROJECTS, Limits(unpacked_bytes=2**25, sheet_cells=10_000_000))
    stock = seeds()
    ends = time.monotonic() + minutes * 60
    place = first
    while time.monotonic() < ends and (cases is None or place < first + cases):
        rng = random.Random(place)
        seed = rng.choice(stock)
        path = folder / renamed(seed.name, rng)
        content = mutated(seed, rng)
        path.write_bytes(content)
        for fault in _read_one(path, seed, read, gate, outcome):
            outcome.findings.append(f"seed {place}: {seed.source} {seed.name}: {fault}")
            if keep:
                (keep / f"{place}_{seed.name}").write_bytes(content)
        path.unlink()
        place += 1
    return outcome


def _read_one(path: Path, seed: Seed, read: Reader, gate: Gate, outcome: Outcome) -> list[str]:
    source = SOURCES[seed.source]
    file = describe(path, source)
    if file.refusal:
        outcome.counts["refused by its name"] += 1
        return [] if not KEYS.search(file.shown_name) else ["a key is shown"]
    began = time.monotonic()
    answer: Reading | Refusal
    try:
        answer = read(file, source, gate)
    except Refusal as refusal:
        answer = refusal
    except Exception as error:
        return [f"raised {type(error).__name__}"]
    seconds = time.monotonic() - began
    outcome.slowest = max(outcome.slowest, seconds)
    refusal = answer.reason if isinstance(answer, Refusal) else answer.refusal
    outcome.counts[
        f"{seed.extension} {'refused' if refusal else 'rows rejected' if answer.rejections else 'read'}"
    ] += 1
    if refusal:
        outcome.refusals[re.sub(r"[0-9]+", "N", refusal.english)[:60]] += 1
    return faults_of(file, answer, seconds)


@contextmanager
def _reader(*, in_process: bool) -> Iterator[Reader]:
    if in_process:
        yield open_delivery
        return
    with ReadingRoom(memory=MEMORY, seconds=SECONDS * 2) as room:
        yield room


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and tell; 1 when there is a finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=None, help="the first file's seed; by default of the clock")
    parser.add_argument("--cases", type=int, default=None, help="how many files; by default until the time is up")
    parser.add_argument("--in-process", action="store_true", help="without the reading room: faster, and may die")
    parser.add_argument("--keep", type=Path, default=None, help="a folder for the files that were findings")
    chosen = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", message="Duplicate name")
    first = chosen.seed if chosen.seed is not None else int(time.time()) * 1000
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, _reader(in_process=chosen.in_process) as read:
        outcome = run(first, chosen.cases, chosen.minutes, read, Path(folder), chosen.keep)
    print(f"{outcome.counts.total()} files from seed {first} in {time.monotonic() - began:.0f} s")
    for title, counts in (("outcomes", outcome.counts), ("refusals", outcome.refusals)):
        print(f"{title}:", *(f"  {count:>7}  {name}" for name, count in counts.most_common()), sep="\n")
    print(f"slowest: {outcome.slowest:.1f} s", f"findings: {len(outcome.findings)}", *outcome.findings, sep="\n")
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
