"""SHA-256 and BLAKE2b of several messages side by side: each operation is one on vectors with a lane per message.

What belongs here: the two compression functions, written as LLVM vectors so that whatever the processor has is used.
What does not: what is hashed (`hashing`). llvmlite publishes no types, hence `Any`.
Sources: FIPS 180-4 (SHA-256), RFC 7693 (BLAKE2b).
"""

from __future__ import annotations

from math import isqrt
from typing import Any, Final

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES: Final = 16
_BLAKE_ROUNDS: Final = 12
# Which words of the message each round takes.
_BLAKE_ORDER: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
# Which four of the sixteen working words are mixed together, eight times a round.
_BLAKE_COLUMNS: Final = (
    *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
    *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _cube_root(number: int) -> int:
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle - 1)
    return low


# The first bits of the fractions of roots of primes: square roots to start with, cube roots for the rounds.
SHA_START: Final = tuple(isqrt(prime << 64) % (1 << 32) for prime in _primes(8))
_SHA_ROUNDS: Final = tuple(_cube_root(prime << 96) % (1 << 32) for prime in _primes(64))
BLAKE_START: Final = tuple(isqrt(prime << 128) % (1 << 64) for prime in _primes(8))


class _Vectors:
    """Vectors of one word size: how they are loaded, stored, rotated."""

    def __init__(self, builder: Any, bits: int) -> None:
        self.builder, self.bits = builder, bits
        self.type = ir.VectorType(ir.IntType(bits), LANES)

    def load(self, address: Any, count: int) -> list[Any]:
        return [self.builder.load(self._at(address, place), align=4) for place in range(count)]

    def store(self, vectors: list[Any], address: Any) -> None:
        for place, vector in enumerate(vectors):
            self.builder.store(vector, self._at(address, place), align=4)

    def _at(self, address: Any, place: int) -> Any:
        offset = ir.Constant(address.type, place * LANES * self.bits // 8)
        return self.builder.inttoptr(self.builder.add(address, offset), self.type.as_pointer())

    def constant(self, number: int) -> Any:
        return ir.Constant(self.type, [number] * LANES)

    def add(self, *vectors: Any) -> Any:
        total, *others = vectors
        for other in others:
            total = self.builder.add(total, other)
        return total

    def xor(self, *vectors: Any) -> Any:
        mixed, *others = vectors
        for other in others:
            mixed = self.builder.xor(mixed, other)
        return mixed

    def rotate(self, vector: Any, places: int) -> Any:
        """To the right."""
        return self.builder.or_(self.shift(vector, places), self.builder.shl(vector, self.constant(self.bits - places)))

    def shift(self, vector: Any, places: int) -> Any:
        """To the right."""
        return self.builder.lshr(vector, self.constant(places))


@intrinsic
def sha_lanes(typing_context: Any, state: Any, block: Any) -> Any:
    """One block of SHA-256 in every lane; addresses of uint32[8, LANES], which is changed, and uint32[16, LANES]."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        v = _Vectors(builder, 32)
        before, words = v.load(arguments[0], 8), v.load(arguments[1], 16)
        for place in range(16, 64):
            early, late = words[place - 15], words[place - 2]
            small = v.xor(v.rotate(early, 7), v.rotate(early, 18), v.shift(early, 3))
            large = v.xor(v.rotate(late, 17), v.rotate(late, 19), v.shift(late, 10))
            words.append(v.add(words[place - 16], small, words[place - 7], large))
        a, b, c, d, e, f, g, h = before
        for word, number in zip(words, _SHA_ROUNDS, strict=True):
            chosen = v.xor(builder.and_(e, f), builder.and_(builder.not_(e), g))
            first = v.add(h, v.xor(v.rotate(e, 6), v.rotate(e, 11), v.rotate(e, 25)), chosen, v.constant(number), word)
            most = v.xor(builder.and_(a, b), builder.and_(a, c), builder.and_(b, c))
            second = v.add(v.xor(v.rotate(a, 2), v.rotate(a, 13), v.rotate(a, 22)), most)
            a, b, c, d, e, f, g, h = v.add(first, second), a, b, c, v.add(d, first), e, f, g
        after = [v.add(old, new) for old, new in zip(before, (a, b, c, d, e, f, g, h), strict=True)]
        v.store(after, arguments[0])
        return context.get_dummy_value()

    return types.void(types.uintp, types.uintp), generate


@intrinsic
def blake_lanes(typing_context: Any, state: Any, block: Any, length: Any, last: Any) -> Any:
    """One block of BLAKE2b in every lane; addresses of uint64[8, LANES], which is changed, and uint64[16, LANES].

    `length`: bytes read so far, with these. `last`: all ones for the last block, else zero.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        v = _Vectors(builder, 64)
        before, m = v.load(arguments[0], 8), v.load(arguments[1], 16)
        w = [*before, *(v.constant(number) for number in BLAKE_START)]
        for place, number in ((12, arguments[2]), (14, arguments[3])):
            single = builder.insert_element(ir.Constant(v.type, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
            lanes = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            w[place] = v.xor(w[place], builder.shuffle_vector(single, ir.Constant(v.type, ir.Undefined), lanes))
        for number in range(_BLAKE_ROUNDS):
            order = _BLAKE_ORDER[number % len(_BLAKE_ORDER)]
            for place, (a, b, c, d) in enumerate(_BLAKE_COLUMNS):
                for word, first, second in ((order[2 * place], 32, 24), (order[2 * place + 1], 16, 63)):
                    w[a] = v.add(w[a], w[b], m[word])
                    w[d] = v.rotate(v.xor(w[d], w[a]), first)
                    w[c] = v.add(w[c], w[d])
                    w[b] = v.rotate(v.xor(w[b], w[c]), second)
        v.store([v.xor(before[place], w[place], w[place + 8]) for place in range(8)], arguments[0])
        return context.get_dummy_value()

    return types.void(types.uintp, types.uintp, types.uint64, types.uint64), generate
