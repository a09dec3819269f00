"""Nights that are killed at random moments, with readers at work: `python -m tests.kills --kills 200 --nights 30`.

Over the demonstration, published as DuckDB file and to a real PostgreSQL. Before every third of the undisturbed nights
a new delivery arrives, so that the others find nothing new; before each some nights are killed, every other one while
it publishes. All the while eight readers read every table of one copy or the other, again and again. At the end, and
after every night:

- the tables equal those of a twin that had the same deliveries and no kills;
- no reader met an error, and what each read belongs wholly to one night.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from dagster_project.published_tables import PUBLISHED_SCHEMAS
from tests.support.postgres import Server
from tests.support.product import ROOT, Product

READERS = 8
KEY = "nedslag-demonstration"
_RUN = "select run_id from ops.runs where outcome = 'published' order by started_at desc limit 1"
_TABLES = (
    "select table_schema, table_name from information_schema.tables "
    "where table_schema in ('marts', 'report', 'open_data', 'ops') order by 1, 2"
)


@dataclass(frozen=True)
class Sight:
    """What a reader saw at one time: the run that the set names itself after, rows by table, and a sum over all."""

    run_id: str
    rows: tuple[tuple[str, int], ...]
    checksum: str


def look_at_file(path: Path) -> Sight:
    """Every table of the published file, through one connection."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return _look(lambda sql: connection.execute(sql).fetchall(), "bit_xor(hash(t))")


def look_at_server(url: str) -> Sight:
    """Every table in PostgreSQL, in one transaction."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _look(lambda sql: connection.execute(sql.encode()).fetchall(), "sum(hashtext(t::text))")


def _look(query: Callable[[str], list[tuple[Any, ...]]], checksum: str) -> Sight:
    ((run_id,),) = query(_RUN)
    rows, sums = [], []
    for schema, name in query(_TABLES):
        ((count, total),) = query(f'select count(*), {checksum} from "{schema}"."{name}" as t')
        rows.append((f"{schema}.{name}", int(count)))
        sums.append(str(total))
    return Sight(run_id, tuple(rows), "|".join(sums))


def read_for_ever(copy: str, place: str) -> None:
    """A reader's process: a line of JSON for each look, until it is ended."""
    while True:
        began = time.monotonic()
        try:
            sight = look_at_file(Path(place)) if copy == "file" else look_at_server(place)
            seen = {"run_id": sight.run_id, "rows": dict(sight.rows), "checksum": sight.checksum}
        except Exception as error:
            seen = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"copy": copy, "seconds": time.monotonic() - began, **seen}), flush=True)
        # Without a pause, eight readers leave a small machine nothing to run nights with.
        time.sleep(random.uniform(0, 3))


class Readers:
    """Eight readers, half of them at each copy; each writes what it sees to a file of its own."""

    def __init__(self, folder: Path, product: Product, url: str) -> None:
        self._files = [folder / f"reader{number}.jsonl" for number in range(READERS)]
        self._processes = []
        for number, path in enumerate(self._files):
            copy, place = (
                ("file", str(product.data_dir / "marts" / "nedslag.duckdb")) if number % 2 else ("server", url)
            )
            command = [sys.executable, "-m", "tests.kills", "--read", copy, "--place", place]
            with path.open("w") as out:
                self._processes.append(subprocess.Popen(command, cwd=ROOT, stdout=out))

    def findings(self) -> tuple[list[str], int, int]:
        """What is wrong with what was read until now; the number of looks, and of nights that were seen."""
        wrong: list[str] = []
        sums: dict[tuple[str, str], set[str]] = defaultdict(set)
        rows: dict[str, set[str]] = defaultdict(set)
        looks = 0
        for path in self._files:
            for line in path.read_text().splitlines():
                # The last one may be half written.
                with suppress(json.JSONDecodeError):
                    seen = json.loads(line)
                    looks += 1
                    if "error" in seen:
                        wrong.append(f"{seen['copy']}: {seen['error']}")
                        continue
                    sums[seen["copy"], seen["run_id"]].add(seen["checksum"])
                    rows[seen["run_id"]].add(json.dumps(seen["rows"]))
        wrong += [f"{copy} shows {len(found)} sets of {run}" for (copy, run), found in sums.items() if len(found) > 1]
        wrong += [f"the copies differ in {run}" for run, found in rows.items() if len(found) > 1]
        return wrong, looks, len(rows)

    def end(self) -> None:
        """Stop reading."""
        for process in self._processes:
            process.kill()
            process.wait()


