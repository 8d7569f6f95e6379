"""The trips among event files, judged and held against the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from gnn.evaluation import Truth
from gnn.evaluation.trips import trip_figures
from graph.engine.trip_review import TripReview
from graph.model.vocabulary import RingKind, TripReason
from ringfence.history import in_order

if TYPE_CHECKING:
    from gnn.evaluation.trips import TripFigures

FAKE_KINDS: Final = frozenset({RingKind.FAKE_RIDES.value})
"""Kinds of ring whose trips did not happen as they say."""


def judge_trips(truth: Truth, events: Sequence[str]) -> TripFigures:
    """Figures over every trip that detection would admit. Fake are the trips by which fake rides took money.

    Trips by which rings of other kinds took money are left out: some of them are honest as trips go.
    Memory: some hundred bytes a trip.
    """
    fake = _taken(truth, FAKE_KINDS)
    other = truth.fraud_event_ids() - fake
    review = TripReview()
    signs, is_fake = [], []
    for batch in in_order(events, None):
        reviewed = review.review(batch)
        ids = [batch.event_id(row) for row in reviewed.rows.tolist()]
        kept = np.array([event_id not in other for event_id in ids], np.bool_)
        signs.append(reviewed.signs[kept])
        is_fake += [event_id in fake for event_id in ids if event_id not in other]
    return trip_figures(np.concatenate([np.zeros((0, len(TripReason))), *signs]), is_fake)


def _taken(truth: Truth, kinds: frozenset[str]) -> frozenset[str]:
    rings = [ring for ring in truth.rings if ring.kind in kinds]
    return frozenset(event_id for ring in rings for event_id, _ in ring.fraud_events)
