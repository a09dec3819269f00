"""How the loops are compiled: ahead of their first call, kept on disk, and run without holding Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code, kept on disk where there is a place for it."""
    try:
        compiler = numba.njit(cache=True, nogil=True, boundscheck=False)
        return cast("Function", compiler(function))
    except RuntimeError:
        # Neither this folder nor the user's own can be written to: compiled anew in every process.
        return inlined(function)


def inlined(function: Function) -> Function:
    """As `compiled`, for small pieces that only other compiled functions call."""
    return cast("Function", numba.njit(nogil=True, boundscheck=False, inline="never")(function))
