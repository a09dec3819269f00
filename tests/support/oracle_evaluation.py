"""The evaluation tables a second time: who was lost where, whether the figures can be trusted, what weeks tell.

Belongs here: the tables of `report` that docs/definitions.md describes from "How many, and why not more" on, in lists
and dicts over the world of oracle.py. Does not belong here: who counts, when, and as what; that is oracle.py's. The
survival estimate is scipy's, as a library that nobody here wrote.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from scipy import stats  # type: ignore[import-untyped]  # scipy publishes no types

from tests.support.oracle import (
    ANY,
    DIMENSIONS,
    HORIZONS,
    INSIDE,
    OUTSIDE,
    SCOPES,
    Expected,
    Record,
    Reference,
    RegisterPerson,
    World,
    Z,
    activities,
    category,
    is_rare,
    is_small,
    job_statuses,
    month_of_week,
    months_after,
    percentage,
    share,
    status,
    status_at_horizon,
    status_counts,
    wilson,
    within,
)
from tests.support.population import PROJECTS, WEEK_ONE, running_week

CORE_ELEMENTS = ("group_teaching", "individual_talk", "company_contact", "upskilling", "other")
JOB_STATUSES = ("in_job", "wage_subsidy", "work_placement", "education", "unemployed", "other")
DISPOSITIONS = ("complete", "partial", "refused", "no_response", "undeliverable")
AGREEMENT = {
    "in_job": ("employment",),
    "wage_subsidy": ("wage_subsidy",),
    "work_placement": ("work_placement",),
    "education": ("su",),
    "unemployed": ("benefit_with_hours", "benefit_without_hours"),
}
GROUPS = {
    "consenting_survey": "consents_survey",
    "answered": "answered",
    "consenting_register": "consents_register",
    "in_register": "in_register",
}
VARIANTS = ("as_defined", "anchor_end", "four_weeks", "monday_month", "flex_jobs_in", "flex_jobs_out")
LASTING = 13
BLANK: Record = {"denominator": None, "pct": None, "pct_low": None, "pct_high": None, "small_n": None}


# -- status of any week ----------------------------------------------------------------------------------------


def week_status(person: RegisterPerson, week: int, reference: Reference, month: int | None = None) -> str | None:
    """Status of a week with the wage income of its Thursday's month, or of another; None when not observed."""
    month = month_of_week(week) if month is None else month
    if week not in person.codes or month not in person.industries:
        return None
    return status(person.codes[week], person.industries[month] is not None, reference)


def named(value: str | None) -> str:
    return "not_observed" if value is None else value


# -- how many, and why not more --------------------------------------------------------------------------------


def activity_timeline(world: World) -> list[Record]:
    """Every month in which the programme has an activity, whatever became of it."""
    own = activities(world)
    rows = []
    for scope in SCOPES:
        for month in sorted({row["activity_date"].replace(day=1) for row in own}):
            for element in CORE_ELEMENTS:
                here = [
                    row["activity_status"]
                    for row in within(own, scope)
                    if row["activity_date"].replace(day=1) == month and row["core_element"] == element
                ]
                counts = {word: here.count(word) for word in ("completed", "cancelled", "postponed")}
                rows.append({"project_code": scope, "month": month, "core_element": element, **counts})
    return rows


def nearest_horizon(start: date, day: date) -> int:
    """The horizon whose date is nearest to a day; of two equally near the earlier."""
    return min(HORIZONS, key=lambda months: (abs((months_after(start, months) - day).days), months))


def record_at_horizons(start: date, records: list[tuple[date, str]]) -> dict[int, str]:
    """Horizon -> the job status that counts there; `records` stand in the order of the file."""
    chosen: dict[int, tuple[tuple[int, date], str]] = {}
    for day, word in records:
        months = nearest_horizon(start, day)
        distance = abs((months_after(start, months) - day).days)
        nearness = (-distance, day)  # the nearest; of two equally near the later; of two on one day the last one read
        if months not in chosen or nearness >= chosen[months][0]:
            chosen[months] = (nearness, word)
    return {months: word for months, (_, word) in chosen.items()}


def agrees(job_status: str, register_status: str) -> bool | None:
    if job_status == "other" or register_status in OUTSIDE:
        return None
    return register_status in AGREEMENT[job_status]


