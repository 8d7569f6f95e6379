"""What honest groups that look like rings had to suffer, by their kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from gnn.evaluation.detection import ReportedRing
from gnn.evaluation.rings import is_right
from gnn.evaluation.truth import Truth

NONE_KNOWN: Final = "none known"


@dataclass(frozen=True, slots=True)
class LookAlikeFigures:
    """Look-alikes of one kind: groups, their accounts, and who of them was accused.

    ``false_rings`` hold two or more accounts of one group, and ``hit`` groups are held so; both at the end.
    ``ever_flagged`` accounts were flagged at any time, None for a method without flags. The last row,
    ``none known``, is of false rings and flagged honest accounts that belong to no look-alike.
    """

    kind: str
    groups: int
    accounts: int
    false_rings: int
    hit: int
    ever_flagged: int | None


def look_alike_figures(
    reported: Sequence[ReportedRing], truth: Truth, ever_flagged: Collection[str] | None
) -> list[LookAlikeFigures]:
    """One row for each kind of look-alike in the truth, by name, and one for whoever is none.

    Cost: O(memberships), times the kinds.
    """
    fraudulent = truth.fraudulent()
    groups_of: dict[str, list[int]] = {}
    for number, decoy in enumerate(truth.decoys):
        for account in sorted(set(decoy.accounts)):
            groups_of.setdefault(account, []).append(number)
    false_rings: Counter[str] = Counter()
    hit: set[int] = set()
    for ring in reported:
        if is_right(ring, fraudulent):
            continue
        shared: Counter[int] = Counter()
        for account in ring.accounts:
            shared.update(groups_of.get(account, ()))
        held = {number for number, common in shared.items() if common >= 2}
        hit |= held
        false_rings.update({truth.decoys[number].kind for number in held} or {NONE_KNOWN})
    honest = None if ever_flagged is None else frozenset(ever_flagged) - fraudulent - set(truth.unjudged)
    rows = []
    for kind in sorted({decoy.kind for decoy in truth.decoys}):
        groups = [number for number, decoy in enumerate(truth.decoys) if decoy.kind == kind]
        accounts = frozenset(account for number in groups for account in truth.decoys[number].accounts)
        rows.append(
            LookAlikeFigures(
                kind=kind,
                groups=len(groups),
                accounts=len(accounts),
                false_rings=false_rings[kind],
                hit=len(hit.intersection(groups)),
                ever_flagged=None if honest is None else len(honest & accounts),
            )
        )
    stray = None if honest is None else len(honest - groups_of.keys())
    rows.append(LookAlikeFigures(NONE_KNOWN, 0, 0, false_rings[NONE_KNOWN], 0, stray))
    return rows
