"""Consent at the door: who is let in, what a withdrawal takes out, and how everybody else is counted."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dagster_project.door import opening, rolls
from dagster_project.door.checking import Gate
from dagster_project.door.files import LandedFile
from dagster_project.door.limits import Limits
from dagster_project.door.opening import open_delivery
from dagster_project.door.pseudonym import participant_id
from dagster_project.door.reading import Reading
from dagster_project.door.tables import Source
from tests.unit.door.deliveries import (
    ANNA,
    BENT,
    CLARA,
    CODEBOOK,
    CONSENT,
    INVITATIONS,
    KEY,
    PARTICIPANT_HEADING,
    PARTICIPANTS,
    PULL,
    House,
    csv_bytes,
    participants,
)

STRANGER = "0404404567"
PERSONAL = ("survey_invitations", "register_persons", "register_benefit_spells", "register_industry_spells")


def consents(house: House, *rows: list[str], day: str = "2021-01-01") -> None:
    house.put("consent", f"samtykke_{day}.csv", csv_bytes([CONSENT[0], *rows]))


def monitoring(house: House, *pairs: tuple[str, str], day: str = "2021-01-01") -> None:
    rows = [[cpr, project, *PARTICIPANTS[1][2:]] for cpr, project in pairs]
    house.put("monitoring", f"deltagere_{day}.csv", csv_bytes([PARTICIPANT_HEADING, *rows]))


def survey(house: House, *respondents: tuple[str, str, str], day: str = "2021-01-01") -> None:
    invited = [[name, cpr, project, "01-09-2020", "Besvaret"] for name, cpr, project in respondents]
    house.put("survey", f"invitationer_{day}.csv", csv_bytes([INVITATIONS[0], *invited]))
    answered = [[name, "05-09-2020", "1", "0", f"ord af {name}"] for name, _, _ in respondents]
    heading = ["Respondent", "Besvaret", "q8", "q9_1", "q10"]
    house.put("survey", f"besvarelser_{day}.csv", csv_bytes([heading, *answered]))
    house.put("survey", f"kodebog_{day}.csv", csv_bytes(CODEBOOK))


def pull(house: House, *cprs: str, day: str = "2021-01-01") -> None:
    rows = [[cpr, *PULL[1][1:]] for cpr in cprs]
    house.put("register", f"dream_{day}.csv", csv_bytes([PULL[0], *rows]))


def night(house: House) -> None:
    for source in ("monitoring", "consent", "survey", "register"):
        house.take_in(source)


def persons(house: House, table: str) -> set[str]:
    return set(house.table(table)["participant_id"])


def pseudonyms(*cprs: str) -> set[str]:
    return {participant_id(KEY, cpr) for cpr in cprs}


def fates(house: House, source: str, table: str) -> dict[str, int]:
    rows = house.ledger("delivery_rows", source).filter(pl.col("lake_table") == table)
    return dict(rows.group_by("row_fate").agg(pl.col("row_count").sum()).sort("row_fate").rows())


@pytest.fixture
def lived_in(house: House) -> House:
    """Anna consents to everything, Bent to the survey only, Clara to nothing, and the stranger is unknown."""
    monitoring(house, (ANNA, "MA"), (BENT, "MA"), (CLARA, "MA"))
    consents(
        house,
        [ANNA, "MA", "01-01-2020", "", ""],
        [BENT, "MA", "01-01-2020", "", "survey"],
        [STRANGER, "MA", "01-01-2020", "", ""],
    )
    survey(house, ("R1", ANNA, "MA"), ("R2", BENT, "MA"), ("R3", CLARA, "MA"), ("R4", STRANGER, "MA"))
    pull(house, ANNA, BENT, CLARA, STRANGER)
    night(house)
    return house


def test_only_rows_of_the_consenting_are_let_in(lived_in: House) -> None:
    assert persons(lived_in, "survey_invitations") == pseudonyms(ANNA, BENT)
    assert set(lived_in.table("survey_answer_rows")["respondent_id"]) == {"R1", "R2"}
    assert set(lived_in.table("survey_answers")["row_number"]) == {2, 3}
    for table in PERSONAL[1:]:
        assert persons(lived_in, table) == pseudonyms(ANNA)
    assert lived_in.table("register_weeks").height == 3


def test_everybody_else_is_counted(lived_in: House) -> None:
    assert fates(lived_in, "survey", "survey_invitations") == {"landed": 2, "unmatched": 1, "withheld": 1}
    assert fates(lived_in, "survey", "survey_answer_rows") == {"landed": 2, "unmatched": 1, "withheld": 1}
    assert fates(lived_in, "register", "register_persons") == {"landed": 1, "unmatched": 1, "withheld": 2}
    assert fates(lived_in, "consent", "consent_declarations") == {"landed": 2, "unmatched": 1}


def test_a_row_without_consent_leaves_no_word_behind(lived_in: House) -> None:
    """Neither its pseudonym nor its answers stand in any byte of the lake's survey and register files."""
    gone = [*pseudonyms(CLARA, STRANGER), "ord af R3", "ord af R4"]
    for path in lived_in.lake.rglob("*.parquet"):
        if path.parent.name.startswith(("survey", "register", "reads")):
            told = [str(value) for column in pl.read_parquet(path).iter_columns() for value in column]
            assert not [text for text in told for word in gone if word in text], path