def source_agreement(world: World) -> list[Record]:
    records: dict[str, list[tuple[date, str]]] = {}
    for row in job_statuses(world):
        records.setdefault(row["enrolment_id"], []).append((row["recorded_date"], row["job_status"]))
    pairs = []
    for row in status_at_horizon(world):
        start = world.by_id[row["enrolment_id"]]["start_date"]
        recorded = record_at_horizons(start, records.get(row["enrolment_id"], []))
        if row["horizon_months"] in recorded:
            pairs.append({**row, "status": named(row["status"]), "job_status": recorded[row["horizon_months"]]})
    rows = []
    for scope in SCOPES:
        for months in HORIZONS:
            for word in JOB_STATUSES:
                own = [
                    row["status"]
                    for row in within(pairs, scope)
                    if (row["horizon_months"], row["job_status"]) == (months, word)
                ]
                denominator = sum(name in INSIDE for name in own)
                for name in (*INSIDE, *OUTSIDE):
                    n = own.count(name)
                    cells = share(n, denominator) if name in INSIDE else {"n": n, **BLANK}
                    keys = {"project_code": scope, "horizon_months": months, "job_status": word, "status": name}
                    rows.append({**keys, **cells, "agrees": agrees(word, name)})
    return rows


def disposition(world: World, enrolment: Record) -> str | None:
    """What became of a participation's invitations: the first in the list of those it has."""
    own = [row["disposition"] for row in world.responses if row["enrolment_id"] == enrolment["enrolment_id"]]
    return min(own, key=DISPOSITIONS.index) if own else None


def withdrew(world: World, enrolment: Record, scope: str) -> bool:
    """Consent for the scope was given on or before the as-of date (asked of those whose consent does not stand)."""
    key = (enrolment["cpr"], enrolment["project_code"])
    return any(
        (row.values["cpr"], row.values["project"]) == key
        and row.values["scope"] in (scope, "both")
        and row.values["given"] <= world.population.as_of
        for row in world.consent_log
    )


@dataclass(frozen=True)
class Step:
    """A step of the flow: who of those that reached the step before comes no further, and why (None: kept)."""

    path: str
    order: int
    name: str
    horizon: int | None
    reasons: tuple[str, ...]
    reason_of: Callable[[Record], str | None]


def flow_steps(world: World) -> list[Step]:
    status_of = {(r["enrolment_id"], r["horizon_months"]): named(r["status"]) for r in status_at_horizon(world)}

    def consenting(scope: str) -> Callable[[Record], str | None]:
        def reason(enrolment: Record) -> str | None:
            if enrolment[f"consents_{scope}"]:
                return None
            return "withdrawn" if withdrew(world, enrolment, scope) else "no_consent"

        return reason

    def answered(enrolment: Record) -> str | None:
        word = disposition(world, enrolment)
        return None if word == "complete" else word

    def in_register(enrolment: Record) -> str | None:
        person = enrolment["person"]
        if person is None:
            return "not_in_pull"
        if not person.is_complete:
            return "background_missing"
        return None if person.covers(running_week(enrolment["start_date"])) else "start_outside_pull"

    def observed(months: int) -> Callable[[Record], str | None]:
        def reason(enrolment: Record) -> str | None:
            word = status_of[enrolment["enrolment_id"], months]
            return word if word == "not_observed" else None

        return reason

    def in_percentages(months: int) -> Callable[[Record], str | None]:
        def reason(enrolment: Record) -> str | None:
            word = status_of[enrolment["enrolment_id"], months]
            return None if word in INSIDE else word

        return reason

    refusals = ("withdrawn", "no_consent")
    absences = ("not_in_pull", "background_missing", "start_outside_pull")
    return [
        Step("survey", 1, "recruited", None, (), lambda _: None),
        Step("survey", 2, "consenting", None, refusals, consenting("survey")),
        Step("survey", 3, "invited", None, ("not_invited",), lambda e: None if e["invited"] else "not_invited"),
        Step("survey", 4, "answered", None, DISPOSITIONS[1:], answered),
        Step("register", 1, "recruited", None, (), lambda _: None),
        Step("register", 2, "consenting", None, refusals, consenting("register")),
        Step("register", 3, "in_register", None, absences, in_register),
        *(Step("register", 4, "observed", months, ("not_observed",), observed(months)) for months in HORIZONS),
        *(
            Step("register", 5, "in_percentages", months, ("left_population", "unknown_code"), in_percentages(months))
            for months in HORIZONS
        ),
    ]


