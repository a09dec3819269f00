"""How much it costs to get from the register's spells to `status_at_horizon` for a million participations beside a bare
scan-and-aggregate of the same Parquet in DuckDB: pairs run in turn, medians and ratio.

    python -m benchmarks.horizons [pairs] [participations]

The lake is invented and laid out as the door lays it out: one register pull with ten years before every start and one
year after it, everybody's consent standing. dbt builds the product's own models on it; what a model took is read from
dbt's run_results.json. Each measurement is a process of its own. Writes its table to benchmarks/horizons.md.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from dagster_project import records
from dagster_project.door import lake as lake_files
from dagster_project.door.register import FIRST_MONDAY
from dagster_project.manifest import DBT
from dagster_project.reference import project_codes
from dagster_project.settings import PROJECT_ROOT, Settings

PAGE = PROJECT_ROOT / "benchmarks" / "horizons.md"
THREADS: Final = 2  # as in dbt/profiles.yml, and what DuckDB takes by itself on two cores
PULL_DATE: Final = date(2021, 6, 1)
MONITORING, PULL, CONSENT = (f"{source}-{PULL_DATE}-benchmark" for source in ("monitoring", "register", "consent"))
# Between spells and status: what the ratio speaks of.
MEASURED: Final = ("int_register_", "int_enrolments_in_register", "status_at_horizon")

HISTORY_WEEKS, START_WEEKS, FOLLOWED_WEEKS = 520, 52, 60
FIRST_WEEK: Final = 913  # 2009-W05, so that the last week lies before the pull
WEEKS: Final = HISTORY_WEEKS + START_WEEKS + FOLLOWED_WEEKS
CHUNK: Final = 50_000  # persons drawn at a time

Numbers = npt.NDArray[np.int32]

# Per state: benefit code (0 is blank), median length in weeks, spread of its logarithm, how often it follows another.
STATES: Final = (
    (0, 22, 0.9, 38),
    (111, 14, 0.9, 16),
    (112, 8, 0.7, 4),
    (213, 7, 0.6, 7),
    (217, 6, 0.5, 4),
    (215, 16, 0.6, 2),
    (124, 2, 0.4, 3),
    (730, 30, 0.9, 6),
    (733, 12, 0.7, 3),
    (890, 12, 0.9, 10),
    (651, 50, 0.6, 2),
    (881, 30, 0.4, 2),
    (774, 24, 0.8, 1),
    (997, 60, 0.8, 0.5),
    (783, 600, 0.1, 0.6),
    (115, 9, 0.5, 0.1),  # a code that the code table does not know
)
STEPS: Final = 90  # states a history is drawn from; what lies beyond the pull's last week falls away
JOB_SHARE: Final = 0.8  # of the blank spells
INDUSTRIES: Final = np.array([11100, 101110, 412000, 471110, 620100, 641900, 682040, 782000, 851000, 960210, 999999])


# ---- the lake --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spells:
    """Runs of equal code in the order of persons and time: person, code, first and last tick; one entry per run."""

    person: Numbers
    code: Numbers
    first: Numbers
    last: Numbers


def draw_spells(chance: np.random.Generator, persons: int) -> tuple[Spells, Spells]:
    """Benefit spells (weeks) and industry spells (months) of some persons, semi-Markov: a state, a length, the next."""
    codes, medians, spreads, weights = (np.array(column, dtype=np.float64) for column in zip(*STATES, strict=True))
    shape = (persons, STEPS)
    state = chance.choice(len(STATES), size=shape, p=weights / weights.sum())
    # No state follows itself: the second of two equal ones becomes its neighbour.
    for step in range(1, STEPS):
        same = state[:, step] == state[:, step - 1]
        state[same, step] = (state[same, step] + 1) % len(STATES)
    lengths = np.exp(np.log(medians)[state] + spreads[state] * chance.standard_normal(shape, dtype=np.float32))
    ends = np.maximum(np.rint(lengths), 1).astype(np.int32).cumsum(axis=1, dtype=np.int32)
    begins = np.concatenate([np.zeros((persons, 1), np.int32), ends[:, :-1]], axis=1)
    inside = begins < WEEKS
    first = begins + np.int32(FIRST_WEEK)
    last = np.minimum(ends, WEEKS) + np.int32(FIRST_WEEK - 1)
    blank = state == 0
    benefit = _runs(inside & ~blank, codes.astype(np.int32)[state], first, last)
    job = inside & blank & (chance.random(shape, dtype=np.float32) < JOB_SHARE)
    months = _month_of_week()
    first_month, last_month = months[np.where(inside, first, FIRST_WEEK)], months[np.where(inside, last, FIRST_WEEK)]
    # A month that an earlier job touches is the earlier job's.
    taken = np.zeros(persons, dtype=np.int32)
    for step in range(STEPS):
        first_month[:, step] = np.maximum(first_month[:, step], taken + 1)
        job[:, step] &= first_month[:, step] <= last_month[:, step]
        taken = np.where(job[:, step], last_month[:, step], taken)
    # Each job another industry than the one before it.
    hop = chance.integers(1, len(INDUSTRIES), size=shape, dtype=np.int32).cumsum(axis=1)
    return benefit, _runs(job, INDUSTRIES[hop % len(INDUSTRIES)].astype(np.int32), first_month, last_month)


def _runs(mask: npt.NDArray[np.bool_], code: Numbers, first: Numbers, last: Numbers) -> Spells:
    return Spells(np.nonzero(mask)[0].astype(np.int32), code[mask], first[mask], last[mask])


def _month_of_week() -> Numbers:
    """Running month of every running week's Thursday, by week."""
    thursdays = [FIRST_MONDAY + timedelta(weeks=week - 1, days=3) for week in range(FIRST_WEEK + WEEKS + 1)]
    return np.array([day.year * 12 + day.month - 1 for day in thursdays], dtype=np.int32)


