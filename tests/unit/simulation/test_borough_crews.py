from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from simulation.boroughs import recipe as habits
from simulation.boroughs.building import plan
from simulation.boroughs.city import City
from simulation.boroughs.crews.casting import TRADES
from simulation.boroughs.people import Crew
from simulation.config import CityConfig
from simulation.truth import RING_KINDS
from tests.unit.simulation.family_worlds import FamilyCity, actors, family_city

SEEDS = range(20, 28)


@cache
def planned(seed: int, camouflage: float = 0.5) -> City:
    return plan(
        CityConfig(
            seed=seed,
            habits="second",
            riders=1_500,
            drivers=200,
            days=21,
            fraud_share=0.15,
            camouflage=camouflage,
        )
    )


def crews() -> list[Crew]:
    return [crew for seed in SEEDS for crew in planned(seed).crews]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> FamilyCity:
    out = tmp_path_factory.mktemp("crews") / "out"
    return family_city(
        "second", out, seed=5, riders=2_500, drivers=250, days=21, fraud_share=0.1, camouflage=0.5
    )


def test_each_kind_of_the_vocabulary_has_a_trade() -> None:
    assert set(TRADES) == set(RING_KINDS)


def test_every_kind_of_crew_occurs() -> None:
    assert {crew.recipe.kind for crew in crews()} == set(RING_KINDS)


@pytest.mark.parametrize(
    ("habit", "values"),
    [
        ("phones", habits.PHONES),
        ("cards", habits.CARDS),
        ("payouts", habits.PAYOUTS),
        ("tempo", habits.TEMPOS),
        ("addresses", habits.ADDRESSES),
        ("trace", habits.TRACES),
        ("fate", habits.FATES),
    ],
)
def test_every_habit_of_crews_occurs(habit: str, values: tuple[str, ...]) -> None:
    assert {getattr(crew.recipe, habit) for crew in crews()} == set(values)


def test_some_crews_are_aged_some_covered_some_have_a_second_trade_and_some_share_a_fence() -> None:
    found = crews()
    assert any(crew.recipe.ageing > 0.3 for crew in found)
    assert any(crew.recipe.ageing == 0 for crew in found)
    assert any(crew.recipe.cover > 0.3 for crew in found)
    assert any(crew.recipe.side_trade for crew in found)
    fences = Counter(crew.fence.id for crew in found if crew.fence is not None)
    assert max(fences.values()) >= 2


def test_every_member_has_something_planned_and_belongs_to_one_crew_only() -> None:
    for seed in SEEDS:
        members = [member for crew in planned(seed).crews for member in crew.members]
        assert len(members) == len({member.id for member in members})
        for crew in planned(seed).crews:
            assert {member.number for member in crew.members} <= crew.planned | _shown(crew)


def _shown(crew: Crew) -> set[int]:
    return {member.number for member in crew.members if member.id in crew.guilty}


