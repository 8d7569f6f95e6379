"""Thresholds by conformal selection, against oracles in plain Python, and the promise kept on average."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn.alerts import AlertContract, Calibration, CityAlerts
from gnn.alerts.selection import (
    city_shares,
    lowest_selected,
    p_values,
    threshold_for_rate,
    threshold_for_share,
)
from graph.model.errors import BadCall
from graph.rings.lifecycle import Policy


def calibration(
    right: Sequence[float], false: Sequence[float], unanswered: Sequence[float] = (), days: float = 0.0
) -> Calibration:
    return of_cities(CityAlerts(right=[*right], false=[*false], unanswered=[*unanswered]), days=days)


def of_cities(*cities: CityAlerts, days: float = 0.0) -> Calibration:
    return Calibration(model_id="m", made_by="a test", review=0.5, days=days, cities=[*cities])


scores = st.lists(st.integers(10, 20).map(lambda tenth: tenth / 20), max_size=12)
shares = st.sampled_from([0.05, 0.1, 0.2, 0.34, 0.5, 0.9])


def plain_p_value(right: Sequence[float], false: Sequence[float], score: float) -> float:
    return (1 + sum(other >= score for other in false)) / (1 + len(right) + len(false))


@given(scores, scores, scores)
def test_a_p_value_counts_the_false_alerts_that_score_as_much(
    right: list[float], false: list[float], new: list[float]
) -> None:
    found = p_values(calibration(right, false), new)
    assert list(found) == [plain_p_value(right, false, score) for score in new]


@given(scores, scores, scores, shares)
def test_selection_agrees_with_trying_every_number_of_alerts(
    right: list[float], false: list[float], new: list[float], share: float
) -> None:
    """Benjamini and Hochberg in words: the largest k whose k-th smallest p-value is at most share * k / m."""
    p = sorted(plain_p_value(right, false, score) for score in new)
    taken = [k for k in range(1, len(p) + 1) if p[k - 1] * len(p) <= share * k]
    lowest = lowest_selected(calibration(right, false), new, share)
    if not taken:
        assert lowest is None
    else:
        assert lowest is not None
        chosen = [score for score in new if score >= lowest]
        assert lowest in new
        assert len(chosen) >= taken[-1]
        assert all(plain_p_value(right, false, score) <= p[taken[-1] - 1] for score in chosen)
        assert sum(plain_p_value(right, false, score) <= p[taken[-1] - 1] for score in new) == len(chosen)


@given(scores, scores, shares)
def test_a_threshold_is_the_lowest_score_that_selects_from_the_calibration_itself(
    right: list[float], false: list[float], share: float
) -> None:
    known = calibration(right, false)
    lowest = min((score for score in known.answered if _keeps_alone(known, score, share)), default=None)
    assert threshold_for_share(known, share) == lowest == lowest_selected(known, known.answered, share)


@given(st.lists(st.tuples(scores, scores), min_size=2, max_size=4), shares)
def test_of_several_cities_one_more_that_is_all_false_must_keep_the_share(
    cities: list[tuple[list[float], list[float]]], share: float
) -> None:
    known = of_cities(*(CityAlerts(right=right, false=false, unanswered=[]) for right, false in cities))

    def of_city(right: list[float], false: list[float], score: float) -> float:
        wrong = sum(other >= score for other in false)
        above = wrong + sum(other >= score for other in right)
        return wrong / above if above else 0.0

    def keeps(score: float) -> bool:
        expected = (1.0 + sum(of_city(*city, score) for city in cities)) / (1 + len(cities))
        assert city_shares(known, [score])[0] == pytest.approx(expected)
        return bool(city_shares(known, [score])[0] <= share)

    alone = threshold_for_share(calibration(known.right, known.false), share)
    selected = [] if alone is None else [score for score in known.answered if score >= alone]
    assert threshold_for_share(known, share) == min(filter(keeps, selected), default=None)


def _keeps_alone(known: Calibration, score: float, share: float) -> bool:
    above = sum(other >= score for other in known.answered)
    n = len(known.answered)
    return plain_p_value(known.right, known.false, score) * n <= share * above


def test_one_city_of_many_alerts_does_not_speak_for_all() -> None:
    quiet = CityAlerts(right=[0.9], false=[], unanswered=[])
    flooded = CityAlerts(right=[0.9] * 100, false=[], unanswered=[])
    bad = CityAlerts(right=[0.9], false=[0.9], unanswered=[])
    assert city_shares(of_cities(flooded, *[bad] * 4, *[quiet] * 5), [0.9])[0] == pytest.approx(3 / 11)


def test_of_a_batch_like_the_calibration_the_promised_share_is_false_at_most() -> None:
    """Ten thousand draws of calibration and batch from one mix: the mean share is kept, and not wasted."""
    draw = random.Random(7)

    def one() -> tuple[float, bool]:
        was_false = draw.random() < 0.3
        return draw.betavariate(3, 3) if was_false else draw.betavariate(6, 2), was_false

    shares = []
    for _ in range(1500):
        known, batch = [one() for _ in range(150)], [one() for _ in range(60)]
        answered = calibration([s for s, f in known if not f], [s for s, f in known if f])
        lowest = lowest_selected(answered, [score for score, _ in batch], 0.2)
        taken = [was_false for score, was_false in batch if lowest is not None and score >= lowest]
        shares.append(sum(taken) / len(taken) if taken else 0.0)
    mean = sum(shares) / len(shares)
    assert 0.15 < mean <= 0.2


def test_a_contract_raises_every_threshold_and_never_lowers_one() -> None:
    known = calibration(right=[0.9] * 60 + [0.7] * 20, false=[0.92] * 2 + [0.7] * 20)
    assert AlertContract(0.05).policy(known) == Policy(
        review=0.9, block=0.95, close=pytest.approx(0.9 * 0.25 / 0.65)
    )
    # This calibration's alerts were raised from even odds on.
    assert AlertContract(0.5).policy(known) == Policy(review=0.5, close=pytest.approx(0.5 * 0.25 / 0.65))
    blocked = calibration(right=[0.99] * 60, false=[0.98] * 20)
    assert AlertContract(0.05).policy(blocked) == Policy(
        review=0.99, block=0.99, close=pytest.approx(0.99 * 0.25 / 0.65)
    )


def test_a_promise_that_no_score_keeps_is_refused() -> None:
    with pytest.raises(BadCall, match=r"promise 1\.0% false ones, found 60 right and 1 false"):
        AlertContract(0.01).policy(calibration([0.9] * 60, [0.95]))
    with pytest.raises(BadCall, match="found 0 right and 0 false"):
        AlertContract(0.5).policy(calibration([], []))


def test_an_alert_rate_follows_from_all_alerts_of_the_days() -> None:
    known = calibration([0.9, 0.8], [0.7, 0.7], unanswered=[0.6], days=2.0)
    assert [threshold_for_rate(known, rate) for rate in (0.5, 1.0, 1.5, 2.0, 2.5)] == [
        0.9,
        0.8,
        0.8,
        0.7,
        0.5,
    ]
    assert threshold_for_rate(known, 0.4) is None
    with pytest.raises(BadCall, match=r"at most 0\.4 alerts came a day"):
        AlertContract(max_alerts_a_day=0.4).policy(known)
    assert AlertContract(max_alerts_a_day=1.0).policy(known).review == 0.8


def test_the_stricter_of_two_bounds_holds() -> None:
    known = calibration([0.9] * 30 + [0.8] * 30, [0.8] * 5, days=10.0)
    assert AlertContract(0.2, 3.0).policy(known).review == 0.9
    assert AlertContract(0.2, 30.0).policy(known).review == 0.5


def test_an_alert_rate_needs_one_city() -> None:
    with pytest.raises(BadCall, match=r"found one of many \(a test\)"):
        AlertContract(max_alerts_a_day=3).policy(calibration([0.9], []))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 5.0])
def test_a_share_is_between_none_and_all(share: float) -> None:
    with pytest.raises(BadCall, match="between 0 and 1"):
        AlertContract(share)


def test_a_rate_is_positive() -> None:
    with pytest.raises(BadCall, match="above 0"):
        AlertContract(max_alerts_a_day=0.0)
