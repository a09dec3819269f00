"""Cells and relations by name, rests, and the release before on disk."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dagster_project.disclosure.release import open_cell_flags

CELL = ("cell_id", "level", "cell_value")


def _cells(**values: int) -> pl.DataFrame:
    frame = pl.DataFrame([(name, 0, value) for name, value in values.items()], schema=CELL, orient="row")
    return frame.with_columns(contributors=pl.col("cell_value"), printed=pl.lit(True))


def _relation(whole: str, *parts: str, rest: str = "none") -> pl.DataFrame:
    rows = [(f"parts of {whole}", part, 1, rest) for part in parts] + [(f"parts of {whole}", whole, -1, rest)]
    return pl.DataFrame(rows, schema=("relation_id", "cell_id", "coefficient", "rest"), orient="row")


def _hidden(flags: pl.DataFrame) -> set[str]:
    return set(flags.filter(pl.col("suppressed"))["cell_id"])


def _flags(cells: pl.DataFrame, relations: pl.DataFrame, latest: Path) -> pl.DataFrame:
    return open_cell_flags(cells, relations, latest=latest, threshold=5)


def test_a_small_count_takes_another_one_with_it(tmp_path: Path) -> None:
    flags = _flags(_cells(all=30, men=3, women=27), _relation("all", "men", "women"), tmp_path / "none")
    assert _hidden(flags) == {"men", "women"}
    assert set(flags.filter(pl.col("primary"))["cell_id"]) == {"men"}


def test_a_few_left_over_are_protected_where_they_are_as_telling(tmp_path: Path) -> None:
    cells = _cells(all=30, reached=28)
    hidden = _hidden(_flags(cells, _relation("all", "reached", rest="protected"), tmp_path / "none"))
    assert hidden in ({"all"}, {"reached"})
    assert not _hidden(_flags(cells, _relation("all", "reached", rest="free"), tmp_path / "none"))


def test_persons_in_several_projects_make_the_sum_too_large(tmp_path: Path) -> None:
    relations = _relation("all", "one", "other", rest="overlap")
    flags = _flags(_cells(all=19, one=10, other=11), relations, tmp_path / "none")
    assert flags.filter(~pl.col("published"))["cell_value"].to_list() == [2]
    assert not _hidden(flags)


def test_counts_that_no_table_prints_cover_others(tmp_path: Path) -> None:
    cells = _cells(all=40, a=3, b=12, c=25).with_columns(printed=pl.col("cell_id") != "b")
    assert _hidden(_flags(cells, _relation("all", "a", "b", "c"), tmp_path / "none")) == {"a"}


def test_a_relation_that_does_not_hold_is_left_out(tmp_path: Path) -> None:
    cells = _cells(all=30, men=3, women=28)
    assert _hidden(_flags(cells, _relation("all", "men", "women"), tmp_path / "none")) == {"men"}
    assert _hidden(_flags(cells, _relation("all", "men", "women", rest="free"), tmp_path / "none")) == {"men"}
    overlapping = _relation("all", "men", "women", rest="overlap")
    assert len(_hidden(_flags(cells, overlapping, tmp_path / "none"))) == 1
    assert _hidden(_flags(_cells(all=31, men=3, women=28), overlapping, tmp_path / "none")) == {"men"}


def test_an_unchanged_release_keeps_its_pattern(tmp_path: Path) -> None:
    cells = _cells(all=40, a=3, b=12, c=12, d=13)
    relations = _relation("all", "a", "b", "c", "d")
    first = _flags(cells, relations, tmp_path / "none")
    first.write_parquet(tmp_path / "release.parquet")
    assert _hidden(_flags(cells, relations, tmp_path / "release.parquet")) == _hidden(first)
    assert len(_hidden(first)) == 2