def make_lake(settings: Settings, participations: int) -> tuple[int, int]:
    """A lake as the door would leave it; how many benefit and industry spells stand in it."""
    lake, chance = settings.lake, np.random.default_rng(1)
    lake_files.prepare_lake(lake)
    records.begin_run(lake, records.Run("none", records.now(), PULL_DATE), in_force=None)
    records.write_checks(lake, "none", [])
    # One participation in fifty is a person's second one, in another project.
    persons = participations - participations // 50
    ids = pl.Series(_hexadecimal(chance, persons), dtype=pl.String)
    _write_register(lake, chance, ids)
    projects = sorted(project_codes(settings))
    _write_participations(lake, chance, ids, projects, participations)
    _write_ledger(lake, ids, projects, participations, persons)
    return (
        lake_files.count_rows(lake, "register_benefit_spells", [PULL]),
        lake_files.count_rows(lake, "register_industry_spells", [PULL]),
    )


def _hexadecimal(chance: np.random.Generator, count: int) -> list[str]:
    """Pseudonyms: 32 hexadecimal digits each."""
    digits = chance.bytes(16 * count).hex()
    return [digits[at : at + 32] for at in range(0, len(digits), 32)]


def _write_register(lake: Path, chance: np.random.Generator, ids: pl.Series) -> None:
    benefit, industry = [], []
    for begin in range(0, len(ids), CHUNK):
        some = ids[begin : begin + CHUNK]
        weekly, monthly = draw_spells(chance, len(some))
        benefit.append(_spells(some, weekly, ("benefit_code", "first_week", "last_week"), 3))
        industry.append(_spells(some, monthly, ("industry_code", "first_month", "last_month"), 6))
    count = len(ids)
    persons = {
        "row_number": np.arange(2, count + 2),
        "participant_id": ids,
        "sex": np.array(["female", "male"])[chance.integers(0, 2, count)],
        "birth_date": np.datetime64("1950-01-01") + chance.integers(0, 5400, count),
        "origin": np.array(["danish", "danish", "danish", "other"])[chance.integers(0, 4, count)],
    }
    weeks = np.arange(FIRST_WEEK, FIRST_WEEK + WEEKS)
    _write(lake, "register_benefit_spells", PULL, pl.concat(benefit))
    _write(lake, "register_industry_spells", PULL, pl.concat(industry))
    _write(lake, "register_persons", PULL, pl.DataFrame(persons))
    _write(lake, "register_weeks", PULL, pl.DataFrame({"week": weeks}))
    _write(lake, "register_months", PULL, pl.DataFrame({"month": np.unique(_month_of_week()[weeks])}))


