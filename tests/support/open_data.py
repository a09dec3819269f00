"""What a reader of the open tables can know: every count as a cell, and all that is certain between the cells.

Belongs here: the public definitions as relations between counts, one function per table; a count that stands in
several tables is one cell. Does not belong here: what the product takes into account when it blanks a cell. Nothing
here imports the product, and every attack holds every relation against the true counts first.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from tests.support.attack import Attack

SEEDS = Path(__file__).parents[2] / "dbt" / "seeds"
THRESHOLD = 5
FIRST_YEAR = 52  # weeks 0-51
LASTING = 13  # weeks of a lasting job

Cell = tuple[Any, ...]
Record = dict[str, Any]
Release = dict[str, list[Record]]

# Tables of report without a twin, and why.
WITHOUT_TWIN = {
    "percentage_feasibility": "printed figures only, nobody is counted",
    "status_by_background_project": "few persons in most cells; the programme is in status_by_background",
}
# Tables that tell of the programme only.
PROGRAMME_ONLY = frozenset(
    {
        *("representativeness", "status_reweighted", "definition_sensitivity"),
        *("status_transitions", "status_weeks", "time_to_job"),
    }
)

# Columns that are counts, by table; what is not named here is a key, a word, a flag or computed from the counts.
COUNTS: dict[str, tuple[str, ...]] = {
    "activity_reach": ("n", "denominator"),
    "activity_timeline": ("completed", "cancelled", "postponed"),
    "coverage": ("n", "denominator"),
    "data_basis": (
        *("recruited", "consenting", "consenting_survey", "consenting_register", "invited", "answered", "in_register"),
        *("undeliverable", "answered_in_part"),
    ),
    "definition_sensitivity": ("n", "denominator"),
    "definitions": (),
    "industry_change": ("n", "denominator", "unknown"),
    "participant_flow": ("n", "persons"),
    "participant_profile": ("n", "denominator"),
    "project_results": ("register_n", "register_denominator"),
    "published_comparison": ("numerator", "denominator"),
    "recruitment": ("recruited",),
    "representativeness": ("n", "denominator", "recruited_n", "recruited_denominator"),
    "source_agreement": ("n", "denominator"),
    "status_by_background": ("n", "denominator"),
    "status_by_background_project": ("n", "denominator"),
    "status_by_horizon": ("n", "denominator"),
    "status_reweighted": ("n", "denominator", "represented", "unrepresented"),
    "status_transitions": ("n", "denominator"),
    "status_weeks": ("n", "denominator", "participations"),
    "survey_dispositions": ("n", "denominator"),
    "survey_distribution": ("n", "denominator", "in_base"),
    "time_to_job": ("at_risk", "events", "censored"),
}

_SHARE: dict[str, tuple[str, ...]] = {
    "pct": ("n", "denominator"),
    "pct_low": ("n", "denominator"),
    "pct_high": ("n", "denominator"),
}
_WEIGHTED = ("n", "denominator", "represented", "unrepresented")

# What is computed from which counts of its row: printed beside a blank one of them, it would give that away.
COMPUTED: dict[str, dict[str, tuple[str, ...]]] = {
    **{table: dict(_SHARE) for table, counts in COUNTS.items() if counts[:2] == ("n", "denominator")},
    "data_basis": {
        "response_rate": ("answered", "invited"),
        "register_coverage": ("in_register", "recruited"),
        "consent_coverage": ("consenting", "recruited"),
        "response_rate_with_partials": ("answered_in_part", "invited"),
    },
    "definition_sensitivity": {**_SHARE, "difference": ("n", "denominator")},
    "project_results": dict.fromkeys(
        ("register_pct", "register_pct_low", "register_pct_high"), ("register_n", "register_denominator")
    ),
    "recruitment": {"attainment": ("recruited",)},
    "representativeness": {
        **_SHARE,
        "recruited_pct": ("recruited_n", "recruited_denominator"),
        "standardised_difference": ("n", "denominator", "recruited_n", "recruited_denominator"),
    },
    "status_reweighted": {
        **_SHARE,
        **dict.fromkeys(("weighted_pct", "weighted_low", "weighted_high", "effective_n"), _WEIGHTED),
    },
    "time_to_job": dict.fromkeys(("pct", "pct_low", "pct_high"), ("at_risk", "events")),
}


def read_release(database: Path, schema: str) -> Release:
    """The tables of a schema of the published file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() where schema_name = ?", [schema]).fetchall()
        release: Release = {}
        for (name,) in names:
            result = connection.execute(f'from "{schema}"."{name}" order by all')
            columns = [column[0] for column in result.description or ()]
            release[name] = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    return release


@dataclass(frozen=True)
class Relation:
    """`low <= sum(coefficient * cell) <= high`, and why that is certain. None is no bound."""

    terms: Mapping[Cell, int]
    low: int | None
    high: int | None
    why: str


@dataclass
class Facts:
    """Cells with what is printed of them, where they stand, and what is certain between them."""

    printed: dict[Cell, int | None] = field(default_factory=dict)
    places: dict[Cell, list[str]] = field(default_factory=lambda: defaultdict(list))
    relations: list[Relation] = field(default_factory=list)
    several: list[tuple[tuple[Cell, ...], int, str]] = field(default_factory=list)

    def see(self, cell: Cell, value: int | None, place: str) -> None:
        """A count that stands in a table, blank or not."""
        before = self.printed.get(cell)
        assert before is None or value is None or before == value, f"{cell} is {before} and {value}: {place}"
        self.printed[cell] = value if before is None else before
        self.places[cell].append(place)

    def equal(self, whole: Cell, parts: Iterable[Cell], why: str) -> None:
        self._relate({whole: -1}, parts, 0, 0, why)

    def at_most(self, part: Cell, whole: Cell, why: str) -> None:
        self._relate({whole: -1}, [part], None, 0, why)

    def at_least_sum(self, whole: Cell, parts: Iterable[Cell], why: str) -> None:
        """The parts do not overlap and need not be all of the whole."""
        self._relate({whole: -1}, parts, None, 0, why)

    def at_most_sum(self, whole: Cell, parts: Iterable[Cell], why: str) -> None:
        """The parts are all of the whole and may overlap."""
        self._relate({whole: -1}, parts, 0, None, why)

    def linear(self, terms: Mapping[Cell, int], low: int | None, high: int | None, why: str) -> None:
        self._relate(terms, (), low, high, why)

    def ratio(self, part: Cell, whole: Cell, percent: float, why: str) -> None:
        """An unrounded percentage says the fraction itself."""
        share = Fraction(percent / 100).limit_denominator(20_000)
        self.linear({part: share.denominator, whole: -share.numerator}, 0, 0, why)

    def _relate(
        self, terms: Mapping[Cell, int], more: Iterable[Cell], low: int | None, high: int | None, why: str
    ) -> None:
        joined: dict[Cell, int] = defaultdict(int)
        for cell, coefficient in (*terms.items(), *((cell, 1) for cell in more)):
            joined[cell] += coefficient
        self.relations.append(Relation({cell: c for cell, c in joined.items() if c}, low, high, why))


Reader = Callable[[list[Record], Facts], None]
READERS: dict[str, Reader] = {}
LINKS: list[Callable[[Facts], None]] = []


