"""A national programme on one machine's DuckDB and on a Spark cluster: a million participations with ten years of
history, every model and data test; seconds, memory of every process, and whether the tables are equal.

    python -m benchmarks.national [participations]

The lake is that of benchmarks/horizons.py. Spark is a standalone master and two workers of 4 GB on loopback; it builds
twice, and the second time one of the workers is killed in the middle. Writes its table to benchmarks/national.md.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.horizons import make_lake
from dagster_project.assets.warehouse import BUILD
from dagster_project.dbt_at_hand import DBT_PROCESS
from dagster_project.manifest import load_manifest, prepare_manifest
from dagster_project.settings import PROJECT_ROOT, Settings, Spark
from dagster_project.spark_tables import make_room, show_tables
from dagster_project.warehouse_file import identifier, literal
from tests.support.spark import Cluster, quick_spark, spark_cluster

PAGE: Final = PROJECT_ROOT / "benchmarks" / "national.md"
WORKERS, WORKER_MEMORY, EXECUTOR_MEMORY, DRIVER_MEMORY = 2, "4g", "3g", "2g"
SHUFFLE_PARTITIONS: Final = "200"  # Spark's own
COMPARED: Final = ("marts", "report", "open_data")
_ROLES: Final = {
    "CoarseGrainedExecutorBackend": "executor",
    "deploy.worker.Worker": "worker",
    "deploy.master.Master": "master",
    "SparkSubmit": "driver",
    "dbt_process.py": "dbt",
}


@dataclass(frozen=True)
class Build:
    """Wall seconds, and the peak resident megabytes of every process that took part, by its role."""

    seconds: float
    megabytes: tuple[tuple[str, float], ...]


class Memory:
    """Looks at the peak memory of the processes that were started since, as long as the block lasts."""

    def __init__(self) -> None:
        self._peaks: dict[int, tuple[str, float]] = {}
        self._before = self._look()
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch)

    def __enter__(self) -> Memory:
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watcher.join()

    def peaks(self) -> tuple[tuple[str, float], ...]:
        """Role and megabytes, the largest first."""
        return tuple(sorted(self._peaks.values(), key=lambda peak: -peak[1]))

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            self._peaks |= {pid: peak for pid, peak in self._look().items() if pid not in self._before}

    def _look(self) -> dict[int, tuple[str, float]]:
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_text().replace("\0", " ")
                lines = (folder / "status").read_text().splitlines()
            except OSError:
                continue
            told = dict(line.split(":", 1) for line in lines if ":" in line)
            role = next((role for word, role in _ROLES.items() if word in command), None)
            # Another run's dbt is not ours.
            if role and "VmHWM" in told and (role != "dbt" or int(told["PPid"]) == os.getpid()):
                found[int(folder.name)] = (role, int(told["VmHWM"].split()[0]) / 1024)
        return found


def build(settings: Settings, **more: str) -> Build:
    """Every model and data test, as a night builds them."""
    settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
    settings.warehouse.unlink(missing_ok=True)
    with Memory() as memory:
        began = time.perf_counter()
        subprocess.run(
            [
                *(sys.executable, "-P", str(DBT_PROCESS), "--quiet", "--log-level-file", "none", *BUILD),
                *("--project-dir", str(settings.dbt_project)),
            ],
            env={**os.environ, **settings.dbt_environment(), **more},
            check=True,
        )
        seconds = time.perf_counter() - began
    return Build(seconds, memory.peaks())


def build_on_spark(settings: Settings, *, lose: bool) -> Build:
    """The same on a cluster of its own; with `lose`, one worker is killed when the first large mart stands."""
    folder = settings.data_dir
    quick = quick_spark(
        folder,
        spark_sql_shuffle_partitions=SHUFFLE_PARTITIONS,
        spark_executor_memory=EXECUTOR_MEMORY,
        spark_driver_memory=DRIVER_MEMORY,
    )
    with spark_cluster(folder / "cluster", workers=WORKERS, memory=WORKER_MEMORY) as cluster:
        on_cluster = replace(settings, spark=Spark(cluster.master))
        make_room(on_cluster.spark_tables)
        if lose:
            threading.Thread(target=_lose, args=(cluster, Path(on_cluster.spark_tables)), daemon=True).start()
        done = build(on_cluster, **quick)
        lost = [worker.poll() is not None for worker in cluster.workers]
        if lost != [lose, False]:
            raise SystemExit(f"of the workers were lost: {lost}")
    prepare_manifest(on_cluster)
    show_tables(on_cluster, load_manifest(on_cluster))
    return done


def _lose(cluster: Cluster, tables: Path) -> None:
    while not (tables / "marts.db" / "status_at_horizon").exists():
        time.sleep(0.1)
    cluster.lose_worker()


def differences(one: Settings, other: Settings) -> list[str]:
    """Tables that differ between two working databases; floating point numbers by more than nine decimals."""
    wrong = []
    with duckdb.connect() as connection:
        for name, settings in (("one", one), ("other", other)):
            connection.execute(f"ATTACH {literal(str(settings.warehouse))} AS {name} (READ_ONLY)")
        tables = connection.execute(
            "select schema_name, table_name from (from duckdb_tables() select database_name, schema_name, table_name "
            "union all from duckdb_views() select database_name, schema_name, view_name) "
            "where database_name = 'one' and list_contains(?, schema_name) order by all",
            [COMPARED],
        ).fetchall()
        for schema, table in tables:
            place = f"{identifier(schema)}.{identifier(table)}"
            columns = connection.execute(f"describe one.{place}").fetchall()
            cells = ", ".join(
                f"round({identifier(column)}, 9)" if kind == "DOUBLE" else identifier(column)
                for column, kind, *_ in columns
            )
            ours, theirs = (f"select {cells} from {name}.{place}" for name in ("one", "other"))
            row = connection.execute(
                f"select (select count(*) from ({ours} except all {theirs})), "
                f"(select count(*) from ({theirs} except all {ours}))"
            ).fetchone()
            if row != (0, 0):
                wrong.append(f"{schema}.{table}: {row}")
    return wrong or ([] if tables else ["nothing was compared"])


def main(participations: int) -> None:
    """Build in a temporary folder, compare, write the page."""
    with tempfile.TemporaryDirectory(prefix="nedslag-national-") as name:
        folder = Path(name)
        duck = Settings(folder / "duckdb")
        spells = make_lake(duck, participations)
        rows = [_row("DuckDB", build(duck), "")]
        for title, lose in (("Spark, two workers", False), ("Spark, one worker killed", True)):
            spark = Settings(folder / ("loss" if lose else "cluster"), engine="spark")
            spark.data_dir.mkdir()
            spark.lake.symlink_to(duck.lake)
            done = build_on_spark(spark, lose=lose)
            rows.append(_row(title, done, "; ".join(differences(duck, spark)) or "equal"))
            shutil.rmtree(spark.data_dir)
            _write(participations, spells, rows)


def _row(title: str, done: Build, verdict: str) -> str:
    memory = ", ".join(f"{role} {megabytes:,.0f}" for role, megabytes in done.megabytes if megabytes >= 100)
    print(title, done, verdict, flush=True)
    return f"| {title} | {done.seconds:.0f} | {memory} | {verdict} |"


def _write(participations: int, spells: tuple[int, int], rows: list[str]) -> None:
    page = [
        "# A national programme",
        "",
        "Written by `python -m benchmarks.national`.",
        "",
        f"Measured {date.today()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}, {os.cpu_count()} "
        f"cores; {participations:,} participations with ten years before and one after the start, {spells[0]:,} "
        f"benefit and {spells[1]:,} industry spells. Every model and data test. Spark: a standalone master and "
        f"{WORKERS} workers of one core and {WORKER_MEMORY} each ({EXECUTOR_MEMORY} for the executor, "
        f"{DRIVER_MEMORY} for the driver), all on this machine.",
        "",
        f"| | seconds | peak memory by process (MB) | tables of {', '.join(COMPARED)} |",
        "|---|---|---|---|",
        *rows,
        "",
        "Where a worker was killed, that was when `status_at_horizon` began to be written.",
    ]
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
