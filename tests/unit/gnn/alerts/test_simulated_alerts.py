"""Alerts gathered in a simulated city: those of a run, the same again, fewer under a stricter policy."""

from __future__ import annotations

import pytest

from gnn.alerts.simulated import raised_in, simulated_city
from gnn.evaluation import Truth
from graph.model.event_batch import EventBatch
from graph.rings.lifecycle import Policy
from simulation import CityConfig

CITY = CityConfig(seed=5, riders=400, drivers=40, days=10, fraud_share=0.1)


@pytest.fixture(scope="module")
def city() -> tuple[list[EventBatch], Truth]:
    return simulated_city(CITY)


def test_alerts_are_those_of_the_policy_and_the_same_again(city: tuple[list[EventBatch], Truth]) -> None:
    batches, truth = city
    alerts = raised_in(batches, truth, Policy())
    assert alerts == raised_in(batches, truth, Policy())
    assert len(alerts) > 0
    assert all(alert.score >= 0.5 for alert, _ in alerts)
    strict = raised_in(batches, truth, Policy(review=0.99, block=0.99, close=0.8))
    assert all(alert.score >= 0.99 for alert, _ in strict)
    assert len(strict) <= len(alerts)


def test_the_answers_are_those_of_the_truth(city: tuple[list[EventBatch], Truth]) -> None:
    batches, truth = city
    for alert, was_false in raised_in(batches, truth, Policy()):
        fraudulent = sum(account in truth.fraudulent() for account in alert.accounts)
        assert was_false == (2 * fraudulent < len(alert.accounts))
