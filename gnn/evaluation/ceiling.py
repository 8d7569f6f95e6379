"""What a perfect score could have found: the best overlap of anything judged with each true ring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from gnn.evaluation.ratio import share


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged, against the true rings: ``best`` is the largest Jaccard overlap of each, in order.

    ``candidates`` is how many sets were judged. ``left_out`` counts judgements of sets that nobody wrote
    down: where there are any, every figure made of ``best`` is a lower bound.
    """

    candidates: int
    best: tuple[float, ...]
    left_out: int = 0

    def reached(self, rings: Iterable[int], threshold: float) -> int:
        """How many of the true rings with these places some candidate overlaps that much."""
        return sum(self.best[number] >= threshold for number in rings)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Recall that a perfect score of the same candidates would have; shares of nothing are None."""

    candidates: int
    recall_at_50: float | None
    recall_at_80: float | None


def judged_against(
    rings: Sequence[frozenset[str]], candidates: Iterable[Collection[str]], left_out: int = 0
) -> Judged:
    """The best overlap of each ring with any of ``candidates``, each without repeats.

    Cost: O(memberships); one candidate is held at a time.
    """
    rings_of: dict[str, list[int]] = {}
    for number, ring in enumerate(rings):
        for account in ring:
            rings_of.setdefault(account, []).append(number)
    best = [0.0] * len(rings)
    count = 0
    for candidate in candidates:
        count += 1
        shared: Counter[int] = Counter()
        for account in candidate:
            shared.update(rings_of.get(account, ()))
        for number, common in shared.items():
            overlap = common / (len(rings[number]) + len(candidate) - common)
            best[number] = max(best[number], overlap)
    return Judged(count, tuple(best), left_out)


def ceiling(judged: Judged) -> Ceiling:
    """The shares of true rings that anything judged could have found."""
    rings = len(judged.best)
    at_50, at_80 = (share(judged.reached(range(rings), at), rings) for at in (0.5, 0.8))
    return Ceiling(judged.candidates, at_50, at_80)
