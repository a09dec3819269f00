"""How much it costs to make spells of a national pull of the register, beside reading its bytes, parsing its text and
making the same spells with the usual tools: pairs run in turn, medians and ratios.

    python -m benchmarks.register [pairs] [--large-pairs PAIRS] [--quick]

Each measurement is a process of its own, under a cap of memory and time; its start and its imports are not counted, and
the file was read before. Writes the section between the markers of docs/performance.md, and its picture; `--quick`
(10,000 persons, one pair) writes neither.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import json
import os
import platform
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

# A child's ru_maxrss starts at its parent's: nothing heavy is imported here, and files are written by a child as well.
if TYPE_CHECKING:
    import polars as pl
    from matplotlib.axes import Axes

PROJECT_ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = PROJECT_ROOT / "docs" / "performance.md"
PICTURE: Final = PROJECT_ROOT / "docs" / "performance-register.svg"
TITLE: Final = "Seconds by number of persons, one line per way"
BEGIN, END = "<!-- register:begin -->", "<!-- register:end -->"

LARGE: Final = 1_000_000
SIZES: Final = (10_000, 100_000, LARGE)
CONSENT_SHARE: Final = 0.01
MOST_MEGABYTES: Final = 18_000
MOST_SECONDS: Final = 15 * 60
_BUFFER: Final = 16 * 1024**2
_FIRST_WEEK, _FIRST_MONTH = 1, 2008 * 12  # the running numbers of a pull's first week and month column
_BLANK: Final = -1
_SECRET: Final = "a key for the benchmark"


# ---- what is measured, each in a process of its own ------------------------------------------------------------------
# The peers take the cells as they come: no cell is judged, no key pseudonymised, no row answered for, and columns are
# taken to follow each other without a gap.


def raw_read(path: Path, out_folder: Path) -> None:
    """The bytes into one buffer, piece by piece."""
    buffer = memoryview(bytearray(_BUFFER))
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def polars_parse(path: Path, out_folder: Path) -> None:
    """Every cell as text, in polars."""
    import polars as pl

    pl.read_csv(path, separator=";", infer_schema=False)


# Rows at a time; text needs several times the memory of small integers.
_POLARS_ROWS, _POLARS_TEXT_ROWS = 50_000, 10_000


def polars_batches(path: Path, out_folder: Path) -> None:
    """Every cell as text, in polars, a batch of rows at a time, each dropped at once."""
    import polars as pl

    for _ in pl.scan_csv(path, separator=";", infer_schema=False).collect_batches(chunk_size=_POLARS_TEXT_ROWS):
        pass


def polars_spells(path: Path, out_folder: Path) -> None:
    """Spells in polars: cells straight to small integers, neighbouring columns compared, in batches of rows.

    The fastest of what was tried (3.3 s and 1.2 GB at 100,000 persons on two cores). What lost, at 100,000 persons:
        the same over the file read whole: 4.3 s, 1.9 GB, and memory grows with the file;
        the same over slices of the file's bytes: 5.9 s; over slices in two threads: 3.9 s;
        starts and ends column by column, matched by sorting both: 7.7 s; the same in one select: 6.1 s;
        an open run per person, column by column, closed by scatter: 4.1 s;
        unpivot and rle per person, in slices: 6.8 s;
        list.eval(rle) on the streaming engine: 35 s.
    At 10,000 persons, where the one below takes 0.8 s and 0.3 GB:
        unpivot and rle per person, lazily on the streaming engine: 1.5 s, 1.3 GB;
        unpivot, sort, running sum of the beginnings, group: 4.5 s, 2 GB;
        one long column beside its shift: 4.8 s; starts and ends as row filters of a lazy frame: 5.1 s, 3.4 GB.
    """
    import polars as pl

    with open(path, encoding="utf-8") as file:
        heading = file.readline().rstrip("\n").split(";")
    weeks, months = _columns(heading, "y_"), _columns(heading, "branche_")
    small: dict[str, pl.DataType] = {**dict.fromkeys(weeks, pl.Int16()), **dict.fromkeys(months, pl.Int32())}
    schema = {name: small.get(name, pl.String()) for name in heading}
    batches = pl.scan_csv(path, separator=";", schema=schema).collect_batches(
        chunk_size=_POLARS_ROWS, maintain_order=True
    )
    benefit, industry = [], []
    for batch in batches:
        whole = batch.rechunk()
        benefit.append(_polars_runs(whole, weeks, _FIRST_WEEK))
        industry.append(_polars_runs(whole, months, _FIRST_MONTH))
    pl.concat(benefit).write_parquet(out_folder / "benefit_spells.parquet")
    pl.concat(industry).write_parquet(out_folder / "industry_spells.parquet")


def _polars_runs(frame: pl.DataFrame, columns: list[str], first: int) -> pl.DataFrame:
    import polars as pl

    filled = frame.select(pl.col(columns).fill_null(_BLANK))
    changed = filled.select(
        (pl.col(now) != pl.col(before)).arg_true().implode().alias(now) for before, now in pairwise(columns)
    )
    every_row = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    rows = [every_row, *(changed[name][0].cast(pl.UInt32) for name in columns[1:])]
    begun = pl.DataFrame(
        {
            "row": pl.concat(rows),
            "code": pl.concat([filled[name].gather(some) for name, some in zip(columns, rows, strict=True)]),
            "first": pl.concat(
                [pl.repeat(first + place, len(some), dtype=pl.Int32, eager=True) for place, some in enumerate(rows)]
            ),
        }
    ).sort("row", maintain_order=True)
    # What ends a run is the beginning of the person's next one, blank or not.
    follows = pl.col("row").shift(-1) == pl.col("row")
    runs = begun.with_columns(
        last=pl.when(follows).then(pl.col("first").shift(-1) - 1).otherwise(first + len(columns) - 1)
    ).filter(pl.col("code") != _BLANK)
    return runs.select(frame["PNR"].gather(runs["row"]), "code", "first", "last")


def pandas_spells(path: Path, out_folder: Path) -> None:
    """Spells in pandas: numbers at once, melt, blanks dropped, sorted, runs by comparison with the row before."""
    import pandas as pd

    with open(path, encoding="utf-8") as file:
        heading = file.readline().rstrip("\n").split(";")
    weeks, months = _columns(heading, "y_"), _columns(heading, "branche_")
    # The default engine: for columns in their thousands it is faster than the pyarrow one.
    wide = pd.read_csv(path, sep=";", dtype={"PNR": "str", **dict.fromkeys([*weeks, *months], "float32")})
    for name, columns, first in (("benefit", weeks, _FIRST_WEEK), ("industry", months, _FIRST_MONTH)):
        numbered = wide[["PNR", *columns]].set_axis(["PNR", *range(first, first + len(columns))], axis=1)
        long = numbered.melt("PNR", var_name="at", value_name="code").dropna()
        long = long.astype({"at": "int32", "code": "int32"}).sort_values(["PNR", "at"])
        before = long.shift()
        begins = (
            (long["PNR"] != before["PNR"]) | (long["code"] != before["code"]) | (long["at"] != before["at"] + 1)
        ).cumsum()
        spells = long.groupby(begins).agg(
            PNR=("PNR", "first"), code=("code", "first"), first=("at", "first"), last=("at", "last")
        )
        spells.to_parquet(out_folder / f"{name}_spells.parquet", index=False)


def duckdb_spells(path: Path, out_folder: Path) -> None:
    """Spells in DuckDB: everything as text into a table, UNPIVOT, gaps and islands."""
    import duckdb

    # Faster than reading the file in the query (8.5 s instead of 6.5 s at 10,000 persons), than two UNPIVOTs (9.7 s),
    # and than runs by lag() and a running sum (15 s).
    with duckdb.connect(str(out_folder / "working.duckdb")) as connection:
        connection.execute(f"SET memory_limit = '{MOST_MEGABYTES * 3 // 4}MB'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            "CREATE TEMP TABLE pull AS FROM read_csv(?, delim = ';', header = true, all_varchar = true)", [str(path)]
        )
        with open(path, encoding="utf-8") as file:
            heading = file.readline().rstrip("\n").split(";")
        weeks, months = _columns(heading, "y_"), _columns(heading, "branche_")
        ticks = [*range(_FIRST_WEEK, _FIRST_WEEK + len(weeks)), *range(_FIRST_MONTH, _FIRST_MONTH + len(months))]
        connection.execute(
            "CREATE TEMP TABLE clock AS SELECT unnest(?) AS col, unnest(?) AS tick", [[*weeks, *months], ticks]
        )
        connection.execute(f"""
            CREATE TEMP TABLE spells AS
            WITH long AS (
                UNPIVOT (SELECT PNR, COLUMNS(c -> c LIKE 'y_%' OR c LIKE 'branche_%') FROM pull)
                ON COLUMNS(* EXCLUDE PNR) INTO NAME col VALUE code
            ),
            numbered AS (
                SELECT
                    PNR, CAST(code AS INTEGER) AS code, tick, tick >= {_FIRST_MONTH} AS monthly,
                    tick - row_number() OVER (PARTITION BY PNR, monthly, code ORDER BY tick) AS island
                FROM long JOIN clock USING (col)
            )
            SELECT PNR, monthly, code, min(tick) AS "first", max(tick) AS "last"
            FROM numbered GROUP BY PNR, monthly, code, island
        """)
        for name, condition in (("benefit", "NOT monthly"), ("industry", "monthly")):
            connection.execute(
                f"COPY (SELECT * EXCLUDE monthly FROM spells WHERE {condition}) TO '{out_folder}/{name}_spells.parquet'"
            )


def door_for_everyone(path: Path, out_folder: Path) -> None:
    """Our door, every person of the file wanted: read, judged, pseudonymised, spells written."""
    _through_the_door(path, out_folder, None)


def door_for_a_consent_list(path: Path, out_folder: Path, keys: list[str]) -> None:
    """As `door_for_everyone`, for the persons of a consent list (their CPR numbers) only."""
    from dagster_project.door.pseudonym import participant_id

    _through_the_door(path, out_folder, frozenset(participant_id(_SECRET, key) for key in keys))


def _through_the_door(content: Path | bytes, lake: Path, wanted: frozenset[str] | None) -> None:
    from dagster_project.door.checking import Gate
    from dagster_project.door.limits import Limits
    from dagster_project.door.reading import read_delivery
    from dagster_project.door.tables import PULL, SOURCES

    for table in SOURCES["register"].lake_tables:
        (lake / table).mkdir(exist_ok=True)
    gate = Gate(_SECRET, frozenset(), Limits(), wanted, lake=lake)
    reading = read_delivery(content, "csv", SOURCES["register"], PULL, gate, "a-delivery")
    if reading.refusal or reading.rejections:
        raise AssertionError(f"{reading.refusal}, {len(reading.rejections)} rows rejected")
    for table, staged in reading.staged.items():
        staged.rename(lake / table / "a-delivery.parquet")


def load_the_door() -> None:
    """What an import is to the others: the compiled loops are fetched from where they are kept."""
    with tempfile.TemporaryDirectory() as folder:
        _through_the_door(b"PNR;koen;foed_dag;ie_type;y_2001\n0201601234;1;1960-01-02;1;111\n", Path(folder), None)


def _columns(heading: Sequence[str], prefix: str) -> list[str]:
    return [name for name in heading if name.startswith(prefix)]


@dataclass(frozen=True)
class Way:
    """One line of the tables and of the picture.

    Attributes:
        function: takes the pull and a folder to write to; one with three parameters takes consenting CPR numbers too.
        modules: imported before the clock starts. load: likewise called.
        most_pairs: at a size, if fewer than asked for; 0: not run there.
        line: colour, marker and dashes in the picture.
        everyone: makes the spells of all persons, so that they are held against the other ways'.
    """

    name: str
    function: Callable[..., None]
    modules: tuple[str, ...]
    line: tuple[str, str, str]
    most_pairs: Mapping[int, int] = field(default_factory=dict)
    everyone: bool = True
    load: Callable[[], None] | None = None


REFERENCE: Final = "polars, parsing to text"
IN_BATCHES: Final = "polars, parsing to text in batches"
DOOR: Final = "the door, everyone"
WAYS: Final = [
    Way(REFERENCE, polars_parse, ("polars",), ("#0072b2", "o", "-"), {LARGE: 1}, everyone=False),
    Way(IN_BATCHES, polars_batches, ("polars",), ("#56a0d0", "o", "--"), everyone=False),
    Way("polars, spells", polars_spells, ("polars",), ("#009e73", "s", "-")),
    Way(
        "pandas, spells",
        pandas_spells,
        ("pandas", "pyarrow.parquet"),
        ("#a0529a", "^", "-"),
        {100_000: 1, LARGE: 0},
    ),
    Way("DuckDB, spells", duckdb_spells, ("duckdb",), ("#b07a00", "v", "-"), {100_000: 1, LARGE: 0}),
    Way("bytes, read", raw_read, (), ("#707070", ".", ":"), everyone=False),
    Way(DOOR, door_for_everyone, ("benchmarks.pulls",), ("#d55e00", "D", "-"), load=load_the_door),
    Way(
        f"the door, consent list of {CONSENT_SHARE:.0%}",
        door_for_a_consent_list,
        ("benchmarks.pulls",),
        ("#d55e00", "d", "--"),
        everyone=False,
        load=load_the_door,
    ),
]


def measured(way: Way, path: Path, out_folder: Path, persons: int) -> None:
    """In the process that is measured: wall and processor seconds, peak megabytes, as JSON on one line."""
    # Should memory run out all the same, this is the process to end.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    for name in way.modules:
        importlib.import_module(name)
    if way.load:
        way.load()
    arguments: list[Any] = [path, out_folder]
    if len(inspect.signature(way.function).parameters) > len(arguments):
        from benchmarks.pulls import keys_of

        arguments.append(keys_of(persons, share=CONSENT_SHARE))
    processor, began = sum(os.times()[:4]), time.perf_counter()
    way.function(*arguments)
    seconds, processor = time.perf_counter() - began, sum(os.times()[:4]) - processor
    # Processes that the measured one started count with the largest of them.
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak}))


def totals_of(out_folder: Path) -> None:
    """Of a folder of spells, as JSON on one line: per kind rows and sums of code, first, last and code * length."""
    import polars as pl

    totals: dict[str, list[int]] = {}
    for kind in ("benefit_spells", "industry_spells"):
        files = [file for file in out_folder.rglob("*.parquet") if kind in str(file.relative_to(out_folder))]
        spells = pl.scan_parquet(files)
        names = spells.collect_schema().names()
        code, first, last = (
            pl.col(next(name for name in names if re.match(rf"{word}(_|$)|.*_{word}$", name))).cast(pl.Int64)
            for word in ("code", "first", "last")
        )
        sums = spells.select(
            pl.len().alias("rows"),
            code.sum(),
            first.sum(),
            last.sum(),
            (code * (last - first + 1)).sum().alias("weight"),
        )
        totals[kind] = list(sums.collect(engine="streaming").row(0))
    print(json.dumps(totals))


# ---- measuring -------------------------------------------------------------------------------------------------------


@dataclass
class Record:
    """What one way took at one size; `failure` is why there is nothing (more) to tell."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    failure: str | None = None


