"""Codebook conditions, answers as they land, and the judgement of each night."""

from __future__ import annotations

import polars as pl
import pytest

from dagster_project.door import survey
from dagster_project.door.checking import respondent_of
from dagster_project.door.survey import Condition
from tests.unit.door.deliveries import ANNA, ANSWERS, BENT, CODEBOOK, INVITATIONS, House, csv_bytes, parquet_bytes


@pytest.mark.parametrize("text", ["q8 in 1,2,3", " Q8  IN 1, 2 ,3 ", "q8 in\t1,2,3"])
def test_conditions_are_free_in_case_and_blanks(text: str) -> None:
    condition = survey.parse_condition(text)
    assert condition == Condition("q8", (1, 2, 3))
    assert str(condition) == "q8 in 1,2,3"


@pytest.mark.parametrize(
    "text", ["q8", "q8 in", "q8 in a", "q8 = 1", "q8 in 1,", "q8 in 1;2", "in 1", "q8 in 1 and q9 in 2"]
)
def test_other_conditions_cannot_be_read(text: str) -> None:
    assert survey.parse_condition(text) is None


def codebook_row(variable: str, kind: str = "enkelt", code: str = "1", condition: str = "") -> list[str]:
    return [variable, "Spørgsmål?", "", kind, code, "Ja", condition]


def codebook(*rows: list[str]) -> bytes:
    return csv_bytes([CODEBOOK[0], *rows])


def deliver(house: House, kind: str, content: bytes, day: str = "2021-01-01", extension: str = "csv") -> None:
    house.put("survey", f"{kind}_{day}.{extension}", content)


def verdicts(house: House) -> dict[str, str]:
    ledger = house.ledger("deliveries", "survey")
    return dict(zip(ledger["file_name"], ledger["verdict"], strict=True))


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([codebook_row("q1", condition="q1 > 2")], "q1"),
        ([codebook_row("q1", condition="q77 in 1")], "q1"),
        ([codebook_row("q1"), codebook_row("q1", kind="skala", code="2")], "q1"),
    ],
)
def test_a_codebook_that_contradicts_itself_is_refused(house: House, rows: list[list[str]], word: str) -> None:
    deliver(house, "kodebog", codebook(*rows))
    (delivery,) = house.take_in("survey").deliveries
    assert delivery.verdict == "refused"
    assert word in (delivery.reason or "")


def test_a_codebook_row_needs_a_code_unless_it_is_free_text_and_stands_once(house: House) -> None:
    rows = [codebook_row("Q1"), codebook_row("q1"), codebook_row("q2", code=""), codebook_row("q3", "fritekst", "")]
    deliver(house, "kodebog", codebook(*rows))
    house.take_in("survey")
    assert house.rejected("survey") == [(None, 3, None), (None, 4, "Kode")]
    assert house.table("survey_codebook").select("variable", "code").rows() == [("q1", 1), ("q3", None)]


def answers(*rows: list[str], heading: tuple[str, ...] = ("Respondent", "Besvaret", "Q8", "q9_1", "q10")) -> bytes:
    return csv_bytes([heading, *rows])


def test_answers_land_as_text_in_one_spelling_without_keys(house: House) -> None:
    content = answers(
        ["R1", "05-09-2020", "1.0", ".", f"Ring til {ANNA[:6]}-{ANNA[6:]}"], ["R2", "05-09-2020", "", "NA", "-"]
    )
    deliver(house, "besvarelser", content)
    deliver(house, "invitationer", csv_bytes(INVITATIONS))
    house.take_in("survey")
    assert house.table("survey_answers").select("row_number", "variable", "raw_value").rows() == [
        (2, "q8", "1"),
        (2, "q9_1", None),
        (2, "q10", "Ring til ******-****"),
        (3, "q8", None),
        (3, "q9_1", None),
        (3, "q10", None),
    ]


def test_codes_are_judged_by_the_codebook_in_force_each_night(house: House) -> None:
    deliver(
        house,
        "kodebog",
        codebook(codebook_row("q8"), codebook_row("q9_1", "multi", "2"), codebook_row("q10", "fritekst", "")),
    )
    deliver(house, "besvarelser", answers(["R1", "05-09-2020", "7", "x", "9"], ["R2", "05-09-2020", "1", "0", "9"]))
    house.take_in("survey")
    assert house.rejected("survey") == [(None, 2, "Q8")]
    deliver(house, "kodebog", codebook(codebook_row("q8"), codebook_row("q8", code="7")), day="2021-02-01")
    house.take_in("survey")
    assert house.rejected("survey") == []
    ledger = house.ledger("deliveries", "survey").filter(pl.col("table_group") == "answers").row(0, named=True)
    assert (ledger["rows_rejected"], ledger["ignored_columns"]) == (0, "q9_1, q10")


def test_the_codebook_in_force_is_the_newest_good_one(house: House) -> None:
    deliver(house, "kodebog", codebook(codebook_row("q8")))
    deliver(house, "kodebog", codebook(codebook_row("q8", code="7", condition="?")), day="2021-02-01")
    deliver(house, "kodebog", codebook(codebook_row("q8", code="7")), day="2021-07-01")
    deliver(house, "besvarelser", answers(["R1", "05-09-2020", "7", "", ""]))
    house.take_in("survey")
    assert house.rejected("survey") == [(None, 2, "Q8")]


