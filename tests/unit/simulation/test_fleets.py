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
from typing import Any

import pytest

from graph.model.errors import Rejected
from simulation import CityConfig, simulate
from simulation.config import FAMILIES
from simulation.fleets.priors import Priors
from simulation.streams import Dice
from streaming.decoding.decode import Decoder
from tests.unit.simulation.family_worlds import FamilyCity, actors, family_city

ROOT = Path(__file__).parents[3]
WALLET = {"wallet_transfer", "payment_declined", "trip_cancelled"}
OLDER = {"account_created", "card_added", "payout_added"}
SMALL: dict[str, Any] = {"riders": 250, "drivers": 30, "days": 4, "habits": "fifth"}
NEUTRAL = {"fleets", "config", "lines", "mint", "outbox", "streams", "summary", "truth", "writer"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("plain") / "out"
    return family_city(
        "fifth", out, seed=4, riders=1_000, drivers=120, days=14, fraud_share=0.08, camouflage=0.4
    )


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    """A city with transfers, declined payments, cancellations and pings."""
    return family_city(
        "fifth",
        tmp_path_factory.mktemp("rich") / "out",
        seed=6,
        riders=500,
        drivers=60,
        days=6,
        fraud_share=0.25,
        transfers=True,
        gps=True,
        ping_interval_s=120.0,
    )


def test_the_decoder_takes_every_event(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        assert [r for r in Decoder().decode_lines(city.lines) if isinstance(r, Rejected)] == []
        assert len(city.lines) == city.summary.events > 5_000


@pytest.mark.parametrize("seed", range(11, 15))
@pytest.mark.parametrize("transfers", [False, True])
def test_the_smallest_cities_hold_nothing_that_the_decoder_refuses(
    seed: int, transfers: bool, tmp_path: Path
) -> None:
    city = family_city(
        "fifth",
        tmp_path / "out",
        seed=seed,
        riders=50,
        drivers=5,
        days=2,
        fraud_share=0.5,
        transfers=transfers,
    )
    assert [r for r in Decoder().decode_lines(city.lines) if isinstance(r, Rejected)] == []
    times = [event["ts"] for event in city.events]
    assert times == sorted(times)
    assert city.summary.accounts == len(city.joined()) == 55
    assert 20 <= len(city.guilty()) <= 28


def test_the_smallest_city_of_the_default_settings_is_written(tmp_path: Path) -> None:
    city = family_city("fifth", tmp_path / "out", riders=50, drivers=5, days=2)
    assert city.summary.events > 50


def test_without_transfers_nothing_of_the_wallet_is_written_and_with_them_all_of_it_is(
    plain: FamilyCity, rich: FamilyCity
) -> None:
    assert not {event["type"] for event in plain.events} & WALLET
    counts = Counter(event["type"] for event in rich.events)
    assert all(counts[kind] >= 3 for kind in WALLET)
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
        assert {e["type"] for e in city.events if e["ts"] < city.config.start_ms} == OLDER


def test_everybody_signs_up_once_and_nobody_acts_before(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        joined = city.joined()
        assert len(list(city.of("account_created"))) == len(joined) == city.summary.accounts
        assert [(a, e) for e in city.events for a in actors(e) if e["ts"] < joined[a]] == []


def test_who_brings_somebody_is_there_before(plain: FamilyCity) -> None:
    joined = plain.joined()
    words = [e for e in plain.of("account_created") if "referrer_id" in e]
    assert len(words) > 20
    assert all(joined[e["referrer_id"]] < e["ts"] for e in words)


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_another_seed_other_ones(
    tmp_path: Path,
) -> None:
    here = simulate(CityConfig(seed=3, fraud_share=0.2, transfers=True, **SMALL), tmp_path / "here")
    other = simulate(CityConfig(seed=4, fraud_share=0.2, transfers=True, **SMALL), tmp_path / "other")
    code = (
        "import sys; from pathlib import Path; from simulation import CityConfig, simulate; "
        f"simulate(CityConfig(seed=3, fraud_share=0.2, transfers=True, **{SMALL}), Path(sys.argv[1]))"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        there = tmp_path / f"there{seed}"
        subprocess.run([sys.executable, "-c", code, str(there)], check=True, env=environment)
        assert (there / "events.ndjson").read_bytes() == here.events_path.read_bytes()
        assert (there / "truth.json").read_bytes() == here.truth_path.read_bytes()
    assert other.events_path.read_bytes() != here.events_path.read_bytes()


@pytest.mark.parametrize("other", [family for family in FAMILIES if family != "fifth"])
def test_the_families_write_different_cities_from_one_seed(other: str, tmp_path: Path) -> None:
    fifth = simulate(CityConfig(**SMALL), tmp_path / "fifth")
    another = simulate(CityConfig(**{**SMALL, "habits": other}), tmp_path / "another")
    assert fifth.events_path.read_bytes() != another.events_path.read_bytes()
    assert fifth.accounts == another.accounts == 280


def test_the_fifth_family_imports_nothing_of_the_others_but_the_plumbing() -> None:
    imported = set()
    for path in (ROOT / "simulation" / "fleets").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = (
                    [node.module]
                    if node.module and node.module != "simulation"
                    else [f"simulation.{a.name}" for a in node.names]
                )
            imported |= {name.split(".")[1] for name in names if name.startswith("simulation.")}
    assert imported
    assert imported <= NEUTRAL


def test_pings_come_at_the_interval_belong_to_trips_and_nobody_drives_two_at_once(rich: FamilyCity) -> None:
    ends = {e["trip_id"]: e for e in rich.of("trip_completed")}
    spans: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for ping in rich.of("gps_ping"):
        spans[ping["driver_id"]][ping["trip_id"]].append(ping["ts"])
        if ping["trip_id"] in ends:
            assert ping["driver_id"] == ends[ping["trip_id"]]["driver_id"]
            assert ping["ts"] <= ends[ping["trip_id"]]["ts"]
    assert rich.summary.pings == len(list(rich.of("gps_ping"))) > 1_000
    for trips in spans.values():
        ordered = sorted((min(ts), max(ts)) for ts in trips.values())
        assert all(begin >= end for (_, end), (begin, _) in pairwise(ordered))
        gaps = {later - earlier for ts in trips.values() for earlier, later in pairwise(ts)}
        assert all(gap % 120_000 == 0 for gap in gaps)


def test_a_city_where_nobody_cheats_has_look_alikes_and_no_ring(tmp_path: Path) -> None:
    city = family_city("fifth", tmp_path / "out", seed=8, riders=900, drivers=80, days=7, fraud_share=0.0)
    assert city.truth["rings"] == []
    assert len({decoy["kind"] for decoy in city.truth["decoys"]}) >= 8


def test_events_per_second_sets_the_size_of_the_file(tmp_path: Path) -> None:
    city = family_city(
        "fifth",
        tmp_path / "out",
        seed=8,
        riders=900,
        drivers=300,
        days=8,
        events_per_second=0.03,
        fraud_share=0.0,
    )
    during = sum(e["ts"] >= city.config.start_ms for e in city.events)
    assert city.summary.events == pytest.approx(0.03 * 8 * 86_400, rel=0.15)
    assert during > 0.7 * city.summary.events


def test_people_ride_as_often_as_asked_for(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"seed": 8, "riders": 400, "drivers": 150, "days": 6, "fraud_share": 0.0}
    rare = family_city("fifth", tmp_path / "rare", trips_per_rider_day=0.2, **settings)
    often = family_city("fifth", tmp_path / "often", trips_per_rider_day=0.8, **settings)
    assert often.summary.trips > 1.7 * rare.summary.trips


def test_a_city_may_begin_on_any_midnight_and_be_compressed(tmp_path: Path) -> None:
    start_ms = 1_600_041_600_000
    summary = simulate(CityConfig(compression="gz", start_ms=start_ms, **SMALL), tmp_path / "out")
    assert summary.events_path.name == "events.ndjson.gz"
    lines = gzip.decompress(summary.events_path.read_bytes()).splitlines()
    assert len(lines) == summary.events
    assert start_ms <= json.loads(lines[-1])["ts"] == summary.last_ts < start_ms + 4 * 86_400_000


def test_cities_differ_in_everything_that_is_drawn() -> None:
    drawn = [Priors.draw(Dice(seed)) for seed in range(40)]
    for name in Priors.__slots__:
        assert len({getattr(priors, name) for priors in drawn}) >= 4, name


def test_honest_life_is_untidy(plain: FamilyCity) -> None:
    """Many promos, one driver often, phones of several people, disputed rides: all of it is honest too."""
    guilty = plain.guilty()
    promos = Counter(e["account_id"] for e in plain.of("promo_redeemed") if e["account_id"] not in guilty)
    honest = [e for e in plain.of("trip_completed") if not guilty & {e["rider_id"], e["driver_id"]}]
    pairs = Counter((e["rider_id"], e["driver_id"]) for e in honest)
    users = defaultdict(set)
    for event in plain.of("account_created", "account_login"):
        if "device_id" in event and event["account_id"] not in guilty:
            users[event["device_id"]].add(event["account_id"])
    assert max(promos.values()) >= 6
    assert max(pairs.values()) >= 4
    assert max(map(len, users.values())) >= 3
    assert any(e["account_id"] not in guilty for e in plain.of("chargeback"))
    assert len(honest) > 0.6 * plain.summary.trips


def test_identifiers_look_the_same_for_the_honest_and_the_others(plain: FamilyCity) -> None:
    guilty = plain.guilty()
    accounts = sorted(plain.joined())
    assert len({(a[0], len(a)) for a in accounts}) == 1
    half = set(accounts[: len(accounts) // 2]) & guilty
    assert 0.3 < len(half) / len(guilty) < 0.7
