"""A small programme as published tables, to draw pages from: every table of the page, in both editions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise, product
from math import sqrt
from typing import Any

import duckdb
import polars as pl

from dagster_project.report.page import RunFacts
from tests.support.open_data import WITHOUT_TWIN
from tests.support.oracle import HORIZONS, INSIDE, OUTSIDE

Rows = list[dict[str, Any]]
FACTS = RunFacts("run-1", date(2021, 9, 1), "0.1.0+abc", datetime(2021, 9, 1, 4, 30), is_demonstration=True)
ELEMENTS = ("group_teaching", "individual_talk", "company_contact", "upskilling", "other")
_IN_PERCENTAGES = "participations in the register, observed, with a known code and still in the population"
_COUNTS = ("n", "persons", "at_risk", "events", "censored", "completed", "cancelled", "postponed", "numerator")
_SHARES = ("pct", "pct_low", "pct_high", "weighted_pct", "weighted_low", "weighted_high", "difference", "computed")


class Programme:
    """A programme of some people per project, of whom some have been followed to a horizon.

    Args:
        people: participations per project.
        reached: the last horizon that anybody has reached; 0 for none.
        projects: their codes.
        words: the survey's first statement.
    """

    def __init__(
        self, *, people: int = 40, reached: int = 12, projects: tuple[str, ...] = ("A",), words: str = "Et udsagn"
    ) -> None:
        self.people = people
        self.reached = reached
        self.projects = projects
        self.words = words

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Create the schemas and every table."""
        for schema in ("report", "open_data", "ops", "marts"):
            connection.execute(f"CREATE SCHEMA {schema}")
        for name, rows in self._report():
            _create(connection, "report", name, rows)
            if name not in WITHOUT_TWIN:
                _create(connection, "open_data", name, [_opened(row) for row in rows])
        _create(connection, "marts", "projects", self._projects())
        _create(connection, "ops", "check_results", _checks())
        _create(connection, "ops", "deliveries", _deliveries())

    @property
    def _scopes(self) -> dict[str, int]:
        return {"ALL": self.people * len(self.projects)} | dict.fromkeys(self.projects, self.people)

    def _followed(self, scope: str, months: int) -> int:
        return self._scopes[scope] if months <= self.reached else 0

    def _report(self) -> Iterator[tuple[str, Rows]]:
        yield from self._participation()
        yield from self._survey()
        yield from self._status()
        yield from self._trust()

    def _projects(self) -> Rows:
        return [
            {
                "project_code": code,
                "project_name": f"Projekt {code}",
                "lead_fund": f"A-kasse {code}",
                "geography": "Fyn",
                "special_focus": None,
                "planned_participants": 50,
            }
            for code in self.projects
        ]

    def _participation(self) -> Iterator[tuple[str, Rows]]:
        yield (
            "recruitment",
            [
                {"project_code": scope, "planned": 50, "recruited": people, "attainment": people * 2.0}
                for scope, people in self._scopes.items()
            ],
        )
        yield (
            "data_basis",
            [
                {
                    "project_code": scope,
                    "recruited": people,
                    "consenting": people,
                    "invited": people,
                    "answered": people // 2,
                    "in_register": people,
                }
                for scope, people in self._scopes.items()
            ],
        )
        yield (
            "activity_timeline",
            [
                {
                    "project_code": scope,
                    "month": date(2019 + month // 12, month % 12 + 1, 1),
                    "core_element": element,
                    "completed": people * month % 7,
                    "cancelled": month % 3 if people else 0,
                    "postponed": 0,
                }
                for (scope, people), month, element in product(self._scopes.items(), range(6, 20), ELEMENTS)
            ],
        )
        yield (
            "participant_flow",
            [
                {
                    "project_code": scope,
                    "path": path,
                    "step_order": order,
                    "step": step,
                    "horizon_months": months,
                    "outcome": "lost" if reason else "kept",
                    "reason": reason,
                    "n": people // 4 if reason else people,
                    "persons": people // 4 if reason else people,
                    "reason_order": 1 if reason else 0,
                }
                for (scope, people), (path, order, step, months, reason) in product(self._scopes.items(), _STEPS)
            ],
        )
        yield (
            "coverage",
            [
                {"project_code": scope, "measure": measure, **_share(people // 2, people, "persons")}
                for (scope, people), measure in product(
                    self._scopes.items(), ("consent_coverage", "register_coverage", "response_rate")
                )
            ],
        )
        yield (
            "survey_dispositions",
            [
                {
                    "project_code": scope,
                    "disposition": disposition,
                    **_share(people // 2, people, "survey-consenting participations with an invitation"),
                    "sort_order": order,
                }
                for (scope, people), (order, disposition) in product(
                    self._scopes.items(), enumerate(("complete", "no_response"))
                )
            ],
        )
        yield (
            "participant_profile",
            [
                {
                    "project_code": scope,
                    "dimension": dimension,
                    "category": category,
                    **_share(people // 8, people, "participations in the register"),
                    "sort_order": order,
                }
                for (scope, people), (dimension, category, order) in product(self._scopes.items(), _BACKGROUND)
            ],
        )
        yield (
            "activity_reach",
            [
                {
                    "project_code": scope,
                    "core_element": element,
                    "activity_name": name,
                    "period": period,
                    **_share(people // 3, people, "participations"),
                    "reach_level": "activity_name" if name else "core_element",
                }
                for (scope, people), element, name, period in product(
                    self._scopes.items(), ELEMENTS, (None, "Workshop"), ("during", "after")
                )
            ],
        )

    def _survey(self) -> Iterator[tuple[str, Rows]]:
        population = "respondents with a complete answer, in the base of the question, who answered it"
        yield (
            "survey_distribution",
            [
                {
                    "project_code": scope,
                    "variable": variable,
                    "question": f"Spørgsmål {variable[:2]}?",
                    "item": item,
                    "answer_code": code,
                    "answer_label": label,
                    **_share(people // 8, people // 2, population),
                    "variable_order": order,
                    "routing": "q8 in 1,2,3" if variable.startswith("q9") else None,
                    "in_base": people // 2,
                }
                for (scope, people), (order, (variable, item)) in product(
                    self._scopes.items(), enumerate([*_VARIABLES, ("q2_1", self.words)])
                )
                for code, label in enumerate(
                    ("Nej", "Ja") if "_" in variable else ("Ved ikke", "I høj grad", "Slet ikke")
                )
            ],
        )

    def _status(self) -> Iterator[tuple[str, Rows]]:
        yield (
            "status_by_horizon",
            [
                {
                    "project_code": scope,
                    "horizon_months": months,
                    "status": status,
                    **self._in_status(scope, months, status),
                }
                for scope, months, status in product(self._scopes, HORIZONS, (*INSIDE, *OUTSIDE))
            ],
        )
        yield (
            "status_by_background",
            [
                {
                    "dimension": dimension,
                    "category": category,
                    "horizon_months": months,
                    "status": status,
                    **self._in_status("ALL", months, status),
                    "sort_order": order,
                }
                for (dimension, category, order), months, status in product(_BACKGROUND, HORIZONS, INSIDE)
            ],
        )
        yield (
            "status_by_background_project",
            [
                {
                    "project_code": project,
                    "dimension": dimension,
                    "category": category,
                    "horizon_months": months,
                    "status": status,
                    **self._in_status(project, months, status),
                    "sort_order": order,
                }
                for project, (dimension, category, order), months, status in product(
                    self.projects, _BACKGROUND, HORIZONS, INSIDE
                )
            ],
        )
        yield (
            "industry_change",
            [
                {
                    "project_code": scope,
                    "horizon_months": months,
                    **_share(self._followed(scope, months) // 8, self._followed(scope, months) // 2, "participations"),
                    "unknown": 0,
                }
                for scope, months in product(self._scopes, HORIZONS)
            ],
        )
        yield (
            "project_results",
            [
                {
                    "project_code": scope,
                    "indicator": "I job",
                    "target": 50.0,
                    "own_result": None,
                    "unit": "percent",
                    "register_n": self._followed(scope, 12) // 2,
                    "register_denominator": self._followed(scope, 12),
                    "register_pct": 50.0 if self._followed(scope, 12) else None,
                    "register_pct_low": None,
                    "register_pct_high": None,
                    "register_small_n": False,
                    "reaches_target": None,
                }
                for scope in self.projects
            ],
        )
        yield (
            "source_agreement",
            [
                {
                    "project_code": scope,
                    "horizon_months": months,
                    "job_status": job_status,
                    "status": status,
                    **self._in_status(scope, months, status),
                    "agrees": status == "employment",
                }
                for scope, months, job_status, status in product(
                    self._scopes, HORIZONS, ("in_job", "other"), (*INSIDE, *OUTSIDE)
                )
            ],
        )
        yield (
            "time_to_job",
            [
                {
                    "project_code": scope,
                    "week": week,
                    "at_risk": max(people - week, 0) if self.reached else 0,
                    "events": 1,
                    "censored": 0,
                    "pct": week * 0.75 if people and self.reached else None,
                    "pct_low": week * 0.5 if people and self.reached and week else None,
                    "pct_high": float(week) if people and self.reached and week else None,
                    "population": "participations in the register, followed from the start week",
                    "small_n": people < 30,
                }
                for (scope, people), week in product(self._scopes.items(), range(53))
            ],
        )
        yield (
            "status_transitions",
            [
                {
                    "project_code": scope,
                    "from_horizon": start,
                    "to_horizon": end,
                    "from_status": source,
                    "to_status": target,
                    **_share(
                        self._followed(scope, end) // 8 if source in target else 0, self._followed(scope, end), "x"
                    ),
                }
                for scope, (start, end), source, target in product(
                    self._scopes, pairwise(HORIZONS), (*INSIDE, *OUTSIDE), (*INSIDE, *OUTSIDE)
                )
            ],
        )
        yield (
            "status_weeks",
            [
                {
                    "project_code": scope,
                    "status": status,
                    **(self._in_status(scope, 3, status) | {"population": "observed weeks"}),
                    "participations": people,
                }
                for (scope, people), status in product(self._scopes.items(), (*INSIDE, *OUTSIDE))
            ],
        )

    def _trust(self) -> Iterator[tuple[str, Rows]]:
        yield (
            "representativeness",
            [
                {
                    "project_code": scope,
                    "population_group": group,
                    "characteristic": "activities_completed",
                    "category": category,
                    **_share(people // 4, people, "participations of the group"),
                    "recruited_n": people // 4,
                    "recruited_denominator": people,
                    "recruited_pct": 25.0 if people else None,
                    "standardised_difference": -0.125 if people else None,
                }
                for (scope, people), group, category in product(
                    self._scopes.items(),
                    ("consenting_survey", "answered", "consenting_register", "in_register"),
                    ("10+", "5-9", "0", "1-4"),
                )
            ],
        )
        yield (
            "status_reweighted",
            [
                {
                    "project_code": scope,
                    "horizon_months": months,
                    "status": status,
                    **(share := self._in_status(scope, months, status)),
                    "weighted_pct": share["pct"],
                    "weighted_low": share["pct_low"],
                    "weighted_high": share["pct_high"],
                    "effective_n": float(self._followed(scope, months)),
                    "represented": self._followed(scope, months),
                    "unrepresented": 0,
                }
                for scope, months, status in product(self._scopes, HORIZONS, INSIDE)
            ],
        )
        yield (
            "definition_sensitivity",
            [
                {
                    "project_code": scope,
                    "horizon_months": months,
                    "variant": variant,
                    **self._in_status(scope, months, "employment"),
                    "difference": -1.25 if self._followed(scope, months) else None,
                }
                for scope, months, variant in product(self._scopes, HORIZONS, ("as_defined", "anchor_end"))
            ],
        )
        yield (
            "percentage_feasibility",
            [
                {
                    "figure_id": "F1",
                    "project_code": "ALL",
                    "measure": "employed",
                    "published": 17.0,
                    "decimals": 0,
                    "base": "in_register",
                    "base_n": 68,
                    "feasible": False,
                    "count_low": None,
                    "count_high": None,
                    "nearest_low": 16.0,
                    "nearest_high": 18.0,
                }
            ],
        )
        yield (
            "published_comparison",
            [
                {
                    "figure_id": f"F{number}",
                    "ref": "5.2",
                    "measure": "status_share",
                    "project_code": "ALL",
                    "dimension": "status",
                    "category": "employment",
                    "horizon_months": 12,
                    "unit": "pct",
                    "published": 40.0,
                    "computed": computed,
                    "numerator": None,
                    "agrees": None if computed is None else computed == 40,
                    "classification": "computed",
                    "explanation": "Of those observed.",
                }
                for number, computed in enumerate((40.0, 41.5, None))
            ],
        )
        yield (
            "definitions",
            [
                {
                    "definition": "horizon",
                    "version": 1,
                    "statement_da": "Efter start.",
                    "statement_en": "After the start.",
                    "decided": False,
                    "home": "marts.status_at_horizon",
                    "code_version": "0.1.0+abc",
                }
            ],
        )

    def _in_status(self, scope: str, months: int, status: str) -> dict[str, Any]:
        followed = self._followed(scope, months)
        if status in OUTSIDE:
            return _share(self._scopes[scope] - followed if status == "not_observed" else 0, None, _IN_PERCENTAGES)
        n = followed - 6 * (followed // 8) if status == "employment" else followed // 8
        return _share(n, followed, _IN_PERCENTAGES)


_STEPS = [
    ("survey", 1, "recruited", None, None),
    ("survey", 2, "consenting", None, None),
    ("survey", 2, "consenting", None, "no_consent"),
    ("survey", 4, "answered", None, None),
    ("register", 1, "recruited", None, None),
    ("register", 3, "in_register", None, None),
    *(("register", 4, "observed", months, reason) for months in HORIZONS for reason in (None, "not_observed")),
    *(("register", 5, "in_percentages", months, None) for months in HORIZONS),
]
_BACKGROUND = [
    ("sex", "female", 1),
    ("sex", "male", 2),
    ("age_group", "60+", 4),
    ("industry_group", "10", 10),
    ("industry_group", "unknown", 99),
]
_VARIABLES = [("q1", None), ("q3_1", "Jeg manglede netværk"), ("q8", None), ("q9_1", "Mere målrettet"), ("q10", None)]


def _checks() -> Rows:
    return [
        {
            "run_id": run,
            "suite": "coverage",
            "expectation": "consent_coverage",
            "subject": subject,
            "observed": 47.25,
            "threshold": 50.0,
            "severity": "warn",
            "success": False,
        }
        for run, subject in (("run-0", "an earlier night"), ("run-1", "A"))
    ]


def _deliveries() -> Rows:
    return [
        {
            "source": source,
            "file_name": f"{source}_fil_2021-08-15.csv",
            "extract_date": date(2021, 8, 15),
            "rows_read": 1000,
            "rows_landed": 999,
            "rows_rejected": 1,
            "status": "landed",
            "reason": None,
            "delivery_id": f"{source}-2021-08-15-0a1b",
        }
        for source in ("monitoring", "consent", "survey", "register", "results")
    ]


def _share(n: int, denominator: int | None, population: str) -> dict[str, Any]:
    share: dict[str, Any] = {"n": n, "denominator": denominator, "pct": None, "pct_low": None, "pct_high": None}
    if denominator:
        p, z = n / denominator, 1.959964
        middle, spread = p + z * z / (2 * denominator), z * sqrt(p * (1 - p) / denominator + (z / denominator / 2) ** 2)
        share |= {
            "pct": 100 * p,
            "pct_low": 100 * (middle - spread) / (1 + z * z / denominator),
            "pct_high": 100 * (middle + spread) / (1 + z * z / denominator),
        }
    return share | {"population": population, "small_n": None if denominator is None else denominator < 30}


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """The row as an open table has it: without counts from 1 to 4 and what follows from them."""
    small = any(row.get(column) in range(1, 5) for column in _COUNTS)
    return {column: None if small and column in (*_COUNTS, *_SHARES) else value for column, value in row.items()} | {
        "suppressed": small
    }


def _create(connection: duckdb.DuckDBPyConnection, schema: str, name: str, rows: Rows) -> None:
    if not rows:
        return
    frame = pl.DataFrame(rows, infer_schema_length=None, orient="row")
    connection.register("frame", frame.to_arrow())
    connection.execute(f"CREATE TABLE {schema}.{name} AS FROM frame")
    connection.unregister("frame")
