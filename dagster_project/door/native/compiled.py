"""How the loops are compiled: ahead of their first call, kept on disk, and run without holding Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function as machine code."""
    return cast("Function", numba.njit(cache=True, nogil=True, boundscheck=False)(function))


def inlined(function: Function) -> Function:
    """As `compiled`, for small pieces that only other compiled functions call."""
    return cast("Function", numba.njit(nogil=True, boundscheck=False, inline="never")(function))
