"""Where the participants stood: horizons, background, targets, sources, weeks.

Each function builds one exhibit from its table; a missing or empty table never gets here.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.report import charts
from dagster_project.report.charts import Bar, Stack, Step
from dagster_project.report.exhibits import (
    INSIDE,
    OUTSIDE,
    PERCENT_TICKS,
    Content,
    Desk,
    Grid,
    Key,
    Panel,
    employment_at,
    measured,
    text,
    total_text,
    yes_no,
)
from dagster_project.report.rows import agreeing, in_order, register_share, shown_pct
from dagster_project.report.tables import Row, Table
from dagster_project.report.texts import Both, joined, number, percent, same

_FLOW_GROUPS = {
    "employment": ("employment",),
    "self_support": ("self_support",),
    "activation": ("wage_subsidy", "work_placement", "su"),
    "benefit_with_hours": ("benefit_with_hours",),
    "benefit_without_hours": ("benefit_without_hours",),
    "outside": OUTSIDE,
}
_DIMENSIONS = ("age_group", "sex", "origin", "unemployment_band", "industry_group")
_WEEKS_SHOWN = (13, 26, 39, 52)


def status(desk: Desk, table: Table) -> Content:
    """Figur 5: the statuses at every horizon, a panel per project."""
    say = desk.words
    horizons = sorted({row["horizon_months"] for row in table.rows})
    if desk.last_horizon("status_by_horizon") is None:
        return Content(absent=say["nobody_at_any"], notes=())
    panels = []
    for scope in desk.scopes(table):
        stacks = []
        for months in horizons:
            found = {row["status"]: row for row in table.where(project_code=scope, horizon_months=months)}
            inside = [found[code] for code in INSIDE if code in found]
            n = next((row["denominator"] for row in inside if row["denominator"] is not None), None)
            shares = tuple(shown_pct(found.get(code, {})) for code in INSIDE)
            nobody = say["nobody_at_horizon"].format(months=months) if n == 0 else None
            label = _months(desk, months)
            stacks.append(Stack(label, total_text(n), () if nobody else shares, nobody))
        panels.append(Panel(desk.artist.stacks(stacks, "status", beside=52), desk.scope(scope)))
    everyone = {(row["horizon_months"], row["status"]): row for row in table.where(project_code="ALL")}
    rows = [
        [say.label("status", code), *(desk.share(everyone.get((months, code), {})) for months in horizons)]
        for code in INSIDE
    ]
    rows.append([same("N"), *(desk.n(everyone.get((months, INSIDE[0]), {}), "denominator") for months in horizons)])
    rows += [
        [say.label("status", code), *(desk.n(everyone.get((months, code), {})) for months in horizons)]
        for code in OUTSIDE
    ]
    head = (say["status"], *(_months(desk, months) for months in horizons))
    return Content(
        panels,
        [Grid(desk.scope("ALL"), head, rows)],
        notes=_left_out(desk, everyone, horizons),
        legend=desk.legend("status", "status", INSIDE),
        population=desk.population(table.where(status="employment")),
    )


def _left_out(desk: Desk, everyone: dict[tuple[int, str], Row], horizons: Sequence[int]) -> list[Both]:
    notes = []
    for months in horizons:
        if everyone.get((months, INSIDE[0]), {}).get("denominator") == 0:
            notes.append(desk.words["nobody_at_horizon"].format(months=months))
    counts = [
        desk.words["at_months"].format(months=months, n=desk.n(everyone.get((months, "not_observed"), {})))
        for months in horizons
    ]
    return [*notes, desk.words["not_observed"].format(counts=joined(counts, "; "))]


def employment(desk: Desk, table: Table) -> Content:
    """The share in employment with its interval, a panel per horizon."""
    say = desk.words
    if desk.last_horizon("status_by_horizon") is None:
        return Content(absent=say["nobody_at_any"])
    employed = table.where(status="employment")
    scopes = desk.scopes(table)
    found = {(row["horizon_months"], row["project_code"]): row for row in employed}
    horizons = sorted({row["horizon_months"] for row in employed})
    panels = [
        Panel(
            desk.artist.bars(
                [desk.bar(desk.scope(scope), found.get((months, scope))) for scope in scopes],
                beside=56,
                dots=True,
                ticks=PERCENT_TICKS,
            ),
            say["months_after"].format(months=months),
        )
        for months in horizons
    ]
    rows = [
        [desk.scope(scope), *(desk.share(found.get((months, scope), {})) for months in horizons)] for scope in scopes
    ]
    head = (say["scope"], *(_months(desk, months) for months in horizons))
    return Content(panels, [Grid(say["data"], head, rows)], population=desk.population(employed))


def background(desk: Desk, table: Table) -> Content:
    """Status by background at the latest horizon that anybody has reached."""
    say = desk.words
    months = desk.last_horizon("status_by_background")
    if months is None:
        return Content(absent=say["nobody_at_any"])
    at_horizon = table.where(horizon_months=months)
    panels, rows = [], []
    for dimension in _DIMENSIONS:
        bars = []
        for category in in_order([row for row in at_horizon if row["dimension"] == dimension], "category"):
            found = {
                row["status"]: row for row in at_horizon if (row["dimension"], row["category"]) == (dimension, category)
            }
            employed = found.get("employment", {})
            if employed.get("denominator") == 0:
                continue
            label = desk.category(dimension, category)
            bars.append(desk.bar(label + same(f" (N={desk.n(employed, 'denominator').da})"), employed))
            shares = [desk.share(found.get(code, {}), with_interval=code == "employment") for code in INSIDE[:3]]
            rows.append([say.label("dimension", dimension), label, desk.n(employed, "denominator"), *shares])
        panels.append(Panel(desk.artist.bars(bars, dots=True, ticks=PERCENT_TICKS), say.label("dimension", dimension)))
    head = (
        say["characteristic"],
        say["category"],
        same("N"),
        *(say.label("status", code) for code in INSIDE[:3]),
    )
    return employment_at(desk, months, head, rows, at_horizon, panels)


def background_by_project(desk: Desk, table: Table) -> Content:
    """The share in employment by background and project."""
    say = desk.words
    scopes = desk.scopes(table)
    found = {(row["dimension"], row["category"], row["project_code"]): row for row in table.rows}
    if all(row["denominator"] == 0 for row in table.rows):
        return Content(absent=say["nobody_at_any"])
    rows = []
    for dimension in _DIMENSIONS:
        for category in in_order(table.where(dimension=dimension), "category"):
            cells = [found.get((dimension, category, scope), {}) for scope in scopes]
            if any(cell.get("denominator") != 0 for cell in cells):
                labels = (say.label("dimension", dimension), desk.category(dimension, category))
                rows.append([*labels, *map(desk.counted, cells)])
    head = (say["characteristic"], say["category"], *map(desk.scope, scopes))
    return employment_at(desk, table.rows[0]["horizon_months"], head, rows, table.rows)


def industry_change(desk: Desk, table: Table) -> Content:
    """Change of industry among the employed, per project."""
    say = desk.words
    months = desk.last_horizon("industry_change")
    if months is None:
        return Content(absent=say["nobody_at_any"])
    scopes = desk.scopes(table)
    horizons = sorted({row["horizon_months"] for row in table.rows})
    found = {(row["project_code"], row["horizon_months"]): row for row in table.rows}
    bars = [desk.bar(desk.scope(scope), found.get((scope, months))) for scope in scopes]
    panel = Panel(desk.artist.bars(bars, beside=56, ticks=PERCENT_TICKS), say["months_after"].format(months=months))
    rows = [
        [desk.scope(scope), *(desk.counted(found.get((scope, months), {})) for months in horizons)] for scope in scopes
    ]
    head = (say["scope"], *(_months(desk, months) for months in horizons))
    n = found.get(("ALL", months), {}).get("denominator")
    return Content([panel], [Grid(say["data"], head, rows)], population=desk.population(table.rows, n=n))


def results(desk: Desk, table: Table) -> Content:
    """Targets and own results of the projects beside the register's."""
    say = desk.words
    panels, rows = [], []
    for scope in desk.scopes(table):
        found = table.where(project_code=scope)
        bars = [
            Bar(
                text(row["indicator"]),
                measured(row["own_result"], row["unit"]) + same(" / ") + measured(row["target"], row["unit"]),
                value=row["own_result"],
                target=row["target"],
            )
            for row in found
            if row["unit"] == "percent" and (row["own_result"] is not None or row["target"] is not None)
        ]
        register = register_share(found[0])
        bars.append(desk.bar(say["register_result"], register))
        panels.append(Panel(desk.artist.bars(bars, ticks=PERCENT_TICKS), desk.scope(scope)))
        rows += [
            [
                desk.scope(scope),
                text(row["indicator"]),
                measured(row["target"], row["unit"]),
                measured(row["own_result"], row["unit"]),
                desk.share(register_share(row)),
                yes_no(say, row.get("reaches_target")),
            ]
            for row in found
        ]
    legend = [Key("mark", say["own_result"]), Key("target", say["target"])]
    head = (
        say["project"],
        say["indicator"],
        say["target"],
        say["own_result"],
        say["register_result"],
        say["reached"],
    )
    return Content(panels, [Grid(say["data"], head, rows, texts=2)], legend=legend)


