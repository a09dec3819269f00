"""Words and numbers in both languages.

Belongs here: how a number or a code is written in Danish and in English. Does not belong here: which number is shown.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from markupsafe import Markup, escape

from dagster_project.settings import PROJECT_ROOT

_WORDS = Path(__file__).with_name("words.yaml")
_SEEDS = PROJECT_ROOT / "dbt" / "seeds"
# Kind of code: the seed that names it and its key column.
_NAMED_BY_SEED = {
    "status": ("statuses", "status"),
    "disposition": ("dispositions", "disposition"),
    "variant": ("definition_variants", "variant"),
    "job_status": ("job_statuses_compared", "job_status"),
    "age_group": ("age_groups", "age_group"),
    "unemployment_band": ("unemployment_bands", "unemployment_band"),
    "industry_group": ("industry_groups", "industry_group"),
    "sex": ("background_values", "category"),
    "origin": ("background_values", "category"),
}
_NARROW = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Both:
    """A text in Danish and in English, without markup."""

    da: str
    en: str

    def __html__(self) -> str:
        if self.da == self.en:
            return str(escape(self.da))
        return Markup('<span class="da" lang="da">{}</span><span class="en" lang="en">{}</span>').format(
            self.da, self.en
        )

    def format(self, **parts: Both | str | int) -> Both:
        """The text with its {places} filled, each in its own language."""
        return Both(
            self.da.format(**{name: part.da if isinstance(part, Both) else part for name, part in parts.items()}),
            self.en.format(**{name: part.en if isinstance(part, Both) else part for name, part in parts.items()}),
        )

    def __add__(self, other: Both) -> Both:
        return Both(self.da + other.da, self.en + other.en)


def same(text: object) -> Both:
    """A text that is alike in both languages: a name, a code, words of the data."""
    return Both(str(text), str(text))


def joined(parts: list[Both], separator: str = ", ") -> Both:
    """The parts one after another."""
    return Both(separator.join(part.da for part in parts), separator.join(part.en for part in parts))


def rounded(value: float | Decimal, decimals: int = 0) -> Decimal:
    """The value rounded half up, also below zero, where half up is toward zero: -0.5 becomes 0."""
    step = Decimal(1).scaleb(-decimals)
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    result = (exact / step + Decimal("0.5")).to_integral_value(ROUND_FLOOR) * step
    return result if result else abs(result)


def share(n: int, denominator: int, decimals: int = 0) -> Decimal:
    """The percentage n of denominator, rounded half up from the counts and never from a rounded share."""
    scale = 10**decimals
    return Decimal((200 * scale * n + denominator) // (2 * denominator)).scaleb(-decimals)


def number(value: float | Decimal, decimals: int = 0) -> Both:
    """A number: 1.776,5 in Danish, 1,776.5 in English."""
    text = f"{rounded(value, decimals):,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    return Both(text.translate(str.maketrans(",.", ".,")), text)


def percent(value: float | Decimal, decimals: int = 0) -> Both:
    """A percentage: 40 % in Danish, 40% in English."""
    text = number(value, decimals)
    return Both(f"{text.da}{_NARROW}%", f"{text.en}%")


def interval(low: float, high: float, decimals: int = 0) -> Both:
    """The ends of an interval: 35–45."""
    ends = (number(low, decimals), number(high, decimals))
    return Both(f"{ends[0].da}–{ends[1].da}", f"{ends[0].en}–{ends[1].en}")


class Words:
    """Every text of the page, from `words.yaml` and from the labels of dbt's seeds."""

    def __init__(self) -> None:
        self._tree: Mapping[str, Any] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))

    def __getitem__(self, key: str) -> Both:
        """The sentence with this key.

        Raises:
            KeyError: there is none; a mistake of the code, found by the first test that draws the page.
        """
        return _both(self._tree["say"][key])

    def exhibit(self, key: str) -> tuple[Both, Both, list[Both]]:
        """Number, title and standing notes of an exhibit."""
        texts = self._tree["exhibits"][key]
        return _both(texts["label"]), _both(texts["title"]), [_both(note) for note in texts.get("notes", ())]

    def variables(self, key: str) -> str:
        """The survey variable of an exhibit, or the stem of its variables."""
        return str(self._tree["exhibits"][key]["variables"])

    def findings(self) -> Iterator[tuple[str, Both]]:
        """The key findings in their order: key and sentence with {places}."""
        yield from ((key, _both(texts)) for key, texts in self._tree["findings"].items())

    def sections(self) -> Iterator[tuple[str, Both, Both]]:
        """The chapters in their order: key, heading, lead."""
        for key, texts in self._tree["sections"].items():
            yield key, _both(texts["title"]), _both(texts.get("lead", ["", ""]))

    def label(self, kind: str, code: object) -> Both:
        """What a code is called; a code that nobody has named stands as it is."""
        named = self._labels.get((kind, str(code)))
        return named or same("" if code is None else code)

    def population(self, words: str) -> Both:
        """The population words of a table; the Danish stand in `words.yaml` under the English."""
        return Both(self._tree["populations"].get(words, words), words)

    @cached_property
    def _labels(self) -> dict[tuple[str, str], Both]:
        labels = {
            (kind, row[key]): Both(row["label_da"], row["label_en"])
            for kind, (seed, key) in _NAMED_BY_SEED.items()
            for row in _seed(seed)
        }
        labels |= {
            ("activity", row["activity_name"]): Both(row["activity_name"], row["label_en"])
            for row in _seed("activity_types")
        }
        for kind, codes in self._tree["labels"].items():
            labels |= {(kind, str(code)): _both(texts) for code, texts in codes.items()}
        return labels


def _seed(name: str) -> list[dict[str, str]]:
    with open(_SEEDS / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _both(texts: list[str]) -> Both:
    return Both(*texts)
