"""How much a night costs beside a bare `dbt build` of the same models on the same lake: pairs run in turn, medians
and ratio.

    python -m benchmarks.nightly [pairs]

Writes its table to benchmarks/nightly.md.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from dagster_project.assets.warehouse import BUILD
from dagster_project.demonstration import lay_out
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
        environment = {**os.environ, "NEDSLAG_DATA_DIR": folder}
        nightly = [sys.executable, "-m", "dagster_project", "nightly"]
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
        nights, builds = [], []
        for _ in range(pairs):
            nights.append(seconds(nightly, environment))
            for leftover in (Path(folder) / "bare").glob("working.duckdb*"):
                leftover.unlink()
            builds.append(seconds(bare, bare_environment))
    ratios = [night / build for night, build in zip(nights, builds, strict=True)]
    table = "\n".join(
        [
            "# A night beside a bare dbt build",
            "",
            "Written by `make bench`.",
            "",
            f"Measured {date.today()}, Python {platform.python_version()}, {os.cpu_count()} cores, {pairs} pairs, "
            "the demonstration's deliveries.",
            "",
            "| | median | least | most |",
            "|---|---|---|---|",
            _row("`make nightly`, nothing new in landing (s)", nights),
            _row("bare `dbt build` of the same models (s)", builds),
            _row("ratio, pair by pair", ratios),
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
