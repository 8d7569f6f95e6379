"""Which crews there are: sizes over three decades, members, time, tools, and then their trade."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulation.boroughs.city import City
from simulation.boroughs.crews import cash_out, promotions, referrals, strangers, together
from simulation.boroughs.crews.acts import instants, settle_debts
from simulation.boroughs.crews.tools import (
    choose_nets,
    hand_out_phones,
    issue_cards,
    leave_traces,
    open_payouts,
)
from simulation.boroughs.people import Account, Crew
from simulation.boroughs.recipe import Recipe
from simulation.config import DAY_MS
from simulation.streams import Dice
from simulation.truth import RING_KINDS, RingRecord

TRADES: Final[dict[str, Callable[[City, Crew, list[Account], Dice], None]]] = {
    "multi_account": strangers.one_hand,
    "promo_farm": promotions.farm,
    "referral_chain": referrals.chain,
    "fake_rides": together.fake,
    "collusion": together.collude,
    "stolen_cards": strangers.work_cards,
    "takeover": strangers.take_over,
}
_SMALLEST: Final = {"collusion": 6, "fake_rides": 4}
_LARGEST: Final = 1_000
_RARITY: Final = 2.0
"""Sizes are log-uniform where this is 1; the larger it is, the rarer are large crews."""

_WITH_DRIVERS = frozenset(("fake_rides", "collusion"))
"""Kinds whose crews ride with drivers of their own; where none is left there is no more of them."""


def cast_crews(city: City) -> None:
    """Plan crews, kind after kind in a drawn order, until the configured share of accounts is in them."""
    dice, config = city.dice("crews"), city.config
    left = round(config.fraud_share * (config.riders + config.drivers))
    largest = min(_LARGEST, max(12, round(0.35 * left)))
    kinds: list[str] = []
    while left >= 6:
        kinds = kinds or dice.sample(RING_KINDS, len(RING_KINDS))
        kind = kinds.pop()
        if kind in _WITH_DRIVERS and not city.has_spare(drives=True):
            continue
        smallest = _SMALLEST.get(kind, 3)
        size = min(left, round(smallest * (largest / smallest) ** (dice.random() ** _RARITY)))
        if left - size < 3:
            size = left
        care = max(0.0, min(1.0, dice.gauss(config.camouflage, 0.15)))
        crew = _gather(city, Recipe.draw(kind, care, dice), min(size, _LARGEST), dice)
        if crew is None:
            return
        left -= len(crew.members)
        TRADES[kind](city, crew, crew.members, dice)
        riders = crew.riders
        if crew.recipe.side_trade is not None and riders and kind not in {"takeover", "collusion"}:
            TRADES[crew.recipe.side_trade](city, crew, dice.some(riders, max(1, len(riders) // 2)), dice)
        settle_debts(city, crew, dice)
        cash_out.carry_home(city, crew, dice)


def close_books(city: City) -> None:
    """Write into the truth those members by which money was really taken, after the last day."""
    for crew in city.crews:
        crew.record.accounts = [a.id for a in crew.members if a.id in crew.guilty]
        crew.record.drivers = [a.id for a in crew.drivers if a.id in crew.guilty]
        crew.record.victims = [name for name in crew.record.victims if name in crew.guilty]


def _gather(city: City, recipe: Recipe, size: int, dice: Dice) -> Crew | None:
    config = city.config
    length = int(min(config.days * 0.9, dice.log_uniform(1.0, 2.0 * config.days)) * DAY_MS)
    begin = config.start_ms + int(dice.random() * max(1, config.days * DAY_MS - length))
    end = city.inside(begin + length)
    old = {"takeover"}
    drivers = city.take(_driver_count(recipe, size, config.drivers, dice), dice, drives=True)
    riders = city.take(
        size - len(drivers),
        dice,
        fit=(lambda a: a.from_ms <= begin and a.until_ms > end) if recipe.kind in old else None,
    )
    members = [*riders, *drivers]
    if len(members) < 3:
        return None
    half = round(len(riders) * dice.uniform(0.3, 0.7))
    record = RingRecord(city.mint.ring(), recipe.kind, [], [], [], end, recipe.care)
    crew = Crew(
        record=record,
        recipe=recipe,
        members=members,
        begin_ms=begin,
        end_ms=end,
        turn_ms=begin + int(dice.uniform(0.25, 0.6) * (end - begin)),
        halves=([*riders[:half], *drivers], riders[half:]),
        hour=dice.uniform(0, 24),
    )
    city.crews.append(crew)
    for account in members:
        account.crew = crew
        account.until_ms = config.end_ms
    if recipe.kind == "takeover":
        record.victims = [a.id for a in riders]
    else:
        _sign_up(city, crew, dice)
    choose_nets(city, crew, dice)
    if recipe.kind != "takeover":
        hand_out_phones(city, crew, dice)
        issue_cards(city, crew, dice)
    open_payouts(city, crew, dice)
    leave_traces(city, crew, dice)
    _choose_fence(city, crew, dice)
    return crew


def _driver_count(recipe: Recipe, size: int, drivers: int, dice: Dice) -> int:
    if recipe.kind == "fake_rides":
        return max(1, min(size - 2, round(size * dice.log_uniform(0.03, 0.4))))
    if recipe.kind == "collusion":
        return max(2, min(size - 3, round(size * dice.uniform(0.1, 0.45))))
    if recipe.kind == "multi_account" and dice.chance(0.15):
        return min(size, 12)
    if recipe.kind == "promo_farm" and dice.chance(0.3):
        return min(size, max(12, drivers // 5))
    if recipe.payouts == "fence" or (recipe.kind in {"takeover", "stolen_cards"} and dice.chance(0.3)):
        return min(dice.randint(1, 2), size - 2)
    return 0


def _sign_up(city: City, crew: Crew, dice: Dice) -> None:
    """Fresh members join at the crew's tempo; aged ones and colluding ones have lived here before."""
    recipe = crew.recipe
    last = crew.begin_ms + int(0.6 * (crew.end_ms - crew.begin_ms))
    times = instants(city, crew, len(crew.riders), dice, crew.begin_ms, last)
    aged_share = max(recipe.ageing, 0.85 if recipe.kind == "collusion" else 0.0)
    dice.shuffle(times)
    for account, ts in zip(crew.riders, times, strict=True):
        if dice.chance(aged_share) or (recipe.phones == "gathered" and dice.chance(0.7)):
            if account.joined_ms is not None and account.joined_ms > crew.begin_ms - DAY_MS:
                city.join(account, crew.begin_ms - int(dice.log_uniform(1.0, 60.0) * DAY_MS))
            account.rate *= max(recipe.cover, dice.random())
        else:
            city.join(account, ts)
            account.rate *= recipe.cover
            crew.record.first_ts = min(crew.record.first_ts, ts)
    if promotions.signs_on(crew):
        times = instants(city, crew, len(crew.drivers), dice, crew.begin_ms, last)
        for driver, ts in zip(crew.drivers, times, strict=True):
            city.join(driver, ts)
            driver.shift = driver.shift if dice.chance(0.3) else None
            crew.record.first_ts = min(crew.record.first_ts, ts)
        return
    for driver in crew.drivers:
        if driver.joined_ms is not None and driver.joined_ms > crew.begin_ms:
            city.join(driver, crew.begin_ms - int(dice.log_uniform(0.1, 20.0) * DAY_MS))


def _choose_fence(city: City, crew: Crew, dice: Dice) -> None:
    """Let the takings run through a driver, who may serve other crews as well."""
    if crew.recipe.kind in {"fake_rides", "collusion", "multi_account"}:
        return
    own = crew.drivers
    if city.fences and crew.recipe.payouts == "fence" and dice.chance(0.6):
        crew.fence = dice.choice(city.fences)
    elif own:
        crew.fence = own[0]
        if crew.recipe.payouts == "fence":
            city.fences.append(own[0])