def participant_flow(world: World) -> list[Record]:
    steps = flow_steps(world)
    rows = []
    for scope in SCOPES:
        reached: dict[tuple[str, int, int | None], list[Record]] = {}
        for step in steps:
            before = within(world.enrolments, scope)
            if step.order > 1:
                horizon_before = step.horizon if step.order == 5 else None
                before = reached[step.path, step.order - 1, horizon_before]
            reasons = [(enrolment, step.reason_of(enrolment)) for enrolment in before]
            reached[step.path, step.order, step.horizon] = [e for e, reason in reasons if reason is None]
            of_person: dict[str, str | None] = {}
            for cpr in {enrolment["cpr"] for enrolment in before}:
                theirs = [reason for enrolment, reason in reasons if enrolment["cpr"] == cpr]
                of_person[cpr] = next(word for word in (None, *step.reasons) if word in theirs)
            for number, word in enumerate((None, *step.reasons)):
                rows.append(
                    {
                        "project_code": scope,
                        "path": step.path,
                        "step_order": step.order,
                        "step": step.name,
                        "horizon_months": step.horizon,
                        "outcome": "kept" if word is None else "lost",
                        "reason": word,
                        "n": sum(reason == word for _, reason in reasons),
                        "persons": sum(reason == word for reason in of_person.values()),
                        "reason_order": ANY if word is None else number,
                    }
                )
    return rows


def coverage(world: World) -> list[Record]:
    """The rates of `data_basis`, in persons."""
    rows = []
    for scope in SCOPES:
        own = within(world.enrolments, scope)

        def persons(condition: Callable[[Record], bool], own: list[Record] = own) -> int:
            return len({row["cpr"] for row in own if condition(row)})

        recruited, invited = persons(lambda row: True), persons(lambda row: row["invited"])
        answered = persons(lambda row: row["answered"])
        with_partials = persons(lambda row: disposition(world, row) in ("complete", "partial"))
        consenting = persons(lambda row: row["consents_survey"] or row["consents_register"])
        measures = {
            "consent_coverage": (consenting, recruited),
            "register_coverage": (persons(lambda row: row["in_register"]), recruited),
            "survey_coverage": (answered, recruited),
            "response_rate": (answered, invited),
            "response_rate_with_partials": (with_partials, invited),
        }
        rows += [{"project_code": scope, "measure": name, **share(*pair)} for name, pair in measures.items()]
    return rows


def survey_dispositions(world: World) -> list[Record]:
    rows = []
    for scope in SCOPES:
        words = [disposition(world, row) for row in within(world.enrolments, scope) if row["invited"]]
        for number, word in enumerate(DISPOSITIONS, start=1):
            cells = share(words.count(word), len(words))
            rows.append({"project_code": scope, "disposition": word, **cells, "sort_order": number})
    return rows


# -- can the numbers be trusted --------------------------------------------------------------------------------


def status_by_background_project(world: World) -> list[Record]:
    grid = status_at_horizon(world)
    rows = []
    for project in PROJECTS:
        for dimension, categories in DIMENSIONS.items():
            for name in (*categories, "unknown"):
                for months in HORIZONS:
                    own = [
                        row["status"]
                        for row in within(grid, project)
                        if row["horizon_months"] == months
                        and category(world.by_id[row["enrolment_id"]], dimension) == name
                    ]
                    keys = {"project_code": project, "dimension": dimension, "category": name}
                    rows += status_counts({**keys, "horizon_months": months}, own)
    return rows


def characteristics(world: World) -> dict[str, dict[str, str]]:
    """Characteristic -> participation -> its category, from what is known of everybody."""
    completed: Counter[str] = Counter()
    for row in activities(world):
        start = world.by_id[row["enrolment_id"]]["start_date"]
        completed[row["enrolment_id"]] += row["activity_status"] == "completed" and row["activity_date"] >= start
    of: dict[str, dict[str, str]] = {
        name: {}
        for name in ("project", "unemployment_fund", "recruitment_method", "start_year", "activities_completed")
    }
    for enrolment in world.enrolments:
        key = enrolment["enrolment_id"]
        of["project"][key] = enrolment["project_code"]
        of["unemployment_fund"][key] = enrolment["unemployment_fund"] or "unknown"
        of["recruitment_method"][key] = enrolment["recruitment_method"] or "unknown"
        of["start_year"][key] = str(enrolment["start_date"].year)
        of["activities_completed"][key] = activity_band(completed[key])
    return of


ACTIVITY_BANDS = ("0", "1-4", "5-9", "10+")


