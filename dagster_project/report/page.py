"""Writes the evaluation page: everything in one file per edition, so that it can be sent, kept and printed.

Belongs here: putting the pieces together. Does not belong here: what the pieces are.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dagster_project.report.chapters import chapters
from dagster_project.report.exhibits import Desk, day
from dagster_project.report.findings import Findings
from dagster_project.report.pieces import Pieces
from dagster_project.report.tables import Edition, Warehouse
from dagster_project.report.texts import Words, same

PAGES: dict[Edition, str] = {"report": "evaluation.html", "open_data": "open_data.html"}
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class RunFacts:
    """What the page says about the run that made its numbers."""

    run_id: str
    as_of: date
    code_version: str
    generated_at: datetime
    is_demonstration: bool
    programme: str = "Seniorpuljen 2018-2020"


def write_pages(
    database: duckdb.DuckDBPyConnection, folder: Path, *, facts: RunFacts, kept: Path | None = None
) -> list[Path]:
    """Write the page of every edition that has tables into `folder`, each whole or not at all.

    Args:
        database: its current catalog has the published schemas.
        folder: an existing folder.
        facts: about the run.
        kept: file that keeps pictures and workbooks for the next night.

    Returns:
        The files, the evaluator's first.

    Raises:
        OSError: a file cannot be written.
        duckdb.Error: a table cannot be read.
    """
    words, pieces = Words(), Pieces(kept, facts.code_version)
    schemata = database.execute(
        "select schema_name from information_schema.schemata where catalog_name = current_database()"
    )
    schemas = {row[0] for row in schemata.fetchall()}
    written = []
    for edition, name in PAGES.items():
        if edition not in schemas:
            continue
        html = render(database, edition, facts=facts, words=words, pieces=pieces)
        unfinished = folder / f".{name}.new"
        unfinished.write_text(html, encoding="utf-8")
        os.replace(unfinished, folder / name)
        written.append(folder / name)
    pieces.keep()
    return written


def render(
    database: duckdb.DuckDBPyConnection, edition: Edition, *, facts: RunFacts, words: Words, pieces: Pieces
) -> str:
    """The page of one edition as HTML."""
    warehouse = Warehouse(database, edition)
    desk = Desk(warehouse, words, pieces, facts.code_version)
    findings = Findings(desk, facts.run_id)
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("template.html.jinja").render(
        say=words,
        facts=facts,
        as_of=day(facts.as_of),
        generated=day(facts.generated_at) + same(f"{facts.generated_at: %H:%M}"),
        edition=edition,
        edition_name=words.label("edition", edition),
        sections=list(words.sections()),
        chapters=chapters(desk),
        findings=findings.sentences(),
        missing_horizon=findings.missing_horizon(),
        warnings=findings.warnings(),
        style=Markup((_HERE / "style.css").read_text(encoding="utf-8")),
        script=Markup((_HERE / "script.js").read_text(encoding="utf-8")),
    )
