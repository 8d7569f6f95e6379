"""How well rings of different sizes are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gnn.evaluation.ceiling import Judged
from gnn.evaluation.detection import ReportedRing
from gnn.evaluation.matching import best_matches
from gnn.evaluation.rings import true_sets
from gnn.evaluation.truth import Truth

SIZES: Final = (("up to 5", 5), ("6 to 20", 20), ("21 to 100", 100), ("over 100", None))
"""Sizes of rings: the name of each, and its largest number of accounts."""


@dataclass(frozen=True, slots=True)
class SizeFigures:
    """True rings of one size, those found at a Jaccard overlap, and those that a candidate reached.

    ``reached`` is None when nobody wrote down what was judged.
    """

    size: str
    true: int
    found_at_50: int
    found_at_80: int
    reached_at_50: int | None = None
    reached_at_80: int | None = None


def size_of(accounts: int) -> str:
    """The name of the size of a ring of so many accounts."""
    return next(name for name, most in SIZES if most is None or accounts <= most)


def size_figures(
    reported: Sequence[ReportedRing], truth: Truth, judged: Judged | None = None
) -> list[SizeFigures]:
    """One row for each size, from small to large, empty ones too."""
    sets = true_sets(truth)
    found = best_matches(sets, [ring.accounts for ring in reported])
    rows = []
    for name, _ in SIZES:
        ours = [number for number, accounts in enumerate(sets) if size_of(len(accounts)) == name]
        rows.append(
            SizeFigures(
                size=name,
                true=len(ours),
                found_at_50=sum(found[number].holds_at(0.5) for number in ours),
                found_at_80=sum(found[number].holds_at(0.8) for number in ours),
                reached_at_50=None if judged is None else judged.reached(ours, 0.5),
                reached_at_80=None if judged is None else judged.reached(ours, 0.8),
            )
        )
    return rows
