"""What nights cost: one that finds nothing new beside the mere loading of the graph's definitions, one with a new
workbook beside a bare `dbt build` of the same models on the same lake. Pairs run in turn, medians and ratio.

    python -m benchmarks.nightly [pairs]

Writes its table to benchmarks/nightly.md.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from dagster_project.assets.warehouse import BUILD
from dagster_project.demonstration import DEMONSTRATION_KEY, lay_out
from dagster_project.manifest import DBT
from dagster_project.settings import PROJECT_ROOT, Settings

PAGE = PROJECT_ROOT / "benchmarks" / "nightly.md"


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall seconds of a command that must succeed."""
    began = time.perf_counter()
    subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def main(pairs: int) -> None:
    """Measure in a temporary data folder with the demonstration in it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        lay_out(settings)
        # Another workbook makes the deliveries others than the demonstration's, and those need a key.
        environment = {**os.environ, "NEDSLAG_DATA_DIR": folder, "NEDSLAG_PSEUDONYM_KEY": DEMONSTRATION_KEY}
        nightly = [sys.executable, "-m", "dagster_project", "nightly"]
        loading = [sys.executable, "-c", "import dagster_project.definitions"]
        first = seconds(nightly, environment)
        bare_environment = {
            **environment,
            **settings.dbt_environment(),
            "NEDSLAG_WAREHOUSE": str(Path(folder) / "bare" / "working.duckdb"),
            "DBT_TARGET_PATH": str(Path(folder) / "bare" / "target"),
            "DBT_LOG_PATH": str(Path(folder) / "bare" / "target"),
        }
        (Path(folder) / "bare").mkdir()
        bare = [str(DBT), "--quiet", *BUILD, "--project-dir", str(settings.dbt_project)]
        seconds(bare, bare_environment)  # parses once, as the first night did
        workbook = max((settings.landing / "monitoring").glob("*.xlsx"))
        quiet, loads, nights, builds = [], [], [], []
        for number in range(pairs):
            quiet.append(seconds(nightly, environment))
            loads.append(seconds(loading, environment))
            day = date(2022, 1, 1) + timedelta(days=number)
            shutil.copyfile(workbook, workbook.with_name(f"{workbook.stem[:-10]}{day}.xlsx"))
            nights.append(seconds(nightly, environment))
            for leftover in (Path(folder) / "bare").glob("working.duckdb*"):
                leftover.unlink()
            builds.append(seconds(bare, bare_environment))
    table = "\n".join(
        [
            "# A night beside what it cannot do without",
            "",
            "Written by `make bench`.",
            "",
            f"Measured {date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, {pairs} pairs, "
            "the demonstration's deliveries.",
            "",
            "| | median | least | most |",
            "|---|---|---|---|",
            _row("`make nightly`, nothing new in landing (s)", quiet),
            _row("loading the graph's definitions (s)", loads),
            _row("ratio, pair by pair", [night / load for night, load in zip(quiet, loads, strict=True)]),
            _row("`make nightly`, one new workbook (s)", nights),
            _row("bare `dbt build` of the same models (s)", builds),
            _row("ratio, pair by pair", [night / build for night, build in zip(nights, builds, strict=True)]),
            "",
            f"The first night, which reads every file and parses the dbt project, took {first:.1f} s.",
        ]
    )
    PAGE.write_text(f"{table}\n", encoding="utf-8")
    print(table)


def _row(name: str, values: list[float]) -> str:
    return f"| {name} | {statistics.median(values):.2f} | {min(values):.2f} | {max(values):.2f} |"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
