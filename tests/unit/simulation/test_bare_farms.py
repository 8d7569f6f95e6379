"""Farms that share one thing and no other: each thing occurs, and whoever shares it shares nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from functools import cache

from simulation.accounts import Account
from simulation.agenda import NewPhone
from simulation.boroughs import building
from simulation.boroughs.people import Crew
from simulation.city import plan
from simulation.config import DAY_MS, CityConfig
from simulation.rings.bare_farm import THINGS, plan_bare_farm
from simulation.town import Town
from simulation.truth import RingRecord

CONFIG = CityConfig(seed=0, riders=900, drivers=160, days=28, fraud_share=0.0)
SEEDS = range(30)


@cache
def planned(camouflage: float) -> list[tuple[Town, list[Account], RingRecord]]:
    """One farm of twenty in each town, at that care."""
    found = []
    for seed in SEEDS:
        town = plan(replace(CONFIG, seed=seed))
        before = {account.number for account in town.accounts if account.ordinary}
        taken = plan_bare_farm(town, town.streams.dice("farm"), 20, camouflage)
        members = [a for a in town.accounts if a.number in before and not a.ordinary]
        assert taken == len(members)
        found.append((town, members, town.rings[-1]))
    return found


def most_used(things: list[str]) -> int:
    return max(Counter(things).values(), default=0)


def thing_of(members: list[Account], town: Town) -> str:
    """What all of a careless farm have in common, as the plan has it."""
    if most_used([a.device for a in members]) == len(members):
        return "phone"
    if most_used([a.bank_account for a in members if a.bank_account]) == len(members):
        return "drivers' bank" if members[0].is_driver else "bank"
    by_card = most_used([card for a in members for card in a.cards]) == len(members)
    return "card" if by_card else "gathering phone"


def test_a_careless_farm_has_one_thing_in_common_and_every_thing_occurs() -> None:
    seen = Counter(thing_of(members, town) for town, members, _ in planned(0.0))
    assert set(seen) == set(THINGS)
    for _, members, _ in planned(0.0):
        shared = [
            most_used([a.device for a in members]) > 2,
            most_used([a.bank_account for a in members if a.bank_account]) > 2,
            most_used([card for a in members for card in a.cards]) > 2,
        ]
        assert sum(shared) <= 1
        assert most_used([a.email for a in members if a.email]) <= 2


def test_every_member_of_a_farm_is_in_its_ring() -> None:
    for _, members, ring in planned(0.0):
        assert ring.kind == "promo_farm"
        assert sorted(ring.accounts) == sorted(a.id for a in members)


def moves(town: Town, numbers: Collection[int]) -> dict[int, int]:
    """When each of the accounts comes to another phone."""
    actions = [action for day in range(CONFIG.days) for action in town.agenda.actions(day)]
    return {a.account: a.ts for a in actions if isinstance(a, NewPhone) and a.account in numbers}


def test_accounts_that_gather_are_a_week_old_and_the_others_are_made_for_it() -> None:
    for town, members, ring in planned(0.0):
        made = {a.number: a.created_ms for a in members}
        if thing_of(members, town) == "gathering phone":
            moved = moves(town, made)
            assert moved.keys() == made.keys()
            assert all(ms is None or ms <= moved[number] - 7 * DAY_MS for number, ms in made.items())
        else:
            assert min(ms for ms in made.values() if ms is not None) >= ring.first_ts


def test_who_takes_care_keeps_some_of_what_the_others_share() -> None:
    kept = [
        len(members) - most_used([a.device for a in members])
        for town, members, _ in planned(0.9)
        if most_used([a.device for a in members]) > 5
    ]
    assert kept
    assert max(kept) > 0


def test_crews_of_the_second_family_have_such_farms_too() -> None:
    config = CityConfig(seed=2, habits="second", riders=6_000, drivers=400, days=28, fraud_share=0.3)
    farms = [crew for crew in building.plan(config).crews if crew.recipe.kind == "promo_farm"]
    bare = [crew for crew in farms if shares_one_thing(crew)]
    assert 0 < len(bare) < len(farms)


def shares_one_thing(crew: Crew) -> bool:
    by = crew.recipe
    shared = (by.phones != "fresh", by.cards not in {"own", "none"}, by.payouts != "own")
    return (by.addresses, by.trace) == ("own", "none") and sum(shared) == 1