def _spells(ids: pl.Series, spells: Spells, names: tuple[str, str, str], digits: int) -> pl.DataFrame:
    code, first, last = names
    return pl.DataFrame(
        {
            "participant_id": ids.gather(spells.person),
            code: pl.Series(spells.code).cast(pl.String).str.zfill(digits),
            first: spells.first,
            last: spells.last,
        }
    )


def _write_participations(
    lake: Path, chance: np.random.Generator, ids: pl.Series, projects: list[str], participations: int
) -> None:
    person = np.arange(participations) % len(ids)
    project = (person + np.arange(participations) // len(ids)) % len(projects)
    start = (HISTORY_WEEKS + FIRST_WEEK - 1) * 7 + chance.integers(0, START_WEEKS * 7, participations)
    frame = {
        "row_number": np.arange(2, participations + 2),
        "participant_id": ids.gather(person),
        "project_code": np.array(projects)[project],
        "unemployment_fund": np.array(["Magistrene", "FTFa", "DSA", "3F"])[chance.integers(0, 4, participations)],
        "course_round": np.char.add("Hold ", chance.integers(1, 30, participations).astype(str)),
        "start_date": np.datetime64(FIRST_MONDAY) + start,
    }
    columns = lake_files.SCHEMAS["monitoring_participants"]
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items() if name not in frame]
    _write(lake, "monitoring_participants", MONITORING, pl.DataFrame(frame).with_columns(missing))


def _write(lake: Path, table: str, delivery: str, frame: pl.DataFrame) -> None:
    schema = lake_files.SCHEMAS[table]
    whole = frame.with_columns(pl.lit(delivery).alias("delivery_id")).select(
        [pl.col(name).cast(kind) for name, kind in schema.items()]
    )
    lake_files.write_table(whole, lake_files.delivery_path(lake, table, delivery))


def _write_ledger(lake: Path, ids: pl.Series, projects: list[str], participations: int, persons: int) -> None:
    for source, group, name, table, rows in (
        ("monitoring", "participants", MONITORING, "monitoring_participants", participations),
        ("register", "pull", PULL, "register_persons", persons),
        ("consent", "declarations", CONSENT, "consent_declarations", persons * len(projects)),
    ):
        delivery: dict[str, Any] = {
            "delivery_id": name,
            "source": source,
            "table_group": group,
            "delivery_unit": name,
            "file_name": f"{name}.parquet",
            "extract_date": PULL_DATE,
            "sha256": "0" * 64,
            "verdict": "read",
            "rows_read": rows,
            "rows_rejected": 0,
            "file_format": "parquet",
            "precedence": 1,
            "in_landing": True,
        }
        lake_files.write_ledger(lake, "deliveries", source, [delivery])
        landed = {"delivery_id": name, "lake_table": table, "row_fate": "landed", "row_count": rows}
        lake_files.write_ledger(lake, "delivery_rows", source, [landed])
    force = [
        {"lake_table": "monitoring_participants", "project_code": code, "delivery_id": MONITORING} for code in projects
    ]
    lake_files.write_ledger(lake, "in_force", "monitoring", force)
    standing = pl.DataFrame({"participant_id": ids}).join(pl.DataFrame({"project_code": projects}), how="cross")
    standing = standing.with_columns(consents_survey=pl.lit(True), consents_register=pl.lit(True))
    lake_files.write_table(standing, lake_files.ledger_path(lake, "consent_standing", "consent"))
    declared = {"given_date": FIRST_MONDAY, "withdrawn_date": None, "covers_survey": True, "covers_register": True}
    columns = [pl.lit(value).alias(name) for name, value in declared.items()]
    _write(lake, "consent_declarations", CONSENT, standing.with_row_index("row_number", 2).with_columns(columns))
    lake_files.write_ledger(
        lake, "in_force", "consent", [{"lake_table": "consent_declarations", "delivery_id": CONSENT}]
    )
    night = {"run_id": ["none"], "as_of": [PULL_DATE], "looks_back": [False], "demonstration": [False]}
    begun = {"started_at": [datetime(2021, 6, 1)], "code_version": ["benchmark"]}
    pl.DataFrame({**night, **begun}).write_parquet(lake / "ledger" / "night.parquet")


