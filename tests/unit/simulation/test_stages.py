from __future__ import annotations

import ast
import gzip
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from graph.model.errors import Rejected
from simulation import CityConfig, simulate
from simulation.stages.priors import PLACES, Priors
from simulation.streams import Dice
from streaming.decoding.decode import Decoder
from tests.unit.simulation.family_worlds import FamilyCity, actors, family_city

ROOT = Path(__file__).parents[3]
TRANSFERS = {"wallet_transfer", "payment_declined", "trip_cancelled"}
SMALL = {"riders": 250, "drivers": 30, "days": 4, "habits": "third"}
NEUTRAL = {"stages", "config", "lines", "mint", "outbox", "streams", "summary", "truth", "writer"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("plain") / "out"
    return family_city(
        "third", out, seed=4, riders=1_200, drivers=130, days=12, fraud_share=0.08, camouflage=0.4
    )


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    """A city with transfers, declined payments, cancellations and pings."""
    out = tmp_path_factory.mktemp("rich") / "out"
    return family_city(
        "third",
        out,
        seed=5,
        riders=700,
        drivers=80,
        days=8,
        fraud_share=0.12,
        transfers=True,
        gps=True,
        ping_interval_s=120.0,
    )


def test_the_decoder_takes_every_event(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        assert [r for r in Decoder().decode_lines(city.lines) if isinstance(r, Rejected)] == []
        assert len(city.lines) == city.summary.events > 5_000


@pytest.mark.parametrize("seed", range(11, 15))
def test_cities_of_many_seeds_hold_nothing_that_the_decoder_refuses(seed: int, tmp_path: Path) -> None:
    city = family_city(
        "third", tmp_path / "out", seed=seed, riders=300, drivers=30, days=5, fraud_share=0.2, transfers=True
    )
    assert [r for r in Decoder().decode_lines(city.lines) if isinstance(r, Rejected)] == []


def test_transfers_are_written_where_they_are_asked_for_and_nowhere_else(
    plain: FamilyCity, rich: FamilyCity
) -> None:
    assert not {event["type"] for event in plain.events} & TRANSFERS
    assert {event["type"] for event in rich.events} >= TRANSFERS
    assert all(e["amount"] > 0 and e["account_id"] != e["to_account_id"] for e in rich.of("wallet_transfer"))
    assert {e["by"] for e in rich.of("trip_cancelled")} == {"rider", "driver"}


def test_events_come_in_order_of_time_once_and_end_with_the_file(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        times = [event["ts"] for event in city.events]
        assert times == sorted(times)
        assert times[-1] < city.config.end_ms
        assert len({event["event_id"] for event in city.events}) == len(city.events)


def test_only_sign_ups_and_means_of_payment_are_older_than_the_file(
    plain: FamilyCity, rich: FamilyCity
) -> None:
    for city in (plain, rich):
        old = {event["type"] for event in city.events if event["ts"] < city.config.start_ms}
        assert old == {"account_created", "card_added", "payout_added"}


def test_nobody_acts_before_signing_up_and_who_refers_somebody_is_there_before(
    plain: FamilyCity, rich: FamilyCity
) -> None:
    for city in (plain, rich):
        joined = {event["account_id"]: event["ts"] for event in city.of("account_created")}
        assert len(joined) > 100
        assert [e for e in city.events for a in actors(e) if e["ts"] < joined.get(a, 0)] == []
        words = [e for e in city.of("account_created") if "referrer_id" in e]
        assert len(words) > 20
        assert all(joined.get(e["referrer_id"], 0) <= e["ts"] for e in words)


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_another_seed_other_ones(
    tmp_path: Path,
) -> None:
    here = simulate(CityConfig(seed=3, fraud_share=0.2, **SMALL), tmp_path / "here")
    other = simulate(CityConfig(seed=4, fraud_share=0.2, **SMALL), tmp_path / "other")
    code = (
        "import sys; from pathlib import Path; from simulation import CityConfig, simulate; "
        f"simulate(CityConfig(seed=3, fraud_share=0.2, **{SMALL}), Path(sys.argv[1]))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    there = tmp_path / "there"
    subprocess.run([sys.executable, "-c", code, str(there)], check=True, env=environment)
    assert (there / "events.ndjson").read_bytes() == here.events_path.read_bytes()
    assert (there / "truth.json").read_bytes() == here.truth_path.read_bytes()
    assert other.events_path.read_bytes() != here.events_path.read_bytes()


def test_the_families_write_different_cities_from_one_seed(tmp_path: Path) -> None:
    third = simulate(CityConfig(**SMALL), tmp_path / "third")
    second = simulate(CityConfig(**{**SMALL, "habits": "second"}), tmp_path / "second")
    assert third.events_path.read_bytes() != second.events_path.read_bytes()
    assert third.accounts == second.accounts == 280


@pytest.mark.parametrize("transfers", [False, True])
def test_the_smallest_city_is_written(transfers: bool, tmp_path: Path) -> None:
    for seed in range(4):
        city = family_city(
            "third", tmp_path / str(seed), seed=seed, riders=50, drivers=5, days=2, transfers=transfers
        )
        assert city.summary.accounts == 55
        assert city.summary.trips > 5


def test_the_third_family_imports_nothing_of_the_others_but_their_plumbing() -> None:
    imported = set()
    for path in (ROOT / "simulation" / "stages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                whole = node.module == "simulation"
                names = [f"simulation.{a.name}" for a in node.names] if whole else [node.module or ""]
            imported |= {name.split(".")[1] for name in names if name.startswith("simulation.")}
    assert imported
    assert imported <= NEUTRAL


def test_pings_belong_to_trips_and_nobody_drives_two_at_once(rich: FamilyCity) -> None:
    ends = {e["trip_id"]: e for e in rich.of("trip_completed")}
    spans: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for ping in rich.of("gps_ping"):
        trip = ends[ping["trip_id"]]
        assert ping["driver_id"] == trip["driver_id"]
        assert ping["ts"] <= trip["ts"]
        spans[ping["driver_id"]][ping["trip_id"]].append(ping["ts"])
    assert rich.summary.pings > 1_000
    for trips in spans.values():
        ordered = sorted((min(ts), max(ts)) for ts in trips.values())
        assert all(begin >= end for (_, end), (begin, _) in pairwise(ordered))


def test_pings_come_at_the_interval_asked_for(rich: FamilyCity) -> None:
    moments = defaultdict(list)
    for ping in rich.of("gps_ping"):
        moments[ping["trip_id"]].append(ping["ts"])
    assert {b - a for times in moments.values() for a, b in pairwise(times)} == {120_000}


def test_a_city_where_nobody_cheats_has_look_alikes_and_no_ring(tmp_path: Path) -> None:
    city = family_city("third", tmp_path / "out", seed=8, riders=900, drivers=80, days=5, fraud_share=0.0)
    assert city.truth["rings"] == []
    assert len({decoy["kind"] for decoy in city.truth["decoys"]}) >= 6


def test_events_per_second_sets_the_size_of_the_file(tmp_path: Path) -> None:
    city = family_city(
        "third",
        tmp_path / "out",
        seed=8,
        riders=900,
        drivers=300,
        days=6,
        events_per_second=0.02,
        fraud_share=0.0,
    )
    assert city.summary.events == pytest.approx(0.02 * 6 * 86_400, rel=0.3)


def test_a_city_may_begin_on_any_midnight_and_be_compressed(tmp_path: Path) -> None:
    thursday = 1_741_219_200_000
    settings = {**SMALL, "start_ms": thursday, "compression": "gz"}
    summary = simulate(CityConfig(**settings), tmp_path / "out")
    with gzip.open(summary.events_path) as lines:
        times = [json.loads(line)["ts"] for line in lines]
    assert len(times) == summary.events
    assert thursday + 3 * 86_400_000 < summary.last_ts == times[-1] < thursday + 4 * 86_400_000


def test_trips_per_rider_day_scales_the_ordinary_rides(tmp_path: Path) -> None:
    few, many = (
        family_city(
            "third", tmp_path / str(rate), seed=8, riders=400, drivers=150, days=5, trips_per_rider_day=rate
        ).summary.trips
        for rate in (0.2, 0.8)
    )
    assert many > 2 * few


def test_a_city_pays_in_one_of_two_currencies_in_whole_coins(plain: FamilyCity) -> None:
    drawn = {Priors.draw(Dice(seed)).place for seed in range(12)}
    assert drawn == set(PLACES)
    fares = [event["fare"] for event in plain.of("trip_completed")]
    assert any(all(fare % place.coin == 0 for fare in fares) for place in PLACES)


def test_honest_life_is_untidy(plain: FamilyCity) -> None:
    """Shared phones, carrier addresses, quests and promotions are ordinary life as well."""
    guilty = plain.guilty()
    users, addresses = defaultdict(set), defaultdict(set)
    for event in plain.of("account_created", "account_login"):
        if event["account_id"] not in guilty:
            users[event.get("device_id")].add(event["account_id"])
            addresses[event.get("ip")].add(event["account_id"])
    users.pop(None)
    assert sum(len(people) > 1 for people in users.values()) > 40
    assert max(map(len, addresses.values())) > 20
    honest = [e for e in plain.of("trip_completed") if not guilty & {e["rider_id"], e["driver_id"]}]
    assert len(honest) > 0.6 * plain.summary.trips
    assert sum("incentive" in e for e in honest) > 100
    promos = Counter(e["account_id"] for e in plain.of("promo_redeemed") if e["account_id"] not in guilty)
    assert max(promos.values()) >= 4
    assert sum("card_id" in e for e in honest) < 0.5 * len(honest)
