"""Which crews there are: trades, sizes, members and days, until the configured share of accounts cheats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulation.config import DAY_MS
from simulation.stages.city import City
from simulation.stages.crews import cards, farms, ghosts, identities, pacts, referrals, takeovers
from simulation.stages.draws import clip, head_count
from simulation.stages.people import Account, Crew
from simulation.streams import Dice
from simulation.truth import RingRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What a crew lives by, how large such crews are, and which share of them drives."""

    kind: str
    plan: Callable[[City, Crew, Dice], None]
    weight: float = 1.0
    median: float
    sigma: float = 0.8
    most: int
    drivers: tuple[float, float] = (0.0, 0.0)
    drivers_chance: float = 1.0
    least_drivers: int = 0
    least_riders: int = 0
    settled: bool = False
    """Whether its riders are people who have lived here for long."""
    needs_transfers: bool = False
    grows: bool = False
    """Whether there may be a huge one."""

    @property
    def name(self) -> str:
        """The trade's name."""
        return self.plan.__name__


TRADES: Final = (
    Trade(
        kind="promo_farm", plan=farms.sim_farm, weight=2.0, median=22, most=120, least_riders=3, grows=True,
    ),
    Trade(kind="promo_farm", plan=farms.discount_kiosk, weight=1.2, median=19, most=120, least_riders=3),
    Trade(
        kind="promo_farm", plan=farms.driver_promo_split, weight=1.3, median=16, most=75,
        drivers=(0.08, 0.28), least_drivers=1, least_riders=2,
    ),
    Trade(
        kind="referral_chain", plan=referrals.self_referral_tree, weight=2.0, median=20, most=120,
        drivers=(0.0, 0.08), drivers_chance=0.3, least_riders=3, grows=True,
    ),
    Trade(
        kind="referral_chain", plan=referrals.driver_referral_mill, median=15, most=60,
        drivers=(0.45, 0.75), least_drivers=2, least_riders=1,
    ),
    Trade(
        kind="fake_rides", plan=ghosts.ghost_quest, weight=1.8, median=13, sigma=0.7, most=70,
        drivers=(0.12, 0.34), least_drivers=1, least_riders=2,
    ),
    Trade(
        kind="fake_rides", plan=ghosts.ghost_rider_pool, weight=1.2, median=24, most=160,
        drivers=(0.13, 0.42), least_drivers=1, least_riders=2, grows=True,
    ),
    Trade(
        kind="fake_rides", plan=ghosts.surge_zone_spoof, weight=0.9, median=12, most=50,
        drivers=(0.2, 0.55), least_drivers=1, least_riders=2,
    ),
    Trade(
        kind="collusion", plan=pacts.quest_buddies, weight=1.2, median=10, sigma=0.5, most=36,
        drivers=(0.5, 0.5), least_drivers=2, least_riders=2,
    ),
    Trade(
        kind="collusion", plan=pacts.company_card_padding, median=8, sigma=0.5, most=16,
        drivers=(0.12, 0.45), least_drivers=1, least_riders=2, settled=True,
    ),
    Trade(
        kind="collusion", plan=pacts.cancel_fee_farm, median=13, most=55,
        drivers=(0.07, 0.4), least_drivers=1, least_riders=2, needs_transfers=True,
    ),
    Trade(kind="stolen_cards", plan=cards.card_mill, weight=1.5, median=14, most=90, least_riders=3),
    Trade(
        kind="stolen_cards", plan=cards.rides_on_aged_accounts, median=9, most=45,
        least_riders=3, settled=True,
    ),
    Trade(
        kind="stolen_cards", plan=cards.driver_cash_out, median=12, most=45,
        drivers=(0.08, 0.4), least_drivers=1, least_riders=2,
    ),
    Trade(
        kind="takeover", plan=takeovers.credential_stuffing, weight=1.4, median=17, most=95,
        least_riders=3, settled=True,
    ),
    Trade(
        kind="takeover", plan=takeovers.sim_swap, weight=0.9, median=8, sigma=0.6, most=28,
        least_riders=3, settled=True,
    ),
    Trade(
        kind="takeover", plan=takeovers.kiosk_insider, weight=0.8, median=11, sigma=0.6, most=34,
        least_riders=4, settled=True,
    ),
    Trade(
        kind="multi_account", plan=identities.rented_driver_identities, median=8, sigma=0.6, most=32,
        drivers=(0.6, 1.0), least_drivers=3,
    ),
    Trade(
        kind="multi_account", plan=farms.bought_dormant_accounts, weight=1.1, median=14, most=80,
        least_riders=3,
    ),
    Trade(
        kind="multi_account", plan=farms.parallel_space, weight=1.3, median=5, sigma=0.4, most=9,
        least_riders=3,
    ),
)  # fmt: skip
_HAND = 12
"""So many trades are dealt before one comes again; the rest wait for the next hand."""
_HUGE_CHANCE = 0.3
_DRIVERS_IN_CREWS = 0.5
"""Crews take no more than this share of the drivers, so that honest people are driven as well."""


