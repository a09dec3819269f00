"""What publishing the open tables and the pages costs, beside a bare `dbt build` of the same models on the same lake:
rounds in turn, medians and ratios; and how many counts are hidden for each that must be.

    python -m benchmarks.disclosure [rounds]

Writes its table to benchmarks/disclosure.md.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import polars as pl

from dagster_project.assets.warehouse import BUILD
from dagster_project.demonstration import lay_out
from dagster_project.disclosure.release import open_cell_flags
from dagster_project.manifest import DBT
from dagster_project.report.page import RunFacts, write_pages
from dagster_project.settings import PROJECT_ROOT, RELEASE, Settings
from dagster_project.warehouse_file import open_warehouse

PAGE = PROJECT_ROOT / "benchmarks" / "disclosure.md"
BUILT = "bare `dbt build` of the same models, the pattern taken from the release before"


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of a piece of work."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main(rounds: int) -> None:
    """Measure in a temporary data folder with the demonstration in it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        lay_out(settings)
        environment = {**os.environ, "NEDSLAG_DATA_DIR": folder}
        run = partial(subprocess.run, cwd=PROJECT_ROOT, check=True, capture_output=True)
        run([sys.executable, "-m", "dagster_project", "nightly"], env=environment)
        build = [str(DBT), "--quiet", *BUILD, "--project-dir", str(settings.dbt_project)]
        rebuild = partial(run, build, env={**environment, **settings.dbt_environment()})
        latest = settings.marts / RELEASE
        with open_warehouse(settings.warehouse, settings.lake) as database:
            cells = database.execute("from working.intermediate.int_open_cells").pl()
            relations = database.execute("from working.intermediate.int_open_relations").pl()
        search = partial(open_cell_flags, cells, relations, threshold=settings.disclosure_threshold)
        pages = partial(_pages, settings, Path(folder))
        kept = Path(folder) / "pictures.json"
        works: dict[str, Callable[[], object]] = {
            BUILT: rebuild,
            "search for the pattern, no release before": lambda: search(latest=Path(folder) / "none"),
            "the pattern again, nothing new": lambda: search(latest=latest),
            "both pages, every picture drawn": lambda: pages(None),
            "both pages, pictures of the night before": lambda: pages(kept),
        }
        for work in works.values():  # once to warm up
            work()
        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            for name, work in works.items():
                times[name].append(seconds(work))
        printed = pl.read_parquet(latest).filter(pl.col("published"))
        small, hidden = int(printed["primary"].sum()), int(printed["suppressed"].sum())
    table = "\n".join(
        [
            "# Disclosure control and the pages beside a bare dbt build",
            "",
            "Written by `make bench`.",
            "",
            f"Measured {date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, {rounds} rounds, "
            "the demonstration's deliveries.",
            "",
            "| | median (s) | least | most | of the build |",
            "|---|---|---|---|---|",
            *(_row(name, values, times[BUILT]) for name, values in times.items()),
            "",
            f"Of {len(printed):,} counts {small:,} are small and {hidden:,} hidden: {hidden / small:.2f} times "
            "those that any method must hide.",
        ]
    )
    PAGE.write_text(f"{table}\n", encoding="utf-8")
    print(table)


def _pages(settings: Settings, folder: Path, pictures: Path | None) -> None:
    with open_warehouse(settings.warehouse, settings.lake) as database:
        database.execute("USE working")
        facts = RunFacts("benchmark", date.today(), "benchmark", datetime.now(), is_demonstration=True)
        write_pages(database, folder, facts=facts, pictures=pictures)


def _row(name: str, values: list[float], builds: list[float]) -> str:
    share = statistics.median(value / build for value, build in zip(values, builds, strict=True))
    return f"| {name} | {statistics.median(values):.2f} | {min(values):.2f} | {max(values):.2f} | {share:.2f} |"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
