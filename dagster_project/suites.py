"""The suites of `expectations/`, evaluated by Great Expectations on what dbt built.

Belongs here: is the evaluation sound — coverage, response, numbers per horizon, codes. Cells belong to the door;
keys, relations and the
row accounting to dbt. Observations are aggregates: no row of a person reaches Great Expectations, its results or its
pages.
"""

from __future__ import annotations

import csv
import importlib
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import duckdb
import yaml

from dagster_project.data_docs import Line, make_self_contained, write_index
from dagster_project.errors import NedslagError

NO_DELIVERY = "no delivery"
ANY_SUBJECT = "*"
SEVERITIES = {"warn": "warning", "error": "critical"}


def load_great_expectations() -> None:
    """Import the library, which takes seconds, without the PySpark that it looks for and that nothing here needs.

    PySpark ends a process that it takes for a run of its doctests, such as one that Dagster has started for a run.
    """
    # Before the import, which decides about analytics once and for all.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    hidden = "pyspark" not in sys.modules
    if hidden:
        # Python's own way to say that there is no such module, which its type does not know.
        cast("dict[str, ModuleType | None]", sys.modules)["pyspark"] = None
    try:
        importlib.import_module("great_expectations")
    finally:
        if hidden:
            sys.modules.pop("pyspark", None)


class SuiteError(NedslagError):
    """A suite or a threshold that cannot be used; the text names the file and the entry."""


@dataclass(frozen=True)
class Expectation:
    """One measure over subjects: `query` yields (subject, observed) from the warehouse.

    `source` is the delivery without which there is nothing to look at; `none` names the subject to show when the
    query finds nothing wrong.
    """

    suite: str
    name: str
    asset: tuple[str, str]
    about: str
    query: str
    source: str | None = None
    none: str | None = None


@dataclass(frozen=True)
class Threshold:
    """The least or the most that a subject (`*`: any other) may show, how severe a breach is, and why the line is
    drawn there.
    """

    suite: str
    expectation: str
    subject: str
    minimum: float | None
    maximum: float | None
    severity: str
    reason: str

    @property
    def limit(self) -> float:
        return self.minimum if self.minimum is not None else float(self.maximum or 0)

    @property
    def words(self) -> str:
        """The line as words: `at least 50`."""
        return f"{'at least' if self.minimum is not None else 'at most'} {self.limit:g}"


@dataclass(frozen=True)
class Finding:
    """One expectation held against one subject; observed is None where nothing was delivered."""

    expectation: Expectation
    threshold: Threshold
    subject: str
    observed: float | None
    success: bool

    @property
    def shown(self) -> str:
        """The observed figure as text; empty where nothing was delivered."""
        return "" if self.observed is None else f"{self.observed:.4g}"

    @property
    def outcome(self) -> str:
        """passed, warn or error."""
        return "passed" if self.success else self.threshold.severity


def load_expectations(folder: Path) -> tuple[Expectation, ...]:
    """All expectations of `folder`/suites/*.yml, in file order.

    Raises:
        SuiteError: a suite lacks an entry.
    """
    found: list[Expectation] = []
    for path in sorted((folder / "suites").glob("*.yml")):
        try:
            suite = yaml.safe_load(path.read_text(encoding="utf-8"))
            for entry in suite["expectations"]:
                schema, table = entry.pop("asset")
                found.append(Expectation(suite=suite["suite"], asset=(schema, table), **entry))
        except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
            raise SuiteError(f"{path.name}: a suite is not complete ({error}); see expectations/README.md.") from None
    return tuple(found)


def load_thresholds(folder: Path) -> tuple[Threshold, ...]:
    """All lines of `folder`/thresholds.csv.

    Raises:
        SuiteError: a line without exactly one of minimum and maximum, without a reason, or with an unknown severity.
    """
    thresholds: list[Threshold] = []
    with open(folder / "thresholds.csv", encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.DictReader(file), start=2):
            try:
                minimum, maximum = (float(line[bound]) if line[bound] else None for bound in ("minimum", "maximum"))
                complete = (minimum is None) != (maximum is None) and line["reason"] and line["severity"] in SEVERITIES
            except (KeyError, ValueError):
                complete = False
            if not complete:
                raise SuiteError(
                    f"thresholds.csv, line {number}: give either a minimum or a maximum as a number, "
                    "a severity (warn or error) and a reason."
                )
            thresholds.append(
                Threshold(
                    line["suite"],
                    line["expectation"],
                    line["subject"],
                    minimum,
                    maximum,
                    line["severity"],
                    line["reason"],
                )
            )
    return tuple(thresholds)


def threshold_for(expectation: Expectation, subject: str, thresholds: Sequence[Threshold]) -> Threshold:
    """The subject's own threshold, else the one for any subject.

    Raises:
        SuiteError: the expectation has neither.
    """
    own = [line for line in thresholds if (line.suite, line.expectation) == (expectation.suite, expectation.name)]
    for wanted in (subject, ANY_SUBJECT):
        for line in own:
            if line.subject == wanted:
                return line
    raise SuiteError(f"thresholds.csv has no line for {expectation.suite}.{expectation.name} and {subject}.")