@dataclass
class Failure(Exception):
    """Why a measurement gave no figures."""

    reason: str


def child(*arguments: str) -> list[str]:
    """This module with other arguments, as a command."""
    return [sys.executable, "-m", "benchmarks.register", *arguments]


def measure(way: Way, path: Path, out_folder: Path, persons: int) -> dict[str, float]:
    """Figures of one way in a fresh process.

    Raises:
        Failure: it took too much memory or time, or ended in an error.
    """
    raw_read(path, out_folder)
    command = child("--measure", way.function.__name__, str(path), str(out_folder), str(persons))
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=out, stderr=err, start_new_session=True)
        ended = _watch(process)
        for file in (out, err):
            file.seek(0)
        told = out.read().split("\n")
        errors = re.findall(r"^(?:[\w.]+\.)?(\w*(?:Error|Exception))\b", err.read(), re.MULTILINE)
    if ended:
        raise Failure(ended)
    if process.returncode < 0:
        raise Failure(f"ended by {signal.Signals(-process.returncode).name}")
    if process.returncode:
        raise Failure(errors[-1] if errors else f"exit status {process.returncode}")
    figures: dict[str, float] = json.loads(told[-2])
    return figures


def _watch(process: subprocess.Popen[bytes]) -> str | None:
    """Wait for the end; at the cap of memory or time, bring it about and tell why."""
    began = time.monotonic()
    try:
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            if _own_megabytes(process.pid) > MOST_MEGABYTES:
                return f"more than {MOST_MEGABYTES // 1000} GB after {time.monotonic() - began:.0f} s"
            if time.monotonic() - began > MOST_SECONDS:
                return f"not done after {MOST_SECONDS // 60} minutes"
        return None
    finally:
        # Also when the benchmark itself is interrupted: a session of its own does not hear of that.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _own_megabytes(process_id: int) -> float:
    """Memory that is the process's own: pages of a mapped file can be given back at any time."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"^RssAnon:\s*([0-9]+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def measure_size(path: Path, persons: int, pairs: int, earlier: Mapping[str, Record]) -> dict[str, Record]:
    """All ways at one size.

    Args:
        earlier: records of the next smaller size; a way that failed there is not tried again.
    Raises:
        AssertionError: two ways found different spells.
    """
    records = {way.name: Record(failure=_not_tried(way, persons, earlier)) for way in WAYS}
    agreed: tuple[str, dict[str, list[int]]] | None = None
    for pair in range(pairs):
        for way in WAYS:
            record = records[way.name]
            if record.failure or pair >= way.most_pairs.get(persons, pairs):
                continue
            out_folder = Path(tempfile.mkdtemp(dir=path.parent))
            try:
                figures = measure(way, path, out_folder, persons)
            except Failure as failure:
                record.failure = failure.reason
                print(f"{persons:,} {way.name}: {record.failure}", flush=True)
            else:
                record.seconds.append(figures["seconds"])
                record.processor.append(figures["processor"])
                record.peak.append(figures["peak"])
                print(f"{persons:,} {way.name}: {figures}", flush=True)
                if way.everyone and pair == 0:
                    found = subprocess.run(
                        child("--totals", str(out_folder)), cwd=PROJECT_ROOT, check=True, capture_output=True
                    )
                    totals = json.loads(found.stdout)
                    agreed = agreed or (way.name, totals)
                    if totals != agreed[1]:
                        raise AssertionError(f"{way.name} found {totals}, {agreed[0]} found {agreed[1]}")
            finally:
                shutil.rmtree(out_folder)
    return records


def _not_tried(way: Way, persons: int, earlier: Mapping[str, Record]) -> str | None:
    before = earlier.get(way.name)
    if not before:
        return None
    if before.failure:
        return "not tried: gave up at a tenth of the size"
    if way.most_pairs.get(persons) == 0:
        return f"not tried: {before.seconds[0]:,.0f} s and {before.peak[0]:,.0f} MB at a tenth of the size"
    return None


# ---- the page and the picture ----------------------------------------------------------------------------------------


def section(results: Mapping[int, Mapping[str, Record]], sizes: Mapping[int, float]) -> str:
    """The part of the page between the markers.

    Args:
        sizes: megabytes of the file per number of persons.
    """
    versions = ", ".join(f"{name} {version(name.lower())}" for name in ("polars", "pandas", "DuckDB"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    lines = [
        "## A register pull beside its bare text",
        "Synthetic pulls of 1,800 week and 216 month columns, one row per person: "
        f"{', '.join(f'{megabytes:,.0f} MB for {persons:,} persons' for persons, megabytes in sizes.items())}. "
        "*Spells* are person, code, first and last, of weeks and of months, written to Parquet; at each size all ways "
        "that make them for everyone found the same. Ways other than the door's neither judge cells nor pseudonymise.",
        "",
        "Each figure comes from a process of its own, without its start and imports, with the file in the page cache; "
        "ratios are medians of pairs run in turn, always at one size. Peak memory counts the pages of a mapped file. "
        "b: to parsing in batches, where parsing at once does not survive. "
        f"A way is ended at {MOST_MEGABYTES // 1000} GB of its own or after {MOST_SECONDS // 60} minutes.",
        "",
        f"Measured {date.today()} by `python -m benchmarks.register`, Python {platform.python_version()}, {versions}, "
        f"{os.cpu_count()} cores, {memory:.0f} GB.",
        "",
        f"![{TITLE}]({PICTURE.name})",
        "",
        f"| persons | way | s | ratio to {REFERENCE} | ratio to {DOOR} | CPU s | peak MB | µs per person | pairs |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for persons, records in results.items():
        reference, mark = (records[REFERENCE], "") if records[REFERENCE].seconds else (records[IN_BATCHES], " b")
        for way in WAYS:
            record = records[way.name]
            if not record.seconds:
                word = "" if record.failure and record.failure.startswith("not") else "did not survive: "
                lines.append(f"| {persons:,} | {way.name} | {word}{record.failure} | | | | | | |")
                continue
            median = statistics.median(record.seconds)
            lines.append(
                f"| {persons:,} | {way.name} | {median:,.2f} | {_ratio(record, reference)}{mark} | "
                f"{_ratio(record, records[DOOR])} | {statistics.median(record.processor):,.2f} | "
                f"{statistics.median(record.peak):,.0f} | {median / persons * 1e6:,.1f} | {len(record.seconds)} |"
            )
    return "\n".join([BEGIN, *lines, END])


def _ratio(record: Record, other: Record) -> str:
    pairs = list(zip(record.seconds, other.seconds, strict=False))
    return f"{statistics.median(mine / theirs for mine, theirs in pairs):.2f}" if pairs else "–"


def write_section(text: str) -> None:
    """Put the section in place of the one before it, or at the end of the page."""
    page = PAGE.read_text(encoding="utf-8")
    if BEGIN in page:
        head, rest = page.split(BEGIN, 1)
        page = head + text + rest.split(END, 1)[1]
    else:
        page = f"{page.rstrip()}\n\n{text}\n"
    PAGE.write_text(page, encoding="utf-8")


def draw(results: Mapping[int, Mapping[str, Record]], picture: Path) -> None:
    """Seconds by persons, both logarithmic; on a light ground of its own, so that any page can show it."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    # The same figures give the same file.
    mpl.rcParams |= {"svg.hashsalt": "register", "svg.fonttype": "path", "font.size": 10}
    figure, axes = plt.subplots(figsize=(8, 5), facecolor="#ffffff", layout="constrained")
    ends: list[tuple[float, float, str, str]] = []
    for way in WAYS:
        points = [
            (persons, statistics.median(records[way.name].seconds))
            for persons, records in results.items()
            if records[way.name].seconds
        ]
        if points:
            colour, marker, dashes = way.line
            axes.plot(*zip(*points, strict=True), color=colour, marker=marker, linestyle=dashes, linewidth=2)
            ends.append((points[-1][1], points[-1][0], way.name, colour))
    axes.set(xscale="log", yscale="log", xlabel="persons in the pull", ylabel="seconds", facecolor="#ffffff")
    axes.set_xticks(list(results), [f"{persons:,}" for persons in results])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(color="#e2e2e2")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    _label(axes, ends, max(results))
    figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None, "Title": TITLE})


