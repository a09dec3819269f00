"""Which delivery counts, one behaviour each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dagster_project.door.deliveries import Delivery, in_units
from dagster_project.door.force import in_force_by_project, in_force_whole, precedence

PEOPLE, DEEDS, JOBS = "monitoring_participants", "monitoring_activities", "monitoring_job_statuses"


def delivery(name: str, day: int, *tables: str, unit: str | None = None, file: str | None = None) -> Delivery:
    return Delivery(
        delivery_id=name,
        source="monitoring",
        table_group="any",
        delivery_unit=unit or name,
        file_name=file or f"{name}.csv",
        extract_date=date(2021, 3, day),
        sha256=name,
        verdict="read",
        tables=dict.fromkeys(tables, 1),
    )


def test_a_project_keeps_the_last_good_rows_of_a_table_that_the_newest_delivery_lacks() -> None:
    february = delivery("february", 1, PEOPLE, DEEDS, JOBS)
    people = delivery("people", 2, PEOPLE, unit="march")
    deeds = delivery("deeds", 2, DEEDS, unit="march")
    projects = {
        "february": {PEOPLE: frozenset({"MA", "FTF"}), DEEDS: frozenset({"MA"}), JOBS: frozenset({"MA"})},
        "people": {PEOPLE: frozenset({"MA"})},
        "deeds": {DEEDS: frozenset[str]()},
    }
    chosen = in_force_by_project([people, february, deeds], projects)
    assert {(part.lake_table, part.project_code): part.delivery_id for part in chosen} == {
        (PEOPLE, "MA"): "people",
        (DEEDS, "MA"): "deeds",
        (JOBS, "MA"): "february",
        (PEOPLE, "FTF"): "february",
        (DEEDS, "FTF"): "february",
        (JOBS, "FTF"): "february",
    }


def test_of_two_deliveries_of_a_project_on_one_date_the_greater_file_name_counts() -> None:
    files = [delivery("x", 1, PEOPLE, file="MA_b.xlsx"), delivery("y", 1, PEOPLE, file="MA_a.xlsx")]
    projects = {"x": {PEOPLE: frozenset({"MA"})}, "y": {PEOPLE: frozenset({"MA", "DSA"})}}
    chosen = in_force_by_project(files, projects)
    assert {part.project_code: part.delivery_id for part in chosen} == {"MA": "x", "DSA": "y"}


def test_within_a_delivery_the_file_with_the_projects_rows_counts() -> None:
    files = [delivery("a", 1, PEOPLE, unit="u"), delivery("b", 1, PEOPLE, unit="u")]
    projects = {"a": {PEOPLE: frozenset({"MA"})}, "b": {PEOPLE: frozenset({"FTF"})}}
    chosen = in_force_by_project(files, projects)
    assert {part.project_code: part.delivery_id for part in chosen} == {"MA": "a", "FTF": "b"}


def test_the_newest_file_of_a_kind_replaces_the_older_ones_whole() -> None:
    files = [
        delivery("new", 3, "survey_codebook"),
        delivery("old", 1, "survey_codebook"),
        delivery("older name", 2, "survey_answer_rows", "survey_answers", file="a.csv"),
        delivery("newer name", 2, "survey_answer_rows", "survey_answers", file="b.csv"),
    ]
    assert {part.lake_table: part.delivery_id for part in in_force_whole(files)} == {
        "survey_codebook": "new",
        "survey_answer_rows": "newer name",
        "survey_answers": "newer name",
    }


def test_parts_of_one_date_share_their_place() -> None:
    files = [delivery("2019", 2, unit="cut"), delivery("2020", 2, unit="cut"), delivery("whole", 1)]
    assert precedence(files) == {"whole": 1, "2019": 2, "2020": 2}


def test_parts_of_one_date_are_one_delivery_and_a_part_twice_is_two() -> None:
    def part(stem: str, word: str, day: int) -> Delivery:
        name = f"{stem}_2021-03-0{day}.csv"
        return Delivery(
            name, "register", "pull", name, name, date(2021, 3, day), name, "read", part=word, tables={"t": 1}
        )

    files = [part("dream2019", "2019", 1), part("dream2020", "2020", 1), part("whole", "2019", 2)]
    one, other, alone = (item.delivery_unit for item in in_units(files))
    assert one == other != alone
    twice = [*files[:2], part("x_dream2019", "2019", 1), part("x_dream2020", "2020", 1)]
    units = [item.delivery_unit for item in in_units(twice)]
    assert units[0] == units[1] != units[2] == units[3]


def test_the_year_of_the_date_is_no_part_of_a_cut() -> None:
    def part(set_name: str, year: int) -> Delivery:
        name = f"{set_name}_dream{year}_2021-03-01.csv"
        day = date(2021, 3, 1)
        return Delivery(name, "register", "pull", name, name, day, name, "read", part=str(year), tables={"t": 1})

    units = [
        item.delivery_unit for item in in_units([part(name, year) for name in "ab" for year in (2019, 2020, 2021)])
    ]
    assert len(set(units[:3])) == len(set(units[3:])) == 1
    assert units[0] != units[3]


def test_a_file_that_took_anothers_place_under_its_name_counts() -> None:
    gone = replace(delivery("z", 1, "consent_declarations", file="log.csv"), in_landing=False)
    there = delivery("a", 1, "consent_declarations", file="log.csv")
    assert [part.delivery_id for part in in_force_whole([there, gone])] == ["a"]
    assert precedence([there, gone]) == {"z": 1, "a": 2}
    projects = {name: {PEOPLE: frozenset({"MA"})} for name in "za"}
    both = [replace(item, delivery_unit="files", tables={PEOPLE: 1}) for item in (gone, there)]
    assert [part.delivery_id for part in in_force_by_project(both, projects)] == ["a"]
