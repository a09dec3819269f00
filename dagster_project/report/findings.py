"""The key findings: sentences whose numbers come from the tables, each with its home, and what to know before them.

Belongs here: which number stands in which sentence. Does not belong here: the sentences themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from dagster_project.report.exhibits import Desk, Home
from dagster_project.report.rows import shown_share
from dagster_project.report.tables import Row
from dagster_project.report.texts import Both, interval, joined, number, percent, same, share

# Whom the tables speak of that count persons and have no column that says so.
_PERSONS = "persons in the monitoring tool"


@dataclass(frozen=True)
class Figure:
    """A number in a sentence, and where it lives."""

    text: Both
    home: Home


@dataclass(frozen=True)
class Finding:
    """A sentence in both languages, as pieces of text and numbers."""

    key: str
    da: Sequence[str | tuple[str, Figure]]
    en: Sequence[str | tuple[str, Figure]]
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Notice:
    """Something to know before the numbers are read; severity is error, warn or fine."""

    severity: str
    text: Both


class Findings:
    """The sentences of an edition; one whose numbers are absent or hidden is left out."""

    def __init__(self, desk: Desk, run_id: str) -> None:
        self._warehouse = desk.warehouse
        self._words = desk.words
        self._desk = desk
        self._run_id = run_id

    def sentences(self) -> list[Finding]:
        """The key findings that can be told, in their order."""
        told = []
        for key, sentence in self._words.findings():
            figures = getattr(self, f"_{key}")()
            if figures:
                told.append(Finding(key, _pieces(sentence.da, figures), _pieces(sentence.en, figures), figures))
        return told

    def warnings(self) -> list[Notice]:
        """Failed checks of the run, and what became of the deliveries."""
        say = self._words
        checks = self._warehouse.of("ops", "check_results")
        of_run = checks.where(run_id=self._run_id)
        warnings = []
        for row in (row for row in of_run if row["success"] is False):
            text = say["check_failed"].format(
                check=say.label("check", row["expectation"]), subject=say.label("scope", row["subject"])
            )
            # An observed rate could give a hidden cell away.
            if self._warehouse.edition == "report" and row["observed"] is not None and row["threshold"] is not None:
                text += say["check_observed"].format(
                    observed=number(row["observed"], 1), threshold=number(row["threshold"], 1)
                )
            warnings.append(Notice(row["severity"], text))
        if not of_run:
            warnings.append(Notice("warn", say["checks_missing"]))
        elif not warnings:
            warnings.append(Notice("fine", say["checks_fine"]))
        deliveries = self._warehouse.of("ops", "deliveries")
        if deliveries.columns:
            refused = len(deliveries.where(status="refused"))
            rejected = sum(row["rows_rejected"] or 0 for row in deliveries.rows)
            text = say["deliveries_summary"].format(
                files=len(deliveries.where(status="landed")),
                refused=refused,
                rejected=number(rejected),
                read=number(sum(row["rows_read"] or 0 for row in deliveries.rows)),
            )
            warnings.append(Notice("warn" if refused or rejected else "fine", text))
        return warnings

    def missing_horizon(self) -> Both | None:
        """What to say when nobody has reached the last horizon."""
        table = self._warehouse["status_by_horizon"]
        if not table.rows:
            return None
        last = max(row["horizon_months"] for row in table.rows)
        reached = self._desk.last_horizon("status_by_horizon")
        return None if reached == last else self._words["nobody_at_horizon"].format(months=last)

    def _recruited(self) -> dict[str, Figure]:
        row = self._one("recruitment", project_code="ALL")
        if not _stands(row, "recruited", "planned") or not row["planned"]:
            return {}
        return {
            "recruited": self._figure("recruitment", row, number(row["recruited"]), column="recruited"),
            "planned": self._figure("recruitment", row, number(row["planned"]), column="planned"),
            "attainment": self._figure(
                "recruitment",
                row,
                percent(share(row["recruited"], row["planned"])),
                counts=(row["recruited"], row["planned"]),
                column="attainment",
            ),
        }

    def _consent(self) -> dict[str, Figure]:
        row = self._one("data_basis", project_code="ALL")
        if not _stands(row, "recruited", "consenting", "in_register") or not row["recruited"]:
            return {}
        recruited = row["recruited"]
        return {
            "consent": self._of(row, "consenting", recruited, "consent_coverage"),
            "in_register": self._figure("data_basis", row, number(row["in_register"]), column="in_register"),
            "coverage": self._of(row, "in_register", recruited, "register_coverage"),
        }

    def _response(self) -> dict[str, Figure]:
        row = self._one("data_basis", project_code="ALL")
        if not _stands(row, "invited", "answered") or not row["invited"]:
            return {}
        return {
            "answered": self._figure("data_basis", row, number(row["answered"]), column="answered"),
            "invited": self._figure("data_basis", row, number(row["invited"]), column="invited"),
            "rate": self._of(row, "answered", row["invited"], "response_rate"),
        }

    def _employment(self) -> dict[str, Figure]:
        row = self._at_last_horizon("status_by_horizon", status="employment")
        told = shown_share(row)
        if told is None:
            return {}
        months = number(row["horizon_months"])
        return {
            "months": self._figure("status_by_horizon", row, months),
            "share": self._figure("status_by_horizon", row, percent(told)),
            "interval": self._figure("status_by_horizon", row, interval(row["pct_low"], row["pct_high"])),
            "n": self._figure("status_by_horizon", row, number(row["denominator"])),
        }

    def _benefit(self) -> dict[str, Figure]:
        rows = {
            "without": self._at_last_horizon("status_by_horizon", status="benefit_without_hours"),
            "with_hours": self._at_last_horizon("status_by_horizon", status="benefit_with_hours"),
        }
        shares = {place: shown_share(row) for place, row in rows.items()}
        if None in shares.values():
            return {}
        return {
            place: self._figure("status_by_horizon", rows[place], percent(told))
            for place, told in shares.items()
            if told is not None
        }

    def _industry(self) -> dict[str, Figure]:
        row = self._at_last_horizon("industry_change")
        told = shown_share(row)
        if told is None:
            return {}
        return {
            "months": self._figure("industry_change", row, number(row["horizon_months"])),
            "changed": self._figure("industry_change", row, number(row["n"])),
            "employed": self._figure("industry_change", row, number(row["denominator"])),
            "share": self._figure("industry_change", row, percent(told)),
        }

    def _lasting_job(self) -> dict[str, Figure]:
        rows = [row for row in self._warehouse["time_to_job"].where(project_code="ALL") if row["at_risk"]]
        row = max(rows, key=lambda row: row["week"], default={})
        if not _stands(row, "pct", "pct_low", "pct_high"):
            return {}
        return {
            "weeks": self._figure("time_to_job", row, number(row["week"])),
            "share": self._figure("time_to_job", row, percent(row["pct"])),
            "interval": self._figure("time_to_job", row, interval(row["pct_low"], row["pct_high"])),
        }

    def _agreement(self) -> dict[str, Figure]:
        rows = self._warehouse["published_comparison"].rows
        if not rows or any(row.get("suppressed") for row in rows):
            return {}
        computed = [row for row in rows if row["computed"] is not None]
        agree = [row for row in rows if row["agrees"]]
        return {
            place: self._figure("published_comparison", {}, number(len(found)))
            for place, found in (("printed", rows), ("computed", computed), ("agree", agree))
        }

    def _one(self, table: str, **wanted: object) -> Row:
        return next(iter(self._warehouse[table].where(**wanted)), {})

    def _at_last_horizon(self, table: str, **wanted: object) -> Row:
        months = self._desk.last_horizon(table)
        return self._one(table, project_code="ALL", horizon_months=months, **wanted)

    def _of(self, row: Row, column: str, denominator: int, rate: str) -> Figure:
        text = percent(share(row[column], denominator))
        return self._figure("data_basis", row, text, counts=(row[column], denominator), column=rate)

    def _figure(
        self,
        table: str,
        row: Row,
        text: Both,
        *,
        counts: tuple[int, int] | None = None,
        column: str | None = None,
    ) -> Figure:
        keys = [name for name in ("project_code", "horizon_months", "status", "week") if row.get(name) is not None]
        place = ", ".join([f"{name} = {row[name]}" for name in keys] + ([column] if column else []))
        words = row.get("population", _PERSONS if "recruited" in row else None)
        basis = []
        if counts is None and row.get("n") is not None and row.get("denominator") is not None:
            counts = (row["n"], row["denominator"])
        if counts:
            basis.append(self._words["counts"].format(n=number(counts[0]), denominator=number(counts[1])))
        if row.get("pct_low") is not None:
            ends = interval(row["pct_low"], row["pct_high"], 1)
            basis.append(self._words["interval"].format(interval=ends))
        home = self._desk.home(
            table,
            row=same(place) if place else None,
            population=self._words.population(words) if words else None,
            basis=joined(basis, "; ") if basis else None,
        )
        return Figure(text, home)


def _stands(row: Row, *columns: str) -> bool:
    return all(row.get(column) is not None for column in columns)


def _pieces(sentence: str, figures: Mapping[str, Figure]) -> list[str | tuple[str, Figure]]:
    pieces: list[str | tuple[str, Figure]] = []
    for text, place, _, _ in Formatter().parse(sentence):
        if text:
            pieces.append(text)
        if place:
            pieces.append((place, figures[place]))
    return pieces