def agreement(desk: Desk, table: Table) -> Content:
    """What the projects recorded against the register, in every horizon that has records."""
    say = desk.words
    everyone = table.where(project_code="ALL")
    codes = [code for code in dict.fromkeys(row["job_status"] for row in everyone) if code != "other"]
    sums = {
        (code, months): agreeing(
            [row for row in everyone if row["job_status"] == code and row["horizon_months"] == months]
        )
        for months in sorted({row["horizon_months"] for row in everyone})
        for code in codes
    }
    horizons = list(dict.fromkeys(months for (_, months), found in sums.items() if found["denominator"]))
    if not horizons:
        return Content(absent=say["no_rows"])
    panels = []
    for months in horizons:
        bars = []
        for code in codes:
            found = sums[code, months]
            counts = say["counts"].format(n=desk.n(found), denominator=desk.n(found, "denominator"))
            label = say.label("job_status", code) + (same(": ") + counts if found["n"] is not None else same(""))
            bars.append(Bar(label, desk.share(found), value=shown_pct(found)))
        panels.append(
            Panel(desk.artist.bars(bars, ticks=PERCENT_TICKS), say["agrees"].format(months=_months(desk, months)))
        )
    rows = [
        [say.label("job_status", code), *(desk.counted(sums[code, months]) for months in horizons)] for code in codes
    ]
    head = (say["job_status"], *(_months(desk, months) for months in horizons))
    return Content(panels, [Grid(say["data"], head, rows)], population=desk.population(everyone))


