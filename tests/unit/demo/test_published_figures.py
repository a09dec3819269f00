"""Every printed figure that the demonstration can satisfy, recounted from its files.

The expected numbers are typed here once more from the report's tables and text, by figure id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from statistics import median

import pytest

from tests.unit.demo.readback import HORIZONS, PROJECTS, Enrolment, age, band, horizon, prior_group, unemployed_weeks

ALL = "ALL"
COLUMNS = ("3F-S", "3F-A", "DSA", "FTF", "MA", ALL)

TABEL_3 = {
    ("sex", "female"): (61, 62, 86, 61, 77, 76),
    ("sex", "male"): (39, 38, 14, 39, 23, 24),
    ("age", "50-54"): (30, 28, 17, 14, 52, 24),
    ("age", "55-59"): (30, 51, 48, 43, 27, 44),
    ("age", "60+"): (41, 21, 34, 43, 21, 32),
    ("origin", "danish"): (95, 96, 96, 92, 90, 95),
    ("origin", "other"): (5, 4, 4, 8, 10, 5),
    ("unemployment", "0-6m"): (5, 7, 18, 18, 33, 17),
    ("unemployment", "6-12m"): (14, 7, 13, 16, 19, 13),
    ("unemployment", "1-2y"): (18, 13, 24, 27, 27, 23),
    ("unemployment", "2-3y"): (18, 26, 15, 18, 6, 16),
    ("unemployment", "3-5y"): (16, 19, 15, 6, 6, 14),
    ("unemployment", "5y+"): (30, 26, 14, 16, 10, 17),
}
BENEFIT = ("benefit_with_hours", "benefit_without_hours")
QUALIFYING = ("su", "work_placement", "wage_subsidy")
FIGUR_5 = [
    # figure, project, months, statuses, percent
    ("F163", ALL, 3, ("employment",), 20), ("F169", ALL, 6, ("employment",), 31),
    ("F175", ALL, 9, ("employment",), 37), ("F181", ALL, 12, ("employment",), 40),
    ("F164", ALL, 3, BENEFIT, 71), ("F170", ALL, 6, BENEFIT, 61),
    ("F176", ALL, 9, BENEFIT, 55), ("F182", ALL, 12, BENEFIT, 52),
    ("F165", ALL, 3, BENEFIT[:1], 16), ("F171", ALL, 6, BENEFIT[:1], 14),
    ("F177", ALL, 9, BENEFIT[:1], 13), ("F183", ALL, 12, BENEFIT[:1], 9),
    ("F166", ALL, 3, QUALIFYING, 7), ("F172", ALL, 6, QUALIFYING, 6),
    ("F178", ALL, 9, QUALIFYING, 6), ("F184", ALL, 12, QUALIFYING, 7),
    ("F167", ALL, 3, BENEFIT[1:], 55), ("F173", ALL, 6, BENEFIT[1:], 47),
    ("F179", ALL, 9, BENEFIT[1:], 42), ("F185", ALL, 12, BENEFIT[1:], 43),
    ("F168", ALL, 3, ("self_support",), 2), ("F174", ALL, 6, ("self_support",), 2),
    ("F180", ALL, 9, ("self_support",), 2), ("F186", ALL, 12, ("self_support",), 1),
    ("F026", ALL, 12, (*QUALIFYING, "self_support"), 8),
    ("F288", "MA", 12, ("employment",), 42), ("F297", "FTF", 12, ("employment",), 43),
    ("F302", "DSA", 3, ("employment",), 24), ("F303", "DSA", 12, ("employment",), 48),
    ("F310", "3F-S", 12, ("employment",), 39), ("F313", "3F-A", 12, ("employment",), 17),
    ("F237", "MA", 12, ("work_placement",), 6),
]  # fmt: skip
SURVEY = [
    # figure, project, variable, codes, percent
    ("F158", ALL, "q1", "12", 77), ("F159", "MA", "q1", "12", 97), ("F160", "3F-S", "q1", "45", 18),
    ("F137", "3F-A", "q2_1", "1", 81), ("F138", "FTF", "q2_1", "1", 16), ("F139", "FTF", "q2_3", "1", 5),
    ("F140", "3F-A", "q2_3", "1", 16), ("F161", ALL, "q2_4", "1", 42), ("F162", ALL, "q2_5", "1", 28),
    ("F142", ALL, "q3_1", "12", 49), ("F143", ALL, "q3_2", "12", 44), ("F144", ALL, "q3_3", "12", 37),
    ("F145", ALL, "q3_4", "12", 37), ("F146", "3F-A", "q3_5", "12", 59), ("F147", "3F-A", "q3_6", "12", 37),
    ("F213", ALL, "q4", "12", 80), ("F214", ALL, "q5", "12", 77), ("F216", ALL, "q6", "12", 80),
    ("F218", ALL, "q7", "12", 66), ("F219", "FTF", "q7", "12", 81), ("F220", "3F-A", "q7", "12", 82),
    ("F239", ALL, "q8", "12", 40), ("F240", ALL, "q8", "3", 38), ("F241", ALL, "q8", "45", 18),
    ("F242", ALL, "q8", "6", 4), ("F245", ALL, "q10", "12", 32), ("F246", ALL, "q10", "3", 35),
    ("F247", ALL, "q10", "45", 26), ("F248", ALL, "q10", "6", 7), ("F251", "MA", "q10", "12", 15),
    ("F249", "3F-A", "q10", "12", 40), ("F255", ALL, "q11_5", "1", 23),
]  # fmt: skip
UPSKILLING = {
    "Kompetenceudviklende kursus", "Ekstern holdundervisning", "Individuel faglig opkvalificering",
    "Opkvalificeringskursus", "AMU-kursus", "Snusepraktik", "Uddannelsesplan",
}  # fmt: skip
TALKS = {"Karrieresamtale", "Individuel samtale", "Sparring"}


def percent(n: int, denominator: int) -> int:
    """Rounded half up in whole numbers."""
    return (200 * n + denominator) // (2 * denominator)


def of(programme: Iterable[Enrolment], project: str) -> list[Enrolment]:
    return [one for one in programme if project in (ALL, one.project)]


@pytest.fixture(scope="module")
def register(programme: list[Enrolment]) -> list[Enrolment]:
    return [one for one in programme if one.in_register]


@pytest.fixture(scope="module")
def complete(programme: list[Enrolment]) -> list[Enrolment]:
    return [one for one in programme if one.disposition == "Besvaret"]


@pytest.fixture(scope="module")
def traits(register: list[Enrolment]) -> dict[int, dict[str, object]]:
    """By id of the enrolment: the dimensions of Tabel 3 and the prior industry."""
    return {
        id(one): {
            "sex": "female" if one.pull_row["koen"] == "2" else "male",
            "age": "50-54" if age(one) < 55 else "55-59" if age(one) < 60 else "60+",
            "origin": "danish" if one.pull_row["ie_type"] == "1" else "other",
            "unemployment": band(unemployed_weeks(one)),
            "prior": prior_group(one),
        }
        for one in register
    }


@pytest.fixture(scope="module")
def status(register: list[Enrolment]) -> dict[tuple[int, int], tuple[str, int | None]]:
    """(id of the enrolment, months) -> status and industry; only observed horizons inside the population."""
    found = {(id(one), months): horizon(one, months) for one in register for months in HORIZONS}
    return {key: value for key, value in found.items() if value and value[0] != "left_population"}


def test_volumes(programme: list[Enrolment]) -> None:
    assert Counter(one.project for one in programme) == {"MA": 72, "FTF": 81, "DSA": 237, "3F-S": 121, "3F-A": 93}
    assert len({one.cpr for one in programme}) == 602
    rounds = {project: len({one.course_round for one in of(programme, project)}) for project in PROJECTS}
    assert {p: n for p, n in rounds.items() if p != "DSA"} == {"MA": 6, "FTF": 4, "3F-S": 6, "3F-A": 6}
    funds = Counter(one.fund for one in of(programme, "DSA"))
    assert funds == {"DSA": 70, "BUPL": 58, "SL": 55, "LAKA": 54}
    assert len({one.fund for one in programme}) == 10


def test_course_lengths(programme: list[Enrolment]) -> None:
    weeks = {p: median((one.end - one.start).days / 7 for one in of(programme, p) if one.end) for p in PROJECTS}
    assert weeks == {"MA": 13, "FTF": 13, "DSA": 13, "3F-S": 26, "3F-A": 10}


def test_self_recruitment_prevails(programme: list[Enrolment]) -> None:
    methods = Counter(one.recruitment for one in programme)
    assert methods["Selvrekruttering"] > sum(methods.values()) / 2


def test_survey_populations(programme: list[Enrolment], complete: list[Enrolment]) -> None:
    invited = [one for one in programme if one.sent and one.survey_consent]
    assert len(invited) == len({one.cpr for one in invited}) == 462
    assert len(complete) == len({one.cpr for one in complete}) == 300
    rates = [percent(len(of(complete, p)), len(of(invited, p))) for p in PROJECTS]
    assert (min(rates), max(rates)) == (60, 67)
    assert percent(len(complete), len(invited)) == 65
    assert all(2.9 < (one.sent - one.start).days / 30.4 < 3.4 for one in invited)
    assert {one.disposition for one in invited} == {
        "Besvaret", "Delvist besvaret", "Ikke besvaret", "Afvist", "Frabedt"
    }  # fmt: skip


def test_consent_drop_out_is_about_a_quarter(programme: list[Enrolment]) -> None:
    standing = len({one.cpr for one in programme if one.survey_consent})
    assert 22.5 < 100 * (602 - standing) / 602 < 27.5


def test_register_populations(programme: list[Enrolment], register: list[Enrolment]) -> None:
    assert Counter(one.project for one in register) == {"MA": 52, "FTF": 51, "DSA": 229, "3F-S": 44, "3F-A": 68}
    assert len({one.cpr for one in register}) == 444
    assert sum(one.register_consent for one in programme) > 444
    assert (min(map(age, register)), max(map(age, register))) == (50, 65)


@pytest.mark.parametrize(("dimension", "category"), TABEL_3)
def test_tabel_3(
    register: list[Enrolment], traits: dict[int, dict[str, object]], dimension: str, category: str
) -> None:
    shares = []
    for project in COLUMNS:
        mine = of(register, project)
        shares.append(percent(sum(traits[id(one)][dimension] == category for one in mine), len(mine)))
    assert tuple(shares) == TABEL_3[dimension, category]


def test_every_edge_of_the_unemployment_bands_is_used(register: list[Enrolment]) -> None:
    used = {unemployed_weeks(one) for one in register}
    assert used >= {0, 25, 26, 51, 52, 103, 104, 155, 156, 259, 260, 520}


def test_prior_industries(register: list[Enrolment], traits: dict[int, dict[str, object]]) -> None:
    for project, main in (("MA", {9}), ("FTF", {9}), ("DSA", {9}), ("3F-S", {2, 4, 8}), ("3F-A", {2, 4, 8})):
        mine = [traits[id(one)]["prior"] for one in of(register, project)]
        assert sum(group in main for group in mine) > len(mine) / 2
    assert 1 <= sum(traits[id(one)]["prior"] is None for one in register) <= 12


def test_how_many_are_observed(register: list[Enrolment], status: dict[tuple[int, int], object]) -> None:
    observed = [sum(horizon(one, months) is not None for one in register) for months in HORIZONS]
    assert (observed[0], observed[3]) == (437, 334)
    assert observed == sorted(observed, reverse=True)
    assert [sum(key[1] == months for key in status) for months in (3, 12)] == [437, 334]


@pytest.mark.parametrize(("figure", "project", "months", "statuses", "expected"), FIGUR_5)
def test_status_shares(
    register: list[Enrolment],
    status: dict[tuple[int, int], tuple[str, int | None]],
    figure: str,
    project: str,
    months: int,
    statuses: tuple[str, ...],
    expected: int,
) -> None:
    mine = [status[id(one), months][0] for one in of(register, project) if (id(one), months) in status]
    assert percent(sum(one in statuses for one in mine), len(mine)) == expected, figure


def test_su_lies_between_two_and_four_percent(
    register: list[Enrolment], status: dict[tuple[int, int], tuple[str, int | None]]
) -> None:
    shares = []
    for months in HORIZONS:
        mine = [value[0] for (_, at), value in status.items() if at == months]
        shares.append(percent(mine.count("su"), len(mine)))
    assert (min(shares), max(shares)) == (2, 4)


def test_work_placement_after_the_start(
    register: list[Enrolment], status: dict[tuple[int, int], tuple[str, int | None]]
) -> None:
    shares = {}
    for project in PROJECTS:
        for months in (3, 6):
            mine = [status[id(one), months][0] for one in of(register, project) if (id(one), months) in status]
            shares[project, months] = 100 * mine.count("work_placement") / len(mine)
    ftf = [round(shares["FTF", months]) for months in (3, 6)]
    assert (min(ftf), max(ftf)) == (6, 8)
    assert all(share <= 5 for (project, _), share in shares.items() if project != "FTF")


def test_change_of_industry(
    register: list[Enrolment],
    status: dict[tuple[int, int], tuple[str, int | None]],
    traits: dict[int, dict[str, object]],
) -> None:
    pairs = [
        (traits[id(one)]["prior"], status[id(one), 12][1])
        for one in register
        if status.get((id(one), 12), ("", None))[0] == "employment"
    ]
    assert len(pairs) == 133
    known = [pair for pair in pairs if pair[0] is not None and pair[1] not in (None, 11)]
    assert sum(before != after for before, after in known) == 42
    assert 1 <= len(pairs) - len(known) <= 8


@pytest.mark.parametrize("months", HORIZONS)
def test_who_is_employed_more_often(
    register: list[Enrolment],
    status: dict[tuple[int, int], tuple[str, int | None]],
    traits: dict[int, dict[str, object]],
    months: int,
) -> None:
    def share(chosen: Callable[[dict[str, object]], bool]) -> float:
        mine = [
            status[id(one), months][0] == "employment"
            for one in register
            if (id(one), months) in status and chosen(traits[id(one)])
        ]
        return sum(mine) / len(mine)

    low = ("0-6m", "6-12m")
    assert share(lambda t: t["age"] != "60+") > share(lambda t: t["age"] == "60+")
    assert share(lambda t: t["unemployment"] in low) > share(lambda t: t["unemployment"] not in low)
    assert share(lambda t: t["sex"] == "female") > share(lambda t: t["sex"] == "male")
    assert share(lambda t: t["origin"] == "danish") > share(lambda t: t["origin"] == "other")
    assert share(lambda t: t["prior"] == 9) > share(lambda t: t["prior"] != 9)
    for group in (2, 4, 8):
        assert share(lambda t: t["prior"] == 9) > share(lambda t, group=group: t["prior"] == group)


@pytest.mark.parametrize(("figure", "project", "variable", "codes", "expected"), SURVEY)
def test_survey_shares(
    complete: list[Enrolment], figure: str, project: str, variable: str, codes: str, expected: int
) -> None:
    given = [one.answers[variable] for one in of(complete, project) if one.answers[variable]]
    assert percent(sum(code in codes for code in given), len(given)) == expected, figure


def test_survey_bases(complete: list[Enrolment]) -> None:
    for variable in ("q1", "q2_1", "q2_6", "q3_1", "q3_4", "q4", "q5", "q6", "q7", "q8", "q10"):
        assert sum(one.answers[variable] != "" for one in complete) == 300, variable
    routed = [one for one in complete if one.answers["q8"] in ("1", "2", "3")]
    assert len(routed) == 233
    assert all((one.answers["q9_1"] != "") == (one in routed) for one in complete)
    assert sum(any(one.answers[f"q11_{n}"] for n in range(1, 7)) for one in complete) == 266


def test_survey_comparisons_between_projects(complete: list[Enrolment]) -> None:
    def share(project: str, variable: str, codes: str) -> float:
        given = [one.answers[variable] for one in of(complete, project) if one.answers[variable]]
        return 100 * sum(code in codes for code in given) / len(given)

    for variable in ("q2_1", "q2_3"):
        by_project = {project: share(project, variable, "1") for project in PROJECTS}
        assert max(by_project, key=by_project.__getitem__) == "3F-A"
        assert min(by_project, key=by_project.__getitem__) == "FTF"
    assert 40 < share(ALL, "q2_1", "1") < 50
    assert 40 < share(ALL, "q2_2", "1") < 50
    guided = {project: share(project, "q7", "12") for project in ("MA", "DSA", "3F-S")}
    assert (min(guided.values()), round(max(guided.values()))) == (50, 62)
    assert abs(share("FTF", "q10", "12") - 40) <= 1
    helped = [round(share(ALL, variable, "1")) for variable in ("q11_3", "q11_4")]
    assert (min(helped), max(helped)) == (3, 10)
    barriers = {n: share(ALL, f"q3_{n}", "12") for n in range(1, 8)}
    assert max(barriers[n] for n in (5, 6, 7)) < min(barriers[n] for n in (1, 2, 3, 4))
    for variable, stressed in (("q3_1", ("DSA", "FTF")), ("q3_2", ("3F-A", "MA")), ("q3_3", ("3F-A", "MA")),
                               ("q3_4", ("DSA", "MA", "FTF")), ("q3_7", ("3F-S", "3F-A"))):  # fmt: skip
        rest = [project for project in PROJECTS if project not in stressed]
        assert min(share(p, variable, "12") for p in stressed) > max(share(p, variable, "12") for p in rest), variable


def took_part(one: Enrolment, names: set[str]) -> bool:
    return any(a.name in names and a.status == "Gennemført" and one.start <= a.day <= one.end for a in one.activities)


def test_activities_during_the_course(programme: list[Enrolment]) -> None:
    with_end = [one for one in programme if one.end]
    placed = {p: sum(took_part(one, {"Virksomhedspraktik"}) for one in of(with_end, p)) for p in PROJECTS}
    assert (placed["FTF"], placed["MA"]) == (20, 0)
    for project, volume in (("DSA", 237), ("3F-S", 121), ("3F-A", 93)):
        assert 1 <= placed[project] < volume / 10
    for names in (UPSKILLING, UPSKILLING - {"Snusepraktik"}, UPSKILLING - {"Snusepraktik", "Uddannelsesplan"}):
        assert 17.5 <= 100 * sum(took_part(one, names) for one in with_end) / len(programme) < 20
    talked = sum(any(a.name in TALKS and a.status == "Gennemført" for a in one.activities) for one in programme)
    assert 0.99 <= talked / len(programme) < 1


def test_lockdowns_show(programme: list[Enrolment]) -> None:
    activities = [a for one in programme for a in one.activities]

    def share(year: int, month: int, chosen: Callable[[object], bool]) -> float:
        mine = [chosen(a) for a in activities if (a.day.year, a.day.month) == (year, month)]
        return sum(mine) / len(mine)

    for year, month in ((2020, 4), (2021, 1)):
        assert share(year, month, lambda a: a.status != "Gennemført") > 2 * share(
            2019, 10, lambda a: a.status != "Gennemført"
        )
        assert share(year, month, lambda a: a.mode != "Fysisk") > 0.5 > share(2019, 10, lambda a: a.mode != "Fysisk")
