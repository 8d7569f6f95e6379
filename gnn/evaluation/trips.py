"""Trips against the truth: how many fake ones are found, by all detectors, by each alone, at the margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gnn.evaluation.ratio import share
from graph.model.vocabulary import TripReason
from graph.updates.signs import PRIOR

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

CALLED_FAKE = 0.5
"""The probability from which on a trip is called fake."""


@dataclass(frozen=True, slots=True)
class DetectorFigures:
    """What one detector does alone and at the margin.

    ``honest_alone`` is the share of honest trips called fake. ``recall_gain`` and ``precision_gain`` are what
    the whole has more than the whole without it. A precision is None, and so is its gain, where nothing is
    called fake.
    """

    detector: str
    recall_alone: float | None
    precision_alone: float | None
    honest_alone: float | None
    recall_gain: float | None
    precision_gain: float | None


@dataclass(frozen=True, slots=True)
class TripFigures:
    """Trips called fake: ``recall`` of fake ones, ``precision``, and ``honest``, the share of honest ones."""

    trips: int
    fake: int
    recall: float | None
    precision: float | None
    honest: float | None
    detectors: tuple[DetectorFigures, ...]


def trip_figures(signs: Floats, is_fake: Sequence[bool]) -> TripFigures:
    """Figures over trips, of which ``signs`` (n, reasons) adds to the log odds of being fake. O(n x reasons).

    >>> import numpy as np
    >>> signs = np.zeros((3, len(TripReason)))
    >>> signs[0, 0], signs[1, 1] = 9.0, 2.0
    >>> figures = trip_figures(signs, [True, True, False])
    >>> gains = [each.recall_gain for each in figures.detectors[:2]]
    >>> (figures.recall, figures.precision, *gains)
    (0.5, 1.0, 0.5, 0.0)
    """
    fake = np.array(is_fake, np.bool_)
    log_odds = PRIOR + signs.sum(axis=1)
    whole = _Called.of(log_odds, fake)
    return TripFigures(
        trips=len(fake),
        fake=int(fake.sum()),
        recall=whole.recall,
        precision=whole.precision,
        honest=whole.honest,
        detectors=tuple(
            _detector(reason.value, whole, _Called.of(PRIOR + signs[:, place], fake), without)
            for place, reason in enumerate(TripReason)
            for without in (_Called.of(log_odds - signs[:, place], fake),)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Called:
    recall: float | None
    precision: float | None
    honest: float | None

    @classmethod
    def of(cls, log_odds: Floats, fake: Bools) -> _Called:
        called = 1 / (1 + np.exp(-log_odds)) >= CALLED_FAKE
        found = int((called & fake).sum())
        wrong = int((called & ~fake).sum())
        return cls(
            share(found, int(fake.sum())), share(found, found + wrong), share(wrong, int((~fake).sum()))
        )


def _detector(name: str, whole: _Called, alone: _Called, without: _Called) -> DetectorFigures:
    return DetectorFigures(
        detector=name,
        recall_alone=alone.recall,
        precision_alone=alone.precision,
        honest_alone=alone.honest,
        recall_gain=_less(whole.recall, without.recall),
        precision_gain=_less(whole.precision, without.precision),
    )


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
