"""Takeovers over a city: the same bytes for a seed, no phone in common, honest owners beside them."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise

import pytest

from simulation import BadConfig, CityConfig, simulate, simulate_takeovers

CITIES = {
    family: CityConfig(
        seed=6, riders=500, drivers=40, days=24, trips_per_rider_day=0.3, fraud_share=0.02, habits=family
    )
    for family in ("first", "second", "third", "fifth", "sixth")
}


def told(folder):
    events = [json.loads(line) for line in (folder / "events.ndjson").read_bytes().splitlines()]
    return events, json.loads((folder / "truth.json").read_bytes())


@pytest.fixture(scope="module", params=["first", "second", "third", "fifth", "sixth"])
def city(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("takeovers") / "city"
    simulate_takeovers(CITIES[request.param], out, crews=2)
    return out, CITIES[request.param], *told(out)


def crews_of(truth):
    return [ring for ring in truth["rings"] if ring.get("scene") == "takeovers"]


def test_the_same_settings_give_the_same_bytes(city, tmp_path):
    out, config, *_ = city
    simulate_takeovers(config, tmp_path / "again", crews=2)
    for name in ("events.ndjson", "truth.json"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_events_are_in_order_and_no_id_is_used_twice(city):
    _, _, events, _ = city
    assert all(one["ts"] <= other["ts"] for one, other in pairwise(events))
    assert len({event["event_id"] for event in events}) == len(events)


def test_no_two_accounts_of_a_crew_have_a_phone_in_common_since_they_were_taken_over(city):
    _, _, events, truth = city
    crews = crews_of(truth)
    assert crews
    for ring in crews:
        assert ring["kind"] == "takeover"
        assert len(ring["victims"]) >= 5
        phones = defaultdict(set)
        for event_id, _ in ring["fraud_events"]:
            (ride,) = (event for event in events if event["event_id"] == event_id)
            assert ride["rider_id"] in ring["victims"]
            phones[ride["rider_device_id"]].add(ride["rider_id"])
        assert all(len(users) == 1 for users in phones.values())


def test_most_rides_of_a_crew_are_with_its_few_drivers(city):
    _, _, events, truth = city
    for ring in crews_of(truth):
        taken = {event_id for event_id, _ in ring["fraud_events"]}
        rides = [event for event in events if event["event_id"] in taken]
        assert 1 <= len(ring["drivers"]) <= 3
        assert 2 * sum(ride["driver_id"] in ring["drivers"] for ride in rides) > len(rides)


def test_honest_owners_get_new_phones_of_their_own_too(city):
    _, _, events, truth = city
    (upgraded,) = (decoy["accounts"] for decoy in truth["decoys"] if decoy["kind"] == "new_phone")
    taken = {account for ring in truth["rings"] for account in (*ring["accounts"], *ring["victims"])}
    assert upgraded
    assert not taken & set(upgraded)
    phones = defaultdict(set)
    for event in events:
        owner = event.get("account_id") or event.get("rider_id")
        device = event.get("device_id") or event.get("rider_device_id")
        if owner in upgraded and device is not None:
            phones[owner].add(device)
    assert sum(len(each) > 1 for each in phones.values()) > len(upgraded) / 2


def test_the_city_below_is_told_as_it_was_but_for_new_phones_and_owners_locked_out(city, tmp_path):
    _, config, events, _ = city
    simulate(config, tmp_path / "plain")
    plain, _ = told(tmp_path / "plain")
    known = {event["event_id"]: event for event in events}
    kept = [event for event in plain if event["event_id"] in known]
    assert len(kept) > 0.95 * len(plain)
    of_phones = {"device_id", "rider_device_id"}
    for event in kept:
        now = known[event["event_id"]]
        assert {k: v for k, v in event.items() if k not in of_phones} == {
            k: v for k, v in now.items() if k not in of_phones
        }


def test_too_few_days_are_refused(tmp_path):
    with pytest.raises(BadConfig, match="expected at least 21 days for takeovers, found 20"):
        simulate_takeovers(CityConfig(days=20), tmp_path / "short")
