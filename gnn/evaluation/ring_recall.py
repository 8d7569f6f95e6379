"""The figure that decides between models: rings found at a fixed rate of false ones.

Candidates are reported from the highest score down. One that mostly repeats what was reported (half of its
accounts or more) is no new report. A true ring is found by a report that overlaps it with Jaccard 0.5 or
more; a report is false when fewer than half of its accounts are fraudulent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gnn.evaluation.truth import Truth

FOUND_AT = 0.5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate of one world with its score."""

    score: float
    accounts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Report:
    """One reported candidate: the rings it finds, and whether it is false."""

    score: float
    found: tuple[str, ...]
    is_false: bool


def reports_of(candidates: Sequence[Ranked], truth: Truth) -> list[Report]:
    """What one world's candidates report, highest score first; ties go to the larger, then by name."""
    rings = {ring.ring: frozenset(ring.accounts) for ring in truth.rings}
    ring_of = {account: ring.ring for ring in truth.rings for account in ring.accounts}
    reported: set[str] = set()
    reports = []
    for each in sorted(candidates, key=lambda c: (-c.score, -len(c.accounts), sorted(c.accounts))):
        repeats = 2 * len(each.accounts & reported) >= len(each.accounts)
        shared = Counter(ring_of[account] for account in each.accounts if account in ring_of)
        found = tuple(
            ring
            for ring, common in sorted(shared.items())
            if common / (len(each.accounts) + len(rings[ring]) - common) >= FOUND_AT
        )
        if repeats and not found:
            continue
        reported |= each.accounts
        reports.append(Report(each.score, found, 2 * shared.total() < len(each.accounts)))
    return reports


def recall_at(worlds: Sequence[Sequence[Report]], rings: int, false_allowed: float) -> float:
    """Share of ``rings`` found before more than ``false_allowed`` reports are false, over all worlds."""
    ranked = sorted(
        ((report.score, n, report) for n, reports in enumerate(worlds) for report in reports),
        key=lambda entry: (-entry[0], entry[1], entry[2].is_false),
    )
    found: set[tuple[int, str]] = set()
    false = 0
    for _, world, report in ranked:
        false += report.is_false
        if false > false_allowed:
            break
        found.update((world, ring) for ring in report.found)
    return len(found) / rings if rings else 0.0
