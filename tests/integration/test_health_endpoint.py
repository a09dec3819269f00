"""The health endpoint, asked over a real socket."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_project import records
from dagster_project.health import health_server
from dagster_project.publishing import put_in_force
from dagster_project.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path)


@contextmanager
def _serving(settings: Settings) -> Iterator[int]:
    """The port of a server, stopped when the block ends."""
    with health_server(settings, port=0, most_hours=26) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def _ask(port: int, path: str = "/health", method: str = "GET") -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body) if body else {}


def _publish(settings: Settings, run_id: str, finished_at: datetime | None) -> None:
    folder = settings.published / run_id
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "nedslag.duckdb")) as connection:
        connection.execute("CREATE SCHEMA ops")
        connection.execute("CREATE TABLE ops.runs (run_id VARCHAR, finished_at TIMESTAMP)")
        connection.execute("INSERT INTO ops.runs VALUES (?, ?)", [run_id, finished_at])
    put_in_force(folder, settings.marts)


def test_a_fresh_set_is_well(settings: Settings) -> None:
    _publish(settings, "tonight", records.now() - timedelta(hours=4))
    with _serving(settings) as port:
        status, found = _ask(port)
        assert (status, found["run_id"], found["words"]) == (200, "tonight", "")
        assert found["hours"] == pytest.approx(4, abs=0.1)
        assert _ask(port, "/health?from=monitor")[0] == 200
        assert _ask(port, method="HEAD") == (200, {})


def test_nothing_published_and_a_stale_set_are_not_well(settings: Settings) -> None:
    with _serving(settings) as port:
        status, found = _ask(port)
        assert (status, found["run_id"]) == (503, None)
        assert "Nothing is published" in found["words"]
        _publish(settings, "long ago", records.now() - timedelta(hours=27))
        status, found = _ask(port)
        assert status == 503
        assert "27 hours old" in found["words"]


def test_a_set_that_cannot_be_read_is_not_well(settings: Settings) -> None:
    _publish(settings, "tonight", records.now())
    (settings.published / "tonight" / "nedslag.duckdb").write_bytes(b"torn")
    with _serving(settings) as port:
        status, found = _ask(port)
    assert status == 503
    assert "cannot be read" in found["words"]


def test_other_paths_and_methods_are_refused(settings: Settings) -> None:
    _publish(settings, "tonight", records.now())
    with _serving(settings) as port:
        assert [_ask(port, path)[0] for path in ("/", "/healthy", "/../health")] == [404, 404, 404]
        assert {_ask(port, method=method)[0] for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")} == {405}


def test_it_listens_on_loopback_unless_told_otherwise(settings: Settings) -> None:
    with health_server(settings, port=0, most_hours=26) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_it_answers_while_sets_are_replaced(settings: Settings) -> None:
    """Readers in parallel, so that one may hold the former set open while another asks for the new one."""
    _publish(settings, "set 0", records.now())
    answers: list[tuple[int, dict[str, Any]]] = []
    replaced = threading.Event()

    def ask_until_replaced(port: int) -> None:
        while not replaced.is_set():
            answers.append(_ask(port))

    with _serving(settings) as port:
        readers = [threading.Thread(target=ask_until_replaced, args=[port]) for _ in range(4)]
        for reader in readers:
            reader.start()
        for number in range(1, 40):
            _publish(settings, f"set {number}", records.now())
        replaced.set()
        for reader in readers:
            reader.join()
        assert _ask(port)[1]["run_id"] == "set 39"
    assert len({found["run_id"] for _, found in answers}) > 5
    assert [found["words"] for status, found in answers if status != 200] == []
