"""Tiers and their rules: a test's folder says what it may use, and this file holds it to that."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.support.postgres import Server

TIERS = ("unit", "integration", "browser", "pipeline")
_TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test with its tier; a test outside the tiers is an error."""
    for item in items:
        tier = item.path.relative_to(_TESTS).parts[0]
        if tier not in TIERS:
            raise pytest.UsageError(f"{item.path} lies in no tier: move it to tests/{{{','.join(TIERS)}}}/.")
        item.add_marker(getattr(pytest.mark, tier))
    items.sort(key=lambda item: TIERS.index(item.path.relative_to(_TESTS).parts[0]))


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test of any tier may reach beyond loopback."""
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and not str(address[0] if isinstance(address, tuple) else "").startswith(
            ("127.", "::1", "localhost")
        ):
            raise AssertionError("a test tried to reach another machine")
        connect(self, address)  # type: ignore[arg-type]  # any address family's address

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


@pytest.fixture(autouse=True)
def _unit_tests_start_no_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests stay in this process."""
    if request.node.get_closest_marker("unit"):

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a unit test started a process: it belongs to another tier")

        monkeypatch.setattr(subprocess.Popen, "__init__", refuse)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person at the keyboard has set must not decide a test."""
    for name in [name for name in os.environ if name.startswith("NEDSLAG_") and name != "NEDSLAG_ORACLE_SEEDS"]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A real PostgreSQL for the tests of every tier that may start one."""
    return Server.start(tmp_path_factory.mktemp("postgres"))