# ---- what is measured, each in a process of its own ------------------------------------------------------------------

_SCANS: Final = (("register_benefit_spells", "week"), ("register_industry_spells", "month"))


_AGGREGATES: Final = (
    "count(*) as spells, sum(last_{tick} - first_{tick} + 1) as ticks, min(first_{tick}) as first_tick, "
    "max(last_{tick}) as last_tick from read_parquet('{files}')"
)


@dataclass(frozen=True)
class Measurement:
    """Wall seconds and peak megabytes; for the models also seconds by model, which may overlap."""

    seconds: float
    megabytes: float
    models: dict[str, float]


def by_person(folder: Path) -> Measurement:
    """The bare scan-and-aggregate: per person, kept as tables."""
    return _bare(folder, f"create table {{table}} as select participant_id, {_AGGREGATES} group by participant_id")


def over_all(folder: Path) -> Measurement:
    """The same columns read and the same aggregates over all rows at once."""
    return _bare(folder, f"create table {{table}} as select max(participant_id) as participant_id, {_AGGREGATES}")


def _bare(folder: Path, statement: str) -> Measurement:
    settings = Settings(data_dir=folder)
    with duckdb.connect(str(_work(folder) / "bare.duckdb"), config={"threads": THREADS}) as connection:
        began = time.perf_counter()
        for table, tick in _SCANS:
            files = settings.lake / table / "*.parquet"
            connection.execute(statement.format(table=table, tick=tick, files=files))
        seconds = time.perf_counter() - began
    return Measurement(seconds, _peak(resource.RUSAGE_SELF), {})


