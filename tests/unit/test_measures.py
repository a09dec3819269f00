"""The definitions of measures are whole, and the models read them as they stand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dagster_project.measures import MACRO, MeasureError, macro_text, read_measures
from dagster_project.settings import PROJECT_ROOT

_ONE_MEASURE = """
semantic_models:
  - {{name: visits, model: ref('visits'), measures: [{{name: visits, label: Visits, description: V, agg: {agg},
     expr: id, config: {{meta: {{label_da: Besøg}}}}}}]}}
metrics:
  - {{name: visit_share, label: L, description: D, type: ratio, type_params: {{numerator: visits, denominator: {of}}},
     config: {{meta: {{label_da: L, population: p, population_da: p}}}}}}
"""


def test_the_macro_carries_the_definitions_as_they_stand() -> None:
    assert MACRO.read_text(encoding="utf-8") == macro_text(read_measures()), "run `make measures`"


def test_every_status_in_the_percentages_has_a_share_of_its_own() -> None:
    with (PROJECT_ROOT / "dbt" / "seeds" / "statuses.csv").open(encoding="utf-8") as seed:
        expected = {row["status"] for row in csv.DictReader(seed) if row["in_percentages"] == "true"}
    shares = read_measures().shares
    of_one_status = [
        one for name, one in shares.items() if name.endswith("_share") and "status = '" in one.numerator.expr
    ]
    assert {one.numerator.expr for one in of_one_status} == {
        f"case when status = '{status}' then enrolment_id end" for status in expected
    }
    assert {one.denominator.name for one in of_one_status} == {shares["status_share"].denominator.name}


def test_a_share_within_one_table_is_one_expression() -> None:
    shares = read_measures().shares
    assert shares["employment_share"].sql == (
        "100.0 * count(case when status = 'employment' then enrolment_id end) "
        "/ nullif(count(case when in_percentages then enrolment_id end), 0)"
    )
    assert shares["recruitment_attainment"].sql is None  # of two tables
    assert shares["status_share"].sql is None  # its denominator is of all statuses


@pytest.mark.parametrize(
    ("agg", "of", "says"),
    [
        ("median", "visits", "visits is a median; it must be one of count, count_distinct, sum"),
        ("count", "guests", "visit_share is of guests, which is not defined"),
    ],
)
def test_a_definition_that_cannot_be_used_is_named(agg: str, of: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "measures.yml"
    path.write_text(_ONE_MEASURE.format(agg=agg, of=of), encoding="utf-8")
    with pytest.raises(MeasureError, match=says):
        read_measures(path)