def test_a_withdrawal_takes_the_rows_out_of_every_file_of_earlier_nights(lived_in: House) -> None:
    survey(lived_in, ("R1", ANNA, "MA"), day="2021-02-01")
    pull(lived_in, ANNA, BENT, day="2021-02-01")
    night(lived_in)
    assert len(list((lived_in.lake / "register_persons").glob("register-*.parquet"))) == 2
    assert lived_in.table("register_persons").height == 2
    consents(lived_in, [ANNA, "MA", "01-01-2020", "01-03-2021", ""], day="2021-03-01")
    night(lived_in)
    for table in PERSONAL:
        assert persons(lived_in, table) == set()
    assert lived_in.table("survey_answer_rows").is_empty()
    assert lived_in.table("survey_answers").is_empty()
    assert fates(lived_in, "register", "register_persons") == {"superseded": 2, "unmatched": 1, "withheld": 3}


def test_a_withdrawal_of_one_scope_leaves_the_other(lived_in: House) -> None:
    log = [[ANNA, "MA", "01-01-2020", "", ""], [ANNA, "MA", "01-01-2020", "01-03-2021", "register"]]
    consents(lived_in, *log, day="2021-03-01")
    night(lived_in)
    assert persons(lived_in, "register_persons") == set()
    assert persons(lived_in, "survey_invitations") == pseudonyms(ANNA)


def test_who_consents_later_is_found_in_the_file_already_delivered(lived_in: House) -> None:
    read = sorted((lived_in.lake / "register_persons").glob("register-*.parquet"))
    consents(lived_in, *([cpr, "MA", "01-01-2020", "", ""] for cpr in (ANNA, CLARA)), day="2021-03-01")
    night(lived_in)
    assert persons(lived_in, "register_persons") == pseudonyms(ANNA, CLARA)
    assert set(lived_in.table("survey_answer_rows")["respondent_id"]) == {"R1", "R3"}
    assert sorted((lived_in.lake / "register_persons").glob("register-*.parquet")) == read


def test_an_earlier_day_sees_the_consents_of_that_day(lived_in: House) -> None:
    before = {table: lived_in.table(table) for table in PERSONAL}
    consents(lived_in, [ANNA, "MA", "01-01-2020", "01-03-2021", ""], day="2021-03-01")
    night(lived_in)
    lived_in.as_of = date(2021, 2, 1)
    night(lived_in)
    for table in PERSONAL:
        assert lived_in.table(table).equals(before[table])


def test_a_file_that_has_left_landing_loses_rows_but_gets_none_back(lived_in: House) -> None:
    for folder in ("survey", "register"):
        for path in (lived_in.landing / folder).iterdir():
            path.unlink()
    log = [[ANNA, "MA", "01-01-2020", "01-03-2021", ""], [CLARA, "MA", "01-01-2020", "", ""]]
    consents(lived_in, *log, [BENT, "MA", "01-01-2020", "", ""], day="2021-03-01")
    night(lived_in)
    assert persons(lived_in, "survey_invitations") == pseudonyms(BENT)
    assert persons(lived_in, "register_persons") == set()
    assert fates(lived_in, "register", "register_persons") == {"unmatched": 1, "withheld": 3}
    assert fates(lived_in, "survey", "survey_invitations") == {"landed": 1, "unmatched": 1, "withheld": 2}
    assert fates(lived_in, "survey", "survey_answer_rows") == {"landed": 1, "unmatched": 1, "withheld": 2}


