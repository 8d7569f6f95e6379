from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from simulation.stages.lookalikes.casting import GROUPS_PER_1000_RIDERS, PURSES_PER_1000_RIDERS
from tests.unit.simulation.family_worlds import FamilyCity, family_city
from tests.unit.simulation.stage_worlds import planned

KINDS = {
    "campus_promo_day", "carers", "church_group", "delivery_kitchen", "dormitory", "driver_family_car",
    "driver_recruit_hub", "event_night", "family", "flatmates", "fleet_payout", "hotel_concierge",
    "influencer", "kiosk_phone", "lost_phone", "market_traders", "night_nurses", "office_card", "okada_stage",
    "regular_commuter", "remittance", "repair_shop", "savings_circle", "school_run", "second_hand_phone",
    "shared_virtual_card", "topup_agent",
}  # fmt: skip
SEEDS = range(30, 36)
DOCS = Path(__file__).parents[3] / "docs" / "simulation.md"


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> list[FamilyCity]:
    return [
        family_city(
            "third",
            tmp_path_factory.mktemp("look") / "out",
            seed=seed,
            riders=1_500,
            drivers=250,
            days=10,
            fraud_share=0.04,
            transfers=True,
        )
        for seed in (31, 32)
    ]


def test_every_look_alike_occurs_and_is_documented() -> None:
    found = {decoy.kind for seed in SEEDS for decoy in planned(seed, fraud_share=0.0).decoys}
    assert found == KINDS
    assert len(GROUPS_PER_1000_RIDERS) + len(PURSES_PER_1000_RIDERS) == len(KINDS)
    text = DOCS.read_text(encoding="utf-8")
    assert [kind for kind in sorted(KINDS) if f"`{kind}`" not in text] == []


def test_no_ring_member_stands_among_the_look_alikes(cities: list[FamilyCity]) -> None:
    for city in cities:
        honest = {account for decoy in city.truth["decoys"] for account in decoy["accounts"]}
        assert len(honest) > 100
        assert not honest & city.guilty()


def test_a_fleet_has_one_bank_account() -> None:
    fleets = 0
    for seed in SEEDS:
        city = planned(seed, fraud_share=0.0)
        by_id = {account.id: account for account in city.accounts}
        for decoy in city.decoys:
            if decoy.kind == "fleet_payout":
                fleets += 1
                drivers = [by_id[name] for name in decoy.accounts if by_id[name].drives]
                assert len({driver.bank for driver in drivers}) == 1
    assert fleets


def test_cities_differ_in_which_look_alikes_abound() -> None:
    shares = []
    for seed in (30, 31):
        counts = Counter(decoy.kind for decoy in planned(seed, fraud_share=0.0).decoys)
        shares.append({kind: count / counts.total() for kind, count in counts.items()})
    assert max(abs(shares[0].get(k, 0) - shares[1].get(k, 0)) for k in KINDS) > 0.05


def test_look_alikes_share_phones_cards_banks_and_referrers_as_rings_do(cities: list[FamilyCity]) -> None:
    shared = {"device_id": 0, "card_id": 0, "bank_account_id": 0, "referrer_id": 0}
    for city in cities:
        for decoy in city.truth["decoys"]:
            people = set(decoy["accounts"])
            users: dict[tuple[str, str], set[str]] = defaultdict(set)
            for event in city.of("account_created", "account_login", "card_added", "payout_added"):
                if event["account_id"] in people:
                    for field in shared.keys() & event.keys():
                        users[field, event[field]].add(event["account_id"])
            for field in shared:
                shared[field] += any(len(each) > 2 for (name, _), each in users.items() if name == field)
    assert min(shared.values()) >= 1, shared


def test_arranged_rides_go_to_the_same_few_drivers(cities: list[FamilyCity]) -> None:
    kinds = {"school_run", "night_nurses", "market_traders", "regular_commuter", "delivery_kitchen"}
    inside = outside = 0
    for city in cities:
        for decoy in city.truth["decoys"]:
            if decoy["kind"] in kinds:
                people = set(decoy["accounts"])
                rides = [e for e in city.of("trip_completed") if e["rider_id"] in people]
                inside += sum(e["driver_id"] in people for e in rides)
                outside += sum(e["driver_id"] not in people for e in rides)
    assert inside > outside > 0


def test_agents_pay_many_strangers(cities: list[FamilyCity]) -> None:
    payees = defaultdict(set)
    for number, city in enumerate(cities):
        honest = {a for d in city.truth["decoys"] for a in d["accounts"]}
        for event in city.of("wallet_transfer"):
            if event["account_id"] in honest:
                payees[number, event["account_id"]].add(event["to_account_id"])
    assert max(map(len, payees.values())) >= 8
