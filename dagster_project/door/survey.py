"""The survey's own rules: codebook conditions, answer cells, and answers judged against the codebook in force.

What belongs here: what only a survey has. What does not: bases and shares (dbt). The codebook in force may change any
night, so answers land as text and are judged anew each night.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from dagster_project.door import cells, reasons
from dagster_project.door.checking import ROW_NUMBER, Checked, Rejection, variable_of
from dagster_project.door.grids import Grid
from dagster_project.door.headings import Heading
from dagster_project.door.masking import mask_digits
from dagster_project.door.reasons import Reason, Refusal
from dagster_project.door.tables import SOURCES

# As many digits as a code may have.
_CODE: Final = r"[+-]?[0-9]{1,8}"
_CONDITION: Final = re.compile(rf"(?P<variable>\S+)\s+in\s+(?P<codes>{_CODE}(?:\s*,\s*{_CODE})*)", re.IGNORECASE)
_ANSWER_CELLS: Final = SOURCES["survey"].further["survey_answers"]
FREE_TEXT: Final = "free_text"
MULTIPLE: Final = "multiple"


@dataclass(frozen=True)
class Condition:
    """A question is asked of those whose answer to `variable` is one of `codes`."""

    variable: str
    codes: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.variable} in {','.join(str(code) for code in self.codes)}"


def parse_condition(text: str) -> Condition | None:
    """`<variable> in <int>[,<int>...]`, case and blanks free; None when it is anything else."""
    found = _CONDITION.fullmatch(text.strip())
    if not found:
        return None
    return Condition(variable_of(found["variable"]), tuple(int(code) for code in found["codes"].split(",")))


def code_rule(row: Mapping[str, object]) -> tuple[str, Reason] | None:
    """Row rule of the codebook: only free text may stand without a code."""
    return ("Kode", reasons.CODE_NEEDED) if row["code"] is None and row["type"] != FREE_TEXT else None


def settle_codebook(checked: Checked) -> Checked:
    """The codebook with its conditions in one spelling.

    Raises:
        Refusal: a condition cannot be parsed or names an unknown variable, or a variable has two types.
    """
    rows = checked.accepted
    types: dict[str, str] = {}
    for variable, kind in rows.select("variable", "type").iter_rows():
        if types.setdefault(variable, kind) != kind:
            raise Refusal(reasons.several_types(variable))
    conditions: list[str | None] = []
    for variable, text in rows.select("variable", "condition").iter_rows():
        condition = None if text is None else parse_condition(text)
        if text is not None and condition is None:
            raise Refusal(reasons.condition_unreadable(variable))
        if condition is not None and condition.variable not in types:
            raise Refusal(reasons.condition_unknown_variable(variable))
        conditions.append(None if condition is None else str(condition))
    settled = pl.Series("condition", conditions, dtype=pl.String)
    return replace(checked, accepted=rows.with_columns(settled))


def answer_variables(heading: Heading) -> dict[str, int]:
    """Variable name to column position, of every named column that the contract does not name.

    Raises:
        Refusal: a variable stands in two columns.
    """
    found: dict[str, int] = {}
    for position in heading.others():
        variable = variable_of(heading.cells[position])
        if variable in found:
            raise Refusal(reasons.column_twice(heading.shown(position)))
        found[variable] = position
    return found


def answer_text(text: str) -> str | None:
    """An answer's cell for the lake: None when missing, whole numbers in one spelling, CPR-like digits masked."""
    if cells.is_missing(text):
        return None
    masked = mask_digits(text)
    whole = cells.integer_of(masked)
    return masked if isinstance(whole, Reason) else str(whole)


