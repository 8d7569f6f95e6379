"""The people of the city before any story: where they live, how they ride, since when they are here."""

from __future__ import annotations

import math

from simulation.accounts import Account, Hand
from simulation.config import DAY_MS
from simulation.streams import Dice
from simulation.town import Town


def settle(town: Town) -> None:
    """Fill the town with the configured riders and drivers. Cost: about 20 us an account."""
    dice = town.streams.dice("population")
    for number in range(town.config.riders + town.config.drivers):
        account = _anyone(town, number, number >= town.config.riders, dice)
        if account.is_driver:
            _as_driver(town, account, dice)
        else:
            _as_rider(town, account, dice)
        town.accounts.append(account)
    _share_out_trips(town)


def _anyone(town: Town, number: int, is_driver: bool, dice: Dice) -> Account:
    habits, mint = town.habits, town.mint
    home = town.land.home(dice)
    created = _arrival(town, is_driver, dice)
    active_from = town.config.start_ms if created is None else max(town.config.start_ms, created)
    active_to = town.config.end_ms
    if dice.chance(0.15):
        active_to = min(active_to, active_from + int(dice.log_uniform(0.5, town.config.days) * DAY_MS))
    second = (mint.device(),) if dice.chance(0.06) else ()
    return Account(
        number=number,
        id=mint.account(),
        is_driver=is_driver,
        home=home,
        hand=Hand(home),
        device=mint.device(),
        home_ip=mint.ip(),
        mobile_ip=dice.choice(town.carrier_ips),
        created_ms=created,
        active_from_ms=active_from,
        active_to_ms=active_to,
        phone=None if dice.chance(habits.missing_phone) else mint.phone(),
        email=None if dice.chance(habits.missing_email) else mint.email(),
        other_devices=second,
        other_share=dice.uniform(0.05, 0.5) if second else 0.0,
    )


def _arrival(town: Town, is_driver: bool, dice: Dice) -> int | None:
    habits, config = town.habits, town.config
    if dice.chance(habits.unseen_share):
        return None
    if dice.chance(habits.growth_share * (0.5 if is_driver else 1.0)):
        return town.moment(dice, habits.warmup_share, 0.98)
    if dice.chance(habits.history_share):
        return config.start_ms - int(dice.log_uniform(0.02, 400.0) * DAY_MS) - 1
    return town.moment(dice, 0.0, habits.warmup_share)


def _as_rider(town: Town, account: Account, dice: Dice) -> None:
    account.rate = math.exp(dice.gauss(0.0, town.habits.activity_sigma))
    if dice.chance(0.55):
        account.work = town.land.work(dice)
        if dice.chance(0.5):
            account.work_ip = town.mint.ip()
    account.cards = [town.mint.card() for _ in range(dice.choices((0, 1, 2, 3), (10, 66, 19, 5))[0])]
    account.cash_share = town.habits.cash_share if account.cards else 1.0


def _as_driver(town: Town, account: Account, dice: Dice) -> None:
    account.shift_from_h = dice.choices((5.5, 8.0, 12.0, 16.0, 20.0), (3, 3, 2, 3, 2))[0] + dice.gauss(0, 1)
    account.shift_hours = dice.uniform(4.0, 11.0)
    account.days_off = 0
    for day in dice.some(range(7), dice.choices((0, 1, 2, 3), (1, 3, 4, 2))[0]):
        account.days_off |= 1 << day
    account.bank_account = town.mint.bank_account()


def _share_out_trips(town: Town) -> None:
    """Scale the riders' rates so that their mean is the configured one; nobody rides over 8 times a day."""
    riders = [a for a in town.accounts if not a.is_driver]
    mean = sum(a.rate for a in riders) / len(riders)
    for rider in riders:
        rider.rate = min(8.0, rider.rate / mean * town.config.trips_per_rider_day)
