from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from simulation.fleets.city import City
from simulation.fleets.lookalikes.casting import COLLECTIONS_PER_1000_RIDERS, GROUPS_PER_1000_RIDERS
from simulation.fleets.people import Account
from tests.unit.simulation.family_worlds import FamilyCity, family_city
from tests.unit.simulation.fleet_worlds import planned

KINDS = {
    "airline_crew_hotel", "campus_promo_day", "commuter_same_driver", "courier_flat",
    "delivery_kitchen_brands", "driver_family_one_car", "event_night", "family_one_card", "flatmates",
    "fleet_shift_cars", "gift_collection", "home_carers", "hotel_concierge", "influencer_referrals",
    "locutorio_kiosk", "market_traders", "office_corporate_card", "parish_sunday", "refugee_housing",
    "remote_firm_vpn", "repair_shop_loan_phone", "school_run", "second_hand_phones", "stag_weekend",
    "student_residence",
}  # fmt: skip
DOCS = Path(__file__).parents[3] / "docs" / "simulation.md"
SEEDS = range(40, 45)


def honest(seed: int, *, transfers: bool = True) -> City:
    return planned(seed, riders=3_000, drivers=300, fraud_share=0.0, transfers=transfers)


def groups(kind: str) -> list[list[Account]]:
    found = []
    for seed in SEEDS:
        by_id = {account.id: account for account in honest(seed).accounts}
        found += [[by_id[i] for i in decoy.accounts] for decoy in honest(seed).decoys if decoy.kind == kind]
    assert found
    return found


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("look") / "out"
    return family_city(
        "fifth", out, seed=33, riders=1_500, drivers=200, days=10, fraud_share=0.04, transfers=True
    )


def test_every_look_alike_occurs_and_is_documented() -> None:
    assert {decoy.kind for seed in SEEDS for decoy in honest(seed).decoys} == KINDS
    assert GROUPS_PER_1000_RIDERS.keys() | COLLECTIONS_PER_1000_RIDERS.keys() == KINDS
    text = DOCS.read_text(encoding="utf-8")
    assert [kind for kind in sorted(KINDS) if f"`{kind}`" not in text] == []


def test_collections_are_there_with_transfers_only() -> None:
    kinds = {decoy.kind for seed in SEEDS for decoy in honest(seed, transfers=False).decoys}
    assert kinds
    assert not kinds & COLLECTIONS_PER_1000_RIDERS.keys()


def test_no_ring_member_stands_among_the_look_alikes(city: FamilyCity) -> None:
    people = {account for decoy in city.truth["decoys"] for account in decoy["accounts"]}
    assert len(people) > 150
    assert not people & city.guilty()


def test_most_people_of_the_look_alikes_act_in_the_file(city: FamilyCity) -> None:
    events = [event for event in city.events if event["ts"] >= city.config.start_ms]
    seen = {e[f] for e in events for f in ("account_id", "rider_id", "driver_id") if f in e}
    people = [account for decoy in city.truth["decoys"] for account in decoy["accounts"]]
    assert len(seen.intersection(people)) > 0.8 * len(people)


def test_crews_do_not_reshuffle_the_chance_of_look_alikes() -> None:
    """How many groups of a sort there are follows from the sort's own stream."""
    with_crews = Counter(decoy.kind for decoy in planned(45, fraud_share=0.02).decoys)
    without = Counter(decoy.kind for decoy in planned(45, fraud_share=0.0).decoys)
    shared = sum((with_crews & without).values())
    assert shared > 0.8 * max(with_crews.total(), without.total())


def test_a_fleet_has_one_bank_account_and_phones_that_stay_in_cars() -> None:
    for drivers in groups("fleet_shift_cars"):
        assert len({driver.bank for driver in drivers}) == 1
        assert len({driver.phones[0][1] for driver in drivers}) == (len(drivers) + 1) // 2


def test_a_second_hand_phone_is_its_sellers_first_and_its_buyers_later() -> None:
    for people in groups("second_hand_phones"):
        for seller, buyer in zip(people[::2], people[1::2], strict=True):
            sold_ms, new_device = seller.phones[1]
            assert buyer.phones[0][1] == seller.phones[0][1] != new_device
            assert buyer.joined_ms > sold_ms


def test_followers_name_the_one_they_follow() -> None:
    for star, *followers in groups("influencer_referrals"):
        named = Counter(follower.referrer for follower in followers)
        assert named[star] > 0.6 * len(followers)


def test_a_crowd_is_a_small_part_of_the_city() -> None:
    for kind in ("event_night", "campus_promo_day", "refugee_housing", "office_corporate_card"):
        assert max(map(len, groups(kind))) <= 0.04 * 3_000 + 2


def test_each_sort_draws_its_own_abundance() -> None:
    """Two cities differ in which look-alikes abound, and not only in how many there are."""
    shares = []
    for seed in (41, 42):
        counts = Counter(decoy.kind for decoy in honest(seed).decoys)
        shares.append({kind: count / counts.total() for kind, count in counts.items()})
    assert max(abs(shares[0].get(kind, 0) - shares[1].get(kind, 0)) for kind in KINDS) > 0.05
