"""A source's night: verdicts, the ledger, what is read again, and that no key gets through."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dagster_project.door import intake as door
from dagster_project.door import opening
from dagster_project.door.intake import LAKE_TABLES, SOURCES, Limits
from dagster_project.door.lake import LEDGER_SCHEMAS, SCHEMAS
from dagster_project.door.pseudonym import participant_id
from dagster_project.door.reading import Reading
from tests.unit.door.deliveries import (
    ACTIVITIES,
    ANNA,
    ANSWERS,
    BENT,
    CLARA,
    CODEBOOK,
    CONSENT,
    INVITATIONS,
    JOB_STATUSES,
    KEY,
    PARTICIPANT_HEADING,
    PARTICIPANTS,
    PULL,
    RESULTS,
    House,
    Rows,
    csv_bytes,
    parquet_bytes,
    participant,
    participants,
    workbook,
    xlsx_bytes,
)

DOCS = Path(__file__).parents[3] / "docs" / "lake.md"


def verdicts(house: House, source: str = "monitoring") -> list[tuple[str, str]]:
    return house.ledger("deliveries", source).select("file_name", "verdict").rows()


def only(house: House, source: str = "monitoring") -> dict[str, object]:
    return house.ledger("deliveries", source).row(0, named=True)


# ---- what lands ------------------------------------------------------------------------------------------------------


def test_a_workbook_lands_in_three_tables(house: House) -> None:
    house.put("monitoring", "MA_2021-01-01.xlsx", workbook())
    intake = house.take_in("monitoring")
    assert dict(intake.rows) == {
        "monitoring_participants": 2,
        "monitoring_activities": 1,
        "monitoring_job_statuses": 1,
    }
    anna, bent = house.table("monitoring_participants").rows(named=True)
    assert anna == {
        "delivery_id": intake.deliveries[0].delivery_id,
        "row_number": 2,
        "participant_id": participant_id(KEY, ANNA),
        "project_code": "MA",
        "unemployment_fund": "Magistrene",
        "course_round": "1",
        "start_date": date(2020, 1, 6),
        "end_date": date(2020, 6, 30),
        "recruitment_method": "invitation",
    }
    assert (bent["end_date"], bent["recruitment_method"]) == (None, "mandatory")
    activity = house.table("monitoring_activities").row(0, named=True)
    assert (activity["hours"], activity["mode"], activity["activity_status"]) == (2.5, "in_person", "completed")
    assert house.table("monitoring_job_statuses")["job_status"].to_list() == ["in_job"]


@pytest.mark.parametrize("dress", ["csv", "parquet"])
def test_separate_files_of_one_date_are_one_unit(house: House, dress: str) -> None:
    for name, rows in (("deltagere", PARTICIPANTS), ("aktiviteter", ACTIVITIES), ("jobstatus", JOB_STATUSES)):
        frame = pl.DataFrame(rows[1:], schema=list(map(str, rows[0])), orient="row")
        content = csv_bytes(rows) if dress == "csv" else parquet_bytes(frame)
        house.put("monitoring", f"{name}_2021-01-01.{dress}", content)
    house.take_in("monitoring")
    ledger = house.ledger("deliveries", "monitoring")
    assert set(ledger["delivery_unit"]) == {"monitoring-2021-01-01-files"}
    assert ledger["table_group"].to_list() == ["activities", "participants", "job_statuses"]
    assert [table.height for table in map(house.table, LAKE_TABLES["monitoring"])] == [2, 1, 1]


def test_blank_scope_of_a_consent_is_both(house: House) -> None:
    rows = [
        CONSENT[0],
        *([ANNA, "ma", "01-01-2020", "", scope] for scope in ("", "REGISTER", " survey og register ", "survey")),
    ]
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(rows))
    house.take_in("consent")
    covers = house.table("consent_declarations").select("covers_survey", "covers_register").rows()
    assert covers == [(True, True), (False, True), (True, True), (True, False)]


def test_results_may_leave_cells_blank(house: House) -> None:
    house.put("results", "resultater_2021-01-01.csv", csv_bytes(RESULTS))
    house.take_in("results")
    assert house.table("results_indicators").select("target", "result", "unit", "recorded_date").rows() == [
        (74.0, None, "count", date(2021, 1, 1)),
        (None, 54.5, "percent", None),
    ]


def test_headings_are_found_below_titles_under_any_spelling_and_order(house: House) -> None:
    heading = ["slut_dato", "START-DATO", " hold ", "Akasse", "PROJEKT:", "pnr", "Bemærkning"]
    rows = [["Udtræk"], [], heading, ["", "6-1-2020", "1", "HK", "3f-s", ANNA, "x"]]
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes(rows))
    house.take_in("monitoring")
    assert only(house)["ignored_columns"] == "Bemærkning"
    landed = house.table("monitoring_participants").row(0, named=True)
    assert (landed["row_number"], landed["project_code"], landed["recruitment_method"]) == (4, "3F-S", None)


def test_a_tabular_source_may_come_as_the_first_fitting_sheet(house: House) -> None:
    sheets: dict[str, Rows] = {"Forside": [["Læs"]], "Data": CONSENT, "Kopi": CONSENT[:2]}
    house.put("consent", "samtykke_2021-01-01.xlsx", xlsx_bytes(sheets))
    assert house.take_in("consent").rows == {"consent_declarations": 2}


# ---- rejected rows ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "named"),
    [
        ("CPR-nr.", "3102501234", "CPR-nr."),
        ("CPR-nr.", "", "CPR-nr."),
        ("Projekt", "XX", "Projekt"),
        ("A-kasse", " ", "A-kasse"),
        ("Hold", "-", "Hold"),
        ("Startdato", "31-02-2020", "Startdato"),
        ("Slutdato", "snart", "Slutdato"),
        ("Rekruttering", "ved lodtrækning", "Rekruttering"),
    ],
)
def test_a_cell_that_cannot_be_understood_rejects_its_row_only(
    house: House, column: str, cell: str, named: str
) -> None:
    rows = [PARTICIPANT_HEADING, participant(1), participant(2, **{column: cell}), participant(3)]
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes(rows))
    house.take_in("monitoring")
    assert house.rejected("monitoring") == [(None, 3, named)]
    assert house.table("monitoring_participants")["row_number"].to_list() == [2, 4]
    assert (only(house)["rows_read"], only(house)["rows_rejected"]) == (3, 1)


def test_rows_in_a_workbook_are_found_by_sheet_and_row(house: House) -> None:
    activities = [["Titel"], [], *ACTIVITIES, [], [ANNA, "MA", "Workshop", "01-02-2020", "to", "Fysisk", "Aflyst"]]
    house.put("monitoring", "MA_2021-01-01.xlsx", workbook(Aktiviteter=activities))
    house.take_in("monitoring")
    assert house.rejected("monitoring") == [("Aktiviteter", 6, "Timer")]


def test_the_second_row_of_a_participation_is_rejected_unless_the_first_was(house: House) -> None:
    rows = [
        participant(1),
        participant(1),
        participant(1, Startdato="07-01-2020"),
        participant(2, Hold=""),
        participant(2),
    ]
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes([PARTICIPANT_HEADING, *rows]))
    house.take_in("monitoring")
    assert house.rejected("monitoring") == [(None, 3, None), (None, 5, "Hold")]


def test_slipped_rows_are_rejected(house: House) -> None:
    content = csv_bytes([PARTICIPANT_HEADING, participant(1), [*participant(2), "", ""], [*participant(3), "x"]])
    house.put("monitoring", "deltagere_2021-01-01.csv", content)
    house.take_in("monitoring")
    assert house.rejected("monitoring") == [(None, 4, None)]


@pytest.mark.parametrize(
    ("good", "bad", "verdict"), [(0, 2, "read"), (57, 3, "read"), (56, 3, "refused"), (0, 3, "refused")]
)
def test_a_file_is_refused_above_five_percent_and_from_three_rows(
    house: House, good: int, bad: int, verdict: str
) -> None:
    rows = [*participants(good), *(participant(5000 + number, Hold="") for number in range(bad))]
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes(rows))
    house.take_in("monitoring")
    delivery = only(house)
    assert delivery["verdict"] == verdict
    assert (delivery["rows_read"], delivery["rows_rejected"]) == (good + bad, bad if verdict == "read" else good + bad)
    assert len(house.rejected("monitoring")) == bad
    assert house.table("monitoring_participants").height == (good if verdict == "read" else 0)


def test_a_workbooks_sheets_count_together(house: House) -> None:
    bad = [[ANNA, "MA", "Workshop", "01-02-2020", "", "", "Aflyst"]] * 3
    house.put(
        "monitoring", "MA_2021-01-01.xlsx", workbook(Deltagere=participants(57), Aktiviteter=[ACTIVITIES[0], *bad])
    )
    house.put(
        "monitoring", "FTF_2021-01-01.xlsx", workbook(Deltagere=participants(50), Aktiviteter=[ACTIVITIES[0], *bad])
    )
    house.take_in("monitoring")
    assert verdicts(house) == [("FTF_2021-01-01.xlsx", "refused"), ("MA_2021-01-01.xlsx", "read")]


def test_the_threshold_can_be_set(house: House) -> None:
    house.limits = Limits(max_rejected_share=0.5, min_rejected_rows=1)
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes([*participants(2), participant(9, Hold="")]))
    house.take_in("monitoring")
    assert verdicts(house) == [("deltagere_2021-01-01.csv", "read")]
    house.limits = Limits(max_rejected_share=0.3, min_rejected_rows=1)
    house.take_in("monitoring")
    assert verdicts(house) == [("deltagere_2021-01-01.csv", "refused")]


def test_two_sets_of_separate_files_on_one_date_are_two_units(house: House) -> None:
    """Otherwise one project's activities would stand for another's that are missing."""
    for number, project in enumerate(("MA", "FTF")):
        rows = [PARTICIPANT_HEADING, participant(number, Projekt=project)]
        house.put("monitoring", f"{project}_deltagere_2021-01-01.csv", csv_bytes(rows))
    house.put("monitoring", "FTF_aktiviteter_2021-01-01.csv", csv_bytes(ACTIVITIES))
    house.take_in("monitoring")
    units = dict(house.ledger("deliveries", "monitoring").select("file_name", "delivery_unit").rows())
    assert units["FTF_deltagere_2021-01-01.csv"] == units["FTF_aktiviteter_2021-01-01.csv"]
    assert units["MA_deltagere_2021-01-01.csv"] != units["FTF_deltagere_2021-01-01.csv"]


# ---- refused files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("deltagere_2021-01-01.csv", csv_bytes(PARTICIPANTS[:1]), "not one row"),
        ("deltagere_2021-01-01.csv", b"", "CPR-nr."),
        ("deltagere_2021-01-01.csv", csv_bytes([row[:4] + row[5:] for row in PARTICIPANTS]), "Startdato"),
        ("deltagere_2021-01-01.csv", csv_bytes([[*row, row[0]] for row in PARTICIPANTS]), "CPR-nr."),
        ("deltagere_2021-01-01.csv", csv_bytes([["PNR", *row] for row in PARTICIPANTS]), "CPR-nr."),
        ("deltagere_2021-01-01.csv", b"\x81\x8d", "encoding"),
        ("deltagere_2021-01-01.parquet", b"not parquet", "could not be opened"),
        ("MA_2021-01-01.xlsx", b"not a workbook", "could not be opened"),
        ("MA_2021-01-01.xlsx", xlsx_bytes({"Deltagere": PARTICIPANTS, "Aktiviteter": ACTIVITIES}), "Jobstatus"),
        ("MA_2021-01-01.xlsx", workbook(Deltagere=PARTICIPANTS[:1]), "Deltagere"),
        ("MA_2021-01-01.xlsx", workbook(Aktiviteter=[["CPR-nr."]]), "Aktiviteter"),
        ("MA_2021-01-01.csv", csv_bytes(PARTICIPANTS), "deltagere"),
        ("deltagere.csv", csv_bytes(PARTICIPANTS), "<YYYY-MM-DD>"),
        ("deltagere_2021-01-01.ods", csv_bytes(PARTICIPANTS), ".xlsx"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name_with_what_to_do(
    house: House, name: str, content: bytes, word: str
) -> None:
    house.put("monitoring", name, content)
    house.take_in("monitoring")
    delivery = only(house)
    assert delivery["verdict"] == "refused"
    english, danish = str(delivery["reason"]).split(" / ", 1)
    assert english.startswith(f"{name}: ")
    assert danish.startswith(f"{name}: ")
    assert word in english
    assert (delivery["rows_read"], delivery["rows_rejected"]) == (0, 0)
    assert all(house.table(table).is_empty() for table in LAKE_TABLES["monitoring"])


def test_the_other_sheets_of_a_workbook_may_be_empty(house: House) -> None:
    house.put("monitoring", "MA_2021-01-01.xlsx", workbook(Aktiviteter=ACTIVITIES[:1], Jobstatus=JOB_STATUSES[:1]))
    house.take_in("monitoring")
    assert verdicts(house) == [("MA_2021-01-01.xlsx", "read")]
    in_force = house.ledger("in_force", "monitoring").filter(pl.col("project_code") == "MA")
    assert in_force["lake_table"].to_list() == [
        "monitoring_activities",
        "monitoring_job_statuses",
        "monitoring_participants",
    ]


@pytest.mark.parametrize(("source", "rows"), [("consent", CONSENT), ("register", PULL), ("results", RESULTS)])
@pytest.mark.parametrize("dress", ["csv", "parquet", "xlsx"])
def test_a_heading_without_rows_is_refused_everywhere(house: House, source: str, rows: Rows, dress: str) -> None:
    frame = pl.DataFrame(schema=dict.fromkeys(map(str, rows[0]), pl.String))
    content = {"csv": csv_bytes(rows[:1]), "parquet": parquet_bytes(frame), "xlsx": xlsx_bytes({"A": rows[:1]})}[dress]
    house.put(source, f"tom_2021-01-01.{dress}", content)
    (delivery,) = house.take_in(source).deliveries
    assert delivery.verdict == "refused"
    assert "not one row" in (delivery.reason or "")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("extension", ["csv", "xlsx", "parquet", "sas7bdat", "dta"])
def test_no_bytes_make_a_night_fail(house: House, source: str, extension: str) -> None:
    for number, content in enumerate(
        (b"", b"\x00" * 99, bytes(range(256)), b"PAR1" * 9, b"PK\x03\x04" * 9, b'"\n;' * 9)
    ):
        house.put(source, f"{number} deltagere kodebog_2021-01-0{number + 1}.{extension}", content)
        house.put(source, f"{number} besvarelser_2021-01-0{number + 1}.{extension}", content)
    assert {delivery.verdict for delivery in house.take_in(source).deliveries} <= {"refused", "duplicate"}


def test_a_file_too_large_for_the_limits_is_not_even_opened(house: House, reads: list[str]) -> None:
    house.limits = Limits(unpacked_bytes=10)
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    (delivery,) = house.take_in("consent").deliveries
    assert (delivery.verdict, reads) == ("refused", [])
    assert "larger" in (delivery.reason or "")


def test_an_unforeseen_error_shows_its_class_only_and_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"near {ANNA}")

    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    with monkeypatch.context() as patched:
        patched.setattr(opening, "read_delivery", fail)
        (delivery,) = house.take_in("consent").deliveries
    assert "RuntimeError" in (delivery.reason or "")
    assert ANNA not in (delivery.reason or "")
    assert house.take_in("consent").deliveries[0].verdict == "read"


def test_an_interrupt_is_no_fault_of_the_file(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(opening, "read_delivery", interrupt)
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    with pytest.raises(KeyboardInterrupt):
        house.take_in("consent")


# ---- which files count -----------------------------------------------------------------------------------------------


def test_a_file_after_the_as_of_date_waits(house: House) -> None:
    house.put("consent", "samtykke_2021-06-01.csv", csv_bytes(CONSENT))
    house.put("consent", "samtykke_2021-06-02.csv", csv_bytes(CONSENT[:2]))
    house.take_in("consent")
    assert [verdict for _, verdict in verdicts(house, "consent")] == ["read", "later"]
    house.as_of = date(2021, 6, 2)
    house.take_in("consent")
    assert [verdict for _, verdict in verdicts(house, "consent")] == ["read", "read"]
    house.as_of = date(2021, 5, 1)
    house.take_in("consent")
    assert [verdict for _, verdict in verdicts(house, "consent")] == ["later", "later"]
    assert house.ledger("in_force", "consent").is_empty()


def test_the_same_bytes_count_once_a_date(house: House) -> None:
    for name in ("b_2021-01-01.csv", "a_2021-01-01.csv", "a_2021-01-02.csv"):
        house.put("consent", name, csv_bytes(CONSENT))
    intake = house.take_in("consent")
    assert verdicts(house, "consent") == [
        ("a_2021-01-01.csv", "read"),
        ("a_2021-01-02.csv", "read"),
        ("b_2021-01-01.csv", "duplicate"),
    ]
    assert intake.rows == {"consent_declarations": 4}


def test_a_badly_named_copy_does_not_stand_in_the_way(house: House) -> None:
    house.put("monitoring", "MA_2021-01-01.csv", csv_bytes(PARTICIPANTS))
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes(PARTICIPANTS))
    house.put("monitoring", "NA_2021-01-01.csv", csv_bytes(PARTICIPANTS))
    house.put("monitoring", "zz_2021-01-01.csv", csv_bytes(PARTICIPANTS))
    house.take_in("monitoring")
    assert verdicts(house) == [
        ("MA_2021-01-01.csv", "refused"),
        ("NA_2021-01-01.csv", "duplicate"),
        ("deltagere_2021-01-01.csv", "read"),
        ("zz_2021-01-01.csv", "duplicate"),
    ]


# ---- what is read again ----------------------------------------------------------------------------------------------


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The delivery ids that were read, in order."""
    opened: list[str] = []
    read = opening.read_delivery

    def counting(*arguments: Any) -> Reading:
        opened.append(arguments[5])
        return read(*arguments)

    monkeypatch.setattr(opening, "read_delivery", counting)
    return opened