def time_to_job(desk: Desk, table: Table) -> Content:
    """The way to a first lasting job as curves, a panel per project."""
    say = desk.words
    everyone = table.where(project_code="ALL")
    if all(row["at_risk"] == 0 for row in everyone):
        return Content(absent=say["nobody_at_any"])
    highest = max((row["pct_high"] or row["pct"] or 0 for row in table.rows), default=0)
    top = min(100.0, -(-highest // 20) * 20 or 20.0)
    panels, rows, hidden_scopes = [], [], []
    for scope in desk.scopes(table):
        weeks = sorted(table.where(project_code=scope), key=lambda row: row["week"])
        steps = [
            Step(row["week"], row["pct"], row["pct_low"], row["pct_high"])
            for row in weeks
            if row["pct"] is not None and row["at_risk"]
        ]
        hidden_weeks = sum(_hidden_week(row) for row in weeks)
        start = next((row["at_risk"] for row in weeks if row["week"] == 0), None)
        caption = desk.scope(scope) + same(f" (N={start})" if start is not None else "")
        if hidden_weeks > len(steps):
            hidden_scopes.append(desk.scope(scope))
        elif steps:
            last = percent(steps[-1].value)
            panels.append(Panel(desk.artist.curve(steps, top_value=top, last=last), caption))
        shown = {row["week"]: row for row in weeks}
        for week in _WEEKS_SHOWN:
            if week in shown:
                row = shown[week]
                rows.append(
                    [
                        desk.scope(scope),
                        number(week),
                        desk.n(row, "at_risk"),
                        desk.share({**row, "suppressed": _hidden_week(row)}),
                    ]
                )
    head = (say["scope"], say["week"], say["at_risk"], say["share"])
    n = next((row["at_risk"] for row in everyone if row["week"] == 0), None)
    return Content(
        panels,
        [Grid(say["data"], head, rows)],
        notes=[say["curves_hidden"].format(scopes=joined(hidden_scopes))] if hidden_scopes else (),
        population=desk.population(everyone, n=n),
    )


def transitions(desk: Desk, table: Table) -> Content:
    """Moves between horizons as a flow of groups, with every status in the tables.

    With a hidden number the groups would not add up from horizon to horizon, and no picture is drawn.
    """
    say = desk.words
    everyone = table.where(project_code="ALL")
    if all(row["n"] == 0 for row in everyone):
        return Content(absent=say["nobody_at_any"])
    whole = all(row["n"] is not None for row in everyone)
    return Content(
        [_flow(desk, everyone)] if whole else (),
        _moves(desk, everyone),
        notes=() if whole else [say["flow_hidden"]],
        legend=[Key(f"flow{place}", say.label("flow_group", name)) for place, name in enumerate(_FLOW_GROUPS)]
        if whole
        else (),
        population=say.population("participations in the register"),
    )


def _flow(desk: Desk, everyone: Sequence[Row]) -> Panel:
    """The flow of groups, for a phone and for wider screens."""
    steps = _steps(everyone)
    group_of = {code: place for place, codes in enumerate(_FLOW_GROUPS.values()) for code in codes}
    links: dict[tuple[int, int, int], int] = {}
    for row in everyone:
        if row["n"]:
            step = steps.index((row["from_horizon"], row["to_horizon"]))
            key = (step, group_of[row["from_status"]], group_of[row["to_status"]])
            links[key] = links.get(key, 0) + row["n"]
    columns = []
    for place, months in enumerate([steps[0][0], *(end for _, end in steps)]):
        step, side = max(place - 1, 0), 2 if place else 1
        counts = [
            sum(n for key, n in links.items() if key[0] == step and key[side] == group)
            for group in range(len(_FLOW_GROUPS))
        ]
        columns.append((_months(desk, months), counts))
    names = [desk.words.label("flow_group", group) for group in _FLOW_GROUPS]
    bands = [(*key, n) for key, n in sorted(links.items())]
    narrow, wide = (desk.artist.flow(columns, bands, names, width=width) for width in (charts.WIDTH, 700))
    return Panel(narrow, desk.scope("ALL"), wide)


def _moves(desk: Desk, everyone: Sequence[Row]) -> list[Grid]:
    """A table per step: statuses before by statuses after, without those that nobody came from."""
    say = desk.words
    found = {(row["from_horizon"], row["from_status"], row["to_status"]): row for row in everyone}
    statuses = (*INSIDE, *OUTSIDE)
    grids = []
    for start, end in _steps(everyone):
        rows = [
            [say.label("status", source), *(desk.n(found.get((start, source, target), {})) for target in statuses)]
            for source in statuses
            if any(found.get((start, source, target), {}).get("n") != 0 for target in statuses)
        ]
        head = (say["from_status"].format(months=start), *(say.label("status", code) for code in statuses))
        grids.append(Grid(_months(desk, start) + same(" → ") + _months(desk, end), head, rows))
    return grids


def _steps(rows: Sequence[Row]) -> list[tuple[int, int]]:
    return sorted({(row["from_horizon"], row["to_horizon"]) for row in rows})


def status_weeks(desk: Desk, table: Table) -> Content:
    """How the weeks of the first year are spent."""
    say = desk.words
    scopes = desk.scopes(table)
    found = {(row["project_code"], row["status"]): row for row in table.rows}
    everyone = found.get(("ALL", INSIDE[0]), {})
    if everyone.get("denominator") == 0:
        return Content(absent=say["no_rows"])
    stacks = [
        Stack(desk.scope(scope), same(""), tuple(shown_pct(found.get((scope, code), {})) for code in INSIDE))
        for scope in scopes
    ]
    bars = [desk.bar(say.label("status", code), found.get(("ALL", code))) for code in INSIDE]
    panels = [
        Panel(desk.artist.bars(bars, ticks=PERCENT_TICKS), desk.scope("ALL")),
        Panel(desk.artist.stacks(stacks, "status", beside=52), say["scope"]),
    ]
    rows = [
        [say.label("status", code), *(desk.share(found.get((scope, code), {})) for scope in scopes)] for code in INSIDE
    ]
    rows += [
        [
            say.label("status", code) + same(", ") + say["weeks_head"],
            *(desk.n(found.get((scope, code), {})) for scope in scopes),
        ]
        for code in OUTSIDE
    ]
    head = (say["status"], *(desk.scope(scope) for scope in scopes))
    words = desk.population(table.rows, n=everyone.get("denominator"))
    return Content(
        panels,
        [Grid(say["data"], head, rows)],
        legend=desk.legend("status", "status", INSIDE),
        population=words,
    )


def _hidden_week(row: Row) -> bool:
    """Whether the curve has no value because an earlier week's numbers are hidden, this week's own perhaps not."""
    return row["pct"] is None and row["at_risk"] != 0 and "suppressed" in row


def _months(desk: Desk, months: int) -> Both:
    return desk.words["months"].format(months=months)