def result_alone(folder: Path) -> Measurement:
    """The finished `status_at_horizon`, written once more as dbt's file is: what no way to it can do without."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "storage_compatibility_version": "latest",
    }
    with duckdb.connect(str(_work(folder) / "copy.duckdb"), config=config) as connection:
        connection.execute(f"attach '{Settings(data_dir=folder).warehouse}' as working (read_only)")
        began = time.perf_counter()
        connection.execute("create table status_at_horizon as from working.marts.status_at_horizon")
        seconds = time.perf_counter() - began
    return Measurement(seconds, _peak(resource.RUSAGE_SELF), {})


def _work(folder: Path) -> Path:
    """An empty folder for a database."""
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return work


def _peak(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def models(folder: Path) -> Measurement:
    """dbt up to `status_at_horizon`; the seconds are those in which a model that is measured was being built."""
    settings = Settings(data_dir=folder)
    shutil.rmtree(settings.warehouse.parent, ignore_errors=True)
    settings.warehouse.parent.mkdir()
    command = ["build", "--select", "+status_at_horizon", "--exclude-resource-type", "unit_test", "test"]
    subprocess.run(
        [str(DBT), "--quiet", "--log-level-file", "none", *command, "--project-dir", str(settings.dbt_project)],
        env={**os.environ, **settings.dbt_environment()},
        check=True,
    )
    results = json.loads((settings.dbt_target / "run_results.json").read_bytes())["results"]
    measured = {name: result for result in results if is_measured(name := result["unique_id"].rsplit(".", 1)[-1])}
    spans = [
        (datetime.fromisoformat(step["started_at"]), datetime.fromisoformat(step["completed_at"]))
        for result in measured.values()
        for step in result["timing"]
        if step["name"] == "execute"
    ]
    seconds = {name: float(result["execution_time"]) for name, result in measured.items()}
    return Measurement(_covered(spans), _peak(resource.RUSAGE_CHILDREN), seconds)


def is_measured(model: str) -> bool:
    """Whether a model lies between the spells and `status_at_horizon`."""
    return model.startswith(MEASURED)


def _covered(spans: list[tuple[datetime, datetime]]) -> float:
    """Seconds that at least one of some spans covers; dbt builds two models at a time."""
    seconds, until = 0.0, datetime.min.replace(tzinfo=spans[0][0].tzinfo)
    for begin, end in sorted(spans):
        seconds += max(0.0, (end - max(begin, until)).total_seconds())
        until = max(until, end)
    return seconds


def measure(function: Callable[[Path], Measurement], folder: Path) -> Measurement:
    """One function in a fresh process."""
    return Measurement(**json.loads(_told(function.__name__, str(folder))))


def _told(*arguments: str) -> str:
    """The last line that this module prints when it is started with some arguments."""
    command = [sys.executable, "-m", "benchmarks.horizons", *arguments]
    return subprocess.run(command, cwd=PROJECT_ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[
        -1
    ]


# ---- the table -------------------------------------------------------------------------------------------------------


def main(pairs: int, participations: int) -> None:
    """Measure in a temporary folder."""
    found: dict[str, list[Measurement]] = {function.__name__: [] for function in FUNCTIONS}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        # In a process of its own: a process inherits the peak memory of the one that starts it.
        spells = json.loads(_told(make_lake.__name__, folder, str(participations)))
        size = sum(path.stat().st_size for table, _ in _SCANS for path in (settings.lake / table).glob("*.parquet"))
        for _ in range(pairs):
            for function in FUNCTIONS:
                found[function.__name__].append(measure(function, Path(folder)))
    ours, grouped, whole, copied = (
        found[function.__name__] for function in (models, by_person, over_all, result_alone)
    )
    sums = [sum(one.models.values()) for one in ours]
    table = "\n".join(
        [
            "# From spells to status at horizon beside a bare scan-and-aggregate",
            "",
            "Written by `python -m benchmarks.horizons`.",
            "",
            f"Measured {date.today()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}, "
            f"{os.cpu_count()} cores, {THREADS} threads for both, {pairs} pairs; {participations:,} participations "
            f"with ten years before and one after the start, {spells[0]:,} benefit and {spells[1]:,} industry spells "
            f"({size / 1024**2:.0f} MB of Parquet).",
            "",
            "| | median | least | most |",
            "|---|---|---|---|",
            _row("models from the spells to `status_at_horizon` (s)", _seconds(ours)),
            _row("the same, each model's seconds added up (s)", sums),
            _row("bare scan-and-aggregate per person, kept as tables (s)", _seconds(grouped)),
            _row("bare scan-and-aggregate over all rows (s)", _seconds(whole)),
            _row("the finished `status_at_horizon` written once more (s)", _seconds(copied)),
            _row("ratio to the scan per person, pair by pair", _ratios(_seconds(ours), grouped)),
            _row("the same of the added-up seconds", _ratios(sums, grouped)),
            _row("of that, the result written once more", _ratios(_seconds(copied), grouped)),
            _row("peak memory of dbt and its models (MB)", [one.megabytes for one in ours]),
            _row("peak memory of the scan per person (MB)", [one.megabytes for one in grouped]),
            "",
            "dbt builds two models at a time, so the seconds of single models may overlap.",
            "",
            "| model | median (s) |",
            "|---|---|",
            *(
                f"| `{name}` | {statistics.median(one.models[name] for one in ours):.2f} |"
                for name in sorted(ours[0].models, key=lambda name: -ours[0].models[name])
            ),
        ]
    )
    PAGE.write_text(f"{table}\n", encoding="utf-8")
    print(table)


def _seconds(measurements: list[Measurement]) -> list[float]:
    return [one.seconds for one in measurements]


def _ratios(ours: list[float], bare: list[Measurement]) -> list[float]:
    return [mine / theirs.seconds for mine, theirs in zip(ours, bare, strict=True)]


def _row(name: str, values: list[float]) -> str:
    return f"| {name} | {statistics.median(values):.2f} | {min(values):.2f} | {max(values):.2f} |"


FUNCTIONS: Final[tuple[Callable[[Path], Measurement], ...]] = (by_person, over_all, models, result_alone)

if __name__ == "__main__":
    if sys.argv[1:2] == [make_lake.__name__]:
        print(json.dumps(make_lake(Settings(data_dir=Path(sys.argv[2])), int(sys.argv[3]))))
    elif len(sys.argv) > 1 and not sys.argv[1].isdigit():
        asked = {function.__name__: function for function in FUNCTIONS}[sys.argv[1]]
        print(json.dumps(asdict(asked(Path(sys.argv[2])))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
