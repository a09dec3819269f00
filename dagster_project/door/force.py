"""Which delivery counts: the newest good one, per lake table and, in monitoring, per project.

What belongs here: the order of deliveries and the choice among them. What does not: single rows (`rolls`). In the
register the newest pull counts person by person; its order is given here, the choice is made where persons are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dagster_project.door.deliveries import Delivery


@dataclass(frozen=True)
class InForce:
    """The delivery whose rows count in one lake table, for one project in monitoring (else None)."""

    lake_table: str
    project_code: str | None
    delivery_id: str


def precedence(read: Iterable[Delivery]) -> dict[str, int]:
    """1 for the oldest unit of the read deliveries, and so on; files of one unit share theirs.

    Units of one date are told apart by their greatest file name; of two with the same name, the one that still lies in
    landing has taken the other's place.
    """
    members = _units(read)
    ordered = sorted(members, key=lambda unit: (members[unit][0].extract_date or date.min, *_name(members[unit]), unit))
    return {item.delivery_id: place for place, unit in enumerate(ordered, start=1) for item in members[unit]}


def in_force_whole(read: Iterable[Delivery]) -> list[InForce]:
    """Of a source whose files replace older ones whole: the newest read delivery of each lake table."""
    deliveries = list(read)
    order = precedence(deliveries)
    newest: dict[str, Delivery] = {}
    for delivery in sorted(deliveries, key=lambda item: order[item.delivery_id]):
        newest.update(dict.fromkeys(delivery.tables, delivery))
    return [InForce(table, None, newest[table].delivery_id) for table in sorted(newest)]


def in_force_by_project(
    read: Iterable[Delivery], projects: Mapping[str, Mapping[str, frozenset[str]]]
) -> list[InForce]:
    """Of monitoring: per project, the newest unit that contains it; a table that the unit lacks stays as it was.

    Args:
        projects: delivery id to lake table to the project codes that have rows there.
    """
    deliveries = list(read)
    order = precedence(deliveries)
    members = _units(deliveries)
    chosen: dict[tuple[str, str], str] = {}
    for unit in sorted(members, key=lambda name: order[members[name][0].delivery_id]):
        files = members[unit]
        contained = {code for item in files for codes in projects[item.delivery_id].values() for code in codes}
        for table in {table for item in files for table in item.tables}:
            carriers = [item for item in files if table in item.tables]
            for code in contained:
                # The file that holds the project's rows; where none does, the unit says that there are none.
                best = max(
                    carriers,
                    key=lambda item: (
                        code in projects[item.delivery_id].get(table, frozenset()),
                        item.file_name,
                        item.in_landing,
                        item.delivery_id,
                    ),
                )
                chosen[table, code] = best.delivery_id
    return [InForce(table, code, delivery_id) for (table, code), delivery_id in sorted(chosen.items())]


def _units(deliveries: Iterable[Delivery]) -> dict[str, list[Delivery]]:
    members: dict[str, list[Delivery]] = defaultdict(list)
    for item in deliveries:
        members[item.delivery_unit].append(item)
    return members


def _name(files: list[Delivery]) -> tuple[str, bool]:
    return max((item.file_name, item.in_landing) for item in files)
