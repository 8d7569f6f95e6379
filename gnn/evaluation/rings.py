"""How well rings were found: recall and precision, over all kinds and for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gnn.evaluation.detection import ReportedRing
from gnn.evaluation.matching import Match, best_matches
from gnn.evaluation.ratio import share
from gnn.evaluation.truth import Truth

MISSED = "missed"
UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class RingFigures:
    """Counts and shares over rings; a share of nothing is None.

    A true ring is found at a threshold when some reported ring overlaps it that much. A reported ring
    is right when at least half of its accounts are fraudulent; at a threshold, when it overlaps some
    true ring that much.
    """

    reported: int
    precision: float | None
    recall_at_50: float | None
    recall_at_80: float | None
    precision_at_50: float | None
    precision_at_80: float | None


@dataclass(frozen=True, slots=True)
class KindFigures:
    """The same for one kind: ``reported`` and ``right`` count rings that were reported as this kind.

    ``reached`` counts true rings that some candidate overlaps that much, None when nobody wrote down what
    was judged.
    """

    kind: str
    true: int
    found_at_50: int
    found_at_80: int
    reported: int
    right: int
    events_before_flag: float | None = None
    prevented: float | None = None
    reached_at_50: int | None = None
    reached_at_80: int | None = None


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    """How the true rings of one kind were reported: (kind or ``missed``, count), largest count first."""

    kind: str
    reported_as: tuple[tuple[str, int], ...]


def true_sets(truth: Truth) -> list[frozenset[str]]:
    """The accounts of each true ring, in the order of the truth."""
    return [frozenset(ring.accounts) for ring in truth.rings]


def is_right(ring: ReportedRing, fraudulent: frozenset[str]) -> bool:
    """Whether at least half of the ring's accounts are fraudulent."""
    return 2 * len(ring.accounts & fraudulent) >= len(ring.accounts)


def ring_figures(reported: Sequence[ReportedRing], truth: Truth) -> RingFigures:
    """Recall and precision over all kinds."""
    sets = [ring.accounts for ring in reported]
    found = best_matches(true_sets(truth), sets)
    backed = best_matches(sets, true_sets(truth))
    fraudulent = truth.fraudulent()
    return RingFigures(
        reported=len(reported),
        precision=share(sum(is_right(ring, fraudulent) for ring in reported), len(reported)),
        recall_at_50=_share_at(found, 0.5),
        recall_at_80=_share_at(found, 0.8),
        precision_at_50=_share_at(backed, 0.5),
        precision_at_80=_share_at(backed, 0.8),
    )


def kind_figures(reported: Sequence[ReportedRing], truth: Truth) -> list[KindFigures]:
    """One row for each kind that is true or reported, sorted by name."""
    found = best_matches(true_sets(truth), [ring.accounts for ring in reported])
    fraudulent = truth.fraudulent()
    kinds = {ring.kind for ring in truth.rings} | {ring.kind or UNNAMED for ring in reported}
    return [
        KindFigures(
            kind=kind,
            true=sum(ring.kind == kind for ring in truth.rings),
            found_at_50=_count(found, truth, kind, 0.5),
            found_at_80=_count(found, truth, kind, 0.8),
            reported=sum((ring.kind or UNNAMED) == kind for ring in reported),
            right=sum((ring.kind or UNNAMED) == kind and is_right(ring, fraudulent) for ring in reported),
        )
        for kind in sorted(kinds)
    ]


def kind_confusion(reported: Sequence[ReportedRing], truth: Truth) -> list[ConfusionRow]:
    """What the true rings of each kind were taken for, by the ring that matches at Jaccard 0.5."""
    found = best_matches(true_sets(truth), [ring.accounts for ring in reported])
    taken_for: dict[str, Counter[str]] = {}
    for ring, match in zip(truth.rings, found, strict=True):
        name = MISSED
        if match.other is not None and match.holds_at(0.5):
            name = reported[match.other].kind or UNNAMED
        taken_for.setdefault(ring.kind, Counter())[name] += 1
    return [
        ConfusionRow(kind, tuple(sorted(taken_for[kind].items(), key=lambda item: (-item[1], item[0]))))
        for kind in sorted(taken_for)
    ]


def _share_at(matches: Sequence[Match], threshold: float) -> float | None:
    return share(sum(match.holds_at(threshold) for match in matches), len(matches))


def _count(found: Sequence[Match], truth: Truth, kind: str, threshold: float) -> int:
    return sum(
        ring.kind == kind and match.holds_at(threshold)
        for ring, match in zip(truth.rings, found, strict=True)
    )
