"""A wave of disputes over a city: the same bytes for a seed, as the truth says, disputed weeks later."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from statistics import median

import pytest

from simulation import BadConfig, CityConfig, simulate_wave
from simulation.config import DAY_MS

CONFIG = CityConfig(seed=3, riders=300, drivers=30, days=70, trips_per_rider_day=0.1, fraud_share=0.0)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    out = tmp_path_factory.mktemp("wave") / "city"
    simulate_wave(CONFIG, out)
    events = [json.loads(line) for line in (out / "events.ndjson").read_bytes().splitlines()]
    return out, events, json.loads((out / "truth.json").read_bytes())


def test_the_same_settings_give_the_same_bytes(city, tmp_path):
    out, *_ = city
    simulate_wave(CONFIG, tmp_path / "again")
    for name in ("events.ndjson", "truth.json"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_events_are_in_order_and_no_id_is_used_twice(city):
    _, events, _ = city
    assert all(one["ts"] <= other["ts"] for one, other in pairwise(events))
    assert len({event["event_id"] for event in events}) == len(events)


def test_the_truth_names_who_took_what_and_when(city):
    _, events, truth = city
    ring = truth["rings"][-1]
    (wave,) = truth["waves"]
    assert ring["kind"] == "stolen_cards"
    crew = set(ring["accounts"])
    rides = {e["event_id"]: e for e in events if e["type"] == "trip_completed" and e["rider_id"] in crew}
    assert dict(ring["fraud_events"]) == {event_id: ride["fare"] for event_id, ride in rides.items()}
    assert wave["first_ts"] == min(e["ts"] for e in events if e.get("account_id") in crew)
    assert wave["first_ts"] >= CONFIG.start_ms + 28 * DAY_MS
    assert wave["last_ts"] == max(ride["ts"] for ride in rides.values())


def test_disputes_come_weeks_after_the_rides(city):
    _, events, truth = city
    rides = {e["trip_id"]: e["ts"] for e in events if e["type"] == "trip_completed"}
    crew = set(truth["rings"][-1]["accounts"])
    disputes = [e for e in events if e["type"] == "chargeback" and e["account_id"] in crew]
    lags = [dispute["ts"] - rides[dispute["trip_id"]] for dispute in disputes]
    assert min(lags) >= 3 * DAY_MS
    assert median(lags) > 7 * DAY_MS


def test_a_card_has_one_issuer_and_the_crew_has_few(city):
    _, events, truth = city
    crew = set(truth["rings"][-1]["accounts"])
    issuers: dict[str, set[str]] = {}
    for event in events:
        if event["type"] in ("card_added", "payment_declined"):
            issuers.setdefault(event["card_id"], set()).add(event["card_issuer"])
    assert all(len(each) == 1 for each in issuers.values())
    counts = [Counter(), Counter()]
    for event in events:
        if event["type"] == "card_added":
            counts[event["account_id"] in crew][event["card_issuer"]] += 1
    honest, stolen = ({k: n / c.total() for k, n in c.items()} for c in counts)
    assert max(stolen[k] - honest.get(k, 0.0) for k in stolen) > 0.1


def test_a_city_without_a_wave_has_the_same_honest_newcomers_and_no_attack(city, tmp_path):
    simulate_wave(CONFIG, tmp_path / "calm", waves=0)
    truth = json.loads((tmp_path / "calm" / "truth.json").read_bytes())
    assert (truth["waves"], truth["rings"]) == ([], [])


def test_too_few_days_for_a_wave_are_refused(tmp_path):
    with pytest.raises(BadConfig, match="expected at least 46 days for a wave, found 20"):
        simulate_wave(CityConfig(days=20), tmp_path / "short")
