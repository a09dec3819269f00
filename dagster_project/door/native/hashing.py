"""The door's two keyed hashes, one person after the other: HMAC-SHA-256 of a CPR number, BLAKE2b of what came of it.

What belongs here: the same results as `pseudonym.participant_id` and `people.fingerprints`, which the tests hold these
against. Sources: FIPS 180-4 (SHA-256), RFC 2104 (HMAC), RFC 7693 (BLAKE2b).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import isqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from dagster_project.door.native.compiled import compiled, inlined

Words32 = npt.NDArray[np.uint32]
Words64 = npt.NDArray[np.uint64]

_BLOCK: Final = 64


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _root_bits(number: int, power: int, bits: int) -> int:
    """The first bits of the fraction of a square (2) or cube (3) root."""
    scaled = number << (power * bits)
    root = isqrt(scaled) if power == 2 else _cube_root(scaled)
    return root % (1 << bits)


def _cube_root(number: int) -> int:
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle - 1)
    return low


_SHA_START: Final = np.array([_root_bits(prime, 2, 32) for prime in _primes(8)], dtype=np.uint32)
_SHA_ROUNDS: Final = np.array([_root_bits(prime, 3, 32) for prime in _primes(64)], dtype=np.uint32)
_BLAKE_START: Final = np.array([_root_bits(prime, 2, 64) for prime in _primes(8)], dtype=np.uint64)
_BLAKE_ORDER: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ],
    dtype=np.uint8,
)


@dataclass(frozen=True)
class HashKeys:
    """What the key contributes to every hash, worked out once: uint32[2, 8] of SHA-256 and uint64[8] of BLAKE2b."""

    inner_and_outer: Words32
    blake: Words64


def prepare_keys(pseudonym_key: str) -> HashKeys:
    """The states of the hashes after the key has been read."""
    secret = pseudonym_key.encode("utf-8")
    padded = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    states = np.tile(_SHA_START, (2, 1))
    for state, pad in zip(states, (0x36, 0x5C), strict=True):
        block = np.frombuffer(bytes(byte ^ pad for byte in padded), dtype=">u4").astype(np.uint32)
        _sha_block(state, np.concatenate([block, np.zeros(48, dtype=np.uint32)]))
    blake = _BLAKE_START.copy()
    # The parameter block: 8 bytes out, 32 bytes of key, no tree; the last two words name the use.
    blake[0] ^= np.uint64(8 | 32 << 8 | 1 << 16 | 1 << 24)
    blake[6:8] ^= np.frombuffer(b"nedslag-roll".ljust(16, b"\0"), dtype="<u8").astype(np.uint64)
    key_block = np.frombuffer(hashlib.sha256(secret).digest().ljust(128, b"\0"), dtype="<u8").astype(np.uint64)
    _blake_block(blake, key_block, 128, False, np.empty(16, dtype=np.uint64))
    return HashKeys(states, blake)


@inlined
def _rotated(word, places):
    return np.uint32((word >> np.uint32(places)) | (word << np.uint32(32 - places)))


@compiled
def _sha_block(state: Words32, words: Words32) -> None:
    """One block of SHA-256; `words` has room for 64, of which 16 are the block."""
    for i in range(16, 64):
        early, late = words[i - 15], words[i - 2]
        small = _rotated(early, 7) ^ _rotated(early, 18) ^ np.uint32(early >> np.uint32(3))
        large = _rotated(late, 17) ^ _rotated(late, 19) ^ np.uint32(late >> np.uint32(10))
        words[i] = np.uint32(np.uint32(words[i - 16] + small) + np.uint32(words[i - 7] + large))
    a, b, c, d = state[0], state[1], state[2], state[3]
    e, f, g, h = state[4], state[5], state[6], state[7]
    for i in range(64):
        mixed = _rotated(e, 6) ^ _rotated(e, 11) ^ _rotated(e, 25)
        chosen = np.uint32((e & f) ^ (~e & g))
        first = np.uint32(np.uint32(np.uint32(h + mixed) + np.uint32(chosen + _SHA_ROUNDS[i])) + words[i])
        turned = _rotated(a, 2) ^ _rotated(a, 13) ^ _rotated(a, 22)
        most = np.uint32((a & b) ^ (a & c) ^ (b & c))
        h, g, f, e = g, f, e, np.uint32(d + first)
        d, c, b, a = c, b, a, np.uint32(first + np.uint32(turned + most))
    state[0] += a
    state[1] += b
    state[2] += c
    state[3] += d
    state[4] += e
    state[5] += f
    state[6] += g
    state[7] += h


@compiled
def person_words(high: np.uint64, low: np.uint64, keys: Words32, words: Words32, state: Words32) -> tuple[int, int]:
    """The participant id of ten CPR digits as two 64-bit words.

    Args:
        high: the first eight digits as ASCII, the first one in the top byte. low: the last two, in its lowest bytes.
        keys: of `HashKeys`. words, state: room for 64 and 8 words.
    """
    state[:] = keys[0]
    words[0] = np.uint32(high >> np.uint64(32))
    words[1] = np.uint32(high & np.uint64(0xFFFFFFFF))
    words[2] = np.uint32((low << np.uint64(16)) | np.uint64(0x8000))
    words[3:15] = 0
    words[15] = np.uint32((64 + 10) * 8)
    _sha_block(state, words)
    words[:8] = state
    words[8] = np.uint32(0x80000000)
    words[9:15] = 0
    words[15] = np.uint32((64 + 32) * 8)
    state[:] = keys[1]
    _sha_block(state, words)
    return (
        (np.uint64(state[0]) << np.uint64(32)) | np.uint64(state[1]),
        (np.uint64(state[2]) << np.uint64(32)) | np.uint64(state[3]),
    )


@inlined
def _turned(word, places):
    return (word >> np.uint64(places)) | (word << np.uint64(64 - places))


@inlined
def _mix(v, a, b, c, d, x, y):
    v[a] = v[a] + v[b] + x
    v[d] = _turned(v[d] ^ v[a], 32)
    v[c] = v[c] + v[d]
    v[b] = _turned(v[b] ^ v[c], 24)
    v[a] = v[a] + v[b] + y
    v[d] = _turned(v[d] ^ v[a], 16)
    v[c] = v[c] + v[d]
    v[b] = _turned(v[b] ^ v[c], 63)


@compiled
def _blake_block(state: Words64, m: Words64, length: int, last: bool, v: Words64) -> None:
    """One block of BLAKE2b; `length` is how many bytes have been read with it, `v` is room for 16 words."""
    v[:8] = state
    v[8:] = _BLAKE_START
    v[12] ^= np.uint64(length)
    if last:
        v[14] = ~v[14]
    for number in range(12):
        s = _BLAKE_ORDER[number % 10]
        _mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]])
        _mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]])
        _mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]])
        _mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]])
        _mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]])
        _mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]])
        _mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]])
        _mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]])
    for i in range(8):
        state[i] ^= v[i] ^ v[i + 8]


@inlined
def _hex_digits(word):
    """Four bytes (the low half of `word`) as eight hex digits in ASCII, the first one in the lowest byte."""
    # Nibbles apart, then turned around byte by byte: the hash reads its words from the low end.
    spread = np.uint64(0)
    for place in range(8):
        nibble = (word >> np.uint64(28 - 4 * place)) & np.uint64(15)
        sign = nibble + np.uint64(48) if nibble < np.uint64(10) else nibble + np.uint64(87)
        spread |= sign << np.uint64(8 * place)
    return spread


@compiled
def fingerprint(first: np.uint64, second: np.uint64, blake: Words64, state: Words64, m: Words64, v: Words64) -> int:
    """The fingerprint of the participant id in two words; state, m, v: room for 8, 16 and 16 words."""
    state[:] = blake
    m[:] = np.uint64(0)
    m[0] = _hex_digits(first >> np.uint64(32))
    m[1] = _hex_digits(first & np.uint64(0xFFFFFFFF))
    m[2] = _hex_digits(second >> np.uint64(32))
    m[3] = _hex_digits(second & np.uint64(0xFFFFFFFF))
    _blake_block(state, m, 160, True, v)
    turned = np.uint64(0)
    for place in range(8):
        turned |= ((state[0] >> np.uint64(8 * place)) & np.uint64(255)) << np.uint64(56 - 8 * place)
    return turned


def fingerprints_of(people: Words64, keys: HashKeys) -> Words64:
    """The fingerprints of participant ids in words (n, 2)."""
    marks = np.empty(len(people), dtype=np.uint64)
    _fingerprints(people, keys.blake, marks, np.empty(8, np.uint64), np.empty(16, np.uint64), np.empty(16, np.uint64))
    return marks


@compiled
def _fingerprints(people: Words64, blake: Words64, marks: Words64, state: Words64, m: Words64, v: Words64) -> None:
    for number in range(people.shape[0]):
        marks[number] = fingerprint(people[number, 0], people[number, 1], blake, state, m, v)