def answer_cells(
    checked: Checked, heading: Heading, grid: Grid, variables: Mapping[str, int], delivery_id: str
) -> pl.DataFrame:
    """`survey_answers`: one row per accepted row and variable."""
    numbers = checked.accepted[ROW_NUMBER]
    rows = grid.below(heading.index)[numbers - heading.first_row]
    # Under their positions: a variable may have any name, also that of the row's number.
    names = {str(position): variable for variable, position in variables.items()}
    wide = pl.DataFrame([numbers, *(_answers(rows[name]) for name in names)])
    long = wide.unpivot(list(names), index=ROW_NUMBER, variable_name="variable", value_name="raw_value")
    # By row, and within a row in the order of the file.
    keyed = long.sort(ROW_NUMBER, maintain_order=True).with_columns(
        pl.lit(delivery_id).alias("delivery_id"),
        pl.col("variable").replace_strict(names, return_dtype=pl.String),
    )
    return keyed.select(pl.col(name).cast(dtype) for name, dtype in _ANSWER_CELLS.items())


def _answers(texts: pl.Series) -> pl.Series:
    """A column's cells for the lake; each distinct text is read once."""
    filled = texts.fill_null("")
    read = {text: answer_text(cells.text_of(text)) for text in filled.unique()}
    return filled.replace_strict(read, return_dtype=pl.String)


def judge_answers(
    rows: pl.DataFrame,
    answers: pl.DataFrame,
    codebook: pl.DataFrame | None,
    headings: Mapping[str, str],
    sheet: str | None,
) -> list[Rejection]:
    """The rows of an answers delivery that are rejected tonight, one rejection each.

    Args:
        rows, answers: `survey_answer_rows` and `survey_answers` of one delivery.
        codebook: `survey_codebook` in force; without one no code can be judged.
        headings: each variable's heading as in the answers file.
        sheet: the sheet the answers stood in.
    """
    outside = {} if codebook is None else _codes_outside(answers, codebook)
    rejections: list[Rejection] = []
    answered: set[str] = set()
    for number, respondent in rows.select("row_number", "respondent_id").sort("row_number").iter_rows():
        if number in outside:
            column, reason = headings[outside[number]], reasons.CODE_NOT_IN_CODEBOOK
            rejections.append(Rejection(sheet, number, column, reason))
        elif respondent in answered:
            rejections.append(Rejection(sheet, number, None, reasons.SECOND_ROW))
        else:
            answered.add(respondent)
    return rejections


def unknown_variables(headings: Mapping[str, str], codebook: pl.DataFrame | None) -> list[str]:
    """Headings of an answers file that the codebook in force does not know; none when there is no codebook."""
    known = set(headings) if codebook is None else set(codebook["variable"])
    return [heading for variable, heading in headings.items() if variable not in known]


def _codes_outside(answers: pl.DataFrame, codebook: pl.DataFrame) -> dict[int, str]:
    """Row number to the first variable, in the codebook's order, whose code the codebook does not have."""
    legal = legal_codes(codebook)
    filled = answers.filter(pl.col("raw_value").is_not_null() & pl.col("variable").is_in(list(legal)))
    pairs = filled.select("variable", "raw_value").unique()
    outside = [pair for pair in pairs.iter_rows() if cells.integer_of(pair[1]) not in legal[pair[0]]]
    wrong = pl.DataFrame(outside, schema={"variable": pl.String, "raw_value": pl.String}, orient="row")
    found = filled.join(wrong, on=["variable", "raw_value"]).select("row_number", "variable").rows()
    order = {variable: place for place, variable in enumerate(legal)}
    # Backwards, so that the first variable of a row is the one that stays.
    return dict(sorted(found, key=lambda item: order[item[1]], reverse=True))


def legal_codes(codebook: pl.DataFrame) -> dict[str, set[int]]:
    """Each variable's codes, free text left out; 0 and 1 always belong to a multiple-choice variable."""
    legal: dict[str, set[int]] = {}
    for variable, kind, code in codebook.select("variable", "type", "code").iter_rows():
        if kind == FREE_TEXT:
            continue
        codes = legal.setdefault(variable, {0, 1} if kind == MULTIPLE else set())
        if code is not None:
            codes.add(code)
    return legal
