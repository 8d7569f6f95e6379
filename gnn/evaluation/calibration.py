"""Whether a score of 0.8 means that 80 % are fraudulent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gnn.evaluation.ratio import share


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Accounts scored in [low, high), the last bin [low, high]; means are None when it is empty."""

    low: float
    high: float
    accounts: int
    mean_score: float | None
    fraudulent_share: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The reliability table and two numbers over it, None without accounts.

    ``expected_error`` = sum over bins of (accounts in bin / accounts) x |mean score - fraudulent share|
    (Naeini et al., AAAI 2015); ``brier`` = mean of (score - label)^2 (Brier, 1950).
    """

    bins: tuple[ReliabilityBin, ...]
    expected_error: float | None
    brier: float | None


def calibration(labels: Sequence[bool], scores: Sequence[float], bins: int = 10) -> Calibration:
    """The calibration of ``scores`` in [0, 1], in ``bins`` bins of equal width. Cost: O(n + bins)."""
    label = np.asarray(labels, dtype=np.float64)
    score = np.asarray(scores, dtype=np.float64)
    place = np.minimum((score * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    score_sum = np.bincount(place, weights=score, minlength=bins)
    label_sum = np.bincount(place, weights=label, minlength=bins)
    total = len(score)
    return Calibration(
        bins=tuple(
            ReliabilityBin(
                low=index / bins,
                high=(index + 1) / bins,
                accounts=int(count[index]),
                mean_score=share(float(score_sum[index]), int(count[index])),
                fraudulent_share=share(float(label_sum[index]), int(count[index])),
            )
            for index in range(bins)
        ),
        expected_error=share(float(np.abs(score_sum - label_sum).sum()), total),
        brier=share(float(((score - label) ** 2).sum()), total),
    )
