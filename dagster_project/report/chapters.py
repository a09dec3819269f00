"""The chapters: which exhibits there are, from which table each is built, and in which order they stand.

Belongs here: the order of the page, what an exhibit says when its table is missing or empty, standing footnotes.
Does not belong here: how an exhibit is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dagster_project.report import participation, results, survey, trust
from dagster_project.report.downloads import Download, downloads
from dagster_project.report.exhibits import Content, Desk, Exhibit, sources
from dagster_project.report.tables import Table
from dagster_project.report.texts import Both

Builder = Callable[[Desk, Table], Content]
_SURVEY_FIGURES = ("figure_2", "figure_3", "figure_6", "figure_7", "figure_8", "figure_9")
_SURVEY = "survey_distribution"


def chapters(desk: Desk) -> dict[str, list[Exhibit]]:
    """The exhibits by chapter, in reading order."""
    return {
        "projects": [
            _exhibit(desk, "table_1", desk.warehouse.of("marts", "projects"), participation.projects_funds),
            _exhibit(desk, "table_2", desk.warehouse.of("marts", "projects"), participation.projects_focus),
            _exhibit(desk, "figure_1", desk.warehouse["activity_timeline"], participation.timeline),
        ],
        "basis": [
            _exhibit(desk, "flow", desk.warehouse["participant_flow"], participation.flow),
            _exhibit(desk, "coverage", desk.warehouse["coverage"], participation.coverage),
            _exhibit(desk, "dispositions", desk.warehouse["survey_dispositions"], participation.dispositions),
        ],
        "target_group": [
            _exhibit(desk, "table_3", desk.warehouse["participant_profile"], participation.profile),
            _exhibit(desk, "figure_2", _question(desk, "figure_2"), survey.chosen),
            _exhibit(desk, "figure_3", _question(desk, "figure_3"), survey.statements),
        ],
        "results": [
            _exhibit(desk, "figure_4", desk.warehouse["recruitment"], participation.recruitment),
            _exhibit(desk, "figure_5", desk.warehouse["status_by_horizon"], results.status),
            _exhibit(desk, "employment", desk.warehouse["status_by_horizon"], results.employment),
            _exhibit(desk, "background", desk.warehouse["status_by_background"], results.background),
            _exhibit(desk, "background_by_project", _employed_by_project(desk), results.background_by_project),
            _exhibit(desk, "industry_change", desk.warehouse["industry_change"], results.industry_change),
            _exhibit(desk, "targets", desk.warehouse["project_results"], results.results),
            _exhibit(desk, "agreement", desk.warehouse["source_agreement"], results.agreement),
        ],
        "elements": [
            _exhibit(desk, "table_4", desk.warehouse["activity_reach"], participation.reach),
            _exhibit(desk, "figure_6", _question(desk, "figure_6"), survey.scale),
            _exhibit(desk, "figure_7", _question(desk, "figure_7"), survey.chosen),
            _exhibit(desk, "figure_8", _question(desk, "figure_8"), survey.scale),
            _exhibit(desk, "figure_9", _question(desk, "figure_9"), survey.chosen),
            _exhibit(desk, "survey_rest", _other_questions(desk), survey.others),
        ],
        "trust": [
            _exhibit(desk, "representativeness", desk.warehouse["representativeness"], trust.representativeness),
            _exhibit(desk, "reweighted", desk.warehouse["status_reweighted"], trust.reweighted),
            _exhibit(desk, "sensitivity", desk.warehouse["definition_sensitivity"], trust.sensitivity),
            _exhibit(desk, "feasibility", desk.warehouse["percentage_feasibility"], trust.feasibility),
        ],
        "printed": [_exhibit(desk, "comparison", desk.warehouse["published_comparison"], trust.comparison)],
        "beyond": [
            _exhibit(desk, "time_to_job", desk.warehouse["time_to_job"], results.time_to_job),
            _exhibit(desk, "transitions", desk.warehouse["status_transitions"], results.transitions),
            _exhibit(desk, "weeks", desk.warehouse["status_weeks"], results.status_weeks),
        ],
        "definitions": [
            _exhibit(desk, "definitions", desk.warehouse["definitions"], trust.definitions),
            _exhibit(desk, "deliveries", desk.warehouse.of("ops", "deliveries"), trust.deliveries),
        ],
    }


def _exhibit(desk: Desk, key: str, table: Table, build: Builder) -> Exhibit:
    label, title, standing = desk.words.exhibit(key)
    if not table.columns:
        content = Content(absent=desk.words["no_table"].format(table=f"{table.schema}.{table.name}"))
    elif not table.rows:
        content = Content(absent=desk.words["no_rows"])
    else:
        content = build(desk, table)
    grids = content.grids
    if grids and grids[0].caption == desk.words["data"] and not content.panels:
        grids = [replace(grids[0], caption=title), *grids[1:]]
    # What became of files is the evaluator's; the open edition shows counts and no names of files.
    kept_back = table.schema == "ops" and desk.warehouse.edition == "open_data"
    return Exhibit(
        key=key,
        label=label,
        title=title,
        home=desk.home(table.name, schema=table.schema, population=content.population) if table.columns else None,
        panels=content.panels,
        legend=content.legend,
        grids=grids,
        notes=() if content.absent else [*content.notes, *standing, *_footnotes(desk, table, content)],
        population=content.population,
        absent=content.absent,
        folded=content.folded and bool(content.panels),
        downloads=() if kept_back or not table.rows else _files(desk, key, table),
    )


def _footnotes(desk: Desk, table: Table, content: Content) -> list[Both]:
    notes = []
    if any(cell.da.endswith("*") for grid in content.grids for row in grid.rows for cell in row):
        notes.append(desk.words["small_n"])
    if content.panels and any(row.get("suppressed") for row in table.rows):
        notes.append(desk.words["hidden_left_out"])
    if "register" in sources(table.name) and "status" in table.columns:
        notes.append(desk.words["trajectories"])
    return notes


def _files(desk: Desk, key: str, table: Table) -> tuple[Download, ...]:
    home = desk.home(table.name, schema=table.schema)
    populations = dict.fromkeys(str(row["population"]) for row in table.rows if row.get("population"))
    about = [
        ("table", home.table),
        ("model", home.model),
        ("code_version", home.code_version),
        *(("population", words) for words in populations),
        *(("deliveries", delivery.en) for delivery in home.deliveries),
    ]
    return downloads(table, _file_name(desk, key, table), about, desk.pieces)


def _file_name(desk: Desk, key: str, table: Table) -> str:
    if table.name == "status_by_background_project":
        return f"{table.name}_employment"
    if table.name != _SURVEY:
        return table.name
    return f"{table.name}_{desk.words.variables(key) if key in _SURVEY_FIGURES else 'other'}"


def _question(desk: Desk, key: str) -> Table:
    """The rows of the question that a figure shows."""
    variable = desk.words.variables(key)
    return _variables(desk, lambda stem: stem == variable)


def _other_questions(desk: Desk) -> Table:
    """The rows of the questions that no figure shows."""
    shown = {desk.words.variables(key) for key in _SURVEY_FIGURES}
    return _variables(desk, lambda stem: stem not in shown)


def _employed_by_project(desk: Desk) -> Table:
    """Of the largest table, what is shown: employment at the latest horizon that anybody has reached."""
    table = desk.warehouse["status_by_background_project"]
    months = desk.last_horizon("status_by_background")
    return replace(table, rows=tuple(table.where(status="employment", horizon_months=months)))


def _variables(desk: Desk, wanted: Callable[[str], bool]) -> Table:
    table = desk.warehouse[_SURVEY]
    return replace(table, rows=tuple(row for row in table.rows if wanted(row["variable"].partition("_")[0])))
