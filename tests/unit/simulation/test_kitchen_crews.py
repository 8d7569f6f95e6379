from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from simulation.kitchens import toolkit
from simulation.kitchens.crews.trades import TRADES
from simulation.kitchens.people import Crew
from simulation.truth import RING_KINDS
from tests.unit.simulation.family_worlds import WORTH, FamilyCity, actors, crews_city
from tests.unit.simulation.kitchen_worlds import planned

SEEDS = range(20, 25)
DOCS = Path(__file__).parents[3] / "docs" / "simulation.md"


def crews(camouflage: float = 0.5) -> list[Crew]:
    return [crew for seed in SEEDS for crew in planned(seed, camouflage=camouflage).crews]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    return crews_city("fourth", tmp_path_factory.mktemp("crews") / "out")


def test_each_kind_of_the_vocabulary_has_trades() -> None:
    assert {trade.kind for trade in TRADES.values()} == set(RING_KINDS)


def test_every_trade_and_kind_occurs_and_is_documented() -> None:
    assert {crew.trade for crew in crews()} == set(TRADES)
    assert {crew.record.kind for crew in crews()} == set(RING_KINDS)
    text = DOCS.read_text(encoding="utf-8")
    assert [name for name in TRADES if f"`{name}`" not in text] == []


def test_every_habit_of_crews_occurs() -> None:
    kits = [crew.kit for crew in crews()]
    assert {kit.network for kit in kits} == set(toolkit.NETWORKS)
    assert {kit.pace for kit in kits} == set(toolkit.PACES)
    assert {kit.cash_out for kit in kits} == set(toolkit.CASH_OUTS)
    assert {kit.bought > 0 for kit in kits} == {kit.cover > 0 for kit in kits} == {True, False}
    assert len({kit.accounts_per_phone for kit in kits}) >= 5


def test_an_account_is_in_one_crew_at_most() -> None:
    for seed in SEEDS:
        members = [member.id for crew in planned(seed, camouflage=0.5).crews for member in crew.members]
        assert len(members) == len(set(members))


def test_sizes_run_from_three_to_hundreds_where_the_city_is_large_enough() -> None:
    large = {"riders": 6_000, "drivers": 600, "days": 14, "fraud_share": 0.2}
    sizes = [len(crew.members) for seed in (0, 1, 2) for crew in planned(seed, **large).crews]
    sizes.sort()
    assert sizes[0] == 3
    assert 200 <= sizes[-1] <= 310
    assert sizes[len(sizes) // 2] < 30


def test_the_share_of_accounts_in_rings_is_near_the_one_asked_for(city: FamilyCity) -> None:
    assert len(city.guilty()) == pytest.approx(210, abs=6)
    assert city.summary.ring_accounts == len(city.guilty())


def test_fraud_events_are_in_the_file_by_members_and_worth_what_the_truth_says(city: FamilyCity) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    seen = set()
    for ring in city.truth["rings"]:
        assert ring["fraud_events"], ring["kind"]
        for event_id, money in ring["fraud_events"]:
            event = by_id[event_id]
            assert event_id not in seen
            assert event["ts"] >= ring["first_ts"]
            assert set(ring["accounts"]) & set(actors(event))
            assert money in [event.get(name) for name in WORTH.get(event["type"], ("fare", "incentive"))]
            seen.add(event_id)


def test_all_members_are_in_the_file_and_most_take_money_themselves(city: FamilyCity) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    there = {account for event in city.events for account in actors(event)}
    acting = {a for r in city.truth["rings"] for i, _ in r["fraud_events"] for a in actors(by_id[i])}
    for ring in city.truth["rings"]:
        assert len(ring["accounts"]) >= 3
        assert set(ring["accounts"]) <= there
        assert set(ring["drivers"]) | set(ring["victims"]) <= set(ring["accounts"])
    assert len(acting & city.guilty()) > 0.7 * len(city.guilty())


def test_victims_of_takeovers_go_on_with_their_own_lives(city: FamilyCity) -> None:
    rings = [ring for ring in city.truth["rings"] if ring["kind"] == "takeover"]
    assert rings
    assert all(len(ring["victims"]) >= 2 for ring in rings)
    fraud = {event_id for ring in rings for event_id, _ in ring["fraud_events"]}
    victims = {victim for ring in rings for victim in ring["victims"]}
    own = [e for e in city.of("trip_completed") if victims & set(actors(e)) and e["event_id"] not in fraud]
    assert own
    assert all(not ring["victims"] for ring in city.truth["rings"] if ring["kind"] != "takeover")


def test_diners_and_couriers_of_ghost_orders_share_no_phone() -> None:
    found = [crew for crew in crews() if crew.trade == "ghost_orders"]
    assert found
    for crew in found:
        phones = Counter(device for member in crew.members for device in {d for _, d in member.phones})
        assert max(phones.values()) == 1


def test_care_keeps_members_apart_and_covers_them() -> None:
    apart, covered = [], []
    for camouflage in (0.0, 1.0):
        kits = [crew.kit for crew in crews(camouflage)]
        apart.append(sum(kit.accounts_per_phone for kit in kits) / len(kits))
        covered.append(sum(kit.cover for kit in kits) / len(kits))
    assert apart[0] > apart[1] + 0.5
    assert covered[0] < covered[1] - 0.2


def test_members_pay_few_hands_where_transfers_are_written(city: FamilyCity) -> None:
    guilty = city.guilty()
    paid = Counter(
        e["to_account_id"]
        for e in city.of("wallet_transfer")
        if {e["account_id"], e["to_account_id"]} <= guilty
    )
    honest = [e for e in city.of("wallet_transfer") if not {e["account_id"], e["to_account_id"]} & guilty]
    assert max(paid.values()) >= 5
    assert len(honest) >= 100
