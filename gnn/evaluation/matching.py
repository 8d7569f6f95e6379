"""Which reported ring stands for which true ring: overlap by Jaccard index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """The other set that overlaps a set most.

    ``other`` is its position, None when none shares a member; ``jaccard`` is |a and b| / |a or b|.
    """

    other: int | None
    jaccard: float

    def holds_at(self, threshold: float) -> bool:
        """Whether there is an overlap and it reaches ``threshold``."""
        return self.other is not None and self.jaccard >= threshold


def best_matches(sets: Sequence[frozenset[str]], others: Sequence[frozenset[str]]) -> list[Match]:
    """For each of ``sets`` the one of ``others`` that overlaps it most; equal overlaps go to the first.

    Cost: O(memberships); only sets that share a member are compared.
    """
    positions: dict[str, list[int]] = {}
    for position, other in enumerate(others):
        for member in other:
            positions.setdefault(member, []).append(position)
    matches = []
    for members in sets:
        shared: Counter[int] = Counter()
        for member in members:
            shared.update(positions.get(member, ()))
        best = min(
            (
                (-count / (len(members) + len(others[position]) - count), position)
                for position, count in shared.items()
            ),
            default=None,
        )
        matches.append(Match(None, 0.0) if best is None else Match(best[1], -best[0]))
    return matches
