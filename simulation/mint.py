"""Opaque identifiers: unique, repeatable, and silent about whom they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from simulation.streams import Streams

_BLOCK = 8_192
_IPS = 222 << 24


class Mint:
    """Makes identifiers from counters passed through a bijection of 64 bits (splitmix64), so none repeats."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._hex = {prefix: self._sequence(prefix) for prefix in "edctabhmor"}
        dice = streams.dice("mint", "ip")
        self._ip_base, self._ip_count = dice.randrange(_IPS), 0

    def _sequence(self, prefix: str) -> Iterator[str]:
        counter = np.uint64(self._streams.dice("mint", prefix).getrandbits(63))
        steps = np.arange(_BLOCK, dtype=np.uint64)
        while True:
            z = (steps + counter) * np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            text = (z ^ (z >> np.uint64(31))).astype(">u8").tobytes().hex()
            for at in range(0, len(text), 16):
                yield prefix + text[at : at + 16]
            counter += np.uint64(_BLOCK)

    def event(self) -> str:
        """Return a new event id."""
        return next(self._hex["e"])

    def events(self, count: int) -> list[str]:
        """Return that many new event ids."""
        return list(islice(self._hex["e"], count))

    def account(self) -> str:
        """Return a new account id."""
        return next(self._hex["a"])

    def device(self) -> str:
        """Return a new device id."""
        return next(self._hex["d"])

    def card(self) -> str:
        """Return a new card token."""
        return next(self._hex["c"])

    def bank_account(self) -> str:
        """Return a new bank account id."""
        return next(self._hex["b"])

    def trip(self) -> str:
        """Return a new trip id."""
        return next(self._hex["t"])

    def phone(self) -> str:
        """Return a new phone hash."""
        return next(self._hex["h"])

    def email(self) -> str:
        """Return a new e-mail hash."""
        return next(self._hex["m"])

    def promo(self) -> str:
        """Return a new promo id."""
        return next(self._hex["o"])

    def ring(self) -> str:
        """Return a new ring id (for the truth only)."""
        return next(self._hex["r"])

    def ip(self) -> str:
        """Return a new address; no two calls return the same one."""
        self._ip_count += 1
        value = (self._ip_base + self._ip_count * 2_654_435_761) % _IPS
        return f"{(value >> 24) + 1}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
