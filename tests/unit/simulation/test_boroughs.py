from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from graph.model.errors import Rejected
from simulation import BadConfig, CityConfig, simulate
from streaming.decoding.decode import Decoder
from tests.unit.simulation.family_worlds import FamilyCity, actors, family_city

ROOT = Path(__file__).parents[3]
NEW = {
    "wallet_transfer": {"account_id", "to_account_id", "amount"},
    "payment_declined": {"account_id", "card_id", "amount"},
    "trip_cancelled": {"trip_id", "rider_id", "driver_id", "by"},
}
SMALL = {"riders": 250, "drivers": 30, "days": 4, "habits": "second"}
NEUTRAL = {"boroughs", "config", "lines", "mint", "outbox", "streams", "summary", "truth", "writer"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("plain") / "out"
    return family_city(
        "second", out, seed=4, riders=2_000, drivers=160, days=21, fraud_share=0.08, camouflage=0.4
    )


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    """A city with transfers, declined payments, cancellations and pings."""
    return family_city(
        "second",
        tmp_path_factory.mktemp("rich") / "out",
        seed=4,
        riders=700,
        drivers=70,
        days=8,
        fraud_share=0.12,
        transfers=True,
        gps=True,
        ping_interval_s=90.0,
    )


def test_the_decoder_takes_every_event(plain: FamilyCity) -> None:
    refused = [r for r in Decoder().decode_lines(plain.lines) if isinstance(r, Rejected)]
    assert refused == []
    assert len(plain.lines) == plain.summary.events > 5_000


@pytest.mark.parametrize("seed", range(11, 17))
def test_cities_of_many_seeds_hold_nothing_that_the_decoder_refuses(seed: int, tmp_path: Path) -> None:
    city = family_city("second", tmp_path / "out", seed=seed, riders=400, drivers=40, days=6, fraud_share=0.1)
    assert [r for r in Decoder().decode_lines(city.lines) if isinstance(r, Rejected)] == []
    times = [event["ts"] for event in city.events]
    assert times == sorted(times)


def test_what_transfers_add_has_the_fields_of_the_contract_and_the_rest_is_taken(rich: FamilyCity) -> None:
    old = [line for line, event in zip(rich.lines, rich.events, strict=True) if event["type"] not in NEW]
    assert [r for r in Decoder().decode_lines(old) if isinstance(r, Rejected)] == []
    for kind, fields in NEW.items():
        found = list(rich.of(kind))
        assert len(found) >= 10
        assert all(fields <= event.keys() for event in found)
    assert all(e["amount"] > 0 and e["account_id"] != e["to_account_id"] for e in rich.of("wallet_transfer"))
    assert {e["by"] for e in rich.of("trip_cancelled")} == {"rider", "driver"}


def test_without_transfers_there_is_no_new_type_of_event(plain: FamilyCity) -> None:
    assert not {event["type"] for event in plain.events} & set(NEW)


def test_events_come_in_order_of_time_once_and_end_with_the_file(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        times = [event["ts"] for event in city.events]
        assert times == sorted(times)
        assert times[-1] < city.config.end_ms
        assert len({event["event_id"] for event in city.events}) == len(city.events)


def test_nobody_acts_before_signing_up(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        joined = {event["account_id"]: event["ts"] for event in city.of("account_created")}
        assert len(joined) > 100
        early = [(a, e) for e in city.events for a in actors(e) if e["ts"] < joined.get(a, 0)]
        assert early == []


def test_who_refers_somebody_is_there_before(plain: FamilyCity) -> None:
    joined = {event["account_id"]: event["ts"] for event in plain.of("account_created")}
    words = [e for e in plain.of("account_created") if "referrer_id" in e]
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
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        there = tmp_path / f"there{seed}"
        subprocess.run([sys.executable, "-c", code, str(there)], check=True, env=environment)
        assert (there / "events.ndjson").read_bytes() == here.events_path.read_bytes()
        assert (there / "truth.json").read_bytes() == here.truth_path.read_bytes()
    assert other.events_path.read_bytes() != here.events_path.read_bytes()


def test_the_families_write_different_cities_from_one_seed(tmp_path: Path) -> None:
    second = simulate(CityConfig(**SMALL), tmp_path / "second")
    first = simulate(CityConfig(**{**SMALL, "habits": "first"}), tmp_path / "first")
    assert second.events_path.read_bytes() != first.events_path.read_bytes()
    assert second.accounts == first.accounts == 280


def test_an_unknown_family_and_transfers_of_the_first_are_refused() -> None:
    with pytest.raises(BadConfig, match=r"habits .* first, second, .*found 'unheard of'"):
        CityConfig(habits="unheard of")
    with pytest.raises(BadConfig, match="expected transfers to be False"):
        CityConfig(transfers=True)


def test_the_second_family_imports_nothing_of_the_first_but_its_plumbing() -> None:
    imported = set()
    for path in (ROOT / "simulation" / "boroughs").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = (
                    [node.module]
                    if node.module != "simulation"
                    else [f"simulation.{a.name}" for a in node.names]
                )
            imported |= {name.split(".")[1] for name in names if name and name.startswith("simulation.")}
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
    city = family_city("second", tmp_path / "out", seed=8, riders=900, drivers=80, days=7, fraud_share=0.0)
    assert city.truth["rings"] == []
    assert len({decoy["kind"] for decoy in city.truth["decoys"]}) >= 8


def test_events_per_second_sets_the_size_of_the_file(tmp_path: Path) -> None:
    city = family_city(
        "second",
        tmp_path / "out",
        seed=8,
        riders=900,
        drivers=300,
        days=6,
        events_per_second=0.03,
        fraud_share=0.0,
    )
    assert city.summary.events == pytest.approx(0.03 * 6 * 86_400, rel=0.35)


def test_honest_life_is_untidy(plain: FamilyCity) -> None:
    """Many promos, one driver often, payments disowned, many addresses: all of it is honest life as well."""
    guilty = plain.guilty()
    promos = Counter(e["account_id"] for e in plain.of("promo_redeemed") if e["account_id"] not in guilty)
    pairs = Counter(
        (e["rider_id"], e["driver_id"])
        for e in plain.of("trip_completed")
        if not guilty & {e["rider_id"], e["driver_id"]}
    )
    addresses = defaultdict(set)
    for event in plain.of("account_login"):
        if "ip" in event and event["account_id"] not in guilty:
            addresses[event["account_id"]].add(event["ip"])
    assert max(promos.values()) >= 4
    assert max(pairs.values()) >= 5
    assert sum(e["account_id"] not in guilty for e in plain.of("chargeback")) >= 1
    assert sum(len(ips) >= 3 for ips in addresses.values()) >= 15
    honest_trips = sum(not guilty & {e["rider_id"], e["driver_id"]} for e in plain.of("trip_completed"))
    assert honest_trips > 0.6 * plain.summary.trips
