"""The systemd units, read by systemd itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
NAMES = sorted(path.name for path in UNITS.iterdir() if path.is_file())

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze on this machine")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a machine with the units laid in, and something to start."""
    root = tmp_path_factory.mktemp("machine")
    shutil.copytree(UNITS, root / "etc/systemd/system")
    python = root / "opt/nedslag/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)
    return root


def _analyze(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["systemd-analyze", f"--root={root}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_is_understood_to_the_last_line(name: str, machine: Path) -> None:
    outcome = _analyze(machine, "verify", "--man=no", "--recursive-errors=no", name)
    assert (outcome.returncode, outcome.stdout + outcome.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".service")])
def test_a_service_is_confined(name: str, machine: Path) -> None:
    """Out of ten, where ten is a service that may do everything; below two, as it was when it was written."""
    outcome = _analyze(machine, "security", "--offline=true", "--threshold=20", name)
    assert outcome.returncode == 0, outcome.stdout[-200:]
