"""The survey: codebooks and their conditions, invitations, and answers judged by the codebook in force."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.integration.door_faults.harness import (
    ANY_COLUMN,
    DAY,
    GOOD,
    Case,
    Rejected,
    assert_verdict,
    csv_file,
    faults,
    parquet,
    workbook,
)
from tests.integration.door_faults.layouts import ANSWERS, INVITATIONS
from tests.integration.door_faults.layouts import CODEBOOK as CODEBOOK_TABLE

BOOK = CODEBOOK_TABLE.heading
CODES = CODEBOOK_TABLE.rows
INVITED = INVITATIONS.heading
ANSWERED = ANSWERS.heading
CODEBOOK = {f"kodebog_{DAY}.csv": csv_file(BOOK, *CODES)}


def codebook(name: str, verdict: str, *lines: Sequence[str], **more: Any) -> Case:
    return Case(f"survey: {name}", "survey", {f"kodebog_{DAY}.csv": csv_file(BOOK, *lines)}, verdict, **more)


def invitation(name: str, heading: str, *lines: Sequence[str]) -> Case:
    files = {f"invitationer_{DAY}.csv": csv_file(INVITED, *lines)}
    return Case(f"survey: {name}", "survey", files, "read", rejected=((2 if heading != ANY_COLUMN else 3, heading),))


def answers(name: str, rejected: Rejected, *lines: Sequence[str], **more: Any) -> Case:
    files = {**CODEBOOK, f"besvarelser_{DAY}.csv": csv_file(ANSWERED, *lines)}
    return Case(f"survey: {name}", "survey", files, "read", rejected, **more)


SURVEY_CASES = [
    codebook("a good codebook", "read", *CODES, rows_read=4),
    codebook("a condition that cannot be parsed", "refused", *CODES[:2], (*CODES[2][:6], "q1 > 1"), CODES[3]),
    codebook("a condition without codes", "refused", *CODES[:2], (*CODES[2][:6], "q1 in"), CODES[3]),
    codebook("a condition on an unknown variable", "refused", *CODES[:2], (*CODES[2][:6], "q9 in 1"), CODES[3]),
    codebook(
        "a condition in other dress", "read", *CODES[:2], (*CODES[2][:6], " Q1  IN 1 , 2 "), CODES[3], rows_read=4
    ),
    Case("survey: no known kind", "survey", {f"svar_{DAY}.csv": csv_file(BOOK, *CODES)}, "refused"),
    invitation("an unknown status", "Status", ("1", GOOD[0], "MA", "01-02-2021", "Måske")),
    invitation("a blank respondent", "Respondent", (" ", GOOD[0], "MA", "01-02-2021", "Besvaret")),
    invitation("never sent", "Udsendt", ("1", GOOD[0], "MA", "", "Besvaret")),
    invitation(
        "a respondent twice",
        ANY_COLUMN,
        ("1", GOOD[0], "MA", "01-02-2021", "Besvaret"),
        ("1", GOOD[1], "MA", "01-02-2021", "Frabedt"),
    ),
    answers("good answers", (), ("1", "01-03-2021", "1", "0", "Fint"), ("2", "01-03-2021", "", "", ""), rows_read=2),
    answers(
        "a code outside the codebook", ((2, "q1"),), ("1", "01-03-2021", "3", "0", ""), ("2", "01-03-2021", "2", "", "")
    ),
    answers("a word for a code", ((2, "q1"),), ("1", "01-03-2021", "ja", "0", "")),
    answers("two in a 0/1 column", ((2, "q2_1"),), ("1", "01-03-2021", "1", "2", "")),
    answers("a second answer", ((3, ANY_COLUMN),), ("1", "01-03-2021", "1", "1", ""), ("1", "02-03-2021", "2", "", "")),
    answers("no date of the answer", ((2, "Besvaret"),), ("1", "", "1", "1", "")),
    answers("a key in free text", (), ("1", "01-03-2021", "1", "1", "Ring til 010160-1234"), rows_read=1),
    Case(
        "survey: codes judged by the newest codebook",
        "survey",
        {
            "kodebog_2021-05-01.csv": csv_file(BOOK, *CODES, ("q1", "Interesse?", "", "enkelt", "3", "Ved ikke", "")),
            **CODEBOOK,
            "besvarelser_2021-05-01.csv": csv_file(ANSWERED, ("1", "01-03-2021", "3", "0", "")),
        },
        "read",
        ((2, "q1"),),
    ),
    Case(
        "survey: a refused codebook leaves the older one in force",
        "survey",
        {
            "kodebog_2021-05-01.csv": csv_file(BOOK, *CODES, ("q1", "Interesse?", "", "enkelt", "3", "Ved ikke", "")),
            f"kodebog_{DAY}.csv": csv_file(BOOK[:-1], *[line[:-1] for line in CODES]),
            "besvarelser_2021-05-01.csv": csv_file(ANSWERED, ("1", "01-03-2021", "3", "0", "")),
        },
        "read",
    ),
]

# -- codebooks ---------------------------------------------------------------------------------------------------------


def conditioned(condition: str, *, good: bool) -> Case:
    """The codebook with another condition."""
    lines = (*CODES[:2], (*CODES[2][:6], condition), CODES[3])
    verdict = "read" if good else "refused"
    return codebook(f"the condition {condition!r}", verdict, *lines, because="" if good else "condition")


NO_CONDITIONS = (
    "q1",
    "q1 = 1",
    "q1 == 1",
    "q1 in",
    "q1 in ja",
    "q1 in 1,",
    "q1 in ,1",
    '"q1 in 1;2"',
    "q1 in 1-2",
    "q1 in (1,2)",
    "q1 in 1.0",
    "q1 in 1 2",
    "q1 in 1 and q2_1 in 1",
    "q1 not in 1",
    "not q1 in 1",
    "in 1",
    "hvis q1 in 1",
    "q1 i 1",
    "1 in q1",
    "q9 in 1",
    "q1_1 in 1",
    "q2 in 1",
    "q1 in 1e5",
    "q1 in 99999999999999999999",
    "q1 in '1'",
    '"q1 in 1; drop table x"',
    "0101601234 in 1",
    "010160-1234",
)
CONDITIONS = (
    "",
    "-",
    "NA",
    "q1 in 1",
    "Q1 in 1,2",
    "  q1\tin  1 ,2  ",
    "q1 IN 0001",
    "q1 in -1,+2",
    "q1 in 9",
    "q3 in 1",
    "q2_1 in 1",
)


def book_of(name: str, verdict: str, *changes: Sequence[str], **more: Any) -> Case:
    """The codebook with further rows."""
    return codebook(name, verdict, *CODES, *changes, **more)


CODEBOOK_CASES = [
    *[conditioned(condition, good=False) for condition in NO_CONDITIONS],
    codebook(
        "an Excel error for a condition",
        "read",
        *CODES[:2],
        (*CODES[2][:6], "#REF!"),
        CODES[3],
        rejected=((4, "Betingelse"),),
    ),
    *[conditioned(condition, good=True) for condition in CONDITIONS],
    book_of("a code twice", "read", CODES[0], rejected=((6, ANY_COLUMN),)),
    book_of(
        "a code twice, once as a decimal",
        "read",
        ("q1", "Interesse?", "", "enkelt", "1,0", "Ja", ""),
        rejected=((6, ANY_COLUMN),),
    ),
    book_of(
        "a code twice, under its variable in capitals",
        "read",
        ("Q1", "Interesse?", "", "enkelt", "2", "Nej", ""),
        rejected=((6, ANY_COLUMN),),
    ),
    book_of("free text twice", "read", CODES[3], rejected=((6, ANY_COLUMN),)),
    book_of("free text with a code", "read", ("q4", "Andet", "", "fritekst", "1", "", ""), rows_read=5),
    book_of(
        "a variable of two types",
        "refused",
        ("q1", "Interesse?", "", "skala", "3", "Ved ikke", ""),
        because="several types",
    ),
    book_of(
        "a variable with and without a condition",
        "read",
        ("q1", "Interesse?", "", "enkelt", "3", "", "q2_1 in 1"),
        rows_read=5,
    ),
    book_of(
        "a variable on condition of itself", "read", ("q5", "Hvad?", "", "enkelt", "1", "", "q5 in 1"), rows_read=5
    ),
    *[
        book_of(f"{kind} without a code", "read", ("q5", "Hvad?", "A", kind, "", "Ja", ""), rejected=((6, "Kode"),))
        for kind in ("enkelt", "multi", "skala")
    ],
    *[
        book_of(f"the code {code!r}", "read", ("q5", "Hvad?", "", "enkelt", code, "Ja", ""), rejected=((6, "Kode"),))
        for code in ("ja", "1.5", "1-2", "9999999999", "1e1", "#N/A", "¹")
    ],
    *[
        book_of(f"the code {code!r}", "read", ("q5", "Hvad?", "", "enkelt", code, "Ja", ""), rows_read=5)
        for code in ("0", "-9", "01", "2,0", "99999999")
    ],
    *[
        book_of(f"the type {kind!r}", "read", ("q5", "Hvad?", "", kind, "1", "Ja", ""), rejected=((6, "Type"),))
        for kind in ("single", "multiple choice", "fri tekst", "1", "enkelt valg", "?")
    ],
    *[
        book_of(f"the type {kind!r}", "read", ("q5", "Hvad?", "", kind, "1", "Ja", ""), rows_read=5)
        for kind in ("ENKELT", " Skala ")
    ],
    book_of(
        "a question that is a formula",
        "read",
        ("q5", "=cmd|' /C calc'!A0", "", "enkelt", "1", "<b>Ja</b>", ""),
        rows_read=5,
    ),
    book_of("a variable named like a key", "read", ("q010160-1234", "Hvad?", "", "enkelt", "1", "Ja", ""), rows_read=5),
    book_of(
        "a label that names a key", "read", ("q5", "Hvad?", "", "enkelt", "1", "Ring 010160-1234", ""), rows_read=5
    ),
    codebook("all rows bad", "refused", *[(*line[:3], "?", *line[4:]) for line in CODES], because="4 of 4 rows"),
    Case(
        "survey: a codebook in a workbook's second sheet",
        "survey",
        {
            f"kodebog_{DAY}.xlsx": workbook(
                {"Forside": [["Kodebog"]], "Koder": [BOOK, *CODES, ("q5", None, None, "enkelt", 1, None, None)]}
            )
        },
        "read",
        rejected=((6, "Spørgsmål"),),
        sheet="Koder",
    ),
]

# -- invitations -------------------------------------------------------------------------------------------------------

INVITATION_CASES = [
    *[
        INVITATIONS.cell(column, cell, good=False)
        for column, cells in {
            "CPR-nr.": ("010160–1234", "320160-1234", "R1", "0"),
            "Projekt": ("M-A", "Alle"),
            "Udsendt": ("uge 5", "31-04-2021", "01-02-21", "2021"),
            "Status": ("Svaret", "delvist", "Ikke  besvaret", "Ikke-besvaret", "1", "Besvaret.0", "Afvist/Frabedt"),
        }.items()
        for cell in cells
    ],
    *[
        INVITATIONS.cell(column, cell, good=True)
        for column, cells in {
            "Respondent": ("0", "010160-1234", "0101601234", "320160–1234", "a@b.dk", "=1+1", "R 1", "1.0"),
            "Projekt": ("ftf",),
            "Udsendt": ("44228", "1/2/2021", "01-02-2031"),
            "Status": ("BESVARET", " delvist besvaret ", "frabedt", "Afvist"),
        }.items()
        for cell in cells
    ],
    INVITATIONS.case(
        "a respondent three times",
        "read",
        csv_file(INVITED, *[("1", GOOD[n], "MA", "01-02-2021", "Besvaret") for n in range(3)]),
        rejected=((3, ANY_COLUMN), (4, ANY_COLUMN)),
    ),
    INVITATIONS.case(
        "one person under two respondents",
        "read",
        csv_file(INVITED, *[(f"R{n}", GOOD[0], "MA", "01-02-2021", "Besvaret") for n in range(2)]),
        rows_read=2,
    ),
    INVITATIONS.case(
        "respondents that differ by case",
        "read",
        csv_file(
            INVITED,
            *[(name, GOOD[0], "MA", "01-02-2021", "Besvaret") for name in "ab"],
            ("A", GOOD[1], "MA", "01-02-2021", "Besvaret"),
        ),
        rows_read=3,
    ),
]

# -- answers -----------------------------------------------------------------------------------------------------------


def answered(name: str, verdict: str, heading: Sequence[str], *lines: Sequence[str], **more: Any) -> Case:
    files = {**CODEBOOK, f"besvarelser_{DAY}.csv": csv_file(heading, *lines)}
    return Case(f"survey: {name}", "survey", files, verdict, **more)


ANSWER_CASES = [
    *[
        answers(f"{column} answered {cell!r}", ((2, column),), *ANSWERS.changed(column, cell)[1:], because="codebook")
        for column, cells in {
            "q1": ("0", "3", "1.5", '"1;2"', "1,2", "-1", "ja", "x", "=1", "#N/A", "９"),
            "q2_1": ("2", "-1", "ja", "x", "sand"),
        }.items()
        for cell in cells
    ],
    *[
        answers(f"{column} answered {cell!r}", (), *ANSWERS.changed(column, cell)[1:])
        for column, cells in {
            "q1": ("", ".", "NA", "-", " 2 ", "1,0", "2.0", "01", "+1", "\u00a0"),
            "q2_1": ("0", "1", "", "1.0"),
            "q3": (
                "=cmd|' /C calc'!A0",
                '"\'; DROP TABLE answers; --"',
                "<img src=x onerror=alert(1)>",
                "#NAME?",
                "0101601234",
                "01.01.60 - 1234",
                "x" * 32_000,
                "{{ 7*7 }}",
                "\u202eexe",
            ),
        }.items()
        for cell in cells
    ],
    answered("answers without one variable", "read", ANSWERED[:2], ("R1", "01-03-2021"), rows_read=1),
    answered("an unknown variable", "read", (*ANSWERED, "q99"), ("R1", "01-03-2021", "1", "0", "", "7"), ignored="q99"),
    answered(
        "an unknown variable named like a key",
        "read",
        (*ANSWERED, "010160-1234"),
        ("R1", "01-03-2021", "1", "0", "", "7"),
        ignored="******-****",
    ),
    answered(
        "variables in capitals among blanks",
        "read",
        ("RESPONDENT", "besvaret ", " Q1 ", "Q2_1", "Q3"),
        ("R1", "01-03-2021", "9", "0", ""),
        rejected=((2, "Q1"),),
    ),
    answered(
        "a variable with other signs is another",
        "read",
        ("Respondent", "Besvaret", "q-1"),
        ("R1", "01-03-2021", "9"),
        ignored="q-1",
    ),
    answered(
        "a variable twice, by its capitals",
        "refused",
        (*ANSWERED, "Q2_1"),
        ("R1", "01-03-2021", "1", "0", "", "0"),
        because="Q2_1",
    ),
    answered(
        "an unknown variable twice",
        "refused",
        (*ANSWERED, "q7", "Q7 "),
        ("R1", "01-03-2021", "1", "0", "", "0", "0"),
        because="Q7",
    ),
    answered(
        "a column without a heading",
        "read",
        (*ANSWERED, "", ""),
        ("R1", "01-03-2021", "1", "0", "", "9", "9"),
        rows_read=1,
    ),
    answered(
        "a column named row_number",
        "read",
        (*ANSWERED, "row_number", "delivery_id"),
        ("R1", "01-03-2021", "1", "0", "", "9", "9"),
        rows_read=1,
    ),
    answers(
        "two faults in a row", ((2, "q1"),), ("R1", "01-03-2021", "7", "7", ""), ("R2", "01-03-2021", "1", "0", "")
    ),
    answers(
        "a bad first answer and a good second",
        ((2, "q1"),),
        ("R1", "01-03-2021", "7", "0", ""),
        ("R1", "02-03-2021", "1", "0", ""),
    ),
    answers(
        "two more answers of one respondent",
        ((3, ANY_COLUMN), (4, ANY_COLUMN)),
        *[("R1", f"0{n}-03-2021", "1", "0", "") for n in (1, 2, 3)],
    ),
    answers(
        "respondents that differ by case", (), ("r1", "01-03-2021", "1", "0", ""), ("R1", "01-03-2021", "1", "0", "")
    ),
    answered(
        "three second answers of three respondents, of sixty",
        "read",
        ANSWERED,
        *[(f"R{n % 57}", "01-03-2021", "1", "0", "") for n in range(60)],
        rejected=tuple((59 + n, ANY_COLUMN) for n in range(3)),
    ),
    answered(
        "three second answers, of 59",
        "refused",
        ANSWERED,
        *[(f"R{n % 56}", "01-03-2021", "1", "0", "") for n in range(59)],
        because="3 of 59 rows",
    ),
    answered(
        "three codes outside the codebook, of three",
        "refused",
        ANSWERED,
        *[(f"R{n}", "01-03-2021", "9", "0", "") for n in range(3)],
        because="3 of 3 rows",
    ),
    answered(
        "a code, a date and a second answer, of 59",
        "refused",
        ANSWERED,
        ("R90", "", "1", "0", ""),
        ("R91", "01-03-2021", "9", "0", ""),
        *[(f"R{n % 56}", "01-03-2021", "1", "0", "") for n in range(57)],
        because="3 of 59 rows",
    ),
    Case(
        "survey: answers without a codebook",
        "survey",
        {f"besvarelser_{DAY}.csv": csv_file(ANSWERED, ("R1", "01-03-2021", "99", "7", ""))},
        "read",
        rows_read=1,
    ),
    Case(
        "survey: answers whose codebook is of a later day",
        "survey",
        {
            "kodebog_2021-07-01.csv": csv_file(BOOK, *CODES),
            f"besvarelser_{DAY}.csv": csv_file(ANSWERED, ("R1", "01-03-2021", "99", "7", "")),
        },
        "read",
        rows_read=1,
    ),
    Case(
        "survey: answers in Parquet, codes as numbers",
        "survey",
        {
            **CODEBOOK,
            f"besvarelser_{DAY}.parquet": parquet(
                {
                    "Respondent": [1, 2, 3],
                    "Besvaret": ["01-03-2021"] * 3,
                    "q1": [1.0, 2.5, None],
                    "q2_1": [True, False, None],
                    "q3": ["a"] * 3,
                }
            ),
        },
        "read",
        rejected=((3, "q1"),),
    ),
    Case(
        "survey: answers in a workbook",
        "survey",
        {
            **CODEBOOK,
            f"besvarelser_{DAY}.xlsx": workbook(
                {"Svar": [["Udtræk"], ANSWERED, (1, "01-03-2021", 1, 0, "Fint"), (2, "01-03-2021", 5, 0, None)]}
            ),
        },
        "read",
        rejected=((4, "q1"),),
        sheet="Svar",
    ),
    *[
        Case(f"survey: a name {name!r}", "survey", {name: csv_file(BOOK, *CODES)}, "refused", because="exactly one")
        for name in (
            f"survey_{DAY}.csv",
            f"kodebog_til_besvarelser_{DAY}.csv",
            f"codebook_{DAY}.csv",
            f"invitation_{DAY}.csv",
        )
    ],
]


@faults(*SURVEY_CASES, *CODEBOOK_CASES, *INVITATION_CASES, *ANSWER_CASES)
def test_survey(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
