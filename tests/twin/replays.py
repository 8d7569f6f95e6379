"""Tracks that were driven before: the same fixes at another time."""

from __future__ import annotations

from collections.abc import Sequence

from graph.state.sizes import PRINTS, REPLAY_SLOTS
from graph.updates.replays import ANOTHER_TIME_MIN, MOVED_KM
from tests.twin.places import Place, mixed, spelt

Print = tuple[int, int]
"""A fingerprint, and the minute at which it was driven."""
_MASK = (1 << 64) - 1
_FOLD = 0x2D358DCCAA6C78A5
_MINUTES = (1 << 24) - 1


def prints_of(times: Sequence[int], ways: Sequence[Place], fixes: Sequence[Place]) -> list[Print]:
    """The smallest fingerprints of a track, from its times, places in km and coordinates."""
    moved = [0]
    for n in range(1, len(ways)):
        x, y = ways[n][0] - ways[moved[-1]][0], ways[n][1] - ways[moved[-1]][1]
        if x * x + y * y >= MOVED_KM * MOVED_KM:
            moved.append(n)
    first: dict[int, int] = {}
    for n in range(3, len(moved)):
        word = 0
        for k in moved[n - 3 : n + 1]:
            word = (word * _FOLD & _MASK) ^ spelt(fixes[k])
        first.setdefault(mixed(word), times[moved[n]] // 60_000)
    return sorted(first.items())[:PRINTS]


class Replays:
    """Fingerprints of completed trips, in sets of four."""

    def __init__(self) -> None:
        self._sets: dict[int, list[Print]] = {}

    def share(self, prints: Sequence[Print]) -> float:
        """The share of fingerprints that were seen at another time; remembers those that are new."""
        return sum(self._look_up(*each) for each in prints) / max(len(prints), 1)

    def _look_up(self, seen: int, minute: int) -> bool:
        entries = self._sets.setdefault((seen & REPLAY_SLOTS - 1) // 4, [(0, 0)] * 4)
        tag, minute = seen & ~_MINUTES, minute & _MINUTES
        for known, when in entries:
            if known == tag and (known or when):
                return abs(when - minute) >= ANOTHER_TIME_MIN
        entries[min(range(4), key=lambda slot: entries[slot][1])] = tag, minute
        return False