def test_sizes_run_from_three_to_hundreds_where_the_city_is_large_enough() -> None:
    config = CityConfig(seed=2, habits="second", riders=12_000, drivers=600, days=14, fraud_share=0.3)
    sizes = sorted(len(crew.members) for crew in plan(config).crews)
    assert sizes[0] <= 10
    assert 300 <= sizes[-1] <= 1_000
    assert sizes[len(sizes) // 2] < 150


def test_the_share_of_accounts_in_rings_is_near_the_one_asked_for(city: FamilyCity) -> None:
    assert len(city.guilty()) == pytest.approx(275, abs=12)
    assert city.summary.ring_accounts == len(city.guilty())


def test_every_member_takes_money_by_some_event_of_the_file(city: FamilyCity) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    for ring in city.truth["rings"]:
        acting = {a for event_id, _ in ring["fraud_events"] for a in actors(by_id[event_id])}
        assert set(ring["accounts"]) <= acting
        assert len(ring["accounts"]) >= 3
        assert set(ring["drivers"]) | set(ring["victims"]) <= set(ring["accounts"])


def test_a_fraud_event_is_worth_what_the_truth_says_and_comes_after_the_rings_first_act(
    city: FamilyCity,
) -> None:
    by_id = {event["event_id"]: event for event in city.events}
    seen = set()
    for ring in city.truth["rings"]:
        for event_id, money in ring["fraud_events"]:
            event = by_id[event_id]
            assert event_id not in seen
            assert event["ts"] >= ring["first_ts"]
            assert set(ring["accounts"]) & set(actors(event))
            if event["type"] == "promo_redeemed":
                assert money == event["amount"]
            else:
                fare = event["fare"]
                worth = (fare, event.get("incentive"), pytest.approx(max(0.01, 0.1 * fare), abs=0.0051))
                assert any(money == each for each in worth)
            seen.add(event_id)


def test_victims_are_the_riders_of_takeovers_and_ride_before_or_after_on_their_own_phones(
    city: FamilyCity,
) -> None:
    rings = [ring for ring in city.truth["rings"] if ring["kind"] == "takeover"]
    assert rings
    fraud = {event_id for ring in rings for event_id, _ in ring["fraud_events"]}
    for ring in rings:
        assert set(ring["victims"]) == set(ring["accounts"]) - set(ring["drivers"])
    victims = {victim for ring in rings for victim in ring["victims"]}
    own = [e for e in city.of("trip_completed") if e["rider_id"] in victims and e["event_id"] not in fraud]
    assert own


def test_most_colluding_crews_share_no_device_card_or_bank() -> None:
    apart = ("fresh", "own", "own", "own", "none")
    found = [c for c in crews() if c.recipe.kind == "collusion"]
    loyal = [
        c
        for c in found
        if (c.recipe.phones, c.recipe.cards, c.recipe.payouts, c.recipe.addresses, c.recipe.trace) == apart
    ]
    assert len(loyal) > len(found) / 2
    for crew in loyal:
        devices = Counter(device for m in crew.members for device in {d for _, d in m.phones})
        cards = Counter(card for m in crew.members for card in set(m.cards))
        banks = Counter(m.bank for m in crew.members if m.bank)
        assert max(devices.values()) == 1
        assert max(banks.values()) == 1
        assert not cards or max(cards.values()) == 1


def test_halves_that_merge_come_together_on_the_phones_of_one_at_the_turn() -> None:
    found = [c for c in crews() if c.recipe.fate == "merge" and c.recipe.phones in {"one", "few"}]
    found = [c for c in found if c.recipe.kind != "takeover" and c.halves[0] and c.halves[1]]
    assert found
    for crew in found:
        first = {d for m in crew.halves[0] for _, d in m.phones}
        assert {m.phone(crew.end_ms) for m in crew.halves[1]} <= first
        early = [m for m in crew.halves[1] if m.from_ms < crew.turn_ms]
        assert not first & {m.phone(m.from_ms) for m in early}


def test_halves_that_part_end_on_different_phones() -> None:
    found = [c for c in crews() if c.recipe.fate == "split" and c.recipe.phones in {"one", "few"}]
    found = [c for c in found if c.recipe.kind != "takeover" and c.halves[0] and c.halves[1]]
    assert found
    for crew in found:
        first, second = ({m.phone(crew.end_ms) for m in half} for half in crew.halves)
        assert not first & second


def test_phones_that_rotate_change_every_week() -> None:
    found = [c for c in crews() if c.recipe.phones == "weekly" and c.recipe.fate == "steady"]
    found = [c for c in found if c.recipe.kind != "takeover" and c.end_ms - c.begin_ms > 9 * 86_400_000]
    assert found
    for crew in found:
        member = min(crew.members, key=lambda m: m.from_ms)
        assert len({device for _, device in member.phones}) >= 2


def test_gathered_accounts_live_on_phones_of_their_own_until_the_turn() -> None:
    found = [c for c in crews() if c.recipe.phones == "gathered" and c.recipe.fate == "steady"]
    found = [c for c in found if c.recipe.kind != "takeover" and len(c.members) > 8]
    assert found
    for crew in found:
        early = [m for m in crew.members if m.from_ms < crew.turn_ms]
        before = Counter(m.phone(max(m.from_ms, crew.begin_ms)) for m in early)
        after = Counter(m.phone(crew.end_ms) for m in crew.members)
        assert max(before.values(), default=1) == 1
        assert max(after.values()) > 1


def test_care_keeps_members_apart() -> None:
    """The mean over crews of devices for each member, at the crew's end."""
    apart = []
    for camouflage in (0.0, 1.0):
        found = [c for seed in SEEDS for c in planned(seed, camouflage).crews if c.recipe.kind != "takeover"]
        devices = [len({m.phone(c.end_ms) for m in c.members}) / len(c.members) for c in found]
        apart.append(sum(devices) / len(devices))
    assert apart[0] < apart[1] - 0.05


def test_members_pay_one_hand_where_transfers_are_written(tmp_path: Path) -> None:
    city = family_city(
        "second", tmp_path / "out", seed=6, riders=800, drivers=90, days=10, fraud_share=0.2, transfers=True
    )
    guilty = city.guilty()
    paid = Counter(
        e["to_account_id"]
        for e in city.of("wallet_transfer")
        if {e["account_id"], e["to_account_id"]} <= guilty
    )
    honest = [e for e in city.of("wallet_transfer") if not {e["account_id"], e["to_account_id"]} & guilty]
    assert max(paid.values()) >= 5
    assert len(honest) >= 20
