"""The measures of `dbt/models/_measures.yml`, for everybody who is not a dbt model: the dictionary, BI tools, tests.

Belongs here: reading the definitions, writing them as SQL. Does not belong here: any definition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dagster_project.errors import NedslagError
from dagster_project.settings import PROJECT_ROOT

DEFINITIONS = PROJECT_ROOT / "dbt" / "models" / "_measures.yml"
MACRO = PROJECT_ROOT / "dbt" / "macros" / "measure_definitions.sql"
_AGGREGATES = {"count": "count({})", "count_distinct": "count(distinct {})", "sum": "sum({})"}
_MACRO = """{{#- Written by `make measures` from models/_measures.yml: dbt shows its definitions to no unit test. -#}}
{{%- macro measure_definitions() -%}}
    {{{{ return({definitions}) }}}}
{{%- endmacro -%}}
"""


class MeasureError(NedslagError):
    """The definitions cannot be used; the text says which and why."""


@dataclass(frozen=True)
class Measure:
    """A count or sum over the rows of one table of `marts`; `sql` is an aggregate that every engine reads."""

    name: str
    label: str
    label_da: str
    description: str
    table: str
    agg: str
    expr: str

    @property
    def sql(self) -> str:
        return _AGGREGATES[self.agg].format(self.expr)


@dataclass(frozen=True)
class Share:
    """A percentage of two measures.

    `population` says in words who the denominator is; `split_by` names what divides the numerator and not the
    denominator.
    """

    name: str
    label: str
    label_da: str
    description: str
    numerator: Measure
    denominator: Measure
    population: str
    population_da: str
    split_by: tuple[str, ...]

    @property
    def table(self) -> str | None:
        """The mart whose rows the share is of; None when it takes two."""
        return self.numerator.table if self.numerator.table == self.denominator.table else None

    @property
    def sql(self) -> str | None:
        """The percentage as one expression, null of nobody; None when it takes two tables or its numerator is split."""
        if self.split_by or self.table is None:
            return None
        return f"100.0 * {self.numerator.sql} / nullif({self.denominator.sql}, 0)"


@dataclass(frozen=True)
class Definitions:
    """All measures and shares by name, in the order in which they are defined."""

    measures: Mapping[str, Measure]
    shares: Mapping[str, Share]


def read_measures(path: Path = DEFINITIONS) -> Definitions:
    """The definitions as they stand in the file.

    Raises:
        MeasureError: an aggregate that engines do not share, or a share of measures that are not defined.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    measures = {
        item["name"]: _measure(item, _table(model["model"]))
        for model in content["semantic_models"]
        for item in model["measures"]
    }
    return Definitions(measures, {item["name"]: _share(item, measures) for item in content["metrics"]})


def macro_text(definitions: Definitions) -> str:
    """The macro that carries the definitions to the models."""
    carried = {
        "measures": {one.name: {"agg": one.agg, "expr": one.expr} for one in definitions.measures.values()},
        "shares": {
            one.name: {
                "numerator": one.numerator.name,
                "denominator": one.denominator.name,
                "population": one.population,
            }
            for one in definitions.shares.values()
        },
    }
    return _MACRO.format(definitions=json.dumps(carried, indent=4, ensure_ascii=False).replace("\n", "\n    "))


def _measure(item: Mapping[str, Any], table: str) -> Measure:
    if item["agg"] not in _AGGREGATES:
        raise MeasureError(
            f"The measure {item['name']} is a {item['agg']}; it must be one of {', '.join(_AGGREGATES)}."
        )
    return Measure(
        name=item["name"],
        label=item["label"],
        label_da=item["config"]["meta"]["label_da"],
        description=item["description"],
        table=table,
        agg=item["agg"],
        expr=item["expr"],
    )


def _share(item: Mapping[str, Any], measures: Mapping[str, Measure]) -> Share:
    parts = [item["type_params"][part] for part in ("numerator", "denominator")]
    for part in parts:
        if part not in measures:
            raise MeasureError(f"The share {item['name']} is of {part}, which is not defined.")
    meta = item["config"]["meta"]
    return Share(
        name=item["name"],
        label=item["label"],
        label_da=meta["label_da"],
        description=item["description"],
        numerator=measures[parts[0]],
        denominator=measures[parts[1]],
        population=meta["population"],
        population_da=meta["population_da"],
        split_by=tuple(meta.get("split_by", ())),
    )


def _table(reference: str) -> str:
    """`ref('mart_projects')` is the mart `projects`."""
    return reference.removeprefix("ref('").removesuffix("')").removeprefix("mart_")


if __name__ == "__main__":
    MACRO.write_text(macro_text(read_measures()), encoding="utf-8")
