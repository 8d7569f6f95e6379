"""Trips against the truth: together, alone and at the margin."""

from __future__ import annotations

import numpy as np

from gnn.evaluation.trips import trip_figures
from graph.model.vocabulary import TripReason

REPLAYED, RULER = 0, 1
SLOW = list(TripReason).index(TripReason.TOO_SLOW)
PRICE = list(TripReason).index(TripReason.OVERPRICED)


def signs(*trips: dict[int, float]) -> np.ndarray:
    table = np.zeros((len(trips), len(TripReason)))
    for n, trip in enumerate(trips):
        for place, worth in trip.items():
            table[n, place] = worth
    return table


def test_a_detector_alone_and_what_the_whole_gains_by_it():
    figures = trip_figures(
        signs({REPLAYED: 9.0}, {SLOW: 2.5, PRICE: 3.5}, {}, {RULER: 8.0}, {}),
        [True, True, True, False, False],
    )
    assert (figures.trips, figures.fake) == (5, 3)
    assert (figures.recall, figures.precision, figures.honest) == (2 / 3, 2 / 3, 1 / 2)
    by_name = {each.detector: each for each in figures.detectors}
    replayed = by_name["replayed"]
    assert (replayed.recall_alone, replayed.precision_alone, replayed.honest_alone) == (1 / 3, 1.0, 0.0)
    assert replayed.recall_gain == 2 / 3 - 1 / 3
    # Two weak signs: neither says anything alone, and the whole needs both.
    for weak in ("too_slow", "overpriced"):
        assert (by_name[weak].recall_alone, by_name[weak].precision_alone) == (0.0, None)
        assert by_name[weak].recall_gain == 2 / 3 - 1 / 3
    assert (by_name["ruler"].recall_gain, by_name["ruler"].precision_gain) == (0.0, 2 / 3 - 1.0)
    assert by_name["jumps"].recall_gain == 0.0


def test_without_fake_trips_or_any_trips_there_are_no_shares_of_none():
    honest = trip_figures(signs({}, {RULER: 8.0}), [False, False])
    assert (honest.recall, honest.precision, honest.honest) == (None, 0.0, 0.5)
    nothing = trip_figures(signs(), [])
    assert (nothing.trips, nothing.recall, nothing.precision, nothing.honest) == (0, None, None, None)
