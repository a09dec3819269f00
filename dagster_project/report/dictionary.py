"""The data dictionary: every published table and column on one page, from what the copies are made of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dagster_project.measures import Definitions
from dagster_project.published_tables import PUBLISHED_SCHEMAS, TableDefinition

PAGE = "data_dictionary.html"
_HERE = Path(__file__).parent
_ABOUT = {
    "marts": "Rows per person, participation and event: pseudonymous, for analysts.",
    "report": "The evaluation's tables and figures, for the evaluator. Small counts: not to be made public.",
    "open_data": "The same aggregates after disclosure control, for anyone.",
    "ops": "What the runs did, for the data engineer.",
}


@dataclass(frozen=True)
class _Schema:
    name: str
    about: str
    tables: tuple[TableDefinition, ...]


def write_dictionary(folder: Path, tables: Sequence[TableDefinition], measures: Definitions, code_version: str) -> Path:
    """Write the page into an existing folder, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    by_name = sorted(tables, key=lambda one: one.name)
    schemas = [
        _Schema(name, _ABOUT[name], tuple(one for one in by_name if one.schema == name)) for name in PUBLISHED_SCHEMAS
    ]
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = Markup((_HERE / "style.css").read_text(encoding="utf-8"))
    page = environment.get_template("dictionary.html.jinja").render(
        schemas=schemas, measures=measures, style=style, code_version=code_version
    )
    unfinished = folder / f".{PAGE}.new"
    unfinished.write_text(page, encoding="utf-8")
    os.replace(unfinished, folder / PAGE)
    return folder / PAGE
