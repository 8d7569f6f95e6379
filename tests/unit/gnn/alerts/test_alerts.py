"""Alerts of a run, their answers, their weeks, and the file that keeps their scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from gnn.alerts import (
    Alert,
    Calibration,
    CityAlerts,
    Week,
    alerts_of,
    city_alerts,
    days_of,
    is_false,
    kept,
    load_calibration,
    weeks_of,
)
from gnn.alerts.calibration import encoded
from gnn.alerts.simulated import OPENED_FROM
from gnn.alerts.weeks import DAY_MS, week_of
from gnn.boosted.scorer import load_scorer
from gnn.evaluation import Decoy, TrueRing, Truth
from graph.model.errors import BadCall, Fatal
from graph.model.results import Flag, Ring
from graph.model.vocabulary import Decision, RingKind
from graph.rings.lifecycle import Policy

MONDAY = 1_767_571_200_000
"""2026-01-05 00:00 UTC."""


def flag(ring: str, ts: int, accounts: str, score: float) -> Flag:
    return Flag(
        flag_id=f"{ring}{ts}",
        ts=ts,
        event_id="e",
        accounts=list(accounts),
        ring_id=ring,
        score=score,
        decision=Decision.REVIEW,
        reasons=[],
        kind=RingKind.PROMO_FARM,
    )


def ring(ring_id: str, score: float) -> Ring:
    return Ring(
        ring_id=ring_id,
        kind=RingKind.PROMO_FARM,
        score=score,
        accounts=[],
        drivers=[],
        riders=[],
        entities=[],
        first_ts=0,
        flagged_ts=0,
        exposure=0.0,
        reasons=[],
        innocent_reasons=[],
    )


def of(*cities: CityAlerts) -> Calibration:
    return Calibration(model_id="model-1", made_by="a test", review=0.5, days=3.5, cities=[*cities])


def alert(accounts: str, day: float = 0.0, score: float = 0.9) -> Alert:
    return Alert(accounts, MONDAY + round(day * DAY_MS), score, frozenset(accounts))


def test_a_ring_is_one_alert_with_all_it_named_and_its_highest_score() -> None:
    flags = [
        flag("r", 5, "ab", 0.6),
        flag("s", 6, "xyz", 0.7),
        flag("r", 9, "bc", 0.8),
        flag("r", 11, "d", 0.7),
    ]
    assert alerts_of(flags, [ring("s", 0.95), ring("r", 0.5)]) == [
        Alert("r", 5, 0.8, frozenset("abcd")),
        Alert("s", 6, 0.95, frozenset("xyz")),
    ]


def test_an_alert_is_false_when_fewer_than_half_are_fraudulent_and_open_while_half_are_unanswered() -> None:
    truth = Truth(
        rings=[TrueRing(ring="R", kind="promo_farm", accounts=list("abcd"))],
        decoys=[Decoy(kind="answered_legit", accounts=list("wxyz"))],
        unjudged=list("mnop"),
    )
    assert is_false(alert("abxy"), truth) is False
    assert is_false(alert("awxy"), truth) is True
    assert is_false(alert("awmn"), truth) is None
    assert is_false(alert("wxym"), truth) is True


def test_weeks_begin_on_monday_and_leave_out_those_without_an_alert() -> None:
    assert week_of(MONDAY) == week_of(MONDAY + 7 * DAY_MS - 1) == MONDAY
    assert week_of(MONDAY - 1) == MONDAY - 7 * DAY_MS
    assert week_of(0) == -3 * DAY_MS
    told = [(alert("a", 0), False), (alert("b", 6.9), True), (alert("c", 3), None), (alert("d", 15), None)]
    assert weeks_of(told) == [
        Week(MONDAY, alerts=3, answered=2, false=1, false_share=0.5),
        Week(MONDAY + 14 * DAY_MS, alerts=1, answered=0, false=0, false_share=None),
    ]
    whole = kept(told, MONDAY + 20 * DAY_MS, promised=0.05)
    assert (whole.alerts, whole.answered, whole.false, whole.false_share) == (4, 2, 1, 0.5)
    assert (whole.promised, whole.a_day, len(whole.weeks)) == (0.05, 0.2, 2)


def test_the_days_of_alerts_begin_with_the_first_and_are_one_at_least() -> None:
    told = [(alert("b", 3), None), (alert("a", 1), True)]
    assert days_of(told, MONDAY + 4 * DAY_MS) == 3.0
    assert days_of(told, MONDAY + 3 * DAY_MS // 2) == 1.0
    assert days_of([], MONDAY) == 0.0
    assert kept([], MONDAY).a_day is None


def test_a_calibration_is_the_same_bytes_and_comes_back_from_its_file(tmp_path: Path) -> None:
    told = [(alert("a", score=0.7000004), True), (alert("b"), False), (alert("c"), None), (alert("d"), False)]
    city = city_alerts(told)
    assert (city.right, city.false, city.unanswered) == ([0.9, 0.9], [0.7], [0.9])
    made = of(city)
    assert encoded(made) == encoded(of(city_alerts(reversed(told))))
    assert (made.answered, made.scores) == ([0.9, 0.9, 0.7], [0.9, 0.9, 0.9, 0.7])
    (tmp_path / "c.json").write_bytes(encoded(made))
    assert load_calibration(tmp_path / "c.json", "model-1") == made


def test_a_calibration_of_another_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_bytes(encoded(of()))
    with pytest.raises(BadCall, match="expected alerts scored by model-2, found those of model-1"):
        load_calibration(tmp_path / "c.json", "model-2")


def test_a_file_that_is_no_calibration_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("[]")
    with pytest.raises(Fatal, match=r"expected .*c\.json to be a calibration file"):
        load_calibration(tmp_path / "c.json", "m")
    with pytest.raises(BadCall, match="No such file"):
        load_calibration(tmp_path / "none.json", "m")


def test_the_calibration_that_ships_belongs_to_the_score_that_ships_and_says_how_it_was_made() -> None:
    shipped = load_calibration(None, load_scorer().model_id)
    assert shipped.made_by.startswith("python -m gnn.alerts.simulated --cities ")
    assert shipped.review == OPENED_FROM < Policy().review
    assert min(shipped.scores) >= shipped.review
    assert len(shipped.right) > 500
