"""The look into the door: the door's own verdict, row by row, and not a trace of it afterwards."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from dagster_project.doctor import FOLDER, Diagnosis, clear_leftovers, examine
from dagster_project.door.intake import SOURCES
from dagster_project.keys import PseudonymKey, remember_key
from dagster_project.settings import Settings, SettingsError
from dagster_project.spreadsheets import harmless
from tests.unit.door.deliveries import (
    ANNA,
    ANSWERS,
    BENT,
    CLARA,
    CODEBOOK,
    CONSENT,
    INVITATIONS,
    KEY,
    PARTICIPANTS,
    PULL,
    House,
    csv_bytes,
    workbook,
)

Cells = list[list[str]]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Anna has consented to everything, Bent to nothing; nobody knows Clara."""
    house = House(tmp_path / "data")
    house.put("monitoring", "MA_2021-01-01.xlsx", workbook())
    house.put("consent", "samtykke_2021-01-01.csv", csv_bytes(CONSENT[:2]))
    house.put("survey", "kodebog_2021-01-01.csv", csv_bytes(CODEBOOK))
    house.put("survey", "invitationer_2021-01-01.csv", csv_bytes(INVITATIONS))
    for source in SOURCES:
        house.take_in(source)
    remember_key(settings(house), PseudonymKey(KEY, demonstration=False))
    return house


def settings(house: House, key: str | None = KEY) -> Settings:
    return Settings(data_dir=house.root, pseudonym_key=key, fixed_as_of=date(2021, 6, 1))


def look(house: House, name: str, rows: Cells, *, key: str | None = KEY, source: str | None = None) -> Diagnosis:
    path = house.root.parent / name
    path.write_bytes(csv_bytes(rows))
    return examine(settings(house, key), path, source)


def fates(diagnosis: Diagnosis) -> list[tuple[int, str, str | None]]:
    return [(row.number, row.fate, row.column) for row in diagnosis.rows]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_row_of_a_pull_is_told(house: House) -> None:
    rows = [PULL[0], *([cpr, *PULL[1][1:]] for cpr in (ANNA, BENT, CLARA)), [ANNA, "x", *PULL[1][2:]]]
    diagnosis = look(house, "dream_2021-05-01.csv", rows, source="register")
    assert fates(diagnosis) == [
        (2, "landed", None),
        (3, "withheld", None),
        (4, "unmatched", None),
        (5, "rejected", "koen"),
    ]
    text = "\n".join(diagnosis.lines())
    assert "Verdict: landed." in text
    assert "row 5, column koen: rejected." in text
    assert "Rows: 4 read" in text


def test_answers_are_held_against_the_codebook_and_the_invitations(house: House) -> None:
    rows = [ANSWERS[0], ["R1", "05-09-2020", "7", "0", ""], ["R2", "05-09-2020", "1", "", ""]]
    diagnosis = look(house, "besvarelser_2021-05-01.csv", rows)
    assert fates(diagnosis) == [(2, "rejected", "q8"), (3, "withheld", None)]


def test_an_old_snapshot_is_superseded_and_the_same_bytes_are_a_duplicate(house: House) -> None:
    older = look(house, "deltagere_2020-12-01.csv", PARTICIPANTS)
    assert {fate for _, fate, _ in fates(older)} == {"superseded"}
    assert "Verdict: superseded" in "\n".join(older.lines())
    again = look(house, "zz_2021-01-01.csv", CONSENT[:2], source="consent")
    assert again.delivery.verdict == "duplicate"


def test_nothing_lands_and_nothing_is_left(house: House) -> None:
    before = everything(house.root)
    look(house, "samtykke_2021-05-01.csv", [CONSENT[0], [BENT, "FTF", "01-01-2021", "", ""]], source="consent")
    look(house, "invitationer_2021-05-01.csv", INVITATIONS[:2])
    assert everything(house.root) == before


@pytest.mark.parametrize("key", [None, "another"])
def test_without_the_key_a_file_is_read_alone(house: House, key: str | None) -> None:
    rows = [CONSENT[0], [CLARA, "MA", "01-01-2021", "", ""], [CLARA, "MA", "i går", "", ""]]
    diagnosis = look(house, "samtykke_2021-05-01.csv", rows, key=key, source="consent")
    assert diagnosis.alone
    assert fates(diagnosis) == [(2, "understood", None), (3, "rejected", "Afgivet")]


def test_a_refused_file_says_why_in_both_languages(house: House) -> None:
    text = "\n".join(look(house, "samtykke.csv", CONSENT, source="consent").lines())
    assert "Verdict: refused." in text
    assert "no extraction date" in text
    assert "ingen udtræksdato" in text


def test_what_cannot_be_told_is_asked_for(house: House) -> None:
    with pytest.raises(SettingsError, match="SOURCE="):
        look(house, "fil_2021-05-01.csv", CONSENT)
    with pytest.raises(SettingsError, match="There is no file"):
        examine(settings(house), house.root / "nowhere.csv")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_report_holds_every_row_and_nothing_that_is_executed(house: House, ending: str, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://x")'
    heading = [*(f"{formula}{name}" if name == "Afgivet" else name for name in CONSENT[0])]
    rows = [["Afgivet", *heading], ["i går", ANNA, "MA", "01-01-2021", "", ""], ["01-01-2021", BENT, "FTF", "", "", ""]]
    diagnosis = look(house, f"{formula[:6]}_2021-05-01.csv", rows, source="consent")
    path = tmp_path / f"rows.{ending}"
    diagnosis.write(path)
    if ending == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            written: list[list[object]] = [list(line) for line in csv.reader(file, delimiter=";")]
    else:
        written = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert len(written) == 3
    assert [str(line[2]).removesuffix(".0") for line in written[1:]] == ["2", "3"]
    assert all(str(line[0]).startswith("'=HYPER") for line in written[1:])
    assert ANNA not in str(written)
    with pytest.raises(SettingsError, match=r"\.xlsx or \.csv"):
        diagnosis.write(tmp_path / "rows.pdf")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "  ="])
def test_no_text_is_left_that_a_spreadsheet_would_run(sign: str) -> None:
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"
    assert harmless("a=b") == "a=b"
    assert harmless(-1) == -1


def test_what_a_killed_look_left_is_removed_and_a_running_one_is_not(house: House) -> None:
    dead, running = (house.root / f"{FOLDER}{pid}-x" for pid in (2**22 + 1, os.getpid()))
    for folder in (dead, running):
        (folder / "lake").mkdir(parents=True)
    clear_leftovers(house.root)
    assert (dead.exists(), running.exists()) == (False, True)
