"""The gate before publishing: the suites of `expectations/` and the leak search, as asset checks.

A breach of a threshold warns, unless the threshold's severity is `error`; then, and when the leak search finds
anything, nothing is published.
"""

from collections.abc import Iterable, Iterator

import dagster as dg

from dagster_project import records
from dagster_project.integrity import LEAK_SEARCH, SUITE, columns_with_cpr_numbers, dbt_test_records
from dagster_project.markdown import table
from dagster_project.published_tables import PUBLISHED_SCHEMAS
from dagster_project.settings import Settings
from dagster_project.suites import (
    ANY_SUBJECT,
    Expectation,
    Finding,
    Threshold,
    check_name,
    load_expectations,
    load_thresholds,
    run_suites,
)
from dagster_project.warehouse_file import open_warehouse

_LEAK_ASSET = dg.AssetKey(["ops", "rejected_rows"])


def gate_checks(settings: Settings) -> dg.AssetChecksDefinition:
    """One asset check per expectation, over all its subjects, and one for the leak search."""
    expectations = load_expectations(settings.expectations)
    lines = load_thresholds(settings.expectations)
    specs = [
        dg.AssetCheckSpec(
            check_name(expectation),
            asset=list(expectation.asset),
            description=_about(expectation, lines),
            blocking=True,
        )
        for expectation in expectations
    ]
    leak = dg.AssetCheckSpec(
        LEAK_SEARCH,
        asset=_LEAK_ASSET,
        description="No text of the published schemas holds anything like a CPR number. Threshold: 0 rows; a breach "
        "stops the night.",
        blocking=True,
    )

    @dg.multi_asset_check(specs=[*specs, leak], required_resource_keys={"night"}, name="gate")
    def gate(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        night: Settings = context.resources.night
        with open_warehouse(night.warehouse, night.lake) as connection:
            connection.execute("USE working")
            thresholds = load_thresholds(night.expectations)
            findings = run_suites(connection, expectations, thresholds, night.data_docs)
            leaks = columns_with_cpr_numbers(connection, PUBLISHED_SCHEMAS)
        run_id = context.run.run_id
        written = [
            *dbt_test_records(night.dbt_target, run_id),
            records.CheckRecord(
                run_id, SUITE, LEAK_SEARCH, "all published text", sum(leaks.values()), 0, "error", not leaks
            ),
            *(_record(run_id, finding) for finding in findings),
        ]
        records.write_checks(night.lake, run_id, written)
        for expectation in expectations:
            yield _result([finding for finding in findings if finding.expectation == expectation])
        yield dg.AssetCheckResult(
            asset_key=_LEAK_ASSET,
            check_name=LEAK_SEARCH,
            passed=not leaks,
            severity=dg.AssetCheckSeverity.ERROR,
            description=_leak_words(leaks),
            metadata={"rows": sum(leaks.values()), "threshold": 0, "columns": leaks},
        )

    return gate


def _record(run_id: str, finding: Finding) -> records.CheckRecord:
    return records.CheckRecord(
        run_id=run_id,
        suite=finding.expectation.suite,
        expectation=finding.expectation.name,
        subject=finding.subject,
        observed=finding.observed,
        threshold=finding.threshold.limit,
        severity=finding.threshold.severity,
        success=finding.success,
    )


def _about(expectation: Expectation, thresholds: Iterable[Threshold]) -> str:
    """What is measured, and each threshold with its reason; the file may say otherwise on a later night."""
    own = [line for line in thresholds if (line.suite, line.expectation) == (expectation.suite, expectation.name)]
    others = "any other subject" if len(own) > 1 else "any subject"
    lines = [
        f"- {others if line.subject == ANY_SUBJECT else line.subject}: {line.words}, else "
        f"{'the night stops' if line.severity == 'error' else 'a warning'}. {line.reason}."
        for line in own
    ]
    return "\n".join([expectation.about, "", "Thresholds (`expectations/thresholds.csv`):", "", *lines])


def _result(findings: list[Finding]) -> dg.AssetCheckResult:
    """All subjects of one expectation as one check result; the worst severity among the breaches decides."""
    breaches = [finding for finding in findings if not finding.success]
    blocks = any(finding.threshold.severity == "error" for finding in breaches)
    expectation = findings[0].expectation
    return dg.AssetCheckResult(
        asset_key=list(expectation.asset),
        check_name=check_name(expectation),
        passed=not breaches,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description="; ".join(breach_words(finding) for finding in breaches)
        or f"Within the threshold: {'; '.join(_within(finding) for finding in findings)}.",
        metadata={
            **{
                finding.subject: dg.MetadataValue.float(float(finding.shown))
                for finding in findings
                if finding.observed is not None
            },
            "findings": _table(findings),
        },
    )


def breach_words(finding: Finding) -> str:
    """A breach in one sentence, with its line and the reason for the line."""
    side = "below" if finding.threshold.minimum is not None else "above"
    name = finding.expectation.name.replace("_", " ")
    return (
        f"{finding.subject}: {name} {finding.shown} is {side} {finding.threshold.limit:g} ({finding.threshold.reason})"
    )


def _within(finding: Finding) -> str:
    shown = finding.shown or "no figure"
    return f"{finding.subject} {shown} ({finding.threshold.words})"


def _table(findings: list[Finding]) -> dg.MarkdownMetadataValue:
    return table(
        ("subject", "observed", "threshold", "result", "reason"),
        [
            (finding.subject, finding.shown, finding.threshold.words, finding.outcome, finding.threshold.reason)
            for finding in findings
        ],
    )


def _leak_words(leaks: dict[str, int]) -> str:
    if not leaks:
        return "No published text looks like a CPR number."
    where = ", ".join(f"{column} ({rows} rows)" for column, rows in leaks.items())
    return f"Digits like a CPR number stand in {where}. Nothing is published; mend the file they came from."
