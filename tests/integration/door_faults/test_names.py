"""File names: dates that are none, digits like a key, tricks, and the same bytes under several names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.integration.door_faults.harness import DAY, Case, assert_verdict, csv_file, faults
from tests.integration.door_faults.layouts import DECLARATIONS

PLAIN = csv_file(*DECLARATIONS.lines())
OTHER = csv_file(*DECLARATIONS.changed("Omfang", "register"))
BAD = csv_file(*DECLARATIONS.lines()[:1])


def named(name: str, verdict: str, **more: Any) -> Case:
    return Case(f"{name[:60]!r} of {len(name)} signs", "consent", {name: PLAIN}, verdict, **more)


def together(name: str, files: dict[str, bytes], verdict: str, **more: Any) -> Case:
    """Several files; the last one is in question."""
    return Case(name, "consent", files, verdict, **more)


NO_DATE = (
    "samtykker.csv",
    "samtykker_2021-06.csv",
    "samtykker_210601.csv",
    "samtykker_20210601.csv",
    "samtykker_01-06-2021.csv",
    "samtykker_2021_06_01.csv",
    "samtykker_2021-6-1.csv",
    "samtykker_2021-13-01.csv",
    "samtykker_2021-02-29.csv",
    "samtykker_2021-06-31.csv",
    "samtykker_0000-01-01.csv",
    "samtykker_12021-06-01.csv",
    "samtykker_2021-06-011.csv",
    "samtykker_2021-06-01_ny.csv",
    "samtykker_2021-06-01 (1).csv",
    "samtykker_2021-06-01-.csv",
    "samtykker_2021-06-01 .csv",
    "samtykker_2021-06-01.xlsx.csv",
    "samtykker_2021-06-01..csv",
    "samtykker_2021–06–01.csv",
    "samtykker_٢٠٢١-٠٦-٠١.csv",
    "2021-06-01_samtykker.csv",
    "_.csv",
    "0101601234.csv",
)
NO_FORMAT = (
    f"samtykker_{DAY}",
    f"samtykker_{DAY}.",
    f"samtykker_{DAY}.csv.gz",
    f"samtykker_{DAY}.csv.bak",
    f"samtykker_{DAY}.csv ",
    f"samtykker_{DAY}.csv~",
    f"samtykker_{DAY}.xls",
    f"samtykker_{DAY}.xlsm",
    f"samtykker_{DAY}.ods",
    f"samtykker_{DAY}.txt",
    f"samtykker_{DAY}.zip",
    f"samtykker_{DAY}.json",
    f"samtykker_{DAY}.0101601234",
    f"samtykker_{DAY}.ＣＳＶ",
    "csv",
)
DATED = (
    f"{DAY}.csv",
    f"-{DAY}.csv",
    f"samtykker{DAY}.csv",
    f"samtykker {DAY}.CSV",
    f"samtykker_{DAY}.Csv",
    f"samtykker.v2_{DAY}.csv",
    f"samtykker_2020-01-01_{DAY}.csv",
    f"samtykker_2031-01-01_{DAY}.csv",
    "samtykker_1999-12-31.csv",
    "samtykker_2021-06-30.csv",
    f"samtykker%2f..%2f..%2fetc_{DAY}.csv",
    f"C:\\temp\\samtykker_{DAY}.csv",
    f"$(reboot)_{DAY}.csv",
    f"'; DROP TABLE x; --_{DAY}.csv",
    f"<script>alert(1)<script>_{DAY}.csv",
    f"{{{{ ref('x') }}}}_{DAY}.csv",
    f"*?[a]_{DAY}.csv",
    f"CON_{DAY}.csv",
    f"{'lang' * 60}_{DAY}.csv",
    f"\U0001f4c4_{DAY}.csv",
    f"måling_æøå_{DAY}.csv",
)
SHOWN = {
    f"0101601234_{DAY}.csv": f"**********_{DAY}.csv",
    f"010160-1234_{DAY}.csv": f"******-****_{DAY}.csv",
    f"borger 010160 1234 {DAY}.csv": f"borger ****** **** {DAY}.csv",
    f"101601234_{DAY}.csv": f"*********_{DAY}.csv",
    f"010160_1234_{DAY}.csv": f"******_****_{DAY}.csv",
    f"010160–1234_{DAY}.csv": f"******–****_{DAY}.csv",
    f"01.01.60-1234_{DAY}.csv": f"**.**.**-****_{DAY}.csv",
    f"x0101601234y_{DAY}.csv": f"x**********y_{DAY}.csv",
    f"3201609999_{DAY}.csv": f"**********_{DAY}.csv",
    f"1010160-1234_{DAY}.csv": f"*******-****_{DAY}.csv",
    f"010160-12345_{DAY}.csv": f"******-*****_{DAY}.csv",
    f"０１０１６０-１２３４_{DAY}.csv": f"******-****_{DAY}.csv",
    f"010160\u200b-1234_{DAY}.csv": f"******?-****_{DAY}.csv",
    f"sam\ntykker_{DAY}.csv": f"sam?tykker_{DAY}.csv",
    f"sam\ttykker_{DAY}.csv": f"sam?tykker_{DAY}.csv",
    f"sam\x1b[31mtykker_{DAY}.csv": f"sam?[31mtykker_{DAY}.csv",
    f"sam\u202evsc_{DAY}.csv": f"sam?vsc_{DAY}.csv",
    f"sam\udcfftykker_{DAY}.csv": f"sam?tykker_{DAY}.csv",
    f"uge_22_{DAY}.csv": f"uge_22_{DAY}.csv",
}
NAME_CASES = [
    *[named(name, "refused", because="YYYY-MM-DD") for name in NO_DATE],
    *[named(name, "refused", because=".xlsx, .csv, .parquet") for name in NO_FORMAT],
    *[named(name, "read", rows_read=3) for name in DATED],
    *[named(name, "read", shown=shown) for name, shown in SHOWN.items()],
    *[named(name, "later", rows_read=0) for name in ("samtykker_2021-07-01.csv", "samtykker_9999-12-31.csv")],
    replace(named("0101601234.csv.pdf", "refused", because=".csv"), shown="**********.csv.pdf"),
]

ORIGINAL = {f"a_{DAY}.csv": PLAIN}
SEVERAL_CASES = [
    together("the same bytes, another name", {**ORIGINAL, f"b_{DAY}.csv": PLAIN}, "duplicate", rows_read=0),
    together(
        "the same bytes, the first with an extension in capitals", {f"a_{DAY}.CSV": PLAIN, **ORIGINAL}, "duplicate"
    ),
    together("the same bytes a third time", {**ORIGINAL, f"b_{DAY}.csv": PLAIN, f"c_{DAY}.csv": PLAIN}, "duplicate"),
    together("the same bytes under a newer day", {**ORIGINAL, "a_2021-06-02.csv": PLAIN}, "read", rows_read=3),
    together("the same bytes under an older day", {**ORIGINAL, "b_2021-05-01.csv": PLAIN}, "read", rows_read=3),
    together("the same bytes under a day to come", {**ORIGINAL, "b_2021-07-01.csv": PLAIN}, "later"),
    together("other bytes on the same day", {**ORIGINAL, f"b_{DAY}.csv": OTHER}, "read", rows_read=3),
    together("the same bad bytes twice", {f"a_{DAY}.csv": BAD, f"b_{DAY}.csv": BAD}, "duplicate"),
    together("the same bytes, first under a name without a date", {"a.csv": PLAIN, f"b_{DAY}.csv": PLAIN}, "read"),
    together("the same bytes, first as a kind not read here", {f"a_{DAY}.pdf": PLAIN, f"b_{DAY}.csv": PLAIN}, "read"),
    together("a bad file beside a good one", {**ORIGINAL, f"b_{DAY}.csv": BAD}, "refused", because="not one row"),
    together("a good file beside a bad one", {f"b_{DAY}.csv": BAD, f"c_{DAY}.csv": PLAIN}, "read", rows_read=3),
    together("a newer bad file", {**ORIGINAL, "b_2021-06-02.csv": BAD}, "refused", because="not one row"),
]


@faults(*NAME_CASES, *SEVERAL_CASES)
def test_names(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
