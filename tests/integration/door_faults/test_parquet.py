"""Parquet files: damaged, nested, and columns of every type that a program may have chosen."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dagster_project.door.limits import Limits
from tests.integration.door_faults.harness import DAY, GOOD, Case, assert_verdict, faults

COLUMNS: dict[str, Any] = {
    "CPR-nr.": GOOD[:2],
    "Projekt": ["MA", "FTF"],
    "Afgivet": [date(2020, 2, 1)] * 2,
    "Tilbagekaldt": pa.nulls(2),
    "Omfang": ["survey", None],
}


def written(columns: dict[str, Any], **options: Any) -> bytes:
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content, **options)
    return content.getvalue()


def named(names: Sequence[str]) -> bytes:
    """The good columns under other names, which need not be distinct."""
    content = io.BytesIO()
    arrays = [pa.array(cells) for cells in [*COLUMNS.values(), *[["x", "y"]] * (len(names) - len(COLUMNS))]]
    pq.write_table(pa.table(arrays, names=list(names)), content)
    return content.getvalue()


def parquet(name: str, verdict: str, content: bytes, **more: Any) -> Case:
    return Case(name, "consent", {f"samtykker_{DAY}.parquet": content}, verdict, **more)


def column(name: str, heading: str, cells: Any, *bad: int, **more: Any) -> Case:
    """A column written in another type; `bad` are the rows that fall."""
    content = written({**COLUMNS, heading: cells})
    rejected = tuple((row, heading) for row in bad)
    return parquet(f"{heading}: {name}", "read", content, rejected=rejected, rows_read=2, **more)


def extra(name: str, cells: Any) -> Case:
    return parquet(f"an extra column: {name}", "read", written({**COLUMNS, "x": cells}), rows_read=2, ignored="x")


GOOD_FILE = written(COLUMNS)
NUMBERS = [int(key.replace("-", "")) for key in GOOD[:2]]
DAYS = [datetime(2020, 2, 1, 23, 59), datetime(2020, 2, 2)]

FILE_CASES = [
    parquet("a good file", "read", GOOD_FILE, rows_read=2),
    *[
        parquet(f"packed with {codec}", "read", written(COLUMNS, compression=codec), rows_read=2)
        for codec in ("none", "gzip", "brotli", "lz4", "zstd")
    ],
    parquet("the older format", "read", written(COLUMNS, version="1.0", use_dictionary=False), rows_read=2),
    parquet("a row group for each row", "read", written(COLUMNS, row_group_size=1), rows_read=2),
    parquet(
        "no rows", "refused", written({name: pa.array([], pa.string()) for name in COLUMNS}), because="not one row"
    ),
    parquet("no columns", "refused", written({}), because="missing"),
    parquet("blank rows alone", "refused", written({name: ["", " "] for name in COLUMNS}), because="not one row"),
    parquet(
        "a blank row between",
        "read",
        written({name: ["a", None] for name in COLUMNS}),
        rejected=((2, "CPR-nr."),),
        rows_read=1,
    ),
    *[
        parquet(f"its first {size} bytes", "refused", GOOD_FILE[:size], because="opened")
        for size in (0, 4, 8, 100, len(GOOD_FILE) - 1)
    ],
    parquet("its last half", "refused", GOOD_FILE[len(GOOD_FILE) // 2 :], because="opened"),
    parquet("locked", "refused", b"PARE" + GOOD_FILE[4:-4] + b"PARE", because="opened"),
    parquet("a footer longer than the file", "refused", GOOD_FILE[:-8] + b"\xff\xff\xff\x7fPAR1", because="opened"),
    parquet(
        "a footer of zeros", "refused", GOOD_FILE[:4] + bytes(len(GOOD_FILE) - 12) + GOOD_FILE[-8:], because="opened"
    ),
    parquet("an Arrow file", "refused", b"ARROW1\0\0" + bytes(200) + b"ARROW1", because="opened"),
    parquet("a file of CSV", "refused", b"CPR-nr.;Projekt", because="opened"),
    parquet(
        "no column Projekt",
        "refused",
        written({name: cells for name, cells in COLUMNS.items() if name != "Projekt"}),
        because="Projekt",
    ),
    parquet("Projekt twice", "refused", named([*COLUMNS, "Projekt"]), because="Projekt"),
    parquet("PROJEKT and Projekt", "refused", named([*COLUMNS, "PROJEKT"]), because="Projekt"),
    parquet("an extra column twice", "refused", named([*COLUMNS, "x", "x"]), because="x"),
    parquet(
        "a column named like a key, twice",
        "refused",
        named([*COLUMNS, "010160-1234", "010160-1234"]),
        because="******-****",
    ),
    parquet("a column named like a key", "read", named([*COLUMNS, "010160-1234"]), ignored="******-****"),
    parquet("a column without a name", "read", named([*COLUMNS, ""]), rows_read=2),
    parquet("columns named by numbers", "refused", named(["0", "1", "2", "3", "4"]), because="missing"),
    parquet(
        "ten thousand columns",
        "refused",
        written({**COLUMNS, **{f"k{n}": ["x", "y"] for n in range(10_000)}}),
        because="columns",
    ),
    parquet("a megabyte in a cell", "refused", written({**COLUMNS, "x": ["x" * 2**20, ""]}), because="longer"),
    parquet("more cells than allowed", "refused", GOOD_FILE, limits=Limits(cells=9), because="larger"),
    *[
        parquet(f"nested: {name}", "refused", written({**COLUMNS, "x": cells}), because="lists")
        for name, cells in {
            "lists": [[1], [2]],
            "records": [{"a": 1}, {"a": 2}],
            "lists of records": [[{"a": 1}], []],
            "arrays of one length": pa.array([[1, 2], [3, 4]], pa.list_(pa.int8(), 2)),
            "maps": pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int8())),
        }.items()
    ],
]
TYPE_CASES = [
    column("whole numbers", "CPR-nr.", NUMBERS),
    column("floats", "CPR-nr.", [float(number) for number in NUMBERS]),
    column("decimals", "CPR-nr.", [Decimal(number) for number in NUMBERS]),
    column(
        "decimals with two places", "CPR-nr.", pa.array([Decimal(number) for number in NUMBERS], pa.decimal128(12, 2))
    ),
    column("bytes", "CPR-nr.", [key.encode() for key in GOOD[:2]]),
    column("a fraction", "CPR-nr.", [NUMBERS[0] + 0.5, float(NUMBERS[1])], 2),
    column("an exponent in text", "CPR-nr.", ["1.01601234E+08", GOOD[1]], 2),
    column("endless and no numbers", "CPR-nr.", [float("inf"), float("nan")], 2, 3),
    column("switches", "CPR-nr.", [True, False], 2, 3),
    column("days", "CPR-nr.", DAYS, 2, 3),
    column("words in a dictionary", "Projekt", pa.array(["MA", "FTF"]).dictionary_encode()),
    column("large text", "Projekt", pa.array(["MA", "FTF"], pa.large_string())),
    column("bytes", "Projekt", [b"MA", b"FTF"]),
    column("bytes of one length", "Projekt", pa.array([b"MA", b"ma"], pa.binary(2))),
    column("bytes that are no text", "Projekt", [b"\xff\xfe", b"FTF"], 2),
    column("nothing at all", "Projekt", pa.nulls(2), 2, 3),
    column("moments", "Afgivet", DAYS),
    column("moments with a zone", "Afgivet", [moment.replace(tzinfo=UTC) for moment in DAYS]),
    column("moments to the billionth", "Afgivet", pa.array(DAYS, pa.timestamp("ns"))),
    column("moments to the second", "Afgivet", pa.array(DAYS, pa.timestamp("s"))),
    column("days in milliseconds", "Afgivet", pa.array([date(2020, 2, 1)] * 2, pa.date64())),
    column("serial numbers", "Afgivet", [43862, 43863.0]),
    column("serial numbers as decimals", "Afgivet", [Decimal("43862.50"), Decimal("43863.00")]),
    column(
        "moments far beyond the calendar",
        "Afgivet",
        pa.array([2**60, 2**61], pa.int64()).cast(pa.timestamp("us")),
        2,
        3,
    ),
    column("clock times", "Afgivet", [time(8, 30), time(0)], 2, 3),
    column("lengths of time", "Afgivet", [timedelta(days=43862), timedelta(0)], 2, 3),
    column("lengths of time", "Tilbagekaldt", [timedelta(days=1), None], 2),
    column("bytes that are no text", "Tilbagekaldt", [b"\xff", None], 2),
    column("days and nothing", "Tilbagekaldt", [date(2020, 3, 1), None]),
    column("floats and nothing", "Tilbagekaldt", [43891.0, float("nan")]),
    column("switches", "Omfang", [True, None], 2),
    column("whole numbers", "Omfang", [1, None], 2),
    extra("bytes that are no text", [b"\xff\x00", b""]),
    extra("lengths of time", [timedelta(days=1), None]),
    extra("clock times", [time(8, 30), None]),
    extra("a dictionary of numbers", pa.array([1, 2]).dictionary_encode()),
    extra("half floats", pa.array([1.5, None], pa.float16())),
    extra("the largest numbers", pa.array([2**64 - 1, 0], pa.uint64())),
    extra("nothing at all", pa.nulls(2)),
    extra("decimals of 38 places", pa.array([Decimal("1." + "1" * 37), None], pa.decimal128(38, 37))),
]


@faults(*FILE_CASES, *TYPE_CASES)
def test_parquet(case: Case, tmp_path: Path) -> None:
    assert_verdict(case, tmp_path)
