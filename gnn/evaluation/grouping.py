"""Whether rings were kept apart where they are apart, and together where they are one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gnn.evaluation.detection import ReportedRing
from gnn.evaluation.truth import Truth


@dataclass(frozen=True, slots=True)
class Grouping:
    """Rings put together wrongly, and rings that came in pieces.

    A reported ring *holds* a true one when it has at least half of its accounts. ``merging`` reported rings
    hold two true ones or more; ``merged`` true rings are held by one of these. A reported ring is a *piece*
    of the true ring to which at least half of its accounts belong; ``split`` true rings have two ``pieces``
    or more, ``pieces`` in all.
    """

    merging: int
    merged: int
    split: int
    pieces: int


def grouping(reported: Sequence[ReportedRing], truth: Truth) -> Grouping:
    """How the reported rings group the true ones. Cost: O(memberships)."""
    sizes = [len(set(ring.accounts)) for ring in truth.rings]
    rings_of: dict[str, list[int]] = {}
    for number, ring in enumerate(truth.rings):
        for account in sorted(set(ring.accounts)):
            rings_of.setdefault(account, []).append(number)
    merging = 0
    merged: set[int] = set()
    pieces: Counter[int] = Counter()
    for each in reported:
        shared: Counter[int] = Counter()
        for account in each.accounts:
            shared.update(rings_of.get(account, ()))
        held = [number for number, common in shared.items() if 2 * common >= sizes[number]]
        if len(held) > 1:
            merging += 1
            merged.update(held)
        pieces.update(number for number, common in shared.items() if 2 * common >= len(each.accounts))
    in_pieces = [count for count in pieces.values() if count > 1]
    return Grouping(merging, len(merged), len(in_pieces), sum(in_pieces))
