"""The command line: `python -m dagster_project <command>`. The Makefile's targets call it."""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from dagster_project import records
from dagster_project.backup import BackupError, back_up, restore
from dagster_project.demonstration import lay_out
from dagster_project.errors import NedslagError
from dagster_project.health import health, health_server
from dagster_project.keys import rotate_key
from dagster_project.lock import NightAlreadyRunning
from dagster_project.night import instance_home, run_night
from dagster_project.settings import PROJECT_ROOT, Settings, SettingsError
from dagster_project.summary import comparison_lines, places

_WORKSPACE = ("--workspace", str(PROJECT_ROOT / "workspace.yaml"))


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it did what it is for, 1 when a night published nothing, 2 when a setting must be
    mended.
    """
    parser = argparse.ArgumentParser(prog="python -m dagster_project", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="lay out the demonstration, run one night, compare with the published report")
    commands.add_parser("demo", help="lay out the demonstration's deliveries in an empty landing folder")
    commands.add_parser("nightly", help="one night over NEDSLAG_DATA_DIR")
    for name, what in {
        "ui": "the Dagster UI and the scheduler, for one person at this machine",
        "webserver": "the Dagster UI alone, as a service",
    }.items():
        commands.add_parser(name, help=what).add_argument("--port", default="3000")
    daemon = commands.add_parser("daemon", help="the scheduler and its runs, as a service")
    daemon.add_argument("--check", action="store_true", help="only tell whether one is at work")
    commands.add_parser("migrate", help="bring Dagster's history to the installed version of Dagster")
    doctor = commands.add_parser("doctor", help="what would become of one file, without anything landing")
    doctor.add_argument("file", type=Path)
    doctor.add_argument("--source", help="the landing folder it is meant for, when neither folder nor name tells")
    doctor.add_argument("--report", type=Path, help="write every row to this .xlsx or .csv")
    rotate = commands.add_parser("rotate-key", help="let a new NEDSLAG_PSEUDONYM_KEY take the place of the former one")
    rotate.add_argument("--give-up-purged", action="store_true", help="go on without files that left landing")
    backup = commands.add_parser("backup", help="what cannot be rebuilt, as one tar stream; it holds CPR numbers")
    backup.add_argument("file", help="where to write it; - for the standard output, to be encrypted on its way")
    restore = commands.add_parser("restore", help="put a backup back into a data folder that is empty")
    restore.add_argument("file", help="where it lies; - for the standard input")
    healthy = commands.add_parser("health", help="whether the published set is there and fresh, as JSON")
    healthy.add_argument("--hours", type=float, default=26.0, help="how old it may be (26)")
    healthy.add_argument("--serve", action="store_true", help="answer over HTTP, /health, until stopped")
    healthy.add_argument("--port", type=int, default=3001)
    chosen = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        if chosen.command == "ui":
            return _ui(settings, chosen.port)
        if chosen.command == "webserver":
            _become(settings, "dagster-webserver", *_WORKSPACE, "--host", settings.ui_host, "--port", chosen.port)
        if chosen.command == "daemon":
            _become(settings, "dagster-daemon", *(["liveness-check"] if chosen.check else ["run", *_WORKSPACE]))
        if chosen.command == "migrate":
            _become(settings, "dagster", "instance", "migrate")
        if chosen.command == "doctor":
            return _doctor(settings, chosen.file, chosen.source, chosen.report)
        if chosen.command == "health" and chosen.serve:
            return _serve_health(settings, chosen.port, chosen.hours)
        if chosen.command == "health":
            return _health(settings, chosen.hours)
        if chosen.command in ("backup", "restore"):
            return _copy(settings, chosen.command, chosen.file)
        if chosen.command == "rotate-key":
            return _rotate(settings, give_up_purged=chosen.give_up_purged)
        if chosen.command in ("run", "demo"):
            made = lay_out(settings)
            print(f"Demonstration {'written to' if made else 'lies in'} {settings.landing}.", flush=True)
        return 0 if chosen.command == "demo" else _night(settings, compare=chosen.command == "run")
    except NedslagError as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 2


def _night(settings: Settings, *, compare: bool) -> int:
    began = time.monotonic()
    # Looking through a million objects that all stay costs two seconds, and frees nothing to speak of.
    gc.disable()
    try:
        result = run_night(settings)
    except NightAlreadyRunning:
        raise
    except NedslagError as stopped:
        for words in _tell_that_it_did_not_begin(settings, str(stopped)):
            print(f"WARNING  {words}", file=sys.stderr)
        raise
    for warning in result.warnings:
        print(f"WARNING  {warning}", file=sys.stderr)
    for error in result.errors:
        print(f"ERROR    {error}", file=sys.stderr)
    if not result.published:
        print(f"Nothing was published; the last published set stands. Every word: {result.log}", file=sys.stderr)
        return 1
    if compare:
        print("\n".join(["", *comparison_lines(settings)]))
    took = f"Published for {settings.as_of()} in {time.monotonic() - began:.0f} s."
    nothing_new = [f"Nothing is new: the set that run {result.repeats} computed was published again."]
    print("\n".join(["", *(nothing_new if result.repeats else []), took, *places(settings)]))
    return 0


def _tell_that_it_did_not_begin(settings: Settings, why: str) -> list[str]:
    # Loaded where used: only a night needs them.
    from dagster_project.alerts import tell
    from dagster_project.story import Story

    run_id = f"not-begun-{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    story = Story(run_id, published=False, as_of=settings.as_of(), seconds=0.0, errors=(why,), warnings=())
    return tell(story, settings)


def _doctor(settings: Settings, file: Path, source: str | None, report: Path | None) -> int:
    # Loaded where used: other commands need not wait for it.
    from dagster_project.doctor import examine

    diagnosis = examine(settings, file, source)
    print("\n".join(diagnosis.lines()))
    if report is not None:
        diagnosis.write(report)
        print(f"Every row: {report}")
    return 0 if diagnosis.delivery.verdict != "refused" else 1


def _rotate(settings: Settings, *, give_up_purged: bool) -> int:
    given_up = rotate_key(settings, give_up_purged=give_up_purged)
    for name in given_up:
        print(f"Given up: {name}")
    print("The new key is in force; run `make nightly`. Until then the published tables carry the former pseudonyms.")
    return 0


def _health(settings: Settings, most_hours: float) -> int:
    found = health(settings, now=records.now(), most_hours=most_hours)
    print(json.dumps(asdict(found)))
    return 1 if found.words else 0


def _copy(settings: Settings, command: str, file: str) -> int:
    try:
        with ExitStack() as stack:
            if command == "backup":
                target = sys.stdout.buffer if file == "-" else stack.enter_context(open(file, "xb"))
                done = back_up(settings, target)
            else:
                source = sys.stdin.buffer if file == "-" else stack.enter_context(open(file, "rb"))
                done = restore(settings, source)
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror or error}. Nothing was finished.") from None
    print(f"{command}: {done.files} files, {done.bytes / 1e6:.1f} MB.", file=sys.stderr)
    return 0


def _serve_health(settings: Settings, port: int, most_hours: float) -> int:
    try:
        with health_server(settings, port=port, most_hours=most_hours) as server:
            print(f"http://{settings.ui_host}:{server.server_port}/health", flush=True)
            server.serve_forever()
    except OSError as error:
        raise SettingsError(
            f"{settings.ui_host}:{port} cannot be listened on ({error.strerror}): choose another --port, or mend "
            "NEDSLAG_UI_HOST."
        ) from None
    except KeyboardInterrupt:
        pass
    return 0


def _ui(settings: Settings, port: str) -> int:
    dagster = Path(sys.executable).with_name("dagster")
    with instance_home(settings):
        command = [str(dagster), "dev", *_WORKSPACE, "--host", settings.ui_host, "--port", port]
        return subprocess.run(command, cwd=PROJECT_ROOT, env=dict(os.environ), check=False).returncode


def _become(settings: Settings, program: str, *arguments: str) -> NoReturn:
    """Let a program of Dagster's take this process's place: whoever stops the one stops the other."""
    with instance_home(settings):
        os.chdir(PROJECT_ROOT)
        os.execv(Path(sys.executable).with_name(program), [program, *arguments])


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # All is closed by now; taking thousands of modules down one by one would cost two more seconds every night.
    os._exit(status)
