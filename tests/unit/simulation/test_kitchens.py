from __future__ import annotations

import ast
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
from streaming.decoding.decode import Decoder
from tests.unit.simulation.family_worlds import FamilyCity, actors, family_city

ROOT = Path(__file__).parents[3]
WALLET = {"wallet_transfer", "payment_declined", "trip_cancelled"}
SMALL: dict[str, Any] = {"riders": 250, "drivers": 30, "days": 4, "habits": "fourth"}
NEUTRAL = {"kitchens", "config", "lines", "mint", "outbox", "streams", "summary", "truth", "writer"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("plain") / "out"
    return family_city(
        "fourth", out, seed=4, riders=1_000, drivers=120, days=14, fraud_share=0.08, camouflage=0.4
    )


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    """A city with transfers, declined payments, cancellations and pings."""
    return family_city(
        "fourth",
        tmp_path_factory.mktemp("rich") / "out",
        seed=6,
        riders=500,
        drivers=60,
        days=6,
        fraud_share=0.25,
        transfers=True,
        gps=True,
        ping_interval_s=180.0,
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
        "fourth",
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
    assert city.summary.accounts == 55
    assert {account for event in city.events for account in actors(event)} >= city.guilty()
    assert 20 <= len(city.guilty()) <= 28


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


def test_nobody_acts_before_signing_up(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        joined = {event["account_id"]: event["ts"] for event in city.of("account_created")}
        assert len(joined) > 200
        assert [(a, e) for e in city.events for a in actors(e) if e["ts"] < joined.get(a, 0)] == []


def test_who_invites_somebody_is_there_before(plain: FamilyCity) -> None:
    joined = {event["account_id"]: event["ts"] for event in plain.of("account_created")}
    words = [e for e in plain.of("account_created") if "referrer_id" in e]
    assert len(words) > 20
    assert all(joined.get(e["referrer_id"], 0) < e["ts"] for e in words)


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


@pytest.mark.parametrize("other", ["first", "second"])
def test_the_families_write_different_cities_from_one_seed(other: str, tmp_path: Path) -> None:
    fourth = simulate(CityConfig(**SMALL), tmp_path / "fourth")
    another = simulate(CityConfig(**{**SMALL, "habits": other}), tmp_path / "another")
    assert fourth.events_path.read_bytes() != another.events_path.read_bytes()
    assert fourth.accounts == another.accounts == 280


def test_the_fourth_family_imports_nothing_of_the_others_but_the_plumbing() -> None:
    imported = set()
    for path in (ROOT / "simulation" / "kitchens").rglob("*.py"):
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


def test_a_city_where_nobody_cheats_has_look_alikes_and_no_ring(tmp_path: Path) -> None:
    city = family_city("fourth", tmp_path / "out", seed=8, riders=900, drivers=80, days=7, fraud_share=0.0)
    assert city.truth["rings"] == []
    assert len({decoy["kind"] for decoy in city.truth["decoys"]}) >= 8


def test_events_per_second_sets_the_size_of_the_file(tmp_path: Path) -> None:
    city = family_city(
        "fourth",
        tmp_path / "out",
        seed=8,
        riders=900,
        drivers=300,
        days=6,
        events_per_second=0.03,
        fraud_share=0.0,
    )
    assert city.summary.events == pytest.approx(0.03 * 6 * 86_400, rel=0.2)


def test_people_order_as_often_as_asked_for(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"seed": 8, "riders": 400, "drivers": 150, "days": 6, "fraud_share": 0.0}
    rare = family_city("fourth", tmp_path / "rare", trips_per_rider_day=0.2, **settings)
    often = family_city("fourth", tmp_path / "often", trips_per_rider_day=0.8, **settings)
    assert often.summary.trips > 1.8 * rare.summary.trips


def test_compression_and_start_are_as_asked_for(tmp_path: Path) -> None:
    start_ms = 1_600_041_600_000
    summary = simulate(CityConfig(compression="gz", start_ms=start_ms, **SMALL), tmp_path / "out")
    assert summary.events_path.name == "events.ndjson.gz"
    assert start_ms <= summary.last_ts < start_ms + 4 * 86_400_000


def test_honest_life_is_untidy(plain: FamilyCity) -> None:
    """Many promos, one driver often, many addresses, phones of several people: all of it is honest too."""
    guilty = plain.guilty()
    promos = Counter(e["account_id"] for e in plain.of("promo_redeemed") if e["account_id"] not in guilty)
    pairs = Counter(
        (e["rider_id"], e["driver_id"])
        for e in plain.of("trip_completed")
        if not guilty & {e["rider_id"], e["driver_id"]}
    )
    users = defaultdict(set)
    for event in plain.of("account_created", "account_login"):
        if "device_id" in event and event["account_id"] not in guilty:
            users[event["device_id"]].add(event["account_id"])
    assert max(promos.values()) >= 8
    assert max(pairs.values()) >= 4
    assert max(map(len, users.values())) >= 4
    honest_trips = sum(not guilty & {e["rider_id"], e["driver_id"]} for e in plain.of("trip_completed"))
    assert honest_trips > 0.6 * plain.summary.trips


def test_identifiers_look_the_same_for_the_honest_and_the_others(plain: FamilyCity) -> None:
    guilty = plain.guilty()
    accounts = [e["account_id"] for e in plain.of("account_created")]
    shapes = {(a in guilty, a[0], len(a)) for a in accounts}
    assert len({shape[1:] for shape in shapes}) == 1
    order = sorted(accounts)
    half = set(order[: len(order) // 2]) & guilty
    assert 0.3 < len(half) / len(guilty & set(order)) < 0.7
