"""The door's two keyed hashes, many persons at a time: HMAC-SHA-256 of CPR numbers, BLAKE2b of what came of them.

What belongs here: the same results as `pseudonym.participant_id` and `people.fingerprints`, which the tests hold these
against. What does not: the compression functions (`lanes`). Source: RFC 2104 (HMAC).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from dagster_project.door.native.compiled import compiled, inlined
from dagster_project.door.native.lanes import BLAKE_START, LANES, SHA_START, blake_lanes, sha_lanes

Words32 = npt.NDArray[np.uint32]
Words64 = npt.NDArray[np.uint64]

_BLOCK: Final = 64
_ALL_ONES: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class HashKeys:
    """What the key contributes to every hash, worked out once: uint32[2, 8] of SHA-256 and uint64[8] of BLAKE2b."""

    inner_and_outer: Words32
    blake: Words64


class HashRoom(NamedTuple):
    """Room for the lanes of one thread."""

    sha_state: Words32
    sha_block: Words32
    blake_state: Words64
    blake_block: Words64


def make_hash_room() -> HashRoom:
    """Room for one thread."""
    return HashRoom(
        np.zeros((8, LANES), dtype=np.uint32),
        np.zeros((16, LANES), dtype=np.uint32),
        np.zeros((8, LANES), dtype=np.uint64),
        np.zeros((16, LANES), dtype=np.uint64),
    )


def prepare_keys(pseudonym_key: str) -> HashKeys:
    """The states of the hashes after the key has been read."""
    secret = pseudonym_key.encode("utf-8")
    padded = (hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    room = make_hash_room()
    room.sha_state[:] = np.array(SHA_START, dtype=np.uint32)[:, None]
    for lane, pad in enumerate((0x36, 0x5C)):
        room.sha_block[:, lane] = np.frombuffer(bytes(byte ^ pad for byte in padded), dtype=">u4")
    room.blake_state[:] = np.array(BLAKE_START, dtype=np.uint64)[:, None]
    # The parameter block: 8 bytes out, 32 bytes of key, no tree; the last two words name the use.
    room.blake_state[0] ^= np.uint64(8 | 32 << 8 | 1 << 16 | 1 << 24)
    room.blake_state[6:8] ^= np.frombuffer(b"nedslag-roll".ljust(16, b"\0"), dtype="<u8")[:, None]
    room.blake_block[:] = np.frombuffer(hashlib.sha256(secret).digest().ljust(128, b"\0"), dtype="<u8")[:, None]
    _read_keys(room)
    return HashKeys(np.ascontiguousarray(room.sha_state[:, :2].T), room.blake_state[:, 0].copy())


@compiled
def _read_keys(room: HashRoom) -> None:
    sha_lanes(np.uintp(room.sha_state.ctypes.data), np.uintp(room.sha_block.ctypes.data))
    blake_lanes(
        np.uintp(room.blake_state.ctypes.data), np.uintp(room.blake_block.ctypes.data), np.uint64(128), np.uint64(0)
    )


@compiled
def hash_persons(keys: Words64, first: int, last: int, hmac: Words32, room: HashRoom, people: Words64) -> None:
    """Participant ids of CPR numbers, both as pairs of words (n, 2), from place `first` up to `last`.

    Args:
        keys: the first eight digits as ASCII, the first one in the top byte; the last two, in the lowest bytes.
        hmac: of `HashKeys`.
    """
    state, block = room.sha_state, room.sha_block
    for start in range(first, last, LANES):
        count = min(LANES, last - start)
        for place in range(8):
            for lane in range(LANES):
                state[place, lane] = hmac[0, place]
        block[3:15] = np.uint32(0)
        block[15] = np.uint32((64 + 10) * 8)
        for lane in range(count):
            high = keys[start + lane, 0]
            block[0, lane] = np.uint32(high >> np.uint64(32))
            block[1, lane] = np.uint32(high & np.uint64(0xFFFFFFFF))
            block[2, lane] = np.uint32((keys[start + lane, 1] << np.uint64(16)) | np.uint64(0x8000))
        sha_lanes(np.uintp(state.ctypes.data), np.uintp(block.ctypes.data))
        block[:8] = state
        block[8] = np.uint32(0x80000000)
        block[9:15] = np.uint32(0)
        block[15] = np.uint32((64 + 32) * 8)
        for place in range(8):
            for lane in range(LANES):
                state[place, lane] = hmac[1, place]
        sha_lanes(np.uintp(state.ctypes.data), np.uintp(block.ctypes.data))
        for lane in range(count):
            people[start + lane, 0] = (np.uint64(state[0, lane]) << np.uint64(32)) | np.uint64(state[1, lane])
            people[start + lane, 1] = (np.uint64(state[2, lane]) << np.uint64(32)) | np.uint64(state[3, lane])


@inlined
def _hex_digits(word):
    """Four bytes (the low half of `word`) as eight hex digits in ASCII, the first one in the lowest byte."""
    byte = np.uint64(0xFF)
    spread = (word >> np.uint64(24)) | ((word >> np.uint64(16)) & byte) << np.uint64(16)
    spread |= ((word >> np.uint64(8)) & byte) << np.uint64(32) | (word & byte) << np.uint64(48)
    low = np.uint64(0x000F000F000F000F)
    nibbles = ((spread >> np.uint64(4)) & low) | (spread & low) << np.uint64(8)
    letters = ((nibbles + np.uint64(0x0606060606060606)) >> np.uint64(4)) & np.uint64(0x0101010101010101)
    return nibbles + np.uint64(0x3030303030303030) + letters * np.uint64(39)


@compiled
def fingerprint_persons(people: Words64, first: int, last: int, blake: Words64, room: HashRoom, marks: Words64) -> None:
    """The fingerprints of participant ids in words (n, 2), from place `first` up to `last`; `blake` of `HashKeys`."""
    state, block = room.blake_state, room.blake_block
    half = np.uint64(0xFFFFFFFF)
    for start in range(first, last, LANES):
        count = min(LANES, last - start)
        for place in range(8):
            for lane in range(LANES):
                state[place, lane] = blake[place]
        block[4:] = np.uint64(0)
        for lane in range(count):
            for place in range(2):
                word = people[start + lane, place]
                block[2 * place, lane] = _hex_digits(word >> np.uint64(32))
                block[2 * place + 1, lane] = _hex_digits(word & half)
        blake_lanes(np.uintp(state.ctypes.data), np.uintp(block.ctypes.data), np.uint64(160), _ALL_ONES)
        for lane in range(count):
            turned = np.uint64(0)
            for place in range(8):
                turned |= ((state[0, lane] >> np.uint64(8 * place)) & np.uint64(255)) << np.uint64(56 - 8 * place)
            marks[start + lane] = turned


def fingerprints_of(people: Words64, keys: HashKeys) -> Words64:
    """The fingerprints of participant ids in words (n, 2)."""
    marks = np.empty(len(people), dtype=np.uint64)
    fingerprint_persons(people, 0, len(people), keys.blake, make_hash_room(), marks)
    return marks
