"""The demonstration's open tables under attack: the programme of the printed report, with as few in some cells."""

from __future__ import annotations

from tests.pipeline.conftest import FirstNight
from tests.support.open_data import Attacker, printed_beside_blank, read_release, small_counts


def test_no_count_of_few_can_be_worked_out_of_the_demonstration(first_night: FirstNight) -> None:
    database = first_night.product.data_dir / "marts" / "nedslag.duckdb"
    open_tables, true_tables = read_release(database, "open_data"), read_release(database, "report")
    assert not small_counts(open_tables)
    assert not printed_beside_blank(open_tables)
    leaks = Attacker((open_tables, true_tables)).leaks(explain=3)
    assert not leaks, "\n".join(map(str, leaks))