def _table(name: str) -> Callable[[Reader], Reader]:
    def register(reader: Reader) -> Reader:
        READERS[name] = reader
        return reader

    return register


def _link(function: Callable[[Facts], None]) -> Callable[[Facts], None]:
    LINKS.append(function)
    return function


def facts_of(release: Release) -> Facts:
    """All cells of a release and all that is certain of them."""
    facts = Facts()
    for name, reader in READERS.items():  # in the order of this file: later ones look at earlier ones
        reader(release.get(name, []), facts)
    for link in LINKS:
        link(facts)
    return facts


# -- names of cells that several tables share ------------------------------------------------------------------------


def flow(project: str, step: str, path: str = "", reason: str | None = None) -> Cell:
    """Participations that reached a step, or were lost before it. Everybody is recruited, whichever the path."""
    return ("participations", project, "" if step == "recruited" else path, step, reason)


def persons(project: str, step: str, path: str = "", horizon: int | None = None, reason: str | None = None) -> Cell:
    return ("persons", project, "" if step == "recruited" else path, step, horizon, reason)


def recruited(project: str) -> Cell:
    return flow(project, "recruited")


def in_register(project: str) -> Cell:
    return flow(project, "in_register", "register")


def status(project: str, horizon: int, name: str) -> Cell:
    return ("status", project, horizon, name)


def inside(project: str, horizon: int) -> Cell:
    return ("inside", project, horizon)


def group(project: str, population: str, characteristic: str, category: str) -> Cell:
    return ("group", project, population, characteristic, category)


GROUPS = {
    "consenting_survey": ("consenting", "survey"),
    "answered": ("answered", "survey"),
    "consenting_register": ("consenting", "register"),
    "in_register": ("in_register", "register"),
}


@cache
def seed(name: str) -> tuple[Record, ...]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def inside_statuses() -> frozenset[str]:
    return frozenset(row["status"] for row in seed("statuses") if row["in_percentages"] == "true")


def _grouped(rows: Iterable[Record], *columns: str) -> dict[tuple[Any, ...], list[Record]]:
    groups: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in columns)].append(row)
    return groups


def _share(facts: Facts, table: str, row: Record, part: Cell, whole: Cell | None, prefix: str = "") -> None:
    """The counts of a share, and what its percentage says where a count is blank."""
    keys = [
        str(value)
        for column, value in row.items()
        if isinstance(value, str | int) and column not in (*COUNTS[table], "population", "small_n", "suppressed")
    ]
    place = f"{table} [{', '.join(keys)}]"
    facts.see(part, row[f"{prefix}n"], f"{place}.n")
    if whole is None:
        return
    facts.see(whole, row[f"{prefix}denominator"], f"{place}.denominator")
    facts.at_most(part, whole, f"{table}: n is part of denominator")
    if row[f"{prefix}pct"] is not None and None in (row[f"{prefix}n"], row[f"{prefix}denominator"]):
        facts.ratio(part, whole, row[f"{prefix}pct"], f"{table}: pct is printed")
    small = row.get(f"{prefix}small_n")
    if small is not None and table != "status_weeks":
        low, high = (None, 29) if small else (30, None)
        facts.linear({whole: 1}, low, high, f"{table}: small_n says whether the denominator is below 30")


# -- one function per table ------------------------------------------------------------------------------------------


@_table("participant_flow")
def _participant_flow(rows: list[Record], facts: Facts) -> None:
    kept: dict[tuple[str, str, str, int | None], int] = {}
    for row in rows:
        project, path, step, horizon, reason = (
            row[name] for name in ("project_code", "path", "step", "horizon_months", "reason")
        )
        place = f"participant_flow [{project}, {path}, {step}, {horizon}, {reason}]"
        facts.see(_flow_cell(project, path, step, horizon, reason), row["n"], f"{place}.n")
        facts.see(persons(project, step, path, horizon, reason), row["persons"], f"{place}.persons")
        if reason is None:
            kept[project, path, step, horizon] = row["step_order"]
    reasons = _grouped(rows, "project_code", "path", "step", "horizon_months")
    for (project, path, step, horizon), order in kept.items():
        if step == "recruited":
            continue
        before = next(
            (name, at)
            for (other, way, name, at), place_in_path in kept.items()
            if (other, way) == (project, path) and place_in_path == order - 1 and at in (None, horizon)
        )
        outcomes = [row["reason"] for row in reasons[project, path, step, horizon]]
        facts.equal(
            _flow_cell(project, path, *before, None),
            [_flow_cell(project, path, step, horizon, reason) for reason in outcomes],
            "flow: who reached a step is kept or lost at the next",
        )
        facts.equal(
            persons(project, before[0], path, before[1]),
            [persons(project, step, path, horizon, reason) for reason in outcomes],
            "flow: a person who reached a step is kept or lost at the next",
        )
        _persons_of_a_step(facts, project, path, step, horizon, before, outcomes)
    for project in sorted({project for project, *_ in kept}):
        _persons_of_participations(facts, persons(project, "recruited"), recruited(project))
    _persons_over_projects(facts, rows)


def _flow_cell(project: str, path: str, step: str, horizon: int | None, reason: str | None) -> Cell:
    """Losses at a horizon are statuses, and who is in the percentages is their denominator."""
    if horizon is None:
        return flow(project, step, path, reason)
    if reason is not None:
        return status(project, horizon, reason)
    return inside(project, horizon) if step == "in_percentages" else ("observed", project, horizon)


def _persons_of_a_step(
    facts: Facts,
    project: str,
    path: str,
    step: str,
    horizon: int | None,
    before: tuple[str, int | None],
    outcomes: list[str | None],
) -> None:
    """How persons and participations hang together at one step of one path."""
    for reason in outcomes:
        number, people = _flow_cell(project, path, step, horizon, reason), persons(project, step, path, horizon, reason)
        if reason is not None:
            facts.at_most(people, number, "flow: persons lost have a participation lost")
            continue
        _persons_of_participations(facts, people, number)
        wider, crowd = _flow_cell(project, path, *before, None), persons(project, before[0], path, before[1])
        facts.linear(
            {number: 1, people: -1, wider: -1, crowd: 1},
            None,
            0,
            "flow: further participations of the same persons do not grow from step to step",
        )


def _persons_of_participations(facts: Facts, people: Cell, number: Cell) -> None:
    facts.at_most(people, number, "flow: a person has at least one participation")
    facts.linear({people: 10_000, number: -1}, 0, None, "flow: where there is a participation there is a person")


def _persons_over_projects(facts: Facts, rows: list[Record]) -> None:
    """A person in several projects counts once in ALL."""
    projects = sorted({row["project_code"] for row in rows} - {"ALL"})
    overlap = {persons("ALL", "recruited"): 1, **{persons(code, "recruited"): -1 for code in projects}}
    for row in rows:
        if row["project_code"] != "ALL":
            continue
        key = (row["step"], row["path"], row["horizon_months"], row["reason"])
        whole, parts = persons("ALL", *key), [persons(code, *key) for code in projects]
        facts.at_most_sum(whole, parts, "flow: persons of the programme are persons of a project")
        if row["step"] != "recruited":
            terms = {whole: -1, **dict.fromkeys(parts, 1), **overlap}
            facts.linear(terms, None, 0, "flow: persons counted twice are persons in two projects")
        if row["reason"] is None:
            for part in parts:
                facts.at_most(part, whole, "flow: persons of a project are persons of the programme")