def activity_band(count: int) -> str:
    return "0" if count == 0 else "1-4" if count < 5 else "5-9" if count < 10 else "10+"


def standardised_difference(p: float | None, q: float | None) -> float | None:
    if p is None or q is None:
        return None
    if p == q:
        return 0.0
    spread = math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    return (p - q) / spread if spread else None


def representativeness(world: World) -> list[Record]:
    rows = []
    for characteristic, category_of in characteristics(world).items():
        whole_grid = {"project": PROJECTS, "activities_completed": ACTIVITY_BANDS}
        names = whole_grid.get(characteristic, sorted(set(category_of.values())))
        for scope in SCOPES:
            if characteristic == "project" and scope != "ALL":
                continue
            recruited = [category_of[row["enrolment_id"]] for row in within(world.enrolments, scope)]
            for group, condition in GROUPS.items():
                own = [category_of[row["enrolment_id"]] for row in within(world.enrolments, scope) if row[condition]]
                for name in names:
                    n, all_n = own.count(name), recruited.count(name)
                    p = n / len(own) if own else None
                    q = all_n / len(recruited) if recruited else None
                    rows.append(
                        {
                            "project_code": scope,
                            "population_group": group,
                            "characteristic": characteristic,
                            "category": name,
                            **share(n, len(own)),
                            "recruited_n": all_n,
                            "recruited_denominator": len(recruited),
                            "recruited_pct": percentage(all_n, len(recruited)),
                            "standardised_difference": standardised_difference(p, q),
                        }
                    )
    return rows


def stratum(enrolment: Record) -> tuple[str, str | None]:
    return enrolment["project_code"], enrolment["recruitment_method"]


def weights(recruited: list[Record], inside: list[Record]) -> dict[str, float]:
    """Participation in the percentages -> its weight, project by project."""
    found: dict[str, float] = {}
    for project in PROJECTS:
        of_project = [row for row in recruited if row["project_code"] == project]
        present = [row for row in inside if row["project_code"] == project]
        sizes, answers = Counter(map(stratum, of_project)), Counter(map(stratum, present))
        held = sum(sizes[key] for key in answers)  # recruited of the strata that have somebody
        for row in present:
            own = sizes[stratum(row)]
            received = (len(of_project) - held) * own / held  # of the strata that have nobody, in proportion
            found[row["enrolment_id"]] = (own + received) / answers[stratum(row)]
    return found


def status_reweighted(world: World) -> list[Record]:
    grid = status_at_horizon(world)
    rows = []
    for months in HORIZONS:
        status_of = {
            row["enrolment_id"]: row["status"]
            for row in grid
            if row["horizon_months"] == months and row["status"] in INSIDE
        }
        weight_of = weights(world.enrolments, [world.by_id[key] for key in status_of])
        alive = {world.by_id[key]["project_code"] for key in status_of}
        for scope in SCOPES:
            recruited = within(world.enrolments, scope)
            own = [row["enrolment_id"] for row in recruited if row["enrolment_id"] in status_of]
            represented = sum(row["project_code"] in alive for row in recruited)
            total = sum(weight_of[key] for key in own)
            effective = total**2 / sum(weight_of[key] ** 2 for key in own) if own else None
            for name in INSIDE:
                weighted = low = high = None
                if effective is not None:
                    p = sum(weight_of[key] for key in own if status_of[key] == name) / total
                    weighted, (low, high) = 100 * p, wilson(p, effective)
                rows.append(
                    {
                        "project_code": scope,
                        "horizon_months": months,
                        "status": name,
                        **share(sum(status_of[key] == name for key in own), len(own)),
                        "weighted_pct": weighted,
                        "weighted_low": low,
                        "weighted_high": high,
                        "effective_n": effective,
                        "represented": represented,
                        "unrepresented": len(recruited) - represented,
                    }
                )
    return rows


def is_flex_job(code: str | None, reference: Reference) -> bool:
    return code in reference.benefit_codes and reference.benefit_codes[code]["benefit_family"] == "FLEKS"


def month_of_monday(week: int) -> int:
    monday = WEEK_ONE + timedelta(weeks=week - 1)
    return monday.year * 12 + monday.month - 1