def test_a_second_night_reads_nothing_and_knows_the_same(house: House, reads: list[str]) -> None:
    house.put("monitoring", "MA_2021-01-01.xlsx", workbook(Note=[["x"]]))
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes([*participants(40), participant(99, Hold="")]))
    house.put("monitoring", "jobstatus_2021-01-01.csv", csv_bytes(JOB_STATUSES[:1]))
    first = house.take_in("monitoring")
    before = {path: path.read_bytes() for path in house.lake.rglob("*.parquet")}
    assert len(reads) == 3
    assert house.take_in("monitoring") == first
    assert len(reads) == 3
    assert {path: path.read_bytes() for path in house.lake.rglob("*.parquet")} == before


@pytest.mark.parametrize("change", ["key", "projects", "limits", "version", "lake file"])
def test_a_file_is_read_again_when_its_reading_would_differ(
    house: House, reads: list[str], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    house.take_in("consent")
    match change:
        case "key":
            house.key = "another key"
        case "projects":
            house.projects = frozenset({"MA"})
        case "limits":
            house.limits = replace(house.limits, cells=10_000)
        case "version":
            monkeypatch.setattr(door, "DOOR_VERSION", door.DOOR_VERSION + 1)
        case _:
            next((house.lake / "consent_declarations").glob("consent-*.parquet")).unlink()
    house.take_in("consent")
    assert len(reads) == 2
    expected = {participant_id(house.key, ANNA)} | (
        {participant_id(house.key, BENT)} if change != "projects" else set()
    )
    assert set(house.table("consent_declarations")["participant_id"]) == expected


def test_a_file_under_a_new_name_is_the_same_delivery(house: House, reads: list[str]) -> None:
    path = house.put("consent", "a_2021-01-01.csv", csv_bytes([*CONSENT, ["x", "", "", "", ""]]))
    house.take_in("consent")
    path.rename(path.with_name("b_2021-01-01.csv"))
    house.take_in("consent")
    assert len(reads) == 1
    assert verdicts(house, "consent") == [("b_2021-01-01.csv", "read")]
    assert house.ledger("rejected_rows", "consent")["file_name"].to_list() == ["b_2021-01-01.csv"]


def test_a_new_name_that_means_another_table_is_read_again(house: House) -> None:
    path = house.put("monitoring", "aktiviteter_2021-01-01.csv", csv_bytes(PARTICIPANTS))
    house.take_in("monitoring")
    path.rename(path.with_name("deltagere_2021-01-01.csv"))
    house.take_in("monitoring")
    assert verdicts(house) == [("deltagere_2021-01-01.csv", "read")]


def test_a_read_file_that_was_removed_from_landing_still_counts(house: House) -> None:
    path = house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    bad = house.put("consent", "forkert_2021-01-01.csv", csv_bytes([["x"]]))
    first = house.take_in("consent")
    path.unlink()
    bad.unlink()
    second = house.take_in("consent")
    assert second.deliveries == tuple(
        replace(delivery, in_landing=False) for delivery in first.deliveries if delivery.verdict == "read"
    )
    assert house.table("consent_declarations").height == 2
    house.as_of = date(2020, 12, 31)
    assert house.take_in("consent").deliveries[0].verdict == "later"


def test_a_removed_file_does_not_count_under_another_key(house: House) -> None:
    path = house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    house.take_in("consent")
    path.unlink()
    house.key = "another key"
    (delivery,) = house.take_in("consent").deliveries
    assert (delivery.verdict, delivery.rows_read, dict(delivery.tables)) == ("refused", 0, {})
    house.key = KEY
    assert house.take_in("consent").deliveries[0].verdict == "read"


def test_a_killed_reading_leaves_nothing_behind(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    path = house.put("monitoring", "MA_2021-01-01.xlsx", workbook())
    with monkeypatch.context() as patched:
        patched.setattr(door, "save_record", killed)
        with pytest.raises(KeyboardInterrupt):
            house.take_in("monitoring")
    assert list((house.lake / "reads").iterdir()) == []
    path.unlink()
    (house.lake / "monitoring_participants" / ".half.parquet.1.tmp").write_bytes(b"x")
    assert house.take_in("monitoring").deliveries == ()
    for table in LAKE_TABLES["monitoring"]:
        assert [file.name for file in (house.lake / table).iterdir()] == ["0_schema.parquet"]


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_night(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    read_bytes = Path.read_bytes

    def late(self: Path) -> bytes:
        return read_bytes(self) + (b"x" if self == path else b"")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", late)
        assert house.take_in("consent").deliveries[0].verdict == "refused"
    assert house.take_in("consent").deliveries[0].verdict == "read"


def test_a_damaged_record_is_no_record(house: House, reads: list[str]) -> None:
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    house.take_in("consent")
    for record in (house.lake / "reads").glob("*.json"):
        record.write_text("{")
    assert house.take_in("consent").deliveries[0].verdict == "read"
    assert len(reads) == 2


# ---- the lake's shape ------------------------------------------------------------------------------------------------


def test_every_source_without_deliveries_leaves_empty_tables_and_ledgers(house: House) -> None:
    for source in SOURCES:
        intake = house.take_in(source)
        assert (intake.deliveries, set(intake.rows.values()), intake.rejected) == ((), {0}, 0)
        for table in LAKE_TABLES[source]:
            assert dict(house.table(table).schema) == dict(SCHEMAS[table])
        for table, schema in LEDGER_SCHEMAS.items():
            if table != "consent_standing" or source == "consent":
                assert dict(house.ledger(table, source).schema) == dict(schema)


def test_written_tables_have_the_schema_of_their_folder(house: House) -> None:
    deliver_everything(house)
    for table, schema in SCHEMAS.items():
        files = list((house.lake / table).glob("*-*.parquet"))
        assert files
        assert all(dict(pl.read_parquet_schema(path)) == dict(schema) for path in files)


def test_the_schemas_are_those_of_the_documentation() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for table, schema in SCHEMAS.items():
        row = re.search(rf"^\| `{table}` \| (.*) \|$", text, re.MULTILINE)
        assert row, table
        documented = re.findall(
            r"(?:^|, )(?:[a-z ]*?)([a-z_]+)\??(?= ?\(|,| —|;|$)", row[1].split(" — ")[0].split(";")[0]
        )
        columns = [column for column in schema if column not in ("delivery_id", "row_number")]
        assert [column for column in documented if column in schema and column != "row_number"] == columns


def test_unknown_sources_and_missing_keys_stop_at_once(house: House) -> None:
    with pytest.raises(ValueError, match="unknown source"):
        house.take_in("weather")
    house.key = ""
    with pytest.raises(ValueError, match="key"):
        house.take_in("consent")


# ---- no key gets through ---------------------------------------------------------------------------------------------


def deliver_everything(house: House) -> None:
    hyphen = f"{CLARA[:6]}-{CLARA[6:]}"
    noted = [[*PARTICIPANTS[0], f"Note {CLARA}"], *([*row, f"se {hyphen}"] for row in PARTICIPANTS[1:])]
    bad = [["3102501234", *PARTICIPANTS[1][1:], ""], [BENT, CLARA, *PARTICIPANTS[1][2:], ""]]
    house.put("monitoring", f"MA {hyphen}_2021-01-01.xlsx", workbook(Deltagere=[*noted, *bad]))
    house.put(
        "monitoring",
        "deltagere_2021-01-02.csv",
        csv_bytes([PARTICIPANTS[0], [*PARTICIPANTS[1][:2], CLARA, hyphen, *PARTICIPANTS[1][4:]]]),
    )
    house.put("monitoring", f"{CLARA}.csv", csv_bytes(PARTICIPANTS))
    house.put("consent", "samtykke_2021-01-01.xlsx", xlsx_bytes({CLARA: [*CONSENT, [CLARA, CLARA, CLARA, "", ""]]}))
    house.put("survey", "invitationer_2021-01-01.csv", csv_bytes([INVITATIONS[0], [ANNA, *INVITATIONS[1][1:]]]))
    answers = [
        [*ANSWERS[0], f"cpr {CLARA}"],
        [ANNA, "05-09-2020", "9", "0", hyphen, CLARA],
        [BENT[1:], "05-09-2020", "1", "0", BENT[1:], "1"],
    ]
    house.put("survey", "besvarelser_2021-01-01.csv", csv_bytes(answers))
    house.put(
        "survey",
        "kodebog_2021-01-01.csv",
        csv_bytes([*CODEBOOK, [f"q{CLARA}", hyphen, CLARA, "fritekst", "", CLARA, ""]]),
    )
    pull = [[*PULL[0], CLARA], *([*row, CLARA] for row in PULL[1:]), [CLARA, "x", *PULL[1][2:], ""]]
    house.put("register", f"dream {CLARA}_2021-01-01.csv", csv_bytes(pull))
    house.put(
        "results",
        "resultater_2021-01-01.csv",
        csv_bytes([*RESULTS, ["MA", CLARA, "", "", "antal", "", f"Anna {hyphen}"]]),
    )
    for source in SOURCES:
        house.take_in(source)


def test_no_key_of_any_delivery_stands_in_any_byte_after_the_door(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    deliver_everything(house)
    keys = [ANNA, BENT, CLARA, "3102501234"]
    dresses = [dress for key in keys for dress in (key, f"{key[:6]}-{key[6:]}", key.removeprefix("0"))]
    texts = list(capfd.readouterr())
    for path in house.lake.rglob("*"):
        texts.append(path.name)
        if path.suffix == ".parquet":
            texts += [str(value) for column in pl.read_parquet(path).iter_columns() for value in column.unique()]
        if path.is_file():
            texts.append(path.read_bytes().decode("latin-1"))
    assert sum(delivery.height for delivery in map(house.table, SCHEMAS)) > 20
    for dress in dresses:
        assert not [text for text in texts if dress in text]


def test_a_bad_key_is_shown_by_row_and_column_only(house: House) -> None:
    deliver_everything(house)
    rejected = house.ledger("rejected_rows", "monitoring").row(0, named=True)
    assert (rejected["sheet"], rejected["row_number"], rejected["column_name"]) == ("Deltagere", 4, "CPR-nr.")
    assert rejected["file_name"] == "MA ******-****_2021-01-01.xlsx"
    assert rejected["reason"].startswith("Not a CPR number")


@pytest.mark.parametrize("column", ["Slutdato", "A-kasse", "CPR-nr.", "Rekruttering"])
def test_an_excel_error_rejects_its_row_also_where_a_blank_would_do(house: House, column: str) -> None:
    row = participant(7)
    row[PARTICIPANT_HEADING.index(column)] = "#N/A"
    house.put("monitoring", "deltagere_2021-01-01.csv", csv_bytes([*participants(3), row]))
    house.take_in("monitoring")
    assert house.rejected("monitoring") == [(None, 5, column)]


def test_a_file_without_a_date_repeats_nothing(house: House) -> None:
    for name in ("samtykke.csv", "samtykke_2021-06-31.csv", "samtykke_2021-01-01_v2.csv"):
        house.put("consent", name, csv_bytes(CONSENT))
    assert [delivery.verdict for delivery in house.take_in("consent").deliveries] == ["refused"] * 3


def test_a_link_that_leads_nowhere_is_refused(house: House) -> None:
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT))
    (house.landing / "consent" / "væk_2021-01-02.csv").symlink_to(house.root / "nowhere.csv")
    assert [delivery.verdict for delivery in house.take_in("consent").deliveries] == ["read", "refused"]


def test_a_correction_under_the_same_name_and_date_counts_at_once(house: House) -> None:
    """Whatever the hashes: the file that lies in landing has taken the place of the one that lay there."""
    for content in (CONSENT, CONSENT[:2], [*CONSENT, [CLARA, "MA", "01-01-2020", "", ""]], CONSENT[:2]):
        house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(content))
        house.take_in("consent")
        (in_force,) = house.ledger("in_force", "consent")["delivery_id"]
        assert house.table("consent_declarations").filter(pl.col("delivery_id") == in_force).height == len(content) - 1
