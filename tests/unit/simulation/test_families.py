"""What every family of simulated habits promises, asked of each; a table says where they differ."""

from __future__ import annotations

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

from simulation import CityConfig, simulate
from simulation.config import DAY_MS, FAMILIES
from tests.unit.simulation.family_expectations import EXPECTED, SMALL, Family
from tests.unit.simulation.family_worlds import (
    ROOT,
    FamilyCity,
    disorder,
    early,
    family_city,
    imports_of,
    refused,
    untidiness,
    untrue,
    waits_for_referrers,
)

WALLET = {
    "wallet_transfer": {"account_id", "to_account_id", "amount"},
    "payment_declined": {"account_id", "card_id", "amount"},
    "trip_cancelled": {"trip_id", "rider_id", "driver_id", "by"},
}
MONDAY, THURSDAY = 1_600_041_600_000, 1_741_219_200_000
SMALLEST: dict[str, Any] = {"riders": 50, "drivers": 5, "days": 2}
PLAIN: dict[str, Any] = {
    "seed": 4,
    "riders": 1_000,
    "drivers": 120,
    "days": 14,
    "fraud_share": 0.08,
    "camouflage": 0.4,
}
RICH: dict[str, Any] = {
    "seed": 9,
    "riders": 500,
    "drivers": 60,
    "days": 6,
    "fraud_share": 0.25,
    "gps": True,
    "ping_interval_s": 120.0,
}


@pytest.fixture(scope="module", params=EXPECTED, ids=lambda family: family.habits)
def family(request: pytest.FixtureRequest) -> Family:
    """Each family in turn; what is made of it is made once."""
    expected: Family = request.param
    return expected