@pytest.mark.parametrize("fate", ["badly named", "unreadable"])
def test_a_file_that_no_longer_counts_does_not_outlast_consent(
    lived_in: House, fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lived_in.landing / "survey" / "invitationer_2021-01-01.csv"
    consents(lived_in, [BENT, "MA", "01-01-2020", "", "survey"], day="2021-03-01")
    with monkeypatch.context() as patched:
        if fate == "badly named":
            path.rename(path.with_name("brev_2021-01-01.csv"))
        else:
            lived_in.limits = Limits(cells=7)
            patched.setattr(opening, "read_delivery", lambda *_: 1 / 0)
        night(lived_in)
    assert persons(lived_in, "survey_invitations") <= pseudonyms(BENT)


def test_a_night_that_looks_back_leaves_what_could_not_come_back(lived_in: House) -> None:
    for path in (lived_in.landing / "register").iterdir():
        path.unlink()
    lived_in.as_of, lived_in.looks_back = date(2019, 12, 31), True
    night(lived_in)
    assert lived_in.ledger("delivery_rows", "register").is_empty()
    assert persons(lived_in, "register_persons") == pseudonyms(ANNA)
    assert persons(lived_in, "survey_invitations") == set()
    lived_in.as_of, lived_in.looks_back = date(2021, 6, 1), False
    night(lived_in)
    assert persons(lived_in, "register_persons") == pseudonyms(ANNA)
    assert persons(lived_in, "survey_invitations") == pseudonyms(ANNA, BENT)


def test_consent_in_another_project_is_none_for_the_survey_and_enough_for_the_register(house: House) -> None:
    monitoring(house, (ANNA, "MA"), (ANNA, "FTF"))
    consents(house, [ANNA, "FTF", "01-01-2020", "", ""], [ANNA, "DSA", "01-01-2020", "", ""])
    survey(house, ("R1", ANNA, "MA"), ("R2", ANNA, "FTF"), ("R3", ANNA, "DSA"))
    pull(house, ANNA)
    night(house)
    assert house.table("survey_invitations")["respondent_id"].to_list() == ["R2"]
    assert fates(house, "survey", "survey_invitations") == {"landed": 1, "unmatched": 1, "withheld": 1}
    assert persons(house, "register_persons") == pseudonyms(ANNA)


def test_rows_are_counted_once_in_the_order_superseded_unmatched_withheld(lived_in: House) -> None:
    pull(lived_in, BENT, STRANGER, day="2021-02-01")
    night(lived_in)
    rows = lived_in.ledger("delivery_rows", "register").sort("delivery_id", "row_fate")
    assert rows.select(pl.col("delivery_id").str.slice(9, 10), "row_fate", "row_count").rows() == [
        ("2021-01-01", "landed", 1),
        ("2021-01-01", "superseded", 2),
        ("2021-01-01", "withheld", 1),
        ("2021-02-01", "unmatched", 1),
        ("2021-02-01", "withheld", 1),
    ]


def test_a_night_cut_off_while_rows_are_taken_out_is_finished_by_the_next(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents(lived_in, [BENT, "MA", "01-01-2020", "", "survey"], day="2021-03-01")
    written: list[str] = []
    write = rolls.write_table

    def killed(frame: pl.DataFrame, path: object) -> None:
        written.append(str(path))
        if len(written) == 2:
            raise KeyboardInterrupt
        write(frame, path)  # type: ignore[arg-type]  # a Path

    with monkeypatch.context() as patched:
        patched.setattr(rolls, "write_table", killed)
        with pytest.raises(KeyboardInterrupt):
            night(lived_in)
    night(lived_in)
    for table in PERSONAL:
        assert persons(lived_in, table) <= pseudonyms(BENT)
    assert set(lived_in.table("survey_answer_rows")["respondent_id"]) == {"R2"}


# ---- who consents later ----------------------------------------------------------------------------------------------


def many(house: House, consenting: list[str], day: str) -> list[str]:
    """Two hundred persons with a row each, of whom some consent; their keys."""
    cprs = [row[0] for row in participants(200)[1:]]
    monitoring(house, *((cpr, "MA") for cpr in cprs))
    consents(house, *([cpr, "MA", "01-01-2020", "", ""] for cpr in consenting), day=day)
    rows = [[cpr, *PULL[1][1:-1], ["111", "730", ""][place % 3]] for place, cpr in enumerate(cprs)]
    house.put("register", "dream_2021-01-01.csv", csv_bytes([PULL[0], *rows]))
    return cprs


@pytest.mark.parametrize("cut_off", [False, True])
def test_who_comes_to_consent_is_found_by_their_place_in_the_pull(house: House, tmp_path: Path, cut_off: bool) -> None:
    asked: list[Gate] = []

    def read(file: LandedFile, source: Source, gate: Gate) -> Reading:
        asked.append(gate)
        return open_delivery(file, source, gate)

    house.read = read
    cprs = [row[0] for row in participants(200)[1:]]
    many(house, [cprs[7], cprs[150]], "2021-01-01")
    night(house)
    asked.clear()
    many(house, [cprs[0], cprs[7], cprs[150], cprs[199]], "2021-02-01")
    if cut_off:
        # A run that was killed between the tables has left spells whose persons are not in yet.
        late = dataclasses.replace(house, root=tmp_path / "late", read=None)
        many(late, [cprs[0], cprs[7], cprs[150], cprs[199]], "2021-02-01")
        night(late)
        (spells,) = (house.lake / "register_benefit_spells").glob("register-*.parquet")
        shutil.copy(late.lake / "register_benefit_spells" / spells.name, spells)
    night(house)
    (gate,) = [gate for gate in asked if gate.wanted is not None]
    assert [number for number, _ in gate.rows or ()] == [2, 201]
    fresh = dataclasses.replace(house, root=tmp_path / "fresh", read=None)
    many(fresh, [cprs[0], cprs[7], cprs[150], cprs[199]], "2021-02-01")
    night(fresh)
    for table in ("register_persons", "register_benefit_spells", "register_industry_spells"):
        assert fresh.table(table).height
        assert house.table(table).equals(fresh.table(table))
    assert fates(house, "register", "register_persons") == {"landed": 4, "withheld": 196}
    asked.clear()
    night(house)
    assert asked == []