def cast_crews(city: City) -> None:
    """Plan crews until the configured share of accounts is in them; each draws from a stream of its own."""
    config, dice = city.config, city.dice("crews")
    left = round(config.fraud_share * (config.riders + config.drivers))
    largest = max(10, round(0.35 * left))
    huge = dice.chance(_HUGE_CHANCE)
    trades = [t for t in TRADES if config.transfers or not t.needs_transfers]
    hand: list[Trade] = []
    failed = 0
    while left >= 3 and failed < 2 * len(trades):
        hand = hand or _deal(trades, dice)
        trade = hand.pop()
        size = head_count(dice, trade.median, trade.sigma, 3, min(trade.most, largest))
        if huge and trade.grows:
            size, huge = max(size, round(left * dice.uniform(0.3, 0.5))), False
        size = min(left, size)
        crew = _gather(
            city, trade, left if left - size < 3 else size, city.dice("crew", len(city.crews), failed)
        )
        if crew is None:
            failed += 1
            continue
        left -= len(crew.members)


def close_books(city: City) -> None:
    """Write into the truth the members signed up for the crew, or seen to act for it, after the last day."""
    start_ms = city.config.start_ms
    for crew in city.crews:
        fresh = crew.signed_up(start_ms)
        members = [a for a in crew.members if a.number in crew.acted or a in fresh]
        crew.record.accounts = [a.id for a in members]
        crew.record.drivers = [a.id for a in members if a.drives]
        victims = set(crew.record.victims)
        crew.record.victims = [a.id for a in members if a.id in victims]
        joined = [a.joined_ms for a in fresh if a.joined_ms >= start_ms]
        crew.record.first_ts = min([crew.first_act_ms, *joined, city.config.end_ms])
    city.crews = [crew for crew in city.crews if len(crew.record.accounts) >= 3]


def _deal(trades: list[Trade], dice: Dice) -> list[Trade]:
    """Return a hand of different trades, the heavier the likelier."""
    ranked = sorted(trades, key=lambda trade: dice.random() ** (1 / trade.weight))
    return dice.sample(ranked[-_HAND:], _HAND)


def _gather(city: City, trade: Trade, size: int, dice: Dice) -> Crew | None:
    """Take the members and let them follow the trade; None where the city has not got the people for it."""
    config = city.config
    first = city.calendar.day(dice, 0.0, 0.62)
    last = min(config.days - 1, first + head_count(dice, 13, 0.6, 5, 60))
    count = _driver_count(city, trade, size, dice)
    if count is None or size - count < trade.least_riders:
        return None
    begin = city.calendar.at(first, 0)
    drivers = city.take(count, drives=True)
    riders = city.take(size - count, fit=_settled_by(begin) if trade.settled else None)
    care = clip(dice.gauss(config.camouflage, 0.2), 0.0, 1.0)
    record = RingRecord(city.mint.ring(), trade.kind, [], [], [], config.end_ms, care)
    crew = Crew(record, trade.name, care, riders, drivers, first, last)
    if len(riders) < trade.least_riders or len(crew.members) < 3:
        return None
    for account in crew.members:
        account.crew = crew
    city.crews.append(crew)
    trade.plan(city, crew, dice)
    return crew


def _driver_count(city: City, trade: Trade, size: int, dice: Dice) -> int | None:
    """Return how many of the members drive; None where there are not enough drivers left."""
    low, high = trade.drivers
    wanted = round(size * dice.uniform(low, high)) if dice.chance(trade.drivers_chance) else 0
    wanted = max(trade.least_drivers, min(wanted, size - trade.least_riders))
    busy = sum(len(crew.drivers) for crew in city.crews)
    there = min(city.left(drives=True), int(_DRIVERS_IN_CREWS * city.config.drivers) - busy)
    return None if there < trade.least_drivers else min(wanted, there)


def _settled_by(begin: int) -> Callable[[Account], bool]:
    """Return the test for people who were there some days before, and who do ride."""
    earliest = begin - 3 * DAY_MS
    return lambda account: account.joined_ms < earliest and account.rate > 0 and account.until_ms > begin
