"""Which alerts may be raised so that few of them are false: conformal p-values and Benjamini-Hochberg.

An alert with score s has the conformal p-value

    p(s) = (1 + false alerts of the calibration that score s or more) / (1 + alerts of the calibration)

Where the new alert and those of the calibration are exchangeable, P(p <= t and the alert is false) <= t for
every t. From m new alerts the procedure of Benjamini and Hochberg takes those with the smallest p-values,
as many as possible, the k-th with p <= share * k / m. Of a batch that is exchangeable with the calibration
the expected share of false ones among those taken is then at most ``share``, whatever the scores and however
few there are (Jin and Candès, "Selection by Prediction with Conformal p-values", JMLR 24, 2023).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from gnn.alerts.calibration import Calibration

Floats = npt.NDArray[np.float64]


def p_values(calibration: Calibration, scores: Sequence[float]) -> Floats:
    """The conformal p-value of each score, (n,). Cost: O((n + calibration) log calibration)."""
    above = _at_least(calibration.false, np.array(scores, np.float64))
    return (1.0 + above) / (1.0 + len(calibration.answered))


def lowest_selected(calibration: Calibration, scores: Sequence[float], share: float) -> float | None:
    """The lowest of ``scores`` that is selected from all of them; None when none can be.

    Selected is exactly what scores that or more.
    """
    if not scores:
        return None
    p = p_values(calibration, scores)
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered * len(p) <= share * np.arange(1, len(p) + 1))
    if not len(passing):
        return None
    return float(np.array(scores)[p <= ordered[passing[-1]]].min())


def city_shares(calibration: Calibration, scores: Sequence[float]) -> Floats:
    """For each score the expected share of false alerts from it on in one more city like those known, (n,).

    That is ``(1 + the sum of the cities' shares) / (1 + cities)``: the city to come counts as all false, as
    in conformal risk control (Angelopoulos, Bates, Fisch, Lei and Schuster, ICLR 2024). A city without such
    an alert has no false one. Cost: O(cities * n log alerts).
    """
    wanted = np.array(scores, np.float64)
    total = np.ones(len(wanted))
    for city in calibration.cities:
        false = _at_least(city.false, wanted)
        total += false / np.maximum(false + _at_least(city.right, wanted), 1)
    return total / (1 + len(calibration.cities))


def threshold_for_share(calibration: Calibration, share: float) -> float | None:
    """The score from which on at most ``share`` of the alerts to come are expected to be false, or None.

    It has to be chosen before they come, so the alerts of the calibration stand in for the batch; that is the
    selection above for a large batch with the same scores. Alerts of one city resemble each other, so of
    several cities it is the lowest of the selected scores for which ``city_shares`` keeps the share too.
    """
    lowest = lowest_selected(calibration, calibration.answered, share)
    if lowest is None or len(calibration.cities) == 1:
        return lowest
    selected = sorted({score for score in calibration.answered if score >= lowest})
    kept = np.flatnonzero(city_shares(calibration, selected) <= share)
    return selected[kept[0]] if len(kept) else None


def threshold_for_rate(calibration: Calibration, a_day: float) -> float | None:
    """The lowest score from which on no more alerts a day were raised than ``a_day``; None when none is."""
    scores = calibration.scores
    allowed = int(a_day * calibration.days)
    if len(scores) <= allowed:
        return calibration.review
    return min((score for score in scores[:allowed] if score > scores[allowed]), default=None)


def _at_least(known: Sequence[float], scores: Floats) -> Floats:
    """How many of ``known`` are each of ``scores`` or more, (n,)."""
    ordered = np.sort(np.array(known, np.float64))
    return (len(ordered) - np.searchsorted(ordered, scores, side="left")).astype(np.float64)
