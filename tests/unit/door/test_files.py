"""What a file's name and place say about it."""

from __future__ import annotations

from datetime import date

import pytest

from dagster_project.door.files import describe, extract_date_of, list_landing, shown_name
from dagster_project.door.intake import note_strays
from dagster_project.door.tables import SOURCES
from tests.unit.door.deliveries import ANNA, House


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("MA_2021-01-31.xlsx", date(2021, 1, 31)),
        ("to_datoer_2020-01-01_2021-01-31.csv", date(2021, 1, 31)),
        ("2021-01-31.csv", date(2021, 1, 31)),
        ("MA 2021-01-31.CSV", date(2021, 1, 31)),
        ("MA.xlsx", None),
        ("MA_2021-02-30.xlsx", None),
        ("MA_31-01-2021.xlsx", None),
        ("MA_2021-01-31 (1).xlsx", None),
        ("MA_12021-01-31.xlsx", None),
        ("MA_2021-01-31", None),
    ],
)
def test_the_extraction_date_stands_before_the_extension(name: str, day: date | None) -> None:
    assert extract_date_of(name) == day


def test_a_key_in_a_file_name_is_masked_and_the_date_is_not() -> None:
    assert shown_name("deltagere 010150-1234_2021-01-31.csv") == "deltagere ******-****_2021-01-31.csv"
    assert shown_name("0101501234.xlsx") == "**********.xlsx"
    assert shown_name("uge 202101-2021-01-31.csv") == "uge 202101-2021-01-31.csv"


def test_a_name_that_is_no_valid_text_can_still_be_shown() -> None:
    assert shown_name("bad\udcff_2021-01-31.csv") == "bad?_2021-01-31.csv"


@pytest.mark.parametrize(
    ("source", "name", "group"),
    [
        ("monitoring", "MA_2021-01-31.xlsx", "workbook"),
        ("monitoring", "udtræk-DELTAGERE_2021-01-31.csv", "participants"),
        ("monitoring", "aktiviteter_2021-01-31.parquet", "activities"),
        ("monitoring", "MA jobstatus_2021-01-31.CSV", "job_statuses"),
        ("survey", "Invitationer_2021-01-31.xlsx", "invitations"),
        ("survey", "besvarelser_2021-01-31.csv", "answers"),
        ("survey", "ny kodebog_2021-01-31.csv", "codebook"),
        ("consent", "hvad som helst_2021-01-31.csv", "declarations"),
        ("register", "dream_2021-01-31.sas7bdat", "pull"),
        ("register", "dream_2021-01-31.dta", "pull"),
        ("results", "resultater_2021-01-31.csv", "indicators"),
    ],
)
def test_name_and_place_say_which_table_it_is(house: House, source: str, name: str, group: str) -> None:
    file = describe(house.put(source, name, b"x"), SOURCES[source])
    assert (file.table_group, file.refusal) == (group, None)


@pytest.mark.parametrize(
    ("source", "name", "word"),
    [
        ("monitoring", "MA_2021-01-31.csv", "deltagere"),
        ("monitoring", "deltagere og jobstatus_2021-01-31.csv", "deltagere"),
        ("survey", "survey_2021-01-31.csv", "kodebog"),
        ("monitoring", "deltagere_2021-01-31.dta", ".xlsx"),
        ("consent", "samtykke_2021-01-31.txt", ".csv"),
        ("consent", "samtykke.csv", "date"),
        ("consent", "samtykke", ".csv"),
    ],
)
def test_an_unusable_name_is_refused_with_what_to_do(house: House, source: str, name: str, word: str) -> None:
    file = describe(house.put(source, name, b"x"), SOURCES[source])
    assert file.refusal is not None
    assert word in file.refusal.english


def test_hidden_files_lock_files_and_folders_are_no_deliveries(house: House) -> None:
    for name in (".DS_Store", "~$MA_2021-01-31.xlsx", ".hidden_2021-01-31.csv", "b_2021-01-31.csv", "a_2021-01-31.csv"):
        house.put("consent", name, b"x")
    (house.landing / "consent" / "old_2021-01-31.csv").mkdir()
    names = [file.path.name for file in list_landing(house.landing, SOURCES["consent"])]
    assert names == ["a_2021-01-31.csv", "b_2021-01-31.csv"]


def test_a_missing_folder_means_no_deliveries(house: House) -> None:
    assert list_landing(house.landing, SOURCES["consent"]) == []


def test_files_where_nothing_is_read_are_listed_and_refused(house: House) -> None:
    house.put("monitering", f"{ANNA}_2021-01-01.xlsx", b"x")
    house.put("monitoring/2021", "MA_2021-01-01.xlsx", b"x")
    house.put("", "løs.csv", b"x")
    house.put("consent", "samtykke_2021-01-01.csv", b"x")
    house.put("consent/.gemt", ".skjult_2021-01-01.csv", b"x")
    assert note_strays(house.landing, house.lake) == 3
    rows = house.ledger("deliveries", "unknown").select("source", "file_name", "verdict").rows()
    assert rows == [
        ("unknown", "løs.csv", "refused"),
        ("unknown", "monitering/**********_2021-01-01.xlsx", "refused"),
        ("monitoring", "monitoring/2021/MA_2021-01-01.xlsx", "refused"),
    ]
    assert all("mapperne" in reason for reason in house.ledger("deliveries", "unknown")["reason"])


def test_a_name_is_shown_on_one_line_in_reading_order() -> None:
    assert shown_name("a\nb\u202ecsv.exe_2021-01-01.csv") == "a?b?csv.exe_2021-01-01.csv"