_BASIS = {
    "recruited": ("recruited", ""),
    "consenting_survey": ("consenting", "survey"),
    "consenting_register": ("consenting", "register"),
    "invited": ("invited", "survey"),
    "answered": ("answered", "survey"),
    "in_register": ("in_register", "register"),
}


def basis(project: str, column: str) -> Cell:
    """A count of data_basis: persons of the flow where that has them."""
    return persons(project, *_BASIS[column]) if column in _BASIS else ("basis", project, column)


@_table("data_basis")
def _data_basis(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code = row["project_code"]
        for column in COUNTS["data_basis"]:
            facts.see(basis(code, column), row[column], f"data_basis [{code}].{column}")
        for rate, (part, whole) in COMPUTED["data_basis"].items():
            if row[rate] is not None and None in (row[part], row[whole]):
                facts.ratio(basis(code, part), basis(code, whole), row[rate], f"data_basis: {rate} is printed")
        consenting, survey, register = (
            basis(code, column) for column in ("consenting", "consenting_survey", "consenting_register")
        )
        facts.at_most(survey, consenting, "data_basis: consent for the survey is consent")
        facts.at_most(register, consenting, "data_basis: consent for the register is consent")
        facts.at_most_sum(consenting, [survey, register], "data_basis: consent is for the survey or the register")
        facts.at_most(consenting, basis(code, "recruited"), "data_basis: who consents is recruited")
        facts.equal(
            basis(code, "answered_in_part"),
            [basis(code, "answered"), persons(code, "answered", "survey", None, "partial")],
            "data_basis: an answer is complete or partial",
        )
        unreached, invited = basis(code, "undeliverable"), basis(code, "invited")
        facts.at_most(unreached, invited, "data_basis: who is not reached is invited")
        facts.at_most(
            persons(code, "answered", "survey", None, "undeliverable"),
            unreached,
            "data_basis: who is lost as undeliverable is not reached",
        )
    codes = sorted({row["project_code"] for row in rows} - {"ALL"})
    people = {basis("ALL", "recruited"): 1, **{basis(code, "recruited"): -1 for code in codes}}
    for column in ("consenting", "answered_in_part", "undeliverable"):
        everywhere, parts = basis("ALL", column), [basis(code, column) for code in codes]
        facts.at_most_sum(everywhere, parts, "data_basis: persons of the programme are persons of a project")
        terms = {everywhere: -1, **dict.fromkeys(parts, 1), **people}
        facts.linear(terms, None, 0, "data_basis: persons counted twice are persons in two projects")
        for cell in parts:
            facts.at_most(cell, everywhere, "data_basis: persons of a project are persons of the programme")


@_table("coverage")
def _coverage(rows: list[Record], facts: Facts) -> None:
    columns = {
        "consent_coverage": ("consenting", "recruited"),
        "register_coverage": ("in_register", "recruited"),
        "survey_coverage": ("answered", "recruited"),
        "response_rate": ("answered", "invited"),
        "response_rate_with_partials": ("answered_in_part", "invited"),
    }
    for row in rows:
        part, whole = (basis(row["project_code"], column) for column in columns[row["measure"]])
        _share(facts, "coverage", row, part, whole)


@_table("recruitment")
def _recruitment(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        cell = basis(row["project_code"], "recruited")
        facts.see(cell, row["recruited"], f"recruitment [{row['project_code']}].recruited")
        if row["attainment"] is not None:
            number = round(row["attainment"] * row["planned"] / 100)
            facts.linear({cell: 1}, number, number, "recruitment: attainment of planned is printed")


@_table("participant_profile")
def _participant_profile(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code = row["project_code"]
        _share(facts, "participant_profile", row, _profile(code, row), in_register(code))
    for (code, _), parts in _grouped(rows, "project_code", "dimension").items():
        cells = [_profile(code, row) for row in parts]
        facts.equal(in_register(code), cells, "profile: a dimension adds up to the participations in the register")


def _profile(project: str, row: Record) -> Cell:
    return ("profile", project, row["dimension"], row["category"])


@_table("status_by_horizon")
def _status_by_horizon(rows: list[Record], facts: Facts) -> None:
    for (code, horizon), parts in _grouped(rows, "project_code", "horizon_months").items():
        whole = inside(code, horizon)
        for row in parts:
            counted = row["status"] in inside_statuses()
            cell = status(code, horizon, row["status"])
            _share(facts, "status_by_horizon", row, cell, whole if counted else None)
        _statuses_add_up(
            facts, in_register(code), whole, {row["status"]: status(code, horizon, row["status"]) for row in parts}
        )


def _statuses_add_up(facts: Facts, everybody: Cell, whole: Cell, cells: Mapping[str, Cell]) -> None:
    facts.equal(
        whole,
        [cell for name, cell in cells.items() if name in inside_statuses()],
        "statuses inside the percentages add up",
    )
    facts.equal(everybody, cells.values(), "every participation in the register has one status or is not observed")


@_table("status_by_background")
def _status_by_background(rows: list[Record], facts: Facts) -> None:
    _backgrounds("status_by_background", [{"project_code": "ALL", **row} for row in rows], facts)


@_table("status_by_background_project")
def _status_by_background_project(rows: list[Record], facts: Facts) -> None:
    _backgrounds("status_by_background_project", rows, facts)


def _backgrounds(table: str, rows: list[Record], facts: Facts) -> None:
    for (code, dimension, category, horizon), parts in _grouped(
        rows, "project_code", "dimension", "category", "horizon_months"
    ).items():
        whole: Cell = ("background inside", code, dimension, category, horizon)
        cells = {row["status"]: _background(row) for row in parts}
        for row in parts:
            counted = row["status"] in inside_statuses()
            _share(facts, table, row, cells[row["status"]], whole if counted else None)
        _statuses_add_up(facts, _profile(code, parts[0]), whole, cells)
    for (code, _, horizon, name), parts in _grouped(
        rows, "project_code", "dimension", "horizon_months", "status"
    ).items():
        cells_of_status = [_background(row) for row in parts]
        facts.equal(
            status(code, horizon, name), cells_of_status, f"{table}: a dimension adds up to the status at the horizon"
        )


def _background(row: Record) -> Cell:
    return ("background", row["project_code"], row["dimension"], row["category"], row["horizon_months"], row["status"])


@_table("industry_change")
def _industry_change(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code, horizon = row["project_code"], row["horizon_months"]
        changed, unknown = ("changed", code, horizon), ("industry unknown", code, horizon)
        employed = status(code, horizon, "employment")
        _share(facts, "industry_change", row, changed, employed)
        facts.see(unknown, row["unknown"], f"industry_change [{code}, {horizon}].unknown")
        facts.at_least_sum(employed, [changed, unknown], "industry_change: changed and unknown are among the employed")
        no_prior = ("background", code, "industry_group", "unknown", horizon, "employment")
        facts.at_most(no_prior, unknown, "industry_change: without a prior industry no change is known")


@_table("survey_distribution")
def _survey_distribution(rows: list[Record], facts: Facts) -> None:
    codes = {key[0]: {row["answer_code"] for row in parts} for key, parts in _grouped(rows, "variable").items()}
    routed = {row["variable"]: _routing(row["routing"]) for row in rows}
    bases: dict[str, set[tuple[str, frozenset[int]] | None]] = defaultdict(set)
    for (code, variable), parts in _grouped(rows, "project_code", "variable").items():
        options = codes[variable] <= {0, 1}
        base: Cell = ("base", code, routed[variable])
        question = parts[0]["question"] if options else variable
        whole: Cell = ("answered", code, "question" if options else "variable", question, routed[variable])
        answers: list[Cell] = [("answer", code, variable, row["answer_code"]) for row in parts]
        for row, cell in zip(parts, answers, strict=True):
            _share(facts, "survey_distribution", row, cell, whole)
            facts.see(base, row["in_base"], f"survey_distribution [{code}, {variable}].in_base")
        facts.at_most(whole, base, "survey: who answers a question is in its base")
        if options:
            facts.at_least_sum(whole, answers, "survey: an option is filled by some of those who answer")
        else:
            facts.equal(whole, answers, "survey: codes of a single-choice question add up")
        bases[code].add(routed[variable])
    for (code, question), parts in _grouped(
        (row for row in rows if codes[row["variable"]] <= {0, 1}), "project_code", "question"
    ).items():
        for way in {routed[row["variable"]] for row in parts}:
            whole = ("answered", code, "question", question, way)
            filled = [("answer", code, row["variable"], row["answer_code"]) for row in parts]
            facts.at_most_sum(whole, filled, "survey: who answers a question fills an option")
    for code, ways in bases.items():
        for way in ways - {None}:
            assert way is not None
            _routed_base(facts, code, way, codes, routed)


def _routed_base(
    facts: Facts,
    code: str,
    way: tuple[str, frozenset[int]],
    codes: Mapping[str, set[int]],
    routed: Mapping[str, tuple[str, frozenset[int]] | None],
) -> None:
    """Who is asked a question depends on the answers to another."""
    condition, wanted = way
    facts.at_most(("base", code, way), ("base", code, None), "survey: who is asked one question has answered")
    if condition not in codes:
        return
    deciding: list[Cell] = [("answer", code, condition, answer) for answer in sorted(wanted & codes[condition])]
    if routed[condition] is None and codes[condition] != {0, 1}:
        facts.equal(("base", code, way), deciding, "survey: asked are those with the answers of the condition")
    else:
        facts.at_least_sum(("base", code, way), deciding, "survey: those with the answers of the condition are asked")


def _routing(text: str | None) -> tuple[str, frozenset[int]] | None:
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\S+)\s+in\s+([\d,\s]+)", text)
    assert found, text
    return found[1].lower(), frozenset(int(number) for number in found[2].split(",") if number.strip())


@_table("activity_reach")
def _activity_reach(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        _share(facts, "activity_reach", row, _reach(row), recruited(row["project_code"]))
    for (code, core, period), parts in _grouped(rows, "project_code", "core_element", "period").items():
        whole: Cell = ("reach", code, "core_element", core, None, period)
        named = [_reach(row) for row in parts if row["reach_level"] == "activity_name"]
        if not any(row["reach_level"] == "core_element" for row in parts):
            continue
        for cell in named:
            facts.at_most(cell, whole, "reach: a named activity is of its core element")
        facts.at_most_sum(whole, named, "reach: an activity has a name")


def _reach(row: Record) -> Cell:
    return ("reach", row["project_code"], row["reach_level"], row["core_element"], row["activity_name"], row["period"])


@_table("activity_timeline")
def _activity_timeline(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        for column in COUNTS["activity_timeline"]:
            cell = ("activities", row["project_code"], row["month"].isoformat(), row["core_element"], column)
            facts.see(cell, row[column], f"activity_timeline [{', '.join(map(str, cell[1:4]))}].{column}")


@_table("survey_dispositions")
def _survey_dispositions(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code, reason = row["project_code"], row["disposition"]
        cell = flow(code, "answered", "survey", None if reason == "complete" else reason)
        _share(facts, "survey_dispositions", row, cell, flow(code, "invited", "survey"))


@_table("source_agreement")
def _source_agreement(rows: list[Record], facts: Facts) -> None:
    for (code, horizon, job), parts in _grouped(rows, "project_code", "horizon_months", "job_status").items():
        whole: Cell = ("agreement inside", code, horizon, job)
        for row in parts:
            counted = row["status"] in inside_statuses()
            _share(facts, "source_agreement", row, _agreement(row), whole if counted else None)
        counted_cells = [_agreement(row) for row in parts if row["status"] in inside_statuses()]
        facts.equal(whole, counted_cells, "source_agreement: statuses inside the percentages add up")
    for (code, horizon, name), parts in _grouped(rows, "project_code", "horizon_months", "status").items():
        cells = [_agreement(row) for row in parts]
        facts.at_least_sum(
            status(code, horizon, name), cells, "source_agreement: a participation counts once per horizon"
        )


def _agreement(row: Record) -> Cell:
    return ("agreement", row["project_code"], row["horizon_months"], row["job_status"], row["status"])


@_table("representativeness")
def _representativeness(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code, population = row["project_code"], row["population_group"]
        part, everybody = _of_group(row), _of_recruited(row)
        _share(facts, "representativeness", row, part, flow(code, *GROUPS[population]))
        place = f"representativeness [{code}, {population}, {row['characteristic']}, {row['category']}]"
        facts.see(everybody, row["recruited_n"], f"{place}.recruited_n")
        facts.see(recruited(code), row["recruited_denominator"], f"{place}.recruited_denominator")
        facts.at_most(part, everybody, "representativeness: the group is part of the recruited")
        if row["recruited_pct"] is not None and None in (row["recruited_n"], row["recruited_denominator"]):
            facts.ratio(
                everybody, recruited(code), row["recruited_pct"], "representativeness: recruited_pct is printed"
            )
    for (code, population, characteristic), parts in _grouped(
        rows, "project_code", "population_group", "characteristic"
    ).items():
        why = f"representativeness: {characteristic} adds up"
        facts.equal(flow(code, *GROUPS[population]), [_of_group(row) for row in parts], why)
        facts.equal(recruited(code), [_of_recruited(row) for row in parts], why)
    for parts in _grouped(rows, "project_code", "characteristic", "category").values():
        cell = {row["population_group"]: _of_group(row) for row in parts}
        facts.at_most(cell["answered"], cell["consenting_survey"], "representativeness: who answered consents")
        facts.at_most(
            cell["in_register"], cell["consenting_register"], "representativeness: who is in the register consents"
        )


def _of_group(row: Record) -> Cell:
    if row["characteristic"] == "project":
        return flow(row["category"], *GROUPS[row["population_group"]])
    return group(row["project_code"], row["population_group"], row["characteristic"], row["category"])


def _of_recruited(row: Record) -> Cell:
    if row["characteristic"] == "project":
        return recruited(row["category"])
    return group(row["project_code"], "recruited", row["characteristic"], row["category"])


@_table("status_reweighted")
def _status_reweighted(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code, horizon = row["project_code"], row["horizon_months"]
        _share(facts, "status_reweighted", row, status(code, horizon, row["status"]), inside(code, horizon))
        spoken: Cell = ("represented", code, horizon)
        silent: Cell = ("unrepresented", code, horizon)
        facts.see(spoken, row["represented"], f"status_reweighted [{code}, {horizon}].represented")
        facts.see(silent, row["unrepresented"], f"status_reweighted [{code}, {horizon}].unrepresented")
        facts.equal(recruited(code), [spoken, silent], "status_reweighted: the recruited are represented or not")
        if code != "ALL":
            why = "status_reweighted: represented are the recruited of a project with somebody in the percentages"
            facts.linear({spoken: 10_000, inside(code, horizon): -1}, 0, None, why)
            facts.linear({inside(code, horizon): 10_000, spoken: -1}, 0, None, why)


@_table("definition_sensitivity")
def _definition_sensitivity(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code, horizon, variant = row["project_code"], row["horizon_months"], row["variant"]
        _share(facts, "definition_sensitivity", row, _variant(code, horizon, variant), _base(code, horizon, variant))
        facts.at_most(_base(code, horizon, variant), in_register(code), "sensitivity: counted are some in the register")
    for code, horizon in sorted({(row["project_code"], row["horizon_months"]) for row in rows}):
        employed, whole = status(code, horizon, "employment"), inside(code, horizon)
        without = _base(code, horizon, "flex_jobs_out")
        flex_in, flex_out = _variant(code, horizon, "flex_jobs_in"), _variant(code, horizon, "flex_jobs_out")
        flex = {whole: 1, without: -1}
        facts.linear(
            {flex_in: -1, flex_out: 1, **flex},
            0,
            0,
            "sensitivity: flex jobs are employment, or outside the percentages",
        )
        if flex_is_benefit():
            facts.equal(
                flex_out, [employed], "sensitivity: flex jobs are benefits, so without them employment is the same"
            )
            benefits = {status(code, horizon, name): -1 for name in ("benefit_with_hours", "benefit_without_hours")}
            facts.linear({**flex, **benefits}, None, 0, "sensitivity: flex jobs are among the benefits")
        facts.at_most(without, whole, "sensitivity: flex jobs are in the percentages")
        four, four_base = _variant(code, horizon, "four_weeks"), _base(code, horizon, "four_weeks")
        facts.at_most(four, employed, "sensitivity: the fourth week is the horizon week")
        facts.at_most(four_base, whole, "sensitivity: the fourth week is the horizon week")
        monday = _variant(code, horizon, "monday_month")
        others = [employed, status(code, horizon, "self_support"), status(code, horizon, "not_observed")]
        facts.at_most_sum(monday, others, "sensitivity: another month does not change the benefit of the week")


def _variant(code: str, horizon: int, variant: str) -> Cell:
    return status(code, horizon, "employment") if variant == "as_defined" else ("variant", code, horizon, variant)


def _base(code: str, horizon: int, variant: str) -> Cell:
    same = variant in ("as_defined", "flex_jobs_in")
    return inside(code, horizon) if same else ("variant inside", code, horizon, variant)


@cache
def flex_is_benefit() -> bool:
    return {row["status_class"] for row in seed("benefit_codes") if row["benefit_family"] == "FLEKS"} == {"benefit"}


@_table("status_transitions")
def _status_transitions(rows: list[Record], facts: Facts) -> None:
    for (code, early, late, name), parts in _grouped(
        rows, "project_code", "from_horizon", "to_horizon", "from_status"
    ).items():
        whole: Cell = ("transition inside", code, late, name)
        for row in parts:
            counted = {row["from_status"], row["to_status"]} <= inside_statuses()
            _share(facts, "status_transitions", row, _transition(row), whole if counted else None)
        why = "status_transitions: rows add up to the status at the earlier horizon"
        facts.equal(status(code, early, name), [_transition(row) for row in parts], why)
        if name in inside_statuses():
            counted_cells = [_transition(row) for row in parts if row["to_status"] in inside_statuses()]
            facts.equal(whole, counted_cells, "status_transitions: statuses inside the percentages add up")
    for (code, late, name), parts in _grouped(rows, "project_code", "to_horizon", "to_status").items():
        why = "status_transitions: columns add up to the status at the later horizon"
        facts.equal(status(code, late, name), [_transition(row) for row in parts], why)


def _transition(row: Record) -> Cell:
    return ("transition", row["project_code"], row["to_horizon"], row["from_status"], row["to_status"])


@_table("status_weeks")
def _status_weeks(rows: list[Record], facts: Facts) -> None:
    for (code,), parts in _grouped(rows, "project_code").items():
        whole: Cell = ("weeks inside", code)
        weeks = {row["status"]: ("weeks", code, row["status"]) for row in parts}
        people = {row["status"]: ("with weeks", code, row["status"]) for row in parts}
        for row in parts:
            name = row["status"]
            _share(facts, "status_weeks", row, weeks[name], whole if name in inside_statuses() else None)
            facts.see(people[name], row["participations"], f"status_weeks [{code}, {name}].participations")
            facts.at_most(people[name], weeks[name], "status_weeks: a participation has a week in the status")
            terms = {people[name]: FIRST_YEAR, weeks[name]: -1}
            facts.linear(terms, 0, None, "status_weeks: a participation has 52 weeks at most")
            facts.at_most(people[name], in_register(code), "status_weeks: counted are some in the register")
        everybody = in_register(code)
        facts.equal(
            whole, [weeks[name] for name in weeks if name in inside_statuses()], "status_weeks: weeks inside add up"
        )
        terms = {everybody: -FIRST_YEAR, **dict.fromkeys(weeks.values(), 1)}
        facts.linear(terms, 0, 0, "status_weeks: every participation in the register has 52 weeks")
        facts.at_most_sum(everybody, people.values(), "status_weeks: every participation has a status")
        _spread_of_weeks(facts, code, parts)


def _spread_of_weeks(facts: Facts, code: str, rows: list[Record]) -> None:
    """The interval of a share of weeks says how unevenly they lie on participations, where all weeks are inside."""
    clusters = facts.printed.get(in_register(code))
    for row in rows:
        n, total = row["n"], row["denominator"]
        printed = row["pct_high"] is not None and row["pct_high"] < 100 and row["participations"] is None
        if not printed or not n or clusters is None or total != FIRST_YEAR * clusters or clusters < 2:
            continue
        p = n / total
        residual = ((row["pct_high"] / 100 - p) * total / 1.959964) ** 2 * (clusters - 1) / clusters
        squares = round(residual + 2 * p * FIRST_YEAR * n - p * p * FIRST_YEAR**2 * clusters)
        fits = [
            k for k in range(1, min(n, clusters) + 1) if n * n <= k * squares and squares <= (k - 1) + (n - k + 1) ** 2
        ]
        cell: Cell = ("with weeks", code, row["status"])
        facts.linear({cell: 1}, min(fits), max(fits), "status_weeks: the interval tells the spread over participations")


@_table("time_to_job")
def _time_to_job(rows: list[Record], facts: Facts) -> None:
    for (code,), parts in _grouped(rows, "project_code").items():
        at: dict[int, dict[str, Cell]] = {}
        for row in parts:
            week = row["week"]
            at[week] = {name: (name, code, week) for name in COUNTS["time_to_job"]}
            for name, cell in at[week].items():
                facts.see(cell, row[name], f"time_to_job [{code}, {week}].{name}")
            gone = [at[week]["events"], at[week]["censored"]]
            facts.at_least_sum(at[week]["at_risk"], gone, "time_to_job: events and censored are at risk")
            if row["small_n"] is not None:
                low, high = (None, 29) if row["small_n"] else (30, None)
                facts.linear(
                    {at[week]["at_risk"]: 1}, low, high, "time_to_job: small_n says whether at risk is below 30"
                )
        for week, later in pairwise(sorted(at)):
            here = at[week]
            terms = {here["at_risk"]: 1, here["events"]: -1, here["censored"]: -1, at[later]["at_risk"]: -1}
            facts.linear(terms, 0, 0, "time_to_job: at risk next week are those who are left")
        facts.at_most(at[0]["at_risk"], in_register(code), "time_to_job: followed are some in the register")
        _survival(facts, parts, at)
        _jobs_and_statuses(facts, code, at)


def _survival(facts: Facts, rows: list[Record], at: Mapping[int, Mapping[str, Cell]]) -> None:
    """An estimate beside the last one tells the fraction of those at risk who began a job."""
    ordered = sorted(rows, key=lambda row: row["week"])
    for before, row in pairwise([{"pct": 0.0}, *ordered]):
        if None in (before["pct"], row["pct"]) or before["pct"] >= 100:
            continue
        share = 100 * (1 - (100 - row["pct"]) / (100 - before["pct"]))
        if None in (row["at_risk"], row["events"]):
            cells = at[row["week"]]
            facts.ratio(cells["events"], cells["at_risk"], max(share, 0.0), "time_to_job: pct is printed")


# A job that lasts from such a week is employment at the horizon, whichever weekday the participation began on.
_WEEKS_BEFORE = {3: range(2, 13), 6: range(15, 26), 9: range(28, 39), 12: range(41, 53)}


def _jobs_and_statuses(facts: Facts, code: str, at: Mapping[int, Mapping[str, Cell]]) -> None:
    events = {week: cells["events"] for week, cells in at.items()}
    in_first_year = [cell for week, cell in events.items() if week < FIRST_YEAR]
    why = "time_to_job: a lasting job is weeks in employment"
    facts.at_least_sum(("with weeks", code, "employment"), in_first_year, why)
    terms = {cell: min(LASTING, FIRST_YEAR - week) for week, cell in events.items() if week < FIRST_YEAR}
    facts.linear({("weeks", code, "employment"): 1, **{cell: -n for cell, n in terms.items()}}, 0, None, why)
    for horizon, weeks in _WEEKS_BEFORE.items():
        cells = [events[week] for week in weeks]
        why = "time_to_job: a job that lasts through the horizon week is employment"
        facts.at_least_sum(status(code, horizon, "employment"), cells, why)


@_table("project_results")
def _project_results(rows: list[Record], facts: Facts) -> None:
    for row in rows:
        code = row["project_code"]
        _share(facts, "project_results", row, status(code, 12, "employment"), inside(code, 12), "register_")


@_table("published_comparison")
def _published_comparison(rows: list[Record], facts: Facts) -> None:
    operations = {row["figure_id"]: row["operation"] for row in seed("published_figure_sources")}
    cells = _grouped(seed("published_figure_cells"), "figure_id")
    for row in rows:
        figure, operation = row["figure_id"], operations.get(row["figure_id"])
        groups = _grouped(cells.get((figure,), []), "cell_group", "side")
        if not groups or row["computed"] is None:
            if groups:
                _blank_comparison(facts, row, groups, operation)
            continue
        shares = [[_share_cells(cell) for cell in parts] for parts in groups.values()]
        if any(pair is None for parts in shares for pair in parts):
            _counted(facts, row, groups, operation)
            continue
        known = [[pair for pair in parts if pair is not None] for parts in shares]
        _compared(facts, row, known, operation)


def _compared(facts: Facts, row: Record, groups: list[list[tuple[Cell, Cell]]], operation: str | None) -> None:
    """A figure that is a share, or the extreme of several."""
    why = f"published_comparison {row['figure_id']}: computed is printed"
    if operation in ("minimum", "maximum") and row["numerator"] is not None:
        sign = 1 if operation == "minimum" else -1
        for parts in groups:
            terms: dict[Cell, int] = dict.fromkeys((part for part, _ in parts), sign * row["denominator"])
            terms[parts[0][1]] = -sign * row["numerator"]
            facts.linear(terms, 0, None, why)
    if operation not in ("share", "numerator") or len(groups) != 1:
        return
    parts = groups[0]
    _exactly(facts, [part for part, _ in parts], row["numerator"], why)
    if len({whole for _, whole in parts}) == 1:
        _exactly(facts, [parts[0][1]], row["denominator"], why)


def _counted(facts: Facts, row: Record, groups: Mapping[tuple[Any, ...], list[Record]], operation: str | None) -> None:
    """A figure that is a count of persons or participations."""
    parts = [cell for group_cells in groups.values() for cell in group_cells]
    if operation != "count" or len(groups) != 1:
        return
    why = f"published_comparison {row['figure_id']}: computed is printed"
    counted = [_count_cell(cell) for cell in parts]
    if all(cell is not None for cell in counted):
        _exactly(facts, [cell for cell in counted if cell is not None], round(row["computed"]), why)
        return
    (code, key) = (parts[0]["project_code"], parts[0]["cell_key"])
    funds = [
        cell for cell in facts.printed if cell[:1] == ("group",) and cell[2:4] == ("recruited", "unemployment_fund")
    ]
    known = [cell for cell in funds if cell[4] != "unknown"]
    if key == "unemployment funds":
        facts.several.append((tuple(cell for cell in known if cell[1] == code), round(row["computed"]), why))
    elif key == "funds of each project":
        facts.several.append((tuple(cell for cell in known if cell[1] != "ALL"), round(row["computed"]), why))
    elif key in ("youngest", "oldest"):
        _extreme_age(facts, code, key, row["computed"], why)


def _extreme_age(facts: Facts, code: str, key: str, age: float, why: str) -> None:
    """Nobody is in an age group beyond the youngest or the oldest, and somebody is in theirs."""
    for band in seed("age_groups"):
        cell: Cell = ("profile", code, "age_group", band["age_group"])
        if int(band["min_age"]) <= age <= int(band["max_age"]):
            facts.linear({cell: 1}, 1, None, why)
        elif (int(band["max_age"]) < age) if key == "youngest" else (int(band["min_age"]) > age):
            facts.linear({cell: 1}, 0, 0, why)


def _blank_comparison(
    facts: Facts, row: Record, groups: Mapping[tuple[Any, ...], list[Record]], operation: str | None
) -> None:
    """Whether a figure agrees would tell of a count that is blank; told below by `printed_beside_blank`."""
    for parts in groups.values():
        pairs = [_share_cells(cell) for cell in parts]
        if operation == "share" and len(groups) == 1 and all(pair is not None for pair in pairs):
            known = [pair for pair in pairs if pair is not None]
            why = f"published_comparison {row['figure_id']}: numerator or denominator is printed"
            _exactly(facts, [part for part, _ in known], row["numerator"], why)
            if len({whole for _, whole in known}) == 1:
                _exactly(facts, [known[0][1]], row["denominator"], why)


def _exactly(facts: Facts, cells: list[Cell], number: int | None, why: str) -> None:
    if number is not None:
        facts.linear(dict.fromkeys(cells, 1), number, number, why)


def _share_cells(cell: Record) -> tuple[Cell, Cell] | None:
    """Numerator and denominator that a printed figure names, where they are cells of the tables."""
    code, key = cell["project_code"], cell["cell_key"]
    horizon = int(cell["horizon_months"]) if cell["horizon_months"] else None
    match cell["report_table"]:
        case "data_basis":
            pairs = {
                "response_rate": ("answered", "invited"),
                "answered_of_recruited": ("answered", "recruited"),
                "register_coverage": ("in_register", "recruited"),
            }
            return (basis(code, pairs[key][0]), basis(code, pairs[key][1])) if key in pairs else None
        case "participant_profile":
            return ("profile", code, *key.split(" ", 1)), in_register(code)
        case "status_by_horizon" if key != "horizon":
            assert horizon is not None
            return status(code, horizon, key), inside(code, horizon)
        case "status_by_background":
            dimension, rest = key.split(" ", 1)
            category, name = rest.rsplit(" ", 1)
            return (
                ("background", code, dimension, category, horizon, name),
                ("background inside", code, dimension, category, horizon),
            )
        case "industry_change":
            assert horizon is not None
            return ("changed", code, horizon), status(code, horizon, "employment")
    return None


def _count_cell(cell: Record) -> Cell | None:
    """The count of persons or participations that a printed figure names."""
    code, key = cell["project_code"], cell["cell_key"]
    if cell["report_table"] == "data_basis" and key in COUNTS["data_basis"]:
        return basis(code, key)
    if cell["report_table"] == "enrolments" and key == "participations":
        return recruited(code)
    if cell["report_table"] == "enrolments" and key.startswith("fund "):
        return group(code, "recruited", "unemployment_fund", key.removeprefix("fund "))
    return None


# -- what holds between tables ---------------------------------------------------------------------------------------


@_link
def _projects_add_up(facts: Facts) -> None:
    """Participations, answers, activities and weeks of the projects add up to the programme's."""
    by_rest: dict[Cell, dict[Hashable, Cell]] = defaultdict(dict)
    for cell in facts.printed:
        if cell[0] not in ("persons", "basis"):
            by_rest[cell[0], *cell[2:]][cell[1]] = cell
    for cells in by_rest.values():
        if "ALL" in cells and len(cells) > 1:
            parts = [cell for code, cell in cells.items() if code != "ALL"]
            facts.equal(cells["ALL"], parts, f"{cells['ALL'][0]}: projects add up to the programme")


@_link
def _activities_reach_somebody(facts: Facts) -> None:
    """Bands of completed activities, who was reached by any, and how many activities there were."""
    reach = [cell for cell in facts.printed if cell[0] == "reach" and cell[2] == "core_element"]
    named = [cell for cell in facts.printed if cell[0] == "reach" and cell[2] == "activity_name"]
    activities = [cell for cell in facts.printed if cell[0] == "activities" and cell[4] == "completed"]
    for code in sorted({str(cell[1]) for cell in reach}):
        idle = group(code, "recruited", "activities_completed", "0")
        own = [cell for cell in reach if cell[1] == code]
        for cell in own:
            facts.linear({recruited(code): -1, idle: 1, cell: 1}, None, 0, "reach: who was reached has activities")
        terms = {recruited(code): -1, idle: 1, **dict.fromkeys(own, 1)}
        facts.linear(terms, 0, None, "reach: who has activities was reached")
        for core in sorted({str(cell[3]) for cell in own}):
            done = [cell for cell in activities if (cell[1], cell[3]) == (code, core)]
            for kind in (own, named):
                reached = {cell: -1 for cell in kind if (cell[1], cell[3]) == (code, core)}
                terms = {**dict.fromkeys(done, 1), **reached}
                facts.linear(terms, 0, None, "timeline: who was reached had an activity")
        done = [cell for cell in activities if cell[1] == code]
        bands = {"1-4": 1, "5-9": 5, "10+": 10}
        busy = {group(code, "recruited", "activities_completed", band): -n for band, n in bands.items()}
        facts.linear(
            {**dict.fromkeys(done, 1), **busy}, 0, None, "timeline: a band of activities is at least its lower end"
        )


@_link
def _weeks_at_horizons(facts: Facts) -> None:
    """The horizon weeks of 3, 6 and 9 months are among weeks 0-51."""
    for cell in [cell for cell in facts.printed if cell[0] == "with weeks"]:
        code, name = str(cell[1]), str(cell[2])
        at = {horizon: status(code, horizon, name) for horizon in (3, 6, 9)}
        for here in at.values():
            facts.at_most(here, cell, "status_weeks: a status at a horizon is a week in it")
        facts.at_least_sum(("weeks", code, name), at.values(), "status_weeks: horizons lie in different weeks")
        for early, late in pairwise(at):
            both: Cell = ("transition", code, late, name, name)
            terms = {cell: -1, at[early]: 1, at[late]: 1, both: -1}
            facts.linear(terms, None, 0, "status_weeks: a status at one of two horizons is a week in it")


@_link
def _answers_and_respondents(facts: Facts) -> None:
    """Where somebody answered a question, a participation answered. Not how many: one can be invited twice."""
    for cell in [cell for cell in facts.printed if cell[0] == "base" and cell[2] is None]:
        answered = flow(str(cell[1]), "answered", "survey")
        facts.linear(
            {answered: 10_000, cell: -1}, 0, None, "survey: where there is a respondent a participation answered"
        )


# -- the attack ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leak:
    """A blank cell that stands for few, and what it can be worked out from."""

    cell: Cell
    value: int
    places: tuple[str, ...]
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n    ".join([f"{self.cell} = {self.value}: {', '.join(sorted(set(self.places)))}", *self.reasons])


class Attacker:
    """Somebody with the open tables of one release or of several consecutive ones.

    The true counts are used for three things only: to say which cells stand for few, as the one solution that is
    known, and to give the attacker every cell of an earlier release that has not changed.
    """

    def __init__(self, *releases: tuple[Release, Release]) -> None:
        """Pairs of (open tables, true tables)."""
        self.printed: dict[Cell, int | None] = {}
        self.true: dict[Cell, int] = {}
        self.places: dict[Cell, list[str]] = defaultdict(list)
        relations: list[tuple[Mapping[Cell, int], int | None, int | None, str]] = []
        several: list[tuple[tuple[Cell, ...], int, str]] = []
        self.in_tables: set[Cell] = set()
        for number, (open_tables, true_tables) in enumerate(releases):
            facts, truth = facts_of(with_rows_left_out(open_tables, true_tables)), facts_of(true_tables).printed
            rename = self._names(number, facts, truth)
            self.in_tables |= {rename[cell] for cell in facts_of(open_tables).printed if cell in rename}
            for cell in facts.printed:
                self._add(
                    rename[cell],
                    facts.printed[cell],
                    truth[cell],
                    [f"release {number + 1}: {p}" for p in facts.places[cell]],
                )
            for relation in facts.relations:
                if all(cell in rename for cell in relation.terms):
                    terms = {rename[cell]: c for cell, c in relation.terms.items()}
                    relations.append((terms, relation.low, relation.high, relation.why))
                else:
                    assert not [c for c in relation.terms if c not in rename and c[0] not in OPTIONAL], relation
            several += [(tuple(rename[cell] for cell in cells), n, why) for cells, n, why in facts.several]
        self.attack = Attack()
        for cell, value in self.printed.items():
            self.attack.cell(cell, value)
        for joined, low, high, why in relations:
            self.attack.total(joined, low, high, why)
        for cells, n, why in several:
            self.attack.several(cells, n, why)

    def _names(self, number: int, facts: Facts, truth: Mapping[Cell, int | None]) -> dict[Cell, Cell]:
        """A cell that has not changed since the release before is the same cell."""
        names: dict[Cell, Cell] = {}
        for cell in facts.printed:
            value = truth.get(cell)
            if value is None:
                continue
            earlier = next(
                (name for back in range(number - 1, -1, -1) if self.true.get(name := (*cell, back)) == value), None
            )
            names[cell] = (*cell, number) if earlier is None else earlier
        return names

    def _add(self, name: Cell, value: int | None, true: int | None, places: list[str]) -> None:
        assert true is not None
        before = self.printed.get(name)
        self.printed[name] = value if before is None else before
        self.true[name] = true
        self.places[name] += places

    def sensitive(self) -> list[Cell]:
        """Blank cells of the open tables that stand for few."""
        return [
            cell
            for cell, value in self.printed.items()
            if value is None and 1 <= self.true[cell] < THRESHOLD and cell in self.in_tables
        ]

    def leaks(self, explain: int = 0, enough: int | None = None) -> list[Leak]:
        """Cells that stand for few and can be worked out, all or `enough`; the first with the relations that do it."""
        pinned = self.attack.pinned(set(self.sensitive()), self.true, enough)
        return [
            Leak(
                cell,
                value,
                tuple(self.places[cell]),
                tuple(self.attack.reasons(cell, value)) if number < explain else (),
            )
            for number, (cell, value) in enumerate(pinned.items())
        ]


# Cells that a relation may name although no table has them.
OPTIONAL = frozenset({"background", "group", "profile"})


# -- what needs no solver --------------------------------------------------------------------------------------------


def untrue_cells(open_tables: Release, true_tables: Release) -> list[str]:
    """Cells of the open tables that are neither null nor the report's."""
    return [
        f"{table} {key}.{column}: {here[column]!r}, not {there[column]!r}"
        for table, key, here, there in _side_by_side(open_tables, true_tables)
        for column in there
        if here[column] is not None and here[column] != there[column]
    ]


def small_counts(open_tables: Release) -> list[str]:
    """Printed counts of few."""
    return [
        f"{table} {row}: {column} is {row[column]}"
        for table, rows in open_tables.items()
        for row in rows
        for column in COUNTS[table]
        if row[column] is not None and 1 <= row[column] < THRESHOLD
    ]


def wrongly_marked(open_tables: Release, true_tables: Release) -> list[str]:
    """Rows whose `suppressed` does not say whether a cell is null that the report has."""
    return [
        f"{table} {key}: suppressed is {here['suppressed']}"
        for table, key, here, there in _side_by_side(open_tables, true_tables)
        if here["suppressed"] is not any(here[column] is None and there[column] is not None for column in there)
    ]


def printed_beside_blank(open_tables: Release) -> list[str]:
    """Computed columns that are printed although a count that they are computed from is blank."""
    found = [
        f"{table} {row}: {column} is printed"
        for table, computed in COMPUTED.items()
        for row in open_tables.get(table, [])
        for column, counts in computed.items()
        if row[column] is not None and any(row[count] is None for count in counts)
    ]
    return [*found, *_weighted_beside_blank(open_tables), *_estimated_after_blank(open_tables)]


def _weighted_beside_blank(open_tables: Release) -> list[str]:
    """Weighted shares of projects add up to the programme's, with weights that can be known."""
    found = []
    for key, rows in _grouped(open_tables["status_reweighted"], "horizon_months", "status").items():
        if any(row["n"] is None for row in rows):
            found += [
                f"status_reweighted {row['project_code']} {key}: weighted_pct is printed"
                for row in rows
                if row["weighted_pct"] is not None
            ]
    return found


def _estimated_after_blank(open_tables: Release) -> list[str]:
    """An estimate is the product of all weeks so far."""
    found = []
    for key, rows in _grouped(open_tables["time_to_job"], "project_code").items():
        blank = [row["week"] for row in rows if None in (row["at_risk"], row["events"])]
        found += [
            f"time_to_job {key} week {row['week']}: pct is printed"
            for row in rows
            if row["pct"] is not None and blank and row["week"] >= min(blank)
        ]
    return found


def _key(table: str, true_tables: Release) -> list[str]:
    columns = list(true_tables[table][0]) if true_tables[table] else []
    free = {*COUNTS[table], *COMPUTED.get(table, {}), "small_n", "register_small_n"}
    return ["figure_id"] if table == "published_comparison" else [column for column in columns if column not in free]


def _side_by_side(open_tables: Release, true_tables: Release) -> Iterable[tuple[str, str, Record, Record]]:
    """Rows of both sets that have the same key."""
    for table, rows in open_tables.items():
        key = _key(table, true_tables)
        by_key = {tuple(row[column] for column in key): row for row in true_tables[table]}
        assert len(by_key) == len(true_tables[table]), table
        for row in rows:
            values = tuple(row[column] for column in key)
            yield table, repr(values), row, by_key[values]


def rows_left_out(open_tables: Release, true_tables: Release) -> dict[str, list[Record]]:
    """Rows of the report that its open twin does not have, by table."""
    left_out = {}
    for table, rows in open_tables.items():
        key = _key(table, true_tables)
        here = {tuple(row[column] for column in key) for row in rows}
        assert len(here) == len(rows), table
        left_out[table] = [row for row in true_tables[table] if tuple(row[column] for column in key) not in here]
    return left_out


def with_rows_left_out(open_tables: Release, true_tables: Release) -> Release:
    """The release and, blank, what it does not have: its counts add up from them all the same."""
    missing = rows_left_out(open_tables, true_tables)
    missing |= {table: true_tables[table] for table in WITHOUT_TWIN if table in READERS}
    return {
        table: [
            *open_tables.get(table, []),
            *(
                {column: row[column] if column in _key(table, true_tables) else None for column in row}
                for row in missing.get(table, [])
            ),
        ]
        for table in {**open_tables, **missing}
    }


def without_complementary(open_tables: Release, true_tables: Release) -> Release:
    """The release with only the small counts blank: what the complementary ones are there for."""
    weakened: Release = {}
    for table, rows in open_tables.items():
        weakened[table] = [dict(row) for row in rows]
    for table, _, row, there in _side_by_side(weakened, true_tables):
        for column in COUNTS[table]:
            if row[column] is None and there[column] is not None and not 1 <= there[column] < THRESHOLD:
                row[column] = there[column]
    return weakened
