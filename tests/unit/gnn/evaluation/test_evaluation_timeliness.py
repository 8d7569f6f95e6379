"""Flags against the fraud events they precede or follow."""

from __future__ import annotations

import pytest

from gnn.evaluation import TrueRing
from gnn.evaluation.timeliness import Timeliness, first_flag_of, timeliness

RING = TrueRing(
    ring="R", kind="promo_farm", accounts=["a", "b"], fraud_events=[("e1", 10.0), ("e2", 20.0), ("e3", 30.0)]
)
TIMES = {"e1": 100, "e2": 200, "e3": 300}


def test_only_money_after_the_first_flag_is_prevented() -> None:
    assert timeliness([RING], {"b": 200, "a": 250}, TIMES) == Timeliness(1, 0.5, 2.0)


def test_a_flag_on_somebody_else_prevents_nothing() -> None:
    assert timeliness([RING], {"stranger": 50}, TIMES) == Timeliness(0, 0.0, None)


def test_a_method_without_flags_prevents_nothing() -> None:
    assert timeliness([RING], None, TIMES) == Timeliness(0, 0.0, None)


def test_an_unflagged_ring_weighs_on_the_share_but_not_on_the_median() -> None:
    other = TrueRing(ring="S", kind="takeover", accounts=["c"], fraud_events=[("e4", 60.0)])
    figures = timeliness([RING, other], {"a": 50}, TIMES | {"e4": 400})
    assert figures.prevented == pytest.approx(60 / 120)
    assert figures.events_before_flag == 0.0


def test_without_money_there_is_no_share() -> None:
    assert timeliness([], {"a": 1}, {}) == Timeliness(0, None, None)


def test_events_that_never_happened_are_left_out_of_both_sides() -> None:
    assert timeliness([RING], {"a": 150}, {"e1": 100, "e3": 300}).prevented == pytest.approx(30 / 40)


def test_the_first_flag_of_a_ring_is_its_earliest_member() -> None:
    assert first_flag_of(RING, {"a": 7, "b": 5}) == 5
    assert first_flag_of(RING, {"c": 1}) is None