def _label(axes: Axes, ends: list[tuple[float, float, str, str]], right: int) -> None:
    """Name each line: beside its end at the right edge, names kept apart; at its end where it stops before."""
    bottom, top = axes.get_ylim()
    height = 0.0
    for seconds, persons, name, colour in sorted(ends):
        if persons == right:
            height = max(seconds, height * (top / bottom) ** (1 / 18))
            place = {"xytext": (right * 1.35, height), "va": "center"}
            leader = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "shrinkB": 5}
            axes.annotate(name, (persons, seconds), color=colour, annotation_clip=False, arrowprops=leader, **place)
            continue
        # Above, left of the end; below, right of it, where another line stops just above.
        under = any(at == persons and seconds < other < 2 * seconds for other, at, *_ in ends)
        place = {"xytext": (7, -5) if under else (-7, 5), "textcoords": "offset points"}
        sides = {"ha": "left", "va": "top"} if under else {"ha": "right", "va": "bottom"}
        axes.annotate(name, (persons, seconds), color=colour, **place, **sides)


def main(pairs: int, large_pairs: int, *, quick: bool) -> None:
    """Measure in a temporary folder.

    Args:
        large_pairs: pairs at the largest size.
    """
    results: dict[int, dict[str, Record]] = {}
    megabytes: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        earlier: dict[str, Record] = {}
        for persons in SIZES[:1] if quick else SIZES:
            path = folder / f"{persons}.csv"
            subprocess.run(
                [sys.executable, "-m", "benchmarks.pulls", str(path), str(persons)], cwd=PROJECT_ROOT, check=True
            )
            megabytes[persons] = path.stat().st_size / 1e6
            earlier = results[persons] = measure_size(
                path, persons, large_pairs if persons >= LARGE else pairs, earlier
            )
            path.unlink()
        text = section(results, megabytes)
        draw(results, folder / PICTURE.name if quick else PICTURE)
    if not quick:
        write_section(text)
    print(text)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.register")
    parser.add_argument("pairs", nargs="?", type=int, default=3)
    parser.add_argument("--large-pairs", type=int, default=1, help=f"pairs at {LARGE:,} persons")
    parser.add_argument("--quick", action="store_true", help="10,000 persons, one pair, nothing written")
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--totals", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    asked = _asked()
    if asked.measure:
        function, pull, out, number = asked.measure
        known = {way.function.__name__: way for way in WAYS}
        measured(known[function], Path(pull), Path(out), int(number))
    elif asked.totals:
        totals_of(asked.totals)
    else:
        main(1 if asked.quick else asked.pairs, asked.large_pairs, quick=asked.quick)
