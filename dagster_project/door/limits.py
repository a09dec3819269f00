"""How much a delivery may hold, and how much of it may be wrong.

What belongs here: settable figures. What does not: applying them (`readers` for size, `intake` for rejected rows).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """A file is refused beyond any of these.

    max_rejected_share and min_rejected_rows: a file is refused when more than this share (0-1) of its rows are
    rejected and they are at least this many. unpacked_bytes: size in bytes after unpacking; pull_bytes: likewise of a
    register pull, which is read piece by piece. cells: rows times columns,
    which stops a small file from unfolding into an enormous table; sheet_cells: likewise for a workbook's sheet, which
    is held cell by cell. columns, cell_characters: of any one table.
    """

    max_rejected_share: float = 0.05
    min_rejected_rows: int = 3
    unpacked_bytes: int = 2 * 1024**3
    pull_bytes: int = 128 * 1024**3
    columns: int = 5_000
    cells: int = 150_000_000
    sheet_cells: int = 40_000_000
    cell_characters: int = 32_767

    def too_many_rejected(self, rejected: int, rows: int) -> bool:
        """Whether a file with so many rejected rows is refused whole."""
        return rejected >= self.min_rejected_rows and rejected / rows > self.max_rejected_share
