"""What the benchmark of the alert contract counts, and how it is summed."""

import pytest

from benchmarks.alert_contract import measure, summed, table
from gnn.alerts import alerts_of, is_false
from gnn.alerts.simulated import simulated_city
from gnn.logistic.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.rings.lifecycle import Policy
from simulation import CityConfig


def city(seed, false, alerts, found):
    share = false / alerts if alerts else None
    return {
        "seed": seed,
        "habits": "first",
        "alerts": alerts,
        "false": false,
        "share": share,
        "found": found,
        "rings": 4,
    }


def test_a_city_is_counted_under_its_policy():
    batches, truth = simulated_city(CityConfig(seed=5, riders=400, drivers=40, days=10, fraud_share=0.1))
    policy = Policy(review=0.9, close=0.72)
    engine = Engine(EngineConfig(policy=policy), load_scorer())
    flags = [flag for batch in batches for flag in engine.apply(batch).flags]
    rings = [set(ring.accounts) for ring in engine.rings()]
    true = [set(ring.accounts) for ring in truth.rings]
    counted = measure(batches, truth, policy, load_scorer())
    assert counted["alerts"] == len({flag.ring_id for flag in flags}) > 0
    assert counted["false"] == sum(is_false(alert, truth) for alert in alerts_of(flags, engine.rings()))
    assert counted["found"] == sum(any(2 * len(t & r) >= len(t | r) for r in rings) for t in true)
    assert (counted["rings"], counted["review"]) == (len(true), 0.9)


def test_the_mean_is_over_cities_with_alerts_and_the_share_over_all_alerts():
    total = summed([city(1, 1, 2, 3), city(2, 0, 8, 4), city(3, 0, 0, 0)])
    assert (total["mean_share"], total["pooled_share"]) == (0.25, 0.1)
    assert (total["alerts"], total["false"], total["found"], total["rings"]) == (10, 1, 7, 12)
    assert summed([city(1, 0, 0, 0)])["mean_share"] is None


def test_the_table_shows_every_city_under_every_promise():
    lines = table({"none": [city(1, 1, 2, 3), city(2, 0, 0, 0)], "5%": [city(1, 0, 1, 2), city(2, 0, 0, 0)]})
    rows = lines.splitlines()
    assert rows[2].split() == ["1", "first", "1/2", "50.0%", "3/4", "0/1", "0.0%", "2/4"]
    assert rows[3].split() == ["2", "first", "0/0", "n/a", "0/4", "0/0", "n/a", "0/4"]
    assert rows[4].split()[:3] == ["mean", "1/2", "50.0%"]
    assert rows[5].split()[:4] == ["all", "alerts", "1/2", "50.0%"]
    assert len({len(row.rstrip()) for row in rows[2:]}) == 1


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_keeps_its_width(share):
    rows = table({"none": [city(1, int(share * 4), 4, 4)]}).splitlines()
    assert f"{100 * share:.1f}%" in rows[2]
