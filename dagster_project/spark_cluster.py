"""Whether Spark can do a night's work: asked before anything is read, so that a wrong setting stops the night at once.

Belongs here: what an operator may have set wrong, and the sentence for each. Does not belong here: the work itself.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

from pyarrow.fs import FileSelector

from dagster_project.settings import PROJECT_ROOT, Settings, SettingsError
from dagster_project.spark_tables import files_at, make_room

_SECONDS_TO_ANSWER = 10
_SECONDS_TO_START = 300
_STEPS = ("session", "warehouse", "workers", "tables", "lake")
_TRIAL = "trial"


def check_cluster(settings: Settings, *, patience: int = 120) -> None:
    """Have Spark start, give workers, write where it is to write and read the lake.

    Takes some seconds.

    Args:
        patience: for how many seconds its workers, or a Spark Connect server, may let the night wait.

    Raises:
        SettingsError: it did not; the text says which setting to look at.
    """
    _reach(settings)
    place = f"{settings.spark_tables}/{_TRIAL}"
    make_room(place)
    trial = subprocess.run(
        [sys.executable, "-m", "dagster_project.spark_cluster", str(patience)],
        cwd=PROJECT_ROOT,
        env={**os.environ, **settings.dbt_environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    step = next((line for line in reversed(trial.stdout.splitlines()) if line in _STEPS), _STEPS[0])
    if trial.returncode:
        sys.stderr.write(trial.stderr)
        raise SettingsError(_what_to_do(settings, step))
    files, folder = files_at(place)
    written = files.get_file_info(FileSelector(folder, allow_not_found=True))
    if not any(file.extension == "parquet" for file in written):
        raise SettingsError(_what_to_do(settings, "tables"))
    files.delete_dir(folder)


def _reach(settings: Settings) -> None:
    """A master that does not answer is asked for minutes by Spark itself."""
    if not settings.spark.master.startswith(("spark://", "sc://")):
        return
    places = settings.spark.place.partition("://")[2].split("/")[0].split(",")
    for place in places:
        address = urlsplit(f"//{place}")
        try:
            socket.create_connection((str(address.hostname), address.port or 0), timeout=_SECONDS_TO_ANSWER).close()
        except (OSError, ValueError):
            continue
        return
    raise SettingsError(
        f"Nobody answers at {settings.spark.place}: start the cluster, or correct NEDSLAG_SPARK_MASTER. "
        "NEDSLAG_ENGINE=duckdb computes the same on this machine alone."
    )


def _what_to_do(settings: Settings, step: str) -> str:
    spark = settings.spark
    if spark.connects and step == "session":
        return (
            f"No session was opened at {spark.place}; the night's log has its words. A Spark Connect "
            "server of the same version of Spark must listen there, with TLS and that token where NEDSLAG_SPARK_MASTER "
            "names one."
        )
    return {
        "session": f"Spark did not start with {spark.place}; the night's log has its words. It needs Java 17 or newer, "
        "a cluster of the same version of Spark, and an address of this machine as NEDSLAG_SPARK_DRIVER_HOST "
        f"({spark.driver_host}).",
        "warehouse": f"The server at {spark.place} keeps its tables elsewhere: start it with "
        f"`--conf spark.sql.warehouse.dir={settings.spark_tables}`, or correct NEDSLAG_SPARK_TABLES.",
        "workers": f"No worker of {spark.place} took up the night's work: look whether any is free, and whether they "
        f"reach this machine as {spark.driver_host} (NEDSLAG_SPARK_DRIVER_HOST).",
        "tables": f"What Spark's workers write in {settings.spark_tables} does not arrive there. NEDSLAG_SPARK_TABLES "
        "must be a folder, or an address, that this machine and all of the cluster's reach and may write.",
        "lake": f"Spark's workers cannot read the lake in {settings.spark_lake}. It must be a folder that they reach "
        "under the same path as this machine, or NEDSLAG_SPARK_LAKE must say where they find it.",
    }[step]


def _try(patience: int) -> None:
    """In a process of its own: the name of each step before it is tried, as it begins."""
    # A server that is none is asked for ever.
    signal.alarm(patience if "SPARK_REMOTE" in os.environ else _SECONDS_TO_START)
    warehouse, lake = os.environ["NEDSLAG_SPARK_WAREHOUSE"], os.environ["NEDSLAG_SPARK_LAKE"]
    print("session", flush=True)
    from dagster_project.spark_session import open_session

    spark = open_session()
    print("warehouse", flush=True)
    if _plain(spark.conf.get("spark.sql.warehouse.dir")) != _plain(warehouse):
        sys.exit("another warehouse")
    print("workers", flush=True)
    # A cluster without a free worker lets a job wait for ever.
    signal.alarm(patience)
    rows = spark.range(4, numPartitions=4)
    rows.collect()
    print("tables", flush=True)
    rows.write.mode("append").parquet(f"{warehouse}/{_TRIAL}")
    print("lake", flush=True)
    spark.read.parquet(f"{lake}/records/runs").collect()
    print("done", flush=True)


def _plain(address: str | None) -> str:
    """A folder's path, however Spark writes it."""
    text = (address or "").rstrip("/")
    return "/" + text.removeprefix("file:").lstrip("/") if text.startswith(("file:", "/")) else text


if __name__ == "__main__":
    _try(int(sys.argv[1]))
