"""Sixty-four bytes at a time: a bit for each byte that is of a kind. Bit 0 is the byte at the address.

Written as LLVM vectors, which every processor that numba knows turns into what it has; llvmlite publishes no types,
hence `Any`. The caller must own the 64 bytes
from the address on.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_BYTE = ir.IntType(8)
_BYTES = ir.VectorType(_BYTE, 64)
_BITS = ir.IntType(64)


def _load(builder: Any, address: Any) -> Any:
    return builder.load(builder.inttoptr(address, _BYTES.as_pointer()), align=1)


def _splat(builder: Any, byte: Any) -> Any:
    single = builder.insert_element(ir.Constant(_BYTES, ir.Undefined), byte, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(
        single, ir.Constant(_BYTES, ir.Undefined), ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
    )


@intrinsic
def equal_mask(typing_context: Any, address: Any, byte: Any) -> Any:
    """Which of the 64 bytes are `byte`; (uintp, uint8) -> uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = builder.icmp_unsigned("==", _load(builder, arguments[0]), _splat(builder, arguments[1]))
        return builder.bitcast(found, _BITS)

    return types.uint64(types.uintp, types.uint8), generate


@intrinsic
def same_mask(typing_context: Any, address: Any, other: Any) -> Any:
    """Which of the 64 bytes are the same at both addresses; (uintp, uintp) -> uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        same = builder.icmp_unsigned("==", _load(builder, arguments[0]), _load(builder, arguments[1]))
        return builder.bitcast(same, _BITS)

    return types.uint64(types.uintp, types.uintp), generate


@intrinsic
def control_mask(typing_context: Any, address: Any) -> Any:
    """Which of the 64 bytes are control characters, line ends and tabs among them; (uintp) -> uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        below = ir.Constant(_BYTES, [32] * 64)
        return builder.bitcast(builder.icmp_unsigned("<", _load(builder, arguments[0]), below), _BITS)

    return types.uint64(types.uintp), generate


@intrinsic
def digit_mask(typing_context: Any, address: Any) -> Any:
    """Which of the 64 bytes are the digits 0-9; (uintp) -> uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        zeros, ten = (ir.Constant(_BYTES, [value] * 64) for value in (ord("0"), 10))
        return builder.bitcast(builder.icmp_unsigned("<", builder.sub(_load(builder, arguments[0]), zeros), ten), _BITS)

    return types.uint64(types.uintp), generate


@intrinsic
def count_bits(typing_context: Any, mask: Any) -> Any:
    """How many bits are set; (uint64) -> uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@intrinsic
def lowest_bit(typing_context: Any, mask: Any) -> Any:
    """The place of the lowest set bit, 64 when there is none; (uint64) -> uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.uint64(types.uint64), generate
