"""What stands at the end of a run, compared with the group that was there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

FOUND: Final = 0.8
"""Jaccard overlap from which on a ring is the group."""
ACCUSED: Final = 3
"""Accounts of an honest group in one ring from which on the ring counts."""


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Common members over all members; 0 for two empty sets.

    >>> jaccard(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    return len(one & other) / max(len(one | other), 1)


def best_overlap(rings: Iterable[frozenset[str]], group: frozenset[str]) -> float:
    """The overlap of the ring that is most like the group; 0 without rings."""
    return max((jaccard(ring, group) for ring in rings), default=0.0)


def accused(rings: Iterable[frozenset[str]], group: frozenset[str]) -> int:
    """How many of the group stand in rings that hold ``ACCUSED`` of them or more."""
    return sum(len(ring & group) for ring in rings if len(ring & group) >= ACCUSED)


def found_from(found: Mapping[int, bool]) -> int | None:
    """The smallest size from which on every size measured was found; None when the largest was not.

    >>> found_from({6: True, 8: False, 10: True, 12: True})
    10
    """
    first = None
    for size in sorted(found, reverse=True):
        if not found[size]:
            break
        first = size
    return first
