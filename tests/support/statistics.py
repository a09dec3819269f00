"""Register pulls as the statistics programs write them.

Belongs here: Stata and SAS files, byte for byte real ones. Does not belong here: what stands in them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas
import pyreadstat

Columns = Mapping[str, Sequence[str | float | None]]

_STRING, _DOUBLE = 0, 5
_TEXT_WIDTH = 40


def stata_bytes(columns: Columns, folder: Path, **options: object) -> bytes:
    """A Stata file; `options` are those of `pyreadstat.write_dta`."""
    path = folder / "written.dta"
    pyreadstat.write_dta(pandas.DataFrame(columns), path, **options)
    return path.read_bytes()


def sas_bytes(columns: Columns) -> bytes:
    """A SAS file: text where every cell is text, else numbers, None being SAS's own missing value.

    pyreadstat can only read them, but carries the C library that also writes them.
    """
    readstat = ctypes.CDLL(_library())
    readstat.readstat_writer_init.restype = ctypes.c_void_p
    readstat.readstat_add_variable.restype = ctypes.c_void_p
    written: list[bytes] = []

    @ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
    def take(data: int, length: int, _: int) -> int:
        written.append(ctypes.string_at(data, length))
        return length

    writer = ctypes.c_void_p(readstat.readstat_writer_init())
    readstat.readstat_set_data_writer(writer, take)
    variables = []
    for name, cells in columns.items():
        is_text = all(isinstance(cell, str) for cell in cells)
        kind, width = (_STRING, _TEXT_WIDTH) if is_text else (_DOUBLE, 8)
        variable = readstat.readstat_add_variable(writer, name.encode(), kind, ctypes.c_size_t(width))
        variables.append((ctypes.c_void_p(variable), cells))
    rows = len(next(iter(columns.values()), ()))
    errors = [readstat.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(rows))]
    for row in range(rows):
        errors.append(readstat.readstat_begin_row(writer))
        for variable, cells in variables:
            cell = cells[row]
            if cell is None:
                errors.append(readstat.readstat_insert_missing_value(writer, variable))
            elif isinstance(cell, str):
                errors.append(readstat.readstat_insert_string_value(writer, variable, cell.encode()))
            else:
                errors.append(readstat.readstat_insert_double_value(writer, variable, ctypes.c_double(cell)))
        errors.append(readstat.readstat_end_row(writer))
    errors.append(readstat.readstat_end_writing(writer))
    readstat.readstat_writer_free(writer)
    assert not any(errors), errors
    return b"".join(written)


def _library() -> str:
    return str(next(Path(pyreadstat.__file__).parent.glob("_readstat_writer*.so")))
