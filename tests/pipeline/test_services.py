"""The webserver and the daemon as services, with Dagster's history in a real PostgreSQL."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.postgres import Server, query
from tests.support.product import ROOT, Product

_SECONDS = 900
_SELECTOR = {"repositoryLocationName": "nedslag", "repositoryName": "__repository__", "jobName": "nightly"}
_LAUNCH = """mutation ($selector: JobOrPipelineSelector!) {
  launchRun(executionParams: {selector: $selector, runConfigData: {}}) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}"""
_CANCEL = "mutation ($id: String!) { terminateRun(runId: $id) { __typename } }"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _service(product: Product, *arguments: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A service until the block ends; it must then stop by itself when it is asked to."""
    log = product.data_dir / f"{arguments[0]}.log"
    with log.open("wb") as words:
        process = subprocess.Popen(
            product.command(*arguments), cwd=ROOT, env=product.variables(**variables), stdout=words, stderr=words
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.5)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _ask(port: int, graphql: str, **variables: Any) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        data=json.dumps({"query": graphql, "variables": variables}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        data: dict[str, Any] = json.loads(answer.read())["data"]
        return data


def test_a_night_is_launched_in_the_ui_run_by_the_daemon_and_kept_in_postgres(
    after_first_night: Callable[[], Product], postgres: Server
) -> None:
    product, url, port = after_first_night(), postgres.database(), _free_port()
    history = {"NEDSLAG_DAGSTER_POSTGRES_URL": url}

    def status(run_id: str) -> str:
        rows = query(url, f"SELECT status FROM runs WHERE run_id = '{run_id}'")
        return str(rows[0][0])

    assert product.run("daemon", "--check", **history).returncode == 1
    with _service(product, "webserver", "--port", str(port), **history), _service(product, "daemon", **history):
        _until(lambda: _answers(port))
        _until(lambda: product.run("daemon", "--check", **history).returncode == 0)
        launched = _ask(port, _LAUNCH, selector=_SELECTOR)["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        first = launched["run"]["runId"]
        _until(lambda: status(first) in ("SUCCESS", "FAILURE", "CANCELED"))
        assert status(first) == "SUCCESS"
        # Something to build, or it ends before anybody can cancel it.
        next((product.data_dir / "landing" / "results").iterdir()).touch()
        # The run's process is the daemon's: cancelling reaches over from the one service to the other.
        second = _ask(port, _LAUNCH, selector=_SELECTOR)["launchRun"]["run"]["runId"]
        _until(lambda: status(second) == "STARTED")
        assert _ask(port, _CANCEL, id=second)["terminateRun"]["__typename"] == "TerminateRunSuccess"
        _until(lambda: status(second) in ("SUCCESS", "FAILURE", "CANCELED"))
        assert status(second) == "CANCELED"
    assert product.query("select run_id from ops.runs order by finished_at desc limit 1") == [(first,)]
    outcome = product.run("nightly", **history)
    assert outcome.returncode == 0, outcome.stderr
    assert query(url, "SELECT status, count(*) FROM runs GROUP BY 1 ORDER BY 1") == [("CANCELED", 1), ("SUCCESS", 2)]