def employed_under(variant: str, enrolment: Record, months: int, reference: Reference) -> bool | None:
    """Whether a participation is in employment at a horizon by another definition; None outside the percentages."""
    person: RegisterPerson = enrolment["person"]
    anchor = enrolment["start_date"]
    if variant == "anchor_end":
        anchor = enrolment["end_date"] or anchor + timedelta(days=182)
    week = running_week(months_after(anchor, months))
    statuses = [week_status(person, week, reference)]
    if variant == "four_weeks":
        statuses = [week_status(person, one, reference) for one in range(week - 3, week + 1)]
    elif variant == "monday_month":
        statuses = [week_status(person, week, reference, month_of_monday(week))]
    if any(named(value) in OUTSIDE for value in statuses):
        return None
    if variant.startswith("flex_jobs") and is_flex_job(person.codes[week], reference):
        return True if variant == "flex_jobs_in" else None
    return all(value == "employment" for value in statuses)


def definition_sensitivity(world: World) -> list[Record]:
    rows = []
    for scope in SCOPES:
        own = within(world.in_register, scope)
        for months in HORIZONS:
            defined: float | None = None
            for variant in VARIANTS:
                verdicts = [employed_under(variant, enrolment, months, world.reference) for enrolment in own]
                cells = share(verdicts.count(True), sum(verdict is not None for verdict in verdicts))
                defined = cells["pct"] if variant == "as_defined" else defined
                known = cells["pct"] is not None and defined is not None
                keys = {"project_code": scope, "horizon_months": months, "variant": variant}
                rows.append({**keys, **cells, "difference": cells["pct"] - defined if known else None})
    return rows


# -- beyond the report -----------------------------------------------------------------------------------------


def followed(enrolment: Record, reference: Reference) -> list[str]:
    """Statuses of the weeks from week 0 on, as long as they are observed and the person is in the population."""
    person: RegisterPerson = enrolment["person"]
    statuses: list[str] = []
    week = running_week(enrolment["start_date"])
    while (value := week_status(person, week, reference)) not in (None, "left_population"):
        statuses.append(str(value))
        week += 1
    return statuses


def event_or_last_week(statuses: list[str]) -> tuple[int | None, int | None]:
    """(week of the first lasting job, None), else (None, the last week at risk), else (None, None): never at risk."""
    for week in range(len(statuses) - LASTING + 1):
        if all(value == "employment" for value in statuses[week : week + LASTING]):
            return week, None
    told = list(statuses)
    while told and told[-1] == "employment":  # a run that may yet last tells nothing
        told.pop()
    return (None, len(told) - 1) if told else (None, None)


@dataclass(frozen=True)
class Curve:
    """Kaplan-Meier by week, with the log-log interval; as shares that have had the event."""

    events: list[int]
    censored: list[int]

    def pct(self) -> Callable[[int], tuple[float | None, float | None, float | None]]:
        if not self.events and not self.censored:
            return lambda week: (None, None, None)
        data = stats.CensoredData(uncensored=self.events, right=self.censored)
        level = 2 * stats.norm.cdf(Z) - 1  # the level of exactly our z
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # undefined where the curve is 1 or 0
            survival = stats.ecdf(data).sf
            interval = survival.confidence_interval(confidence_level=level, method="log-log")
        low, high = interval.low.probabilities, interval.high.probabilities

        def at(week: int) -> tuple[float | None, float | None, float | None]:
            passed = [number for number, time in enumerate(survival.quantiles) if time <= week]
            if not passed:
                return 0.0, None, None
            number = passed[-1]
            estimate = float(survival.probabilities[number])
            if estimate in (0.0, 1.0):
                return 100 * (1 - estimate), None, None
            return 100 * (1 - estimate), 100 * (1 - float(high[number])), 100 * (1 - float(low[number]))

        return at


def time_to_job(world: World) -> list[Record]:
    rows = []
    for scope in SCOPES:
        ends = [event_or_last_week(followed(row, world.reference)) for row in within(world.in_register, scope)]
        events = [event for event, _ in ends if event is not None]
        censored = [last for _, last in ends if last is not None]
        estimate = Curve(events, censored).pct()
        for week in range(53):
            at_risk = sum(time >= week for time in [*events, *censored])
            pct, low, high = estimate(week) if at_risk else (None, None, None)
            rows.append(
                {
                    "project_code": scope,
                    "week": week,
                    "at_risk": at_risk,
                    "events": events.count(week),
                    "censored": censored.count(week),
                    "pct": pct,
                    "pct_low": low,
                    "pct_high": high,
                    "small_n": is_small(at_risk),
                }
            )
    return rows