def test_without_a_codebook_no_code_can_be_wrong(house: House) -> None:
    deliver(house, "besvarelser", answers(["R1", "05-09-2020", "7", "x", ""]))
    house.take_in("survey")
    assert house.rejected("survey") == []


def test_a_second_row_of_a_respondent_is_rejected(house: House) -> None:
    rows = (["R1", "05-09-2020", "1", "", ""], [" R1 ", "06-09-2020", "2", "", ""], ["R2", "i går", "1", "", ""])
    deliver(house, "besvarelser", answers(*rows, ["R2", "06-09-2020", "1", "", ""]))
    house.take_in("survey")
    assert house.rejected("survey") == [(None, 3, None), (None, 4, "Besvaret")]


def test_a_second_row_counts_when_the_first_has_a_code_outside_the_codebook(house: House) -> None:
    deliver(house, "kodebog", codebook(codebook_row("q8")))
    deliver(house, "besvarelser", answers(["R1", "05-09-2020", "7", "", ""], ["R1", "06-09-2020", "1", "", ""]))
    house.take_in("survey")
    assert house.rejected("survey") == [(None, 2, "Q8")]


def test_too_many_codes_outside_the_codebook_refuse_the_answers_for_the_night(house: House) -> None:
    rows = [[f"R{number}", "05-09-2020", "7" if number < 3 else "1", "", ""] for number in range(20)]
    deliver(house, "besvarelser", answers(*rows))
    deliver(house, "kodebog", codebook(codebook_row("q8")))
    house.take_in("survey")
    assert verdicts(house) == {"besvarelser_2021-01-01.csv": "refused", "kodebog_2021-01-01.csv": "read"}
    assert len(house.rejected("survey")) == 3
    assert house.ledger("in_force", "survey")["lake_table"].to_list() == ["survey_codebook"]
    deliver(house, "kodebog", codebook(codebook_row("q8"), codebook_row("q8", code="7")), day="2021-02-01")
    house.take_in("survey")
    assert verdicts(house)["besvarelser_2021-01-01.csv"] == "read"


def test_refused_answers_list_every_row_that_was_rejected(house: House) -> None:
    bad = [[f"R{number}", "i går", "1", "", ""] for number in range(3)]
    deliver(house, "besvarelser", answers(*bad, ["R9", "05-09-2020", "1", "", ""], ["R9", "05-09-2020", "1", "", ""]))
    house.take_in("survey")
    assert verdicts(house) == {"besvarelser_2021-01-01.csv": "refused"}
    assert house.rejected("survey") == [
        (None, 2, "Besvaret"),
        (None, 3, "Besvaret"),
        (None, 4, "Besvaret"),
        (None, 6, None),
    ]


def test_a_variable_in_two_columns_refuses_the_answers(house: House) -> None:
    deliver(
        house, "besvarelser", answers(["R1", "05-09-2020", "1", "2"], heading=("Respondent", "Besvaret", "q1", " Q1"))
    )
    house.take_in("survey")
    assert verdicts(house) == {"besvarelser_2021-01-01.csv": "refused"}


def test_respondents_that_are_keys_still_meet_their_answers(house: House) -> None:
    deliver(house, "invitationer", csv_bytes([INVITATIONS[0], [ANNA, ANNA, "MA", "01-09-2020", "Besvaret"]]))
    frame = pl.DataFrame({"Respondent": [int(ANNA)], "Besvaret": ["05-09-2020"], "q8": [1]})
    deliver(house, "besvarelser", parquet_bytes(frame), extension="parquet")
    house.take_in("survey")
    invited, answered = (
        house.table(name)["respondent_id"].to_list() for name in ("survey_invitations", "survey_answer_rows")
    )
    assert invited == answered
    assert ANNA[1:] not in invited[0]


@pytest.mark.parametrize("respondent", ["010150\u20131234", "01.01.50-1234", "320160-1111", "A0101501234", "101501234"])
def test_a_respondent_like_a_key_is_replaced(respondent: str) -> None:
    replaced = respondent_of(respondent, "a key")
    assert respondent not in replaced
    assert replaced == respondent_of(respondent, "a key") != respondent_of(f"{respondent}0", "a key")


def test_other_respondents_keep_their_id(house: House) -> None:
    deliver(house, "invitationer", csv_bytes(INVITATIONS))
    house.take_in("survey")
    assert house.table("survey_invitations")["respondent_id"].to_list() == ["R1", "R2"]


def test_a_second_invitation_of_a_respondent_is_rejected(house: House) -> None:
    deliver(house, "invitationer", csv_bytes([*INVITATIONS, ["R1", BENT, "FTF", "01-09-2020", "Frabedt"]]))
    house.take_in("survey")
    assert house.rejected("survey") == [(None, 4, None)]


def test_the_demonstration_of_all_three_kinds_lands(house: House) -> None:
    for kind, rows in (("invitationer", INVITATIONS), ("besvarelser", ANSWERS), ("kodebog", CODEBOOK)):
        deliver(house, kind, csv_bytes(rows, encoding="cp1252"))
    intake = house.take_in("survey")
    assert dict(intake.rows) == {
        "survey_invitations": 2,
        "survey_answer_rows": 1,
        "survey_codebook": 4,
        "survey_answers": 3,
    }
    assert house.table("survey_codebook")["condition"].to_list() == [None, None, "q8 in 1,2", None]
