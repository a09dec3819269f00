"""One content in many dresses, and the same files on a second night."""

from __future__ import annotations

import hmac
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars
import pytest

from tests.integration.door_faults.harness import DAY, GOOD, KEY, USUAL, Case, csv_file, night, parquet, workbook
from tests.integration.door_faults.layouts import DECLARATIONS
from tests.integration.door_faults.test_consent import CONSENT_CASES

CONSENT = DECLARATIONS.heading

SAME = [
    (GOOD[0], "MA", date(2020, 2, 1), None, "survey"),
    (GOOD[1], "3F-S", date(2019, 12, 31), date(2020, 1, 2), None),
]


def dressed(day: str = "%d-%m-%Y", blank: str = "", dashed: bool = True) -> list[list[str]]:
    """The two declarations of SAME as text."""
    rows = []
    for key, *others in SAME:
        cells = [c.strftime(day) if isinstance(c, date) else blank if c is None else str(c) for c in others]
        rows.append([key if dashed else key.replace("-", ""), *cells])
    return rows


def typed(**columns: list[Any]) -> bytes:
    """The two declarations of SAME as Parquet, some columns given by the caller."""
    return parquet({name: columns.get(name[:3], [row[at] for row in SAME]) for at, name in enumerate(CONSENT)})


SERIALS = [[GOOD[0], "MA", 43862, None, "survey"], [GOOD[1], "3F-S", 43830.75, 43832.0, None]]
MOMENTS = [datetime(2020, 2, 1, 23, 59), datetime(2019, 12, 31)]
DRESSES: dict[str, tuple[str, bytes]] = {
    "semicolons": ("csv", csv_file(CONSENT, *dressed())),
    "commas, ISO dates": ("csv", csv_file(CONSENT, *dressed("%Y-%m-%d"), delimiter=",")),
    "tabs, dots, no hyphen": ("csv", csv_file(CONSENT, *dressed("%d.%m.%Y", "NA", False), delimiter="\t")),
    "a mark in UTF-8": ("csv", csv_file(CONSENT, *dressed("%d/%m/%Y 12:30", "."), encoding="utf-8-sig")),
    "UTF-16": ("csv", csv_file(CONSENT, *dressed("%Y-%m-%dT12:30:00", "-"), encoding="utf-16")),
    "Windows-1252": ("csv", csv_file(["Udtræk"], CONSENT, *dressed(), encoding="cp1252")),
    "a title with other delimiters": ("csv", csv_file(["Udtræk, maj 2021, 1, 2, 3, 4"], CONSENT, *dressed())),
    "Excel's own first line": ("csv", csv_file(["sep=;"], CONSENT, *dressed())),
    "line ends of one kind": ("csv", csv_file(CONSENT, *dressed()).replace(b"\r\n", b"\n")),
    "everything quoted": ("csv", csv_file(*[[f'"{c}"' for c in line] for line in [CONSENT, *dressed()]])),
    "zeros lost": ("csv", csv_file(CONSENT, *[[line[0].replace("-", "")[1:], *line[1:]] for line in dressed()])),
    "serial numbers in text": ("csv", csv_file(CONSENT, *[[str(c or "") for c in line] for line in SERIALS])),
    "columns turned round": ("csv", csv_file(CONSENT[::-1], *[line[::-1] for line in dressed()])),
    "a workbook": ("xlsx", workbook({"Ark1": [CONSENT, *SAME]})),
    "serial numbers in a workbook": ("xlsx", workbook({"Forside": [["Læs mig"]], "Data": [[], CONSENT, *SERIALS]})),
    "keys as numbers": ("xlsx", workbook({"A": [CONSENT, *[[int(r[0].replace("-", "")), *r[1:]] for r in SAME]]})),
    "Parquet": ("parquet", typed()),
    "Parquet with numbers and moments": ("parquet", typed(CPR=[101601111, 102601112], Afg=MOMENTS)),
    "Parquet with keys as floats": ("parquet", typed(CPR=[101601111.0, 102601112.0])),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_the_same_content_lands_whatever_its_dress(dress: str, tmp_path: Path) -> None:
    extension, content = DRESSES[dress]
    night(Case(dress, "consent", {f"samtykker_{DAY}.{extension}": content}, "read"), tmp_path)
    (landed,) = (tmp_path / "lake" / "consent_declarations").glob("consent-*.parquet")
    rows = polars.read_parquet(landed).drop("delivery_id", "row_number", "participant_id").rows()
    assert rows == [
        ("MA", date(2020, 2, 1), None, True, False),
        ("3F-S", date(2019, 12, 31), date(2020, 1, 2), True, True),
    ]
    keyed = [hmac.new(KEY.encode(), key.replace("-", "").encode(), "sha256").hexdigest()[:32] for key in GOOD[:2]]
    assert polars.read_parquet(landed)["participant_id"].to_list() == keyed


def test_a_second_night_says_the_same_of_files_that_lay_still(tmp_path: Path) -> None:
    cases = [case for case in CONSENT_CASES if len(case.files) == 1 and case.limits == USUAL]
    files = {
        f"{number:03d} {name}": content for number, case in enumerate(cases) for name, content in case.files.items()
    }
    everything = Case("all", "consent", files, "read")
    first = night(everything, tmp_path)("deliveries")
    second = night(everything, tmp_path)("deliveries")
    assert len(first) == len(files)
    assert second == first
