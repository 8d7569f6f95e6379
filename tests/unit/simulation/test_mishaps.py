"""What happens to honest trips and phones, and to nobody else."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from simulation import BadConfig, CityConfig, simulate, simulate_mishaps

CONFIG = CityConfig(
    seed=4, riders=200, drivers=20, days=3, gps=True, fraud_share=0.1, trips_per_rider_day=0.5
)


def told(folder):
    events = [json.loads(line) for line in (folder / "events.ndjson").read_bytes().splitlines()]
    return events, json.loads((folder / "truth.json").read_bytes())


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    place = tmp_path_factory.mktemp("mishaps")
    simulate(CONFIG, place / "plain")
    simulate_mishaps(CONFIG, place / "odd", share=0.4, base=simulate)
    return place, told(place / "plain"), told(place / "odd")


def tracks(events):
    found = defaultdict(list)
    for event in events:
        if event["type"] == "gps_ping":
            found[event["trip_id"]].append((event["ts"], event["lat"], event["lon"]))
    return found


def trips(events):
    return {event["trip_id"]: event for event in events if event["type"] == "trip_completed"}


def test_the_same_settings_give_the_same_bytes_in_order_of_time(cities, tmp_path):
    place, _, (events, _) = cities
    simulate_mishaps(CONFIG, tmp_path / "again", share=0.4, base=simulate)
    for name in ("events.ndjson", "truth.json"):
        assert (tmp_path / "again" / name).read_bytes() == (place / "odd" / name).read_bytes()
    assert all(one["ts"] <= other["ts"] for one, other in pairwise(events))


def test_without_a_share_the_city_is_as_it_was(cities, tmp_path):
    place, *_ = cities
    simulate_mishaps(CONFIG, tmp_path / "none", share=0.0, base=simulate)
    assert (tmp_path / "none" / "events.ndjson").read_bytes() == (
        place / "plain" / "events.ndjson"
    ).read_bytes()


def test_every_kind_happens_and_only_to_honest_trips(cities):
    _, (_, _), (events, truth) = cities
    assert set(truth["mishaps"].values()) == {"spike", "canyon", "tunnel", "clock", "round_trip"}
    crew = {account for ring in truth["rings"] for account in (*ring["accounts"], *ring["victims"])}
    met = trips(events)
    assert not any({met[t]["rider_id"], met[t]["driver_id"]} & crew for t in truth["mishaps"])
    assert not crew & set(truth["reinstalls"])


def test_a_trip_without_a_mishap_is_told_as_it_was(cities):
    _, (before, _), (after, truth) = cities
    one, other = tracks(before), tracks(after)
    calm = [trip for trip in one if trip not in truth["mishaps"]]
    assert calm
    assert all(one[trip] == other[trip] for trip in calm)


def test_each_mishap_does_what_it_is_called(cities):
    _, (before, _), (after, truth) = cities
    was, now, claims, claimed = tracks(before), tracks(after), trips(before), trips(after)
    seen = Counter()
    for trip, kind in truth["mishaps"].items():
        moved = sum(a != b for a, b in zip(was[trip], now[trip], strict=False))
        if kind == "spike":
            assert 1 <= moved <= 2
        elif kind == "canyon":
            assert moved == len(was[trip]) == len(now[trip])
        elif kind == "tunnel":
            assert len(now[trip]) < len(was[trip])
            assert set(now[trip]) <= set(was[trip])
        elif kind == "clock":
            assert claimed[trip].get("duration_s", 43_200) >= 43_200
            assert was[trip] == now[trip]
        else:
            places = [place[1:] for place in now[trip]]
            assert places == places[::-1]
            assert claimed[trip].get("dropoff_lat") == claims[trip].get(
                "pickup_lat", claims[trip].get("dropoff_lat")
            )
        seen[kind] += 1
    assert min(seen.values()) >= 3


def test_an_app_installed_anew_has_one_new_phone_from_a_day_on(cities):
    _, _, (events, truth) = cities
    logins = defaultdict(list)
    for event in events:
        if event["type"] == "account_login" and event["account_id"] in set(truth["reinstalls"]):
            logins[event["account_id"]].append(event["device_id"])
    changed = [devices for devices in logins.values() if len(set(devices)) > 1]
    assert changed


def test_a_share_that_is_none_is_refused(tmp_path):
    with pytest.raises(BadConfig, match="expected a share of mishaps from 0 to 1, found 2"):
        simulate_mishaps(CONFIG, tmp_path / "x", share=2, base=simulate)
