"""The manifest when several services start at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from dagster_project.manifest import DBT
from tests.support.product import ROOT

_LOAD = """
import sys
from pathlib import Path
from dagster_project import manifest
from dagster_project.settings import Settings
manifest.DBT = Path(sys.argv[2])
print(len(manifest.load_manifest(Settings(Path(sys.argv[1])))["nodes"]))
"""


def test_services_that_start_at_once_parse_once_and_all_read_it_whole(tmp_path: Path) -> None:
    counted, parses = tmp_path / "dbt", tmp_path / "parses"
    counted.write_text(f'#!/bin/sh\necho once >> "{parses}"\nexec "{DBT}" "$@"\n')
    counted.chmod(0o755)
    command = [sys.executable, "-c", _LOAD, str(tmp_path / "data"), str(counted)]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    nodes = {process.communicate()[0] for process in started}
    assert [process.returncode for process in started] == [0, 0, 0]
    assert len(nodes) == 1
    assert parses.read_text() == "once\n"
