"""The files themselves: always the same, never anyone's number, in many dresses, with something to reject in most."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from dagster_project.demo import Demonstration, write_demonstration
from tests.unit.demo.readback import Enrolment, read_programme

WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def rows_of(path: Path) -> list[list[str]]:
    encoding = "cp1252" if path.name.startswith("FTF") else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_the_same_seed_gives_the_same_bytes(demonstration: Demonstration, tmp_path: Path) -> None:
    assert write_demonstration(tmp_path) == demonstration


def test_another_seed_gives_other_people_and_the_same_populations(
    demonstration: Demonstration, programme: list[Enrolment], tmp_path: Path
) -> None:
    other = write_demonstration(tmp_path, seed=7)
    assert other.files.keys() == demonstration.files.keys()
    people = read_programme(tmp_path)
    assert len({one.cpr for one in people} & {one.cpr for one in programme}) < 5
    assert sum(one.in_register for one in people) == 444
    assert sum(one.disposition == "Besvaret" for one in people) == 300


def test_every_source_has_an_older_and_a_newer_delivery(demonstration: Demonstration) -> None:
    dates: dict[str, set[str]] = {}
    for name in demonstration.files:
        source, file_name = name.split("/")
        found = re.search(r"_(\d{4}-\d{2}-\d{2})\.(xlsx|csv)$", file_name)
        assert found, name
        assert date.fromisoformat(found[1]) < demonstration.as_of
        dates.setdefault(source, set()).add(found[1])
    assert dates.keys() == {"monitoring", "consent", "survey", "register", "results"}
    assert all(len(found) >= 2 for found in dates.values())


def test_numbers_belong_to_nobody(programme: list[Enrolment]) -> None:
    for one in programme:
        born = datetime.strptime(one.cpr[:4] + "19" + one.cpr[4:6], "%d%m%Y").date()
        # Whole digits only, and nothing of the number in a failing assertion.
        checks = {
            "a modulus 11 that fails": sum(w * int(d) for w, d in zip(WEIGHTS, one.cpr, strict=True)) % 11 != 0,
            "another day than 1 January": (born.month, born.day) != (1, 1),
            "a century digit of 1937-1999": one.cpr[6] in "012349",
            "a plausible year": 1953 <= born.year <= 1971,
        }
        assert [wanted for wanted, holds in checks.items() if not holds] == []


def test_the_register_agrees_with_the_numbers_but_for_two_birthdays(programme: list[Enrolment]) -> None:
    odd = 0
    for one in {one.cpr: one for one in programme if one.pull_row}.values():
        assert (int(one.cpr[-1]) % 2 == 1) == (one.pull_row["koen"] == "1")
        odd += one.cpr[:6] != datetime.strptime(one.pull_row["foed_dag"], "%d-%m-%Y").strftime("%d%m%y")
    assert odd == 2


def test_keys_come_in_every_dress(demonstration: Demonstration, landing: Path) -> None:
    keys: Counter[str] = Counter()
    for path in (landing / "monitoring").iterdir():
        if path.suffix == ".xlsx":
            rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Deltagere").to_python()
        else:
            rows = rows_of(path)
        for row in rows:
            number = isinstance(row[0], float)
            text = str(int(row[0])) if number else str(row[0])
            digits = sum(character.isdigit() for character in text)
            if digits in (9, 10):
                keys[f"{'number' if number else 'text'} {digits}{' hyphen' if '-' in text else ''}"] += 1
    assert keys.keys() == {"number 9", "number 10", "text 9", "text 10", "text 10 hyphen"}


def test_older_snapshots_hold_fewer_participants(demonstration: Demonstration, landing: Path) -> None:
    sizes: dict[str, list[int]] = {}
    for path in sorted((landing / "monitoring").glob("*.xlsx")):
        book = CalamineWorkbook.from_path(str(path))
        assert book.sheet_names == ["Deltagere", "Aktiviteter", "Jobstatus"]
        sizes.setdefault(path.name.split("_")[0], []).append(len(book.get_sheet_by_name("Deltagere").to_python()))
    for found in sizes.values():
        assert found == sorted(set(found))
    assert {project for project, found in sizes.items() if len(found) == 2} == {"MA", "DSA", "3F-S"}


def test_the_newest_pull_lacks_a_few_whom_the_older_one_has(demonstration: Demonstration, landing: Path) -> None:
    early, late = (rows_of(path) for path in sorted((landing / "register").glob("*.csv")))
    assert len({row[0] for row in early[1:]} - {row[0] for row in late[1:]}) == 3
    assert set(early[0]) < set(late[0])
    assert len(set(late[0])) == len(late[0])
    for pull in (early, late):
        assert all(len(row) == len(pull[0]) for row in pull)
    # The older export took industries for numbers.
    early_lengths, late_lengths = (
        {len(cell) for row in pull[1:] for name, cell in zip(pull[0], row, strict=True) if name.startswith("branche")}
        for pull in (early, late)
    )
    assert (early_lengths, late_lengths) == ({0, 5, 6}, {0, 6})


@pytest.mark.parametrize(
    ("column", "seed", "key"),
    [("y_", "benefit_codes.csv", "benefit_code"), ("Aktivitet", "activity_types.csv", "activity_name")],
)
def test_only_known_words_are_used(
    demonstration: Demonstration, landing: Path, programme: list[Enrolment], column: str, seed: str, key: str
) -> None:
    with (Path(__file__).parents[3] / "dbt" / "seeds" / seed).open(encoding="utf-8") as file:
        known = {row[key] for row in csv.DictReader(file)}
    if column == "Aktivitet":
        used = {activity.name for one in programme for activity in one.activities}
    else:
        rows = [one.pull_row for one in programme if one.pull_row]
        used = {code for row in rows for name, code in row.items() if name.startswith(column)} - {""}
    assert used
    assert used <= known


def test_few_rows_cannot_be_read(demonstration: Demonstration, landing: Path) -> None:
    answers = rows_of(max((landing / "survey").glob("besvarelser_*")))
    assert len(answers) - len({row[0] for row in answers}) == 2
    log = rows_of(max((landing / "consent").glob("*.csv")))
    assert sum(not row[2][0].isdigit() for row in log[1:]) == 1
    pull = rows_of(max((landing / "register").glob("*.csv")))
    assert sum(any(len(cell) == 2 for cell in row[4:]) for row in pull[1:]) == 1


def test_routed_questions_are_blank_where_they_were_not_asked(programme: list[Enrolment]) -> None:
    complete = [one for one in programme if one.disposition == "Besvaret"]
    assert all(one.answers["q16"] == "" for one in complete if one.answers["q15"] != "1")
    assert any(one.answers["q16"] for one in complete)


def test_consents_were_withdrawn_and_renewed(demonstration: Demonstration, landing: Path) -> None:
    log = rows_of(max((landing / "consent").glob("*.csv")))[1:-1]
    withdrawn = {(row[0], row[1]) for row in log if row[3]}
    standing = {(row[0], row[1]) for row in log if not row[3]}
    assert len(withdrawn) > 20
    assert len(withdrawn & standing) > 5
    assert {row[4].lower() for row in log} == {"", "survey", "register", "survey og register"}
