"""Figures of the overview and of the model page, worked out from rows: pure, and tried by hand in tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gnn.models.drift import CALM, DRIFTED, FEWEST_GROUPS, psi, spread_of

DAY_MS: Final = 86_400_000
WEEK_MS: Final = 7 * DAY_MS
PACE_MS: Final = 28 * DAY_MS
"""The pace of taking is that of so long before a ring was stopped, and is drawn out as long after it."""
FEWEST_ANSWERS: Final = 20
"""With fewer answers, or none of one kind, a score is not fitted again."""
NOTICED: Final = 0.05


def prevented(
    taken: Iterable[tuple[str, int, float]], stopped_ms: Mapping[str, int], now_ms: int
) -> dict[str, float]:
    """Money that stopped rings would have taken since, at the pace before, less what they took all the same.

    ``taken``: ring, day (epoch ms), money. The pace is that of the ``PACE_MS`` before the stop, over a week
    at least, and holds for as long after it at most: an estimate, and no more is claimed.

    >>> day = 86_400_000
    >>> prevented([("r", 0, 70.0), ("r", 8 * day, 5.0)], {"r": 7 * day}, 9 * day)
    {'r': 15.0}
    """
    before: dict[str, list[tuple[int, float]]] = {}
    after: dict[str, float] = {}
    for ring_id, day, money in taken:
        stop = stopped_ms.get(ring_id)
        if stop is None:
            continue
        if day + DAY_MS <= stop or day <= stop < day + DAY_MS:
            if stop - day <= PACE_MS:
                before.setdefault(ring_id, []).append((day, money))
        else:
            after[ring_id] = after.get(ring_id, 0.0) + money
    found = {}
    for ring_id, rows in sorted(before.items()):
        stop = stopped_ms[ring_id]
        length = max(WEEK_MS, stop - min(day for day, _ in rows))
        pace = sum(money for _, money in rows) / length
        span = min(max(0, now_ms - stop), PACE_MS)
        found[ring_id] = round(max(0.0, pace * span - after.get(ring_id, 0.0)), 2)
    return found


@dataclass(frozen=True, slots=True)
class Refit:
    """What fitting the score to the newest verdicts would change."""

    slope: float
    offset: float
    answers: int
    moved: list[tuple[str, float, float]]
    """Open rings that would move by ``NOTICED`` or more, furthest first: ring, probability now and then."""
    raised: int
    lowered: int


def refitted(answers: Sequence[tuple[float, bool]], rings: Sequence[tuple[str, float]]) -> Refit | None:
    """Platt's calibration on answered scores (Platt, 1999), held near what it is where answers are few.

    ``answers``: score, whether fraud; ``rings``: open rings and their scores; those beyond the answered
    scores are left alone. None with fewer than
    ``FEWEST_ANSWERS`` answers, or with none of one kind. O(answers + rings).
    """
    labels = np.array([fraud for _, fraud in answers], np.float64)
    if len(labels) < FEWEST_ANSWERS or labels.min() == labels.max():
        return None
    from gnn.models.platt import calibrate  # noqa: PLC0415 (slow to load)

    fitted = calibrate(_logits([score for score, _ in answers]), labels, np.ones(len(labels)))
    scores = [score for score, _ in answers]
    inside = [(ring_id, score) for ring_id, score in rings if min(scores) <= score <= max(scores)]
    z = fitted.slope * _logits([score for _, score in inside]) + fitted.offset
    then = 1 / (1 + np.exp(-z))
    moved = [
        (ring_id, score, float(new))
        for (ring_id, score), new in zip(inside, then, strict=True)
        if abs(new - score) >= NOTICED
    ]
    moved.sort(key=lambda each: (-abs(each[2] - each[1]), each[0]))
    raised = sum(new > score for _, score, new in moved)
    return Refit(fitted.slope, fitted.offset, len(labels), moved, raised, len(moved) - raised)


@dataclass(frozen=True, slots=True)
class Drifting:
    """How far the scores of the newest week are from those before."""

    psi: float
    said: str
    before: int
    newest: int


def score_drift(flagged: Iterable[tuple[int, float]]) -> Drifting | None:
    """The population stability index of flagged scores, newest week against all before.

    ``flagged``: when and with which score each ring was first flagged. None where either side has fewer than
    ``FEWEST_GROUPS``: an index over ten bins would show chance.
    """
    rows = sorted(flagged)
    if not rows:
        return None
    since = rows[-1][0] - WEEK_MS
    old, new = ([score for ts, score in rows if (ts > since) == is_new] for is_new in (False, True))
    if min(len(old), len(new)) < FEWEST_GROUPS:
        return None
    found = psi(spread_of(np.array(old)), np.array(new))
    said = "calm" if found < CALM else "drift" if found > DRIFTED else "moving"
    return Drifting(round(found, 3), said, len(old), len(new))


def look_alikes(answered: Iterable[tuple[str, Sequence[str]]]) -> list[tuple[str, int]]:
    """Of rings answered legit, how often each innocent reason was the strongest there, most often first.

    >>> look_alikes([("legit", ["household", "kiosk"]), ("legit", []), ("fraud", ["kiosk"])])
    [('household', 1), ('nothing that speaks for innocence', 1)]
    """
    found = Counter(
        reasons[0] if reasons else "nothing that speaks for innocence"
        for outcome, reasons in answered
        if outcome == "legit"
    )
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def _logits(scores: Sequence[float]) -> np.ndarray:
    p = np.clip(np.array(scores, np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)))
