"""What honest people suffer: reported rings that are none, and whom they hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gnn.evaluation.detection import ReportedRing
from gnn.evaluation.ratio import share
from gnn.evaluation.rings import is_right
from gnn.evaluation.truth import Truth


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Reported rings of which fewer than half of the accounts are fraudulent.

    ``on_decoys`` counts those that hold two or more accounts of one known look-alike; ``by_decoy_kind``
    counts them per kind (a ring over two kinds counts for each), sorted by kind.
    """

    rings: int
    per_10k_honest: float | None
    on_decoys: int
    by_decoy_kind: tuple[tuple[str, int], ...]


def false_alarms(reported: Sequence[ReportedRing], truth: Truth, honest_accounts: int) -> FalseAlarms:
    """The false alarms among ``reported``; ``honest_accounts`` is the number they are set against."""
    fraudulent = truth.fraudulent()
    wrong = [ring for ring in reported if not is_right(ring, fraudulent)]
    decoys_of: dict[str, list[int]] = {}
    for position, decoy in enumerate(truth.decoys):
        for account in sorted(set(decoy.accounts)):
            decoys_of.setdefault(account, []).append(position)
    kinds: Counter[str] = Counter()
    on_decoys = 0
    for ring in wrong:
        shared: Counter[int] = Counter()
        for account in ring.accounts:
            shared.update(decoys_of.get(account, ()))
        hit = {truth.decoys[position].kind for position, count in shared.items() if count >= 2}
        kinds.update(hit)
        on_decoys += bool(hit)
    per_account = share(len(wrong), honest_accounts)
    return FalseAlarms(
        rings=len(wrong),
        per_10k_honest=None if per_account is None else 10_000 * per_account,
        on_decoys=on_decoys,
        by_decoy_kind=tuple(sorted(kinds.items())),
    )
