"""Spark as tests need it: settings for a small machine, a cluster of several processes, a Spark Connect server."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

JAVA = shutil.which("java")
LOOPBACK = "127.0.0.1"
_PATIENCE = 120


def quick_spark(folder: Path, **more: str) -> dict[str, str]:
    """Variables under which Spark does not split small tables into two hundred parts, which costs minutes.

    Args:
        folder: where the file with these settings is written.
        more: further settings of Spark, with `_` for `.` in their names.
    """
    conf = folder / "spark-conf"
    conf.mkdir(parents=True)
    settings = {"spark.sql.shuffle.partitions": "4", **{name.replace("_", "."): more[name] for name in more}}
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    (conf / "spark-defaults.conf").write_text(lines, encoding="utf-8")
    return {"SPARK_CONF_DIR": str(conf)}


@dataclass(frozen=True)
class Cluster:
    """A standalone master's address, and the processes of its workers; each leads the group of its executors."""

    master: str
    workers: tuple[subprocess.Popen[bytes], ...]

    def lose_worker(self) -> None:
        """Kill a worker with the executor that it has started, at once."""
        os.killpg(self.workers[0].pid, signal.SIGKILL)


@contextmanager
def spark_cluster(folder: Path, *, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """A master and workers of one core each, on loopback, as processes of their own while the block lasts."""
    port = _free_port()
    master = f"spark://{LOOPBACK}:{port}"
    with ExitStack() as stack:
        deploy = "org.apache.spark.deploy"
        stack.enter_context(
            _process(folder, "master", f"{deploy}.master.Master", "--port", str(port), "--webui-port", "0")
        )
        _wait_for(port)
        started = [
            stack.enter_context(
                _process(
                    *(folder, f"worker{number}", f"{deploy}.worker.Worker", master, "--webui-port", "0"),
                    *("--cores", "1", "--memory", memory, "--work-dir", str(folder / f"work{number}")),
                )
            )
            for number in range(workers)
        ]
        yield Cluster(master, tuple(started))


@contextmanager
def connect_server(folder: Path, tables: str) -> Iterator[str]:
    """The address of a Spark Connect server on loopback, which keeps its tables in that folder."""
    port = _free_port()
    settings = {
        "spark.connect.grpc.binding.address": LOOPBACK,
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.warehouse.dir": tables,
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
    }
    submit = ("org.apache.spark.deploy.SparkSubmit", "--master", "local[2]")
    options = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    server = ("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal")
    with _process(folder, "connect", *submit, *options, *server, host=False):
        _wait_for(port)
        yield f"sc://{LOOPBACK}:{port}"


@contextmanager
def _process(folder: Path, name: str, *arguments: str, host: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    found = find_spec("pyspark")
    assert found is not None
    assert found.submodule_search_locations is not None
    spark_class = Path(found.submodule_search_locations[0]) / "bin" / "spark-class"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [str(spark_class), *arguments, *(("--host", LOOPBACK) if host else ())],
            env={**os.environ, "SPARK_LOCAL_IP": LOOPBACK},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind((LOOPBACK, 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with suppress(OSError):
            socket.create_connection((LOOPBACK, port), timeout=1).close()
            return
        time.sleep(0.2)
    raise TimeoutError(f"nobody listens on {port}")