def deliver(product: Product, night: int) -> None:
    """The projects' results once more, a day later and with another figure."""
    folder = product.data_dir / "landing" / "results"
    text = (folder / "resultater_2021-08-31.csv").read_text(encoding="utf-8-sig")
    heading, first, *rest = text.splitlines()
    cells = first.split(";")
    cells[heading.split(";").index("Resultat")] = str(100 + night)
    lines = [heading, ";".join(cells), *rest]
    target = folder / f"resultater_2022-{1 + night // 28:02}-{1 + night % 28:02}.csv"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def kill_a_night(product: Product, url: str, chance: random.Random, seconds: float, *, publishing: bool) -> bool:
    """Start a night and kill it, alone or with all its processes; whether it had not ended before."""
    before = set((product.data_dir / "published").iterdir())
    night = subprocess.Popen(
        product.command("nightly"),
        cwd=ROOT,
        env=product.variables(NEDSLAG_POSTGRES_URL=url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    began = time.monotonic()
    if publishing:
        while night.poll() is None and not set((product.data_dir / "published").iterdir()) - before:
            time.sleep(0.005)
        wait = chance.uniform(0, 1.5)
    else:
        wait = chance.uniform(0.2, seconds)
    # A night that finds nothing new may be over long before.
    with suppress(subprocess.TimeoutExpired):
        night.wait(wait)
    ended = night.poll() is not None
    with suppress(ProcessLookupError):
        if chance.random() < 0.5:
            os.killpg(night.pid, signal.SIGKILL)
        else:
            night.send_signal(signal.SIGKILL)
    night.wait()
    print(f"  {'had ended' if ended else 'killed'} after {time.monotonic() - began:.1f} s", flush=True)
    return not ended


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--read", choices=["file", "server"], help=argparse.SUPPRESS)
    parser.add_argument("--place", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        read_for_ever(chosen.read, chosen.place)
    with tempfile.TemporaryDirectory(prefix="nedslag-kills-", ignore_cleanup_errors=True) as folder:
        return _torment(Path(folder), chosen.kills, chosen.nights, random.Random(chosen.seed))


def _torment(folder: Path, kills: int, nights: int, chance: random.Random) -> int:
    environment = (("NEDSLAG_PSEUDONYM_KEY", KEY),)
    product, twin = Product(folder / "data", environment), Product(folder / "twin", environment)
    url = Server.start(folder / "postgres").database()
    _night(product, url, "run")
    shutil.copytree(product.data_dir, twin.data_dir, symlinks=True)
    readers = Readers(folder, product, url)
    problems: list[str] = []
    cut_off = 0
    try:
        for night in range(nights):
            if night % 3 == 0:
                deliver(product, night)
                deliver(twin, night)
            seconds = _night(twin, None)
            while cut_off < kills * (night + 1) // nights:
                cut_off += kill_a_night(product, url, chance, seconds, publishing=bool(cut_off % 2))
            _night(product, url)
            schemas = [schema for schema in PUBLISHED_SCHEMAS if schema != "ops"]
            ours, theirs = product.tables(*schemas), twin.tables(*schemas)
            problems += [f"night {night}: {name} differs" for name in theirs if ours[name] != theirs[name]]
            if look_at_file(product.data_dir / "marts" / "nedslag.duckdb").rows != look_at_server(url).rows:
                problems.append(f"night {night}: the copies differ")
            wrong, looks, seen = readers.findings()
            print(
                f"night {night}: {cut_off} kills, {looks} looks at {seen} nights, {len(problems + wrong)} wrong",
                flush=True,
            )
    finally:
        readers.end()
    problems += readers.findings()[0]
    print("\n".join(dict.fromkeys(problems)) or "Nothing was found.")
    return 1 if problems else 0


def _night(product: Product, url: str | None, command: str = "nightly") -> float:
    began = time.monotonic()
    outcome = product.run(command, **({"NEDSLAG_POSTGRES_URL": url} if url else {}))
    if outcome.returncode:
        raise SystemExit(f"an undisturbed night failed:\n{outcome.stderr}")
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
