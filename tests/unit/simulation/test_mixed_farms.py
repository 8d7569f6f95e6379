"""Farms that share what the dice give: each sort and each thing occurs, alone and beside others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain

from simulation.accounts import Account
from simulation.agenda import NewPhone
from simulation.boroughs.recipe import Recipe
from simulation.city import plan
from simulation.config import DAY_MS, CityConfig
from simulation.rings.mixed_farm import plan_mixed_farm
from simulation.streams import Streams
from simulation.truth import RingRecord

CONFIG = CityConfig(seed=0, riders=900, drivers=160, days=28, fraud_share=0.0)
SEEDS = range(40)
MANY = 6
"""Accounts of one thing that nobody has by chance, of twenty."""


@dataclass(frozen=True)
class Farm:
    """Who is in it, what the truth says, and how its accounts come to other phones."""

    members: list[Account]
    ring: RingRecord
    moved: dict[int, NewPhone]

    @property
    def gathers(self) -> bool:
        """Whether all of them move; some move by themselves."""
        return len(self.moved) == len(self.members)

    @property
    def things(self) -> frozenset[str]:
        """What at least some have in common, as the plan has it."""
        uses = {
            "phone": [a.device for a in self.members],
            "gathering phone": [move.device for move in self.moved.values()],
            "card": [card for a in self.members for card in a.cards],
            "bank": [a.bank_account for a in self.members if a.bank_account],
            "address": [ip for a in self.members for ip in a.ips[:1]],
        }
        return frozenset(name for name, used in uses.items() if most_used(used) >= MANY)


@cache
def planned(camouflage: float) -> list[Farm]:
    """One farm of twenty in each town, at that care."""
    found = []
    for seed in SEEDS:
        town = plan(replace(CONFIG, seed=seed))
        before = {account.number for account in town.accounts if account.ordinary}
        taken = plan_mixed_farm(town, town.streams.dice("farm"), 20, camouflage)
        members = [a for a in town.accounts if a.number in before and not a.ordinary]
        assert taken == len(members)
        numbers = {account.number for account in members}
        actions = chain.from_iterable(town.agenda.actions(day) for day in range(CONFIG.days))
        moved = {a.account: a for a in actions if isinstance(a, NewPhone) and a.account in numbers}
        found.append(Farm(members, town.rings[-1], moved))
    return found


def most_used(things: list[str]) -> int:
    return max(Counter(things).values(), default=0)


def test_every_thing_occurs_alone_and_beside_others_and_no_farm_has_nothing() -> None:
    seen = [farm.things for farm in planned(0.0)]
    ties = {"phone", "gathering phone", "card", "bank"}
    assert all(things & ties for things in seen)
    assert {thing for things in seen if len(things) == 1 for thing in things} >= {"phone", "card", "bank"}
    beside = {thing for things in seen if len(things) > 1 for thing in things}
    assert beside == {*ties, "address"}


def test_what_is_in_common_is_mostly_one_for_all() -> None:
    shares = [
        most_used([a.device for a in farm.members]) / len(farm.members)
        for farm in planned(0.0)
        if "phone" in farm.things
    ]
    assert 0.5 < sum(share == 1.0 for share in shares) / len(shares) < 1.0


def test_every_sort_of_farm_occurs() -> None:
    seen = Counter(
        "drivers" if farm.members[0].is_driver else "gathered" if farm.gathers else "riders"
        for farm in planned(0.0)
    )
    assert min(seen[sort] for sort in ("drivers", "gathered", "riders")) > 0


def test_every_member_of_a_farm_is_in_its_ring() -> None:
    for farm in planned(0.0):
        assert farm.ring.kind == "promo_farm"
        assert sorted(farm.ring.accounts) == sorted(a.id for a in farm.members)


def test_accounts_that_gather_are_a_week_old_and_the_others_are_made_for_it() -> None:
    for farm in planned(0.0):
        made = {a.number: a.created_ms for a in farm.members}
        if farm.gathers:
            assert all(ms is None or ms <= farm.moved[of].ts - 7 * DAY_MS for of, ms in made.items())
        else:
            assert min(ms for ms in made.values() if ms is not None) >= farm.ring.first_ts


def test_who_takes_care_keeps_some_of_what_the_others_share() -> None:
    kept = [
        len(farm.members) - most_used([a.device for a in farm.members])
        for farm in planned(0.9)
        if "phone" in farm.things
    ]
    assert kept
    assert max(kept) > 0


def test_crews_of_the_second_family_are_drawn_thing_by_thing_too() -> None:
    dice = Streams(3).dice("crews")
    in_common = Counter(how_many_things(Recipe.draw("promo_farm", 0.5, dice)) for _ in range(2_000))
    assert not in_common[0]
    assert all(in_common[things] > 100 for things in range(1, 5))


def how_many_things(by: Recipe) -> int:
    """How many of phones, cards, payouts, networks and traces the crew has in common."""
    return sum(
        (
            by.phones != "fresh",
            by.cards not in {"own", "none"},
            by.payouts not in {"own", "several"},
            by.addresses in {"one", "few"},
            by.trace != "none",
        )
    )
