"""One hand behind many accounts: an emulator farm, a student's second selves, couriers who rent accounts."""

from __future__ import annotations

from dataclasses import replace

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.orders import CAMPAIGN, WELCOME
from simulation.kitchens.people import Account
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice


def emulator_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """A fresh device id for each account, behind VPN exits or proxies; what comes in is collected."""
    return replace(
        kit,
        accounts_per_phone=1.0,
        leak=dice.choice((0.0, 0.02, 0.08)),
        network=dice.choice(("vpn", "proxy", "mix")),
        bought=0.0,
        cash_out=dice.choice(("one", "mules")),
    )


def emulator_farm(op: Operation) -> None:
    """Emulator images order small vouchered meals to a few doors and pay to a collector."""
    dice, ground = op.dice, op.city.ground
    accounts = op.muster()
    doors = [ground.in_one_of(("homes",), 1.0, dice) for _ in range(dice.randint(2, 8))]
    op.enlist_mules()
    for account in accounts:
        for _ in range(dice.randint(1, 5)):
            ts = op.moment(account)
            if ts is not None:
                order = op.meal(account, ts, ground.around(dice.choice(doors), 0.05, dice), "promo")
                order.offer, order.fare = dice.choice((WELCOME, WELCOME, CAMPAIGN)), dice.uniform(2.5, 5)
        op.collect([account], (op.moment(account) or op.crew.end_ms - DAY_MS) + DAY_MS, 1.5)


def student_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """A few accounts on one to three phones at home, for as long as it lasts."""
    return replace(
        kit,
        accounts_per_phone=dice.choice((2.0, 3.0, 5.0, 9.0)),
        network=dice.choice(("wifi", "mobile")),
        span_days=30,
        bought=0.0,
        cash_out="none",
    )


def student_alts(op: Operation) -> None:
    """One person with three to nine accounts eats and rides on welcome vouchers and campaigns."""
    dice, ground, den = op.dice, op.city.ground, op.crew.den
    for account in op.muster():
        for _ in range(dice.randint(3, 14)):
            ts = op.moment(account)
            if ts is None:
                continue
            door = ground.around(den, 0.01, dice)
            if dice.chance(2 / 3):
                order = op.meal(account, ts, door, "promo")
            else:
                order = op.ride(account, ts, door, ground.around(den, 3.0, dice), "promo")
            order.offer = dice.choice((WELCOME, CAMPAIGN))


def rental_habits(kit: Toolkit, _dice: Dice) -> Toolkit:
    """Rented accounts work until they are found out."""
    return replace(kit, span_days=30, cash_out="none")


def rented_couriers(op: Operation) -> None:
    """A boss's courier accounts, on borrowed papers or bought, are worked for guarantees by others."""
    dice, city, crew = op.dice, op.city, op.crew
    banks = [city.mint.bank_account() for _ in range(dice.choice((1, 1, 2, 4)))]
    phones = op.phones_for(len(crew.drivers), dice.choice((1.0, 1.5, 2.0, 3.0)))
    boss = crew.riders[0]
    op.enlist(boss, crew.begin_ms, city.mint.device(), bought=True)
    diners = [rider for rider in city.riders() if rider.crew is None]
    for place, courier in enumerate(crew.drivers):
        ts = op.share(dice.random() * 0.4)
        op.enlist(courier, ts, phones[place % len(phones)], bought=dice.chance(0.3))
        bank = dice.choice(banks)
        if city.is_settled(courier):
            op.voices.payout(ts + dice.randint(10, 900) * MINUTE_MS, courier, bank)
        else:
            courier.bank = bank
        _work(op, courier, diners)
        for rent_ms in range(ts + 5 * DAY_MS, city.config.end_ms, 5 * DAY_MS):
            rent_due = city.calendar.at(city.calendar.day(rent_ms), dice.uniform(20, 23.5))
            op.pay(rent_due, courier, boss, dice.uniform(10, 30))


def _work(op: Operation, courier: Account, diners: list[Account]) -> None:
    """Bring real meals to real people, three to eight on most days."""
    dice, city = op.dice, op.city
    first = city.calendar.day(courier.turned_ms) + 1
    for day in range(first, min(city.config.days, op.days().stop)):
        if not dice.chance(0.8):
            continue
        for hour in sorted(dice.uniform(10, 22) for _ in range(dice.randint(3, 8))):
            diner, ts = dice.choice(diners), city.calendar.at(day, hour)
            if diner.joined_ms < ts - HOUR_MS and ts < diner.until_ms:
                order = op.meal(diner, ts, city.ground.door(diner.home, dice), "incentive")
                order.driver = courier