def status_transitions(world: World) -> list[Record]:
    status_of = {(r["enrolment_id"], r["horizon_months"]): named(r["status"]) for r in status_at_horizon(world)}
    rows = []
    for scope in SCOPES:
        keys = [row["enrolment_id"] for row in within(world.in_register, scope)]
        for earlier, later in pairwise(HORIZONS):
            pairs = [(status_of[key, earlier], status_of[key, later]) for key in keys]
            for before in (*INSIDE, *OUTSIDE):
                denominator = sum(a == before and b in INSIDE for a, b in pairs)
                for after in (*INSIDE, *OUTSIDE):
                    n = pairs.count((before, after))
                    both = before in INSIDE and after in INSIDE
                    rows.append(
                        {
                            "project_code": scope,
                            "from_horizon": earlier,
                            "to_horizon": later,
                            "from_status": before,
                            "to_status": after,
                            **(share(n, denominator) if both else {"n": n, **BLANK}),
                        }
                    )
    return rows


def clustered(pairs: list[tuple[int, int]]) -> tuple[float | None, float | None, float | None]:
    """Percentage and interval from each participation's weeks of the status and weeks inside the percentages."""
    pairs = [(own, weeks) for own, weeks in pairs if weeks > 0]
    m, total = len(pairs), sum(weeks for _, weeks in pairs)
    if not total:
        return None, None, None
    p = sum(own for own, _ in pairs) / total
    if m < 2:
        return 100 * p, None, None
    variance = m / (m - 1) * sum((own - p * weeks) ** 2 for own, weeks in pairs) / total**2
    half = Z * math.sqrt(variance)
    return 100 * p, 100 * max(0.0, p - half), 100 * min(1.0, p + half)


def status_weeks(world: World) -> list[Record]:
    weeks_of: dict[str, Counter[str]] = {}
    for enrolment in world.in_register:
        first = running_week(enrolment["start_date"])
        statuses = [week_status(enrolment["person"], first + n, world.reference) for n in range(52)]
        weeks_of[enrolment["enrolment_id"]] = Counter(map(named, statuses))
    rows = []
    for scope in SCOPES:
        own = [weeks_of[row["enrolment_id"]] for row in within(world.in_register, scope)]
        inside = [sum(counts[name] for name in INSIDE) for counts in own]
        for name in (*INSIDE, *OUTSIDE):
            cells: dict[str, Any] = dict(BLANK)
            if name in INSIDE:
                pct, low, high = clustered([(counts[name], all_of) for counts, all_of in zip(own, inside, strict=True)])
                cells = {"denominator": sum(inside), "pct": pct, "pct_low": low, "pct_high": high}
                cells["small_n"] = is_small(sum(weeks > 0 for weeks in inside))
            rows.append(
                {
                    "project_code": scope,
                    "status": name,
                    "n": sum(counts[name] for counts in own),
                    **cells,
                    "participations": sum(counts[name] > 0 for counts in own),
                }
            )
    return rows


# -- everything ------------------------------------------------------------------------------------------------


def evaluation_tables(world: World) -> dict[str, Expected]:
    """`report.<table>` -> what it must hold."""
    step = ("project_code", "path", "step", "horizon_months", "outcome", "reason")
    background = ("project_code", "dimension", "category", "horizon_months", "status")
    groups = ("project_code", "population_group", "characteristic", "category")
    transition = ("project_code", "from_horizon", "to_horizon", "from_status", "to_status")
    keys_and_rows: dict[str, tuple[tuple[str, ...], list[Record]]] = {
        "activity_timeline": (("project_code", "month", "core_element"), activity_timeline(world)),
        "source_agreement": (("project_code", "horizon_months", "job_status", "status"), source_agreement(world)),
        "participant_flow": (step, participant_flow(world)),
        "coverage": (("project_code", "measure"), coverage(world)),
        "survey_dispositions": (("project_code", "disposition"), survey_dispositions(world)),
        "status_by_background_project": (background, status_by_background_project(world)),
        "representativeness": (groups, representativeness(world)),
        "status_reweighted": (("project_code", "horizon_months", "status"), status_reweighted(world)),
        "definition_sensitivity": (("project_code", "horizon_months", "variant"), definition_sensitivity(world)),
        "time_to_job": (("project_code", "week"), time_to_job(world)),
        "status_transitions": (transition, status_transitions(world)),
        "status_weeks": (("project_code", "status"), status_weeks(world)),
    }
    tables = {f"report.{name}": Expected(*pair) for name, pair in keys_and_rows.items()}
    tables["report.status_by_background_project"].free_zero = is_rare
    return tables
