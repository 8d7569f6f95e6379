"""How well single accounts are ranked and picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from gnn.evaluation.ratio import share


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """Ranking quality over all accounts, and precision and recall of the accounts inside rings.

    ``auprc`` is average precision, the sum of (recall step) x (precision); ties share a threshold.
    Both ranking figures are None when everybody or nobody is fraudulent.
    """

    auprc: float | None
    auroc: float | None
    flagged: int
    flagged_precision: float | None
    flagged_recall: float | None


def account_figures(
    labels: Sequence[bool], scores: Sequence[float], in_ring: Sequence[bool]
) -> AccountFigures:
    """The figures for accounts given by position: ``labels`` are true for fraudulent ones.

    Cost: O(n log n) for n accounts.
    """
    label = np.asarray(labels, dtype=bool)
    score = np.asarray(scores, dtype=np.float64)
    flagged = np.asarray(in_ring, dtype=bool)
    ranked = bool(label.any()) and not bool(label.all())
    hits = int((label & flagged).sum())
    return AccountFigures(
        auprc=float(average_precision_score(label, score)) if ranked else None,
        auroc=float(roc_auc_score(label, score)) if ranked else None,
        flagged=int(flagged.sum()),
        flagged_precision=share(hits, int(flagged.sum())),
        flagged_recall=share(hits, int(label.sum())),
    )