@pytest.fixture(scope="module")
def plain(family: Family, tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    return family_city(family.habits, tmp_path_factory.mktemp("plain") / "out", **PLAIN | family.plain)


@pytest.fixture(scope="module")
def rich(family: Family, tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    """A city with pings and, where the family has them, transfers, declined payments and cancellations."""
    out = tmp_path_factory.mktemp("rich") / "out"
    return family_city(family.habits, out, transfers=family.transfers, **RICH)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Small cities of all families, written by two other processes that hash strings otherwise."""
    code = (
        "import sys; from pathlib import Path; from simulation import CityConfig, simulate\n"
        "from tests.unit.simulation.family_expectations import EXPECTED\n"
        "for family in EXPECTED: simulate(family.small(3), Path(sys.argv[1]) / family.habits)\n"
    )
    folders = [tmp_path_factory.mktemp(f"hashes_{seed}") for seed in (1, 2)]
    for seed, folder in enumerate(folders, 1):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", code, str(folder)], check=True, env=environment, cwd=ROOT)
    return folders


def test_the_table_has_every_family() -> None:
    assert tuple(family.habits for family in EXPECTED) == FAMILIES


def test_the_decoder_takes_every_event(plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        assert refused(city) == []
        assert city.summary.events > 5_000


def test_events_come_in_order_of_time_once_and_end_with_the_file(plain: FamilyCity, rich: FamilyCity) -> None:
    assert disorder(plain) == disorder(rich) == []


@pytest.mark.parametrize("seed", range(11, 17))
def test_cities_of_many_seeds_hold_nothing_that_the_decoder_refuses(
    family: Family, seed: int, tmp_path: Path
) -> None:
    size: dict[str, Any] = {"seed": seed, "riders": 400, "drivers": 40, "days": 6, "fraud_share": 0.2}
    for transfers in family.with_and_without_transfers:
        city = family_city(family.habits, tmp_path / str(transfers), transfers=transfers, **size)
        assert refused(city) == []
        assert disorder(city) == []


@pytest.mark.parametrize("seed", range(11, 15))
@pytest.mark.parametrize("transfers", [False, True])
def test_the_smallest_cities_hold_as_many_who_cheat_as_asked_for(
    family: Family, seed: int, transfers: bool, tmp_path: Path
) -> None:
    if transfers not in family.with_and_without_transfers:
        pytest.skip("this family has no transfers")
    settings: dict[str, Any] = {"seed": seed, "fraud_share": 0.5, "gps": True, "transfers": transfers}
    city = family_city(family.habits, tmp_path / "out", **SMALLEST, **settings)
    assert refused(city) == []
    assert disorder(city) == []
    assert city.summary.accounts == 55
    assert city.guilty() <= city.seen()
    assert 20 <= len(city.guilty()) <= 28
    assert not family.all_sign_up or len(city.joined()) == 55


@pytest.mark.parametrize("seed", range(4))
def test_the_smallest_cities_of_the_default_settings_are_written(
    family: Family, seed: int, tmp_path: Path
) -> None:
    for transfers in family.with_and_without_transfers:
        out = tmp_path / str(transfers)
        summary = simulate(CityConfig(seed=seed, habits=family.habits, transfers=transfers, **SMALLEST), out)
        assert summary.accounts == 55
        assert summary.trips >= family.smallest_trips
        assert summary.events > 50


def test_without_transfers_nothing_of_the_wallet_is_written_and_with_them_all_of_it_is(
    family: Family, plain: FamilyCity, rich: FamilyCity
) -> None:
    assert list(plain.of(*WALLET)) == []
    if not family.transfers:
        assert list(rich.of(*WALLET)) == []
        return
    for kind, fields in WALLET.items():
        found = list(rich.of(kind))
        assert len(found) >= 10
        assert all(fields <= event.keys() for event in found)
    assert all(e["amount"] > 0 and e["account_id"] != e["to_account_id"] for e in rich.of("wallet_transfer"))
    assert {e["by"] for e in rich.of("trip_cancelled")} == {"rider", "driver"}


def test_only_what_is_expected_of_the_family_is_older_than_the_file(
    family: Family, plain: FamilyCity, rich: FamilyCity
) -> None:
    for city in (plain, rich):
        assert {e["type"] for e in city.events if e["ts"] < city.config.start_ms} == family.older


def test_everybody_signs_up_once_and_nobody_acts_before(
    family: Family, plain: FamilyCity, rich: FamilyCity
) -> None:
    for city in (plain, rich):
        joined = city.joined()
        assert len(list(city.of("account_created"))) == len(joined) > 200
        assert not family.all_sign_up or city.seen() <= joined.keys()
        assert not family.all_sign_up or len(joined) == city.summary.accounts
        assert early(city) == []


def test_who_refers_somebody_is_there_before(family: Family, plain: FamilyCity, rich: FamilyCity) -> None:
    for city in (plain, rich):
        waits = waits_for_referrers(city)
        assert len(waits) > 20
        assert min(waits) >= (0 if family.refers_at_once else 1)


def test_the_truth_speaks_of_accounts_and_events_that_are_in_the_file(
    family: Family, plain: FamilyCity, rich: FamilyCity
) -> None:
    for city in (plain, rich):
        assert untrue(city) == []
        groups = {account for decoy in city.truth["decoys"] for account in decoy["accounts"]}
        assert groups
        assert not family.all_decoys_act or groups <= city.seen()


def test_the_same_seed_gives_the_same_bytes_in_another_process_and_another_seed_other_ones(
    family: Family, elsewhere: list[Path], tmp_path: Path
) -> None:
    here, other = (simulate(family.small(seed), tmp_path / str(seed)) for seed in (3, 4))
    for folder in elsewhere:
        there = folder / family.habits
        assert (there / "events.ndjson").read_bytes() == here.events_path.read_bytes()
        assert (there / "truth.json").read_bytes() == here.truth_path.read_bytes()
    assert other.events_path.read_bytes() != here.events_path.read_bytes()


def test_the_families_write_different_cities_from_one_seed(tmp_path: Path) -> None:
    written = [simulate(CityConfig(habits=habits, **SMALL), tmp_path / habits) for habits in FAMILIES]
    assert len({summary.events_path.read_bytes() for summary in written}) == len(FAMILIES)
    assert {summary.accounts for summary in written} == {280}


def test_a_family_imports_nothing_of_the_others_but_the_plumbing(family: Family) -> None:
    if family.package is None:
        pytest.skip("this family is in no package of its own")
    imported = {name.split(".")[1] for name in imports_of(family.package)}
    assert family.package in imported
    assert imported <= {family.package, *family.imports}


def test_pings_belong_to_rides_and_nobody_drives_two_at_once(family: Family, rich: FamilyCity) -> None:
    ends = {e["trip_id"]: e for e in rich.of("trip_completed")}
    spans: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for ping in rich.of("gps_ping"):
        spans[ping["driver_id"]][ping["trip_id"]].append(ping["ts"])
        if family.rides_outlast_the_file and ping["trip_id"] not in ends:
            assert ping["ts"] > rich.config.end_ms - DAY_MS // 2
            continue
        assert ping["driver_id"] == ends[ping["trip_id"]]["driver_id"]
        assert ping["ts"] <= ends[ping["trip_id"]]["ts"]
    assert rich.summary.pings == len(list(rich.of("gps_ping"))) > 1_000
    for trips in spans.values():
        ordered = sorted((min(ts), max(ts)) for ts in trips.values())
        assert all(begin >= end for (_, end), (begin, _) in pairwise(ordered))


def test_pings_come_at_the_interval_asked_for(family: Family, rich: FamilyCity) -> None:
    moments: dict[str, list[int]] = defaultdict(list)
    for ping in rich.of("gps_ping"):
        moments[ping["trip_id"]].append(ping["ts"])
    gaps = Counter(later - earlier for times in moments.values() for earlier, later in pairwise(times))
    if family.gaps_of_pings == "uneven":
        assert 120_000 <= sorted(gaps.elements())[gaps.total() // 2] < 130_000
        return
    assert gaps.most_common(1)[0][0] == 120_000
    assert all(gap % 120_000 == 0 for gap in gaps)
    assert family.gaps_of_pings == "whole intervals" or set(gaps) == {120_000}


def test_a_city_where_nobody_cheats_has_look_alikes_and_no_ring(family: Family, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"seed": 8, "riders": 900, "drivers": 80, "days": 7, "fraud_share": 0.0}
    city = family_city(family.habits, tmp_path / "out", **settings)
    assert city.truth["rings"] == []
    assert len({decoy["kind"] for decoy in city.truth["decoys"]}) >= family.kinds_of_decoys


def test_events_per_second_sets_the_size_of_the_file(family: Family, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"seed": 8, "riders": 900, "drivers": 300, "days": 8, "fraud_share": 0.0}
    city = family_city(family.habits, tmp_path / "out", events_per_second=0.02, **settings)
    during = sum(event["ts"] >= city.config.start_ms for event in city.events)
    assert city.summary.events == pytest.approx(0.02 * 8 * 86_400, rel=0.15)
    assert during > 0.7 * city.summary.events


def test_people_ride_as_often_as_asked_for(family: Family, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"seed": 8, "riders": 400, "drivers": 150, "days": 6, "fraud_share": 0.0}
    rare, often = (
        simulate(
            CityConfig(habits=family.habits, trips_per_rider_day=rate, **settings), tmp_path / str(rate)
        ).trips
        for rate in (0.2, 0.8)
    )
    assert often > 2 * rare


@pytest.mark.parametrize("start_ms", [MONDAY, THURSDAY])
def test_a_city_may_begin_on_any_midnight_and_be_compressed(
    family: Family, start_ms: int, tmp_path: Path
) -> None:
    config = CityConfig(habits=family.habits, compression="gz", start_ms=start_ms, **SMALL)
    summary = simulate(config, tmp_path / "out")
    assert summary.events_path.name == "events.ndjson.gz"
    lines = gzip.decompress(summary.events_path.read_bytes()).splitlines()
    assert len(lines) == summary.events
    assert start_ms + 3 * DAY_MS < json.loads(lines[-1])["ts"] == summary.last_ts < start_ms + 4 * DAY_MS


def test_honest_life_is_untidy(family: Family, plain: FamilyCity) -> None:
    """Many promotions, one driver often, shared phones, payments disowned: all of it is honest life too."""
    found = untidiness(plain)
    assert {name: found[name] for name, least in family.untidy.items() if found[name] < least} == {}
    assert found["share of rides"] > 0.6


def test_identifiers_look_the_same_for_the_honest_and_the_others(plain: FamilyCity) -> None:
    accounts = sorted(plain.joined())
    guilty = plain.guilty() & set(accounts)
    assert len({(name[0], len(name)) for name in accounts}) == 1
    half = guilty & set(accounts[: len(accounts) // 2])
    assert 0.3 < len(half) / len(guilty) < 0.7
