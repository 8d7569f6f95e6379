from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from simulation.kitchens.city import City
from simulation.kitchens.lookalikes.casting import GROUPS_PER_1000_RIDERS, PURSES_PER_1000_RIDERS
from tests.unit.simulation.family_worlds import FamilyCity, family_city
from tests.unit.simulation.kitchen_worlds import planned

KINDS = {
    "campus_day", "carer", "church", "coin_cafe", "concierge", "courier_couple", "courier_dorm",
    "driver_class", "event", "family", "flatmates", "fleet", "influencer", "kitchen_tests", "lost_number",
    "market", "night_office", "office_card", "office_lunch", "overseas", "phone_kiosk", "recycled_sim",
    "regular_driver", "repair_shop", "savings_circle", "school_run", "second_hand", "shared_car",
    "topup_agent", "voucher_hunters",
}  # fmt: skip
DOCS = Path(__file__).parents[3] / "docs" / "simulation.md"


def honest(seed: int, *, transfers: bool = True) -> City:
    return planned(seed, riders=2_500, drivers=250, fraud_share=0.0, transfers=transfers)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("look") / "out"
    return family_city(
        "fourth", out, seed=33, riders=1_500, drivers=200, days=10, fraud_share=0.04, transfers=True
    )


def test_every_look_alike_occurs_and_is_documented() -> None:
    found = {decoy.kind for seed in range(40, 46) for decoy in honest(seed).decoys}
    assert found == KINDS
    sorts = {sort.__name__ for sort in (*GROUPS_PER_1000_RIDERS, *PURSES_PER_1000_RIDERS)}
    assert sorts == KINDS
    text = DOCS.read_text(encoding="utf-8")
    assert [kind for kind in sorted(KINDS) if f"`{kind}`" not in text] == []


def test_wallets_that_many_pay_into_are_there_with_transfers_only() -> None:
    kinds = {decoy.kind for seed in range(40, 43) for decoy in honest(seed, transfers=False).decoys}
    assert kinds
    assert not kinds & {sort.__name__ for sort in PURSES_PER_1000_RIDERS}


def test_no_ring_member_stands_among_the_look_alikes(city: FamilyCity) -> None:
    people = {account for decoy in city.truth["decoys"] for account in decoy["accounts"]}
    assert len(people) > 200
    assert not people & city.guilty()


def test_crews_do_not_reshuffle_the_chance_of_look_alikes() -> None:
    """How many groups of a sort there are follows from the sort's own stream."""
    with_crews = Counter(decoy.kind for decoy in planned(45, fraud_share=0.02).decoys)
    without = Counter(decoy.kind for decoy in planned(45, fraud_share=0.0).decoys)
    shared = sum((with_crews & without).values())
    assert shared > 0.8 * max(with_crews.total(), without.total())


def test_most_people_of_the_look_alikes_act_in_the_file(city: FamilyCity) -> None:
    seen = {e[f] for e in city.events for f in ("account_id", "rider_id", "driver_id") if f in e}
    people = [account for decoy in city.truth["decoys"] for account in decoy["accounts"]]
    assert len(seen.intersection(people)) > 0.8 * len(people)


def test_the_drivers_of_a_shared_car_have_one_bank_account() -> None:
    for seed in range(40, 46):
        by_id = {account.id: account for account in honest(seed).accounts}
        for decoy in honest(seed).decoys:
            if decoy.kind == "shared_car":
                assert len({by_id[name].bank for name in decoy.accounts}) == 1


def test_a_savings_circle_pays_one_after_another(city: FamilyCity) -> None:
    circles = [set(d["accounts"]) for d in city.truth["decoys"] if d["kind"] == "savings_circle"]
    assert circles
    for people in circles:
        payers = defaultdict(set)
        for event in city.of("wallet_transfer"):
            if {event["account_id"], event["to_account_id"]} <= people:
                payers[event["to_account_id"]].add(event["account_id"])
        assert len(payers) >= 2
        assert max(map(len, payers.values())) >= 0.5 * len(people)


def test_influencers_bring_many_who_name_them() -> None:
    for seed in range(40, 46):
        by_id = {account.id: account for account in honest(seed).accounts}
        for decoy in honest(seed).decoys:
            if decoy.kind == "influencer":
                named = Counter(by_id[name].referrer for name in decoy.accounts[1:])
                assert named[by_id[decoy.accounts[0]]] > 0.9 * (len(decoy.accounts) - 1)


def test_each_sort_draws_its_own_abundance() -> None:
    """Two cities differ in which look-alikes abound, and not only in how many there are."""
    shares = []
    for seed in (41, 42):
        counts = Counter(decoy.kind for decoy in honest(seed).decoys)
        shares.append({kind: count / counts.total() for kind, count in counts.items()})
    assert max(abs(shares[0].get(k, 0) - shares[1].get(k, 0)) for k in KINDS) > 0.05
