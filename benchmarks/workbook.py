"""How much it costs to take a large workbook in (read, check, pseudonymise, write to the lake) beside the bare cells of
the same workbook in the fastest reader there is: pairs run in turn, medians and ratio.

    python -m benchmarks.workbook [pairs]

Each measurement is a process of its own; its start and its imports are not counted. Writes its table to
benchmarks/workbook.md.
"""

from __future__ import annotations

import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import fastexcel
import pyarrow  # noqa: F401  fastexcel would else import it while it is measured
import python_calamine
import xlsxwriter

from dagster_project.door.intake import Limits, prepare_lake, take_in
from dagster_project.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "benchmarks" / "workbook.md"
NAME = "MA_2021-01-01.xlsx"
PEOPLE, ACTIVITIES, JOB_STATUSES = 20_000, 160_000, 20_000


def make_workbook(path: Path) -> None:
    """A monitoring workbook with 200,000 rows, dates as date cells and texts stored once, as Excel saves it."""
    chance = random.Random(1)
    people = [f"{date(1950, 1, 1) + timedelta(n % 7000):%d%m%y}-{1000 + n // 7000}" for n in range(PEOPLE)]
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd-mm-yyyy"})
    sheets = {
        "Deltagere": (
            ("CPR-nr.", "Projekt", "A-kasse", "Hold", "Startdato", "Slutdato", "Rekruttering"),
            (
                (key, "MA", "Magistrene", f"Hold {n % 30}", _day(n % 300), None, "Invitation")
                for n, key in enumerate(people)
            ),
        ),
        "Aktiviteter": (
            ("CPR-nr.", "Projekt", "Aktivitet", "Dato", "Timer", "Form", "Status"),
            (
                (
                    chance.choice(people),
                    "MA",
                    chance.choice(["Workshop", "Individuel samtale", "Netværk"]),
                    _day(n % 360),
                    chance.choice([1, 2.5, 3]),
                    chance.choice(["Fysisk", "Online"]),
                    chance.choice(["Gennemført", "Aflyst"]),
                )
                for n in range(ACTIVITIES)
            ),
        ),
        "Jobstatus": (
            ("CPR-nr.", "Projekt", "Dato", "Jobstatus"),
            (
                (chance.choice(people), "MA", _day(n % 200), chance.choice(["I job", "Ledig"]))
                for n in range(JOB_STATUSES)
            ),
        ),
    }
    for name, (heading, rows) in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, heading)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
    book.close()


def _day(number: int) -> datetime:
    return datetime(2020, 1, 1) + timedelta(number)


# ---- what is measured, each in a process of its own ------------------------------------------------------------------


def take_it_in(path: Path) -> None:
    """Our whole way from the landing folder to the lake."""
    landing, lake = path.parent.parent, path.parent.parent / "lake"
    intake = take_in(
        "monitoring",
        landing=landing,
        lake=lake,
        as_of=date(2021, 6, 1),
        pseudonym_key="a key for the benchmark",
        projects=frozenset({"MA"}),
        limits=Limits(),
    )
    if sum(intake.rows.values()) != PEOPLE + ACTIVITIES + JOB_STATUSES:
        raise AssertionError(f"rows are missing: {dict(intake.rows)}")


def fastexcel_typed(path: Path) -> None:
    """Cells as fastexcel types them, straight into Arrow."""
    reader = fastexcel.read_excel(path)
    for name in reader.sheet_names:
        reader.load_sheet_eager(name)


def fastexcel_text(path: Path) -> None:
    """Every cell as text, straight into Arrow."""
    reader = fastexcel.read_excel(path)
    for name in reader.sheet_names:
        reader.load_sheet_eager(name, header_row=None, skip_rows=0, dtypes="string")


def calamine(path: Path) -> None:
    """Cells as Python objects, row by row."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


OURS: Callable[[Path], None] = take_it_in
READERS: dict[str, Callable[[Path], None]] = {
    "fastexcel, typed": fastexcel_typed,
    "fastexcel, text": fastexcel_text,
    "python-calamine": calamine,
}


def measure(function: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """Wall seconds and peak megabytes of one function in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.workbook", function.__name__, str(path)]
    told = subprocess.run(command, cwd=PROJECT_ROOT, check=True, capture_output=True, text=True).stdout.split()
    return float(told[-2]), float(told[-1])


def measured(function: Callable[[Path], None], path: Path) -> None:
    """In the process that is measured."""
    began = time.perf_counter()
    function(path)
    seconds = time.perf_counter() - began
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


# ---- the table -------------------------------------------------------------------------------------------------------


def main(pairs: int) -> None:
    """Measure in a temporary folder."""
    ours: list[float] = []
    memory: list[float] = []
    bare: dict[str, list[float]] = {name: [] for name in READERS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monitoring" / NAME
        path.parent.mkdir()
        make_workbook(path)
        size = path.stat().st_size / 1024**2
        for _ in range(pairs):
            for name, reader in READERS.items():
                bare[name].append(measure(reader, path)[0])
            shutil.rmtree(Path(folder) / "lake", ignore_errors=True)
            prepare_lake(Path(folder) / "lake")
            seconds, megabytes = measure(OURS, path)
            ours.append(seconds)
            memory.append(megabytes)
    fastest = min(READERS, key=lambda name: statistics.median(bare[name]))
    ratios = [mine / theirs for mine, theirs in zip(ours, bare[fastest], strict=True)]
    table = "\n".join(
        [
            "# A large workbook beside its bare cells",
            "",
            "Written by `python -m benchmarks.workbook`.",
            "",
            f"Measured {date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, {pairs} pairs; one "
            f"monitoring workbook of {PEOPLE + ACTIVITIES + JOB_STATUSES:,} rows and {size:.1f} MB.",
            "",
            "| | median | least | most |",
            "|---|---|---|---|",
            _row("taken in: read, checked, pseudonymised, written to the lake (s)", ours),
            *(_row(f"bare cells, {name} (s)", seconds) for name, seconds in bare.items()),
            _row(f"ratio to {fastest}, pair by pair", ratios),
            _row("peak memory of taking it in (MB)", memory),
        ]
    )
    PAGE.write_text(f"{table}\n", encoding="utf-8")
    print(table)


def _row(name: str, values: list[float]) -> str:
    return f"| {name} | {statistics.median(values):.2f} | {min(values):.2f} | {max(values):.2f} |"


if __name__ == "__main__":
    if len(sys.argv) > 2:
        known = {function.__name__: function for function in (OURS, *READERS.values())}
        measured(known[sys.argv[1]], Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