def observe(
    connection: duckdb.DuckDBPyConnection, expectation: Expectation, delivered: Iterable[str]
) -> dict[str, float]:
    """What the warehouse shows, by subject; empty when the source has delivered nothing."""
    if expectation.source is not None and expectation.source not in delivered:
        return {}
    rows = connection.execute(expectation.query).fetchall()
    observed = {str(subject): float(value) for subject, value in rows if value is not None}
    return observed or ({expectation.none: 0.0} if expectation.none else {})


def run_suites(
    connection: duckdb.DuckDBPyConnection,
    expectations: Sequence[Expectation],
    thresholds: Sequence[Threshold],
    data_docs: Path,
) -> list[Finding]:
    """Evaluate every expectation on every subject and build the Data Docs.

    Args:
        connection: the warehouse, read-only, with its schemas on the search path.
        data_docs: folder that is replaced by this night's pages.

    Returns:
        One finding per expectation and subject, successes too.
    """
    delivered = {
        row[0]
        for row in connection.execute("select distinct source from ops.deliveries where status = 'landed'").fetchall()
    }
    observations = {
        (expectation.suite, expectation.name): observe(connection, expectation, delivered)
        for expectation in expectations
    }
    pages = data_docs.with_name(f".{data_docs.name}.new")
    shutil.rmtree(pages, ignore_errors=True)
    outcomes = _validate(expectations, thresholds, observations, pages)
    findings: list[Finding] = []
    for expectation in expectations:
        observed = observations[expectation.suite, expectation.name]
        if not observed:
            threshold = threshold_for(expectation, ANY_SUBJECT, thresholds)
            findings.append(Finding(expectation, threshold, NO_DELIVERY, None, True))
        for subject, value in observed.items():
            threshold = threshold_for(expectation, subject, thresholds)
            success = outcomes[expectation.suite, _column(expectation, subject)]
            findings.append(Finding(expectation, threshold, subject, value, success))
    write_index(pages, [_line(finding) for finding in findings])
    shutil.rmtree(data_docs, ignore_errors=True)
    pages.rename(data_docs)
    return findings


def _line(finding: Finding) -> Line:
    return Line(
        suite=finding.expectation.suite,
        expectation=finding.expectation.name.replace("_", " "),
        subject=finding.subject,
        observed=finding.shown,
        threshold=finding.threshold.words,
        outcome=finding.outcome,
        reason=finding.threshold.reason,
    )


def _validate(
    expectations: Sequence[Expectation],
    thresholds: Sequence[Threshold],
    observations: Mapping[tuple[str, str], Mapping[str, float]],
    pages: Path,
) -> dict[tuple[str, str], bool]:
    """Success by (suite, column) of one-row frames whose columns are the subjects of a suite's expectations."""
    load_great_expectations()
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    _one_site(context, pages)
    source = context.data_sources.add_pandas("warehouse")
    outcomes: dict[tuple[str, str], bool] = {}
    for name in dict.fromkeys(expectation.suite for expectation in expectations):
        suite = context.suites.add(gx.ExpectationSuite(name=name))
        values: dict[str, list[float]] = {}
        for expectation in expectations:
            if expectation.suite != name:
                continue
            for subject, value in observations[name, expectation.name].items():
                threshold = threshold_for(expectation, subject, thresholds)
                column = _column(expectation, subject)
                values[column] = [value]
                suite.add_expectation(
                    gx.expectations.ExpectColumnMinToBeBetween(
                        column=column,
                        min_value=threshold.minimum,
                        max_value=threshold.maximum,
                        severity=SEVERITIES[threshold.severity],
                        meta={"notes": {"format": "markdown", "content": [expectation.about, threshold.reason]}},
                    )
                )
        if not values:
            continue
        batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("night")
        validation = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
        result = validation.run(
            batch_parameters={"dataframe": pd.DataFrame(values)},
            result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
        )
        for entry in result.results:
            outcomes[name, entry.expectation_config.kwargs["column"]] = bool(entry.success)
    context.build_data_docs()
    make_self_contained(pages)
    return outcomes


def _one_site(context: Any, folder: Path) -> None:
    """Let the context write its pages to `folder` and nowhere else."""
    for site in list(context.variables.data_docs_sites or {}):
        context.delete_data_docs_site(site)
    context.add_data_docs_site(
        site_name="night",
        site_config={
            "class_name": "SiteBuilder",
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )


def _column(expectation: Expectation, subject: str) -> str:
    return f"{expectation.name.replace('_', ' ')}: {subject}"


def check_name(expectation: Expectation) -> str:
    """The expectation's name as an asset check."""
    return re.sub(r"[^A-Za-z0-9_]", "_", f"{expectation.suite}__{expectation.name}")
