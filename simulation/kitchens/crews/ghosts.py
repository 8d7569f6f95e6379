"""Trips that never happen, or that nobody wants: drivers with ghost riders, couriers who order in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.orders import BY_HABIT, CAMPAIGN
from simulation.kitchens.people import Account
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice

_QUEST_HOURS = (12.0, 18.5, 19.5, 22.0)


def quest_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """Quests are worth it for days or weeks; nobody pays anybody."""
    return replace(kit, span_days=dice.choice((5, 10, 20, 30)), cash_out="none")


def fakegps_quest(op: Operation) -> None:
    """Drivers with made-up positions drive their own ghost riders, to reach the day's quest."""
    dice, city, crew = op.dice, op.city, op.crew
    drivers = op.enrol(working=0.8)
    ghosts: dict[int, list[Account]] = {driver.number: [] for driver in drivers}
    for place, account in enumerate(crew.riders):
        driver = drivers[place % len(drivers)]
        kind = dice.random()
        device = driver.own_phone(crew.begin_ms) if kind < 0.25 else city.mint.device()
        ts = crew.begin_ms + (dice.randrange(60) * HOUR_MS if dice.chance(0.7) else 0)
        op.enlist(account, ts, device, bought=dice.chance(0.3))
        if kind > 0.7:
            account.common_phones, account.common_phone_share = [driver.own_phone(ts)], 0.08
        ghosts[driver.number].append(account)
    most, faithful = dice.randint(4, 10), dice.choice((0.5, 0.8, 1.0))
    for day in op.days():
        for driver in drivers:
            if dice.chance(0.6):
                shift = dice.gauss(0, 0.8)
                for _ in range(dice.randint(2, most)):
                    hour = dice.choice(_QUEST_HOURS) + shift + dice.random()
                    own = ghosts[driver.number] if dice.chance(faithful) else crew.riders
                    _haunt(op, driver, own or crew.riders, city.calendar.at(day, hour))


def _haunt(op: Operation, driver: Account, ghosts: list[Account], ts: int) -> None:
    dice, ground = op.dice, op.city.ground
    ghost = dice.choice(ghosts)
    if not max(ghost.turned_ms, driver.joined_ms) + HOUR_MS < ts < op.crew.end_ms:
        return
    start = ground.around(driver.area, 1.0, dice)
    end = ground.around(start, dice.choice((0.4, 1.0, 2.5)), dice)
    order = op.ride(ghost, ts, start, end, "incentive", "promo")
    order.service = dice.choice(("ride", "ride", "parcel"))
    order.driver, order.standing, order.spoofed = driver, True, True
    order.offer = BY_HABIT if dice.chance(0.5) else None
    order.pace = dice.choice((0.25, 0.5, 0.8, 1.0))


def rota_habits(kit: Toolkit, dice: Dice) -> Toolkit:
    """Housemates share their house's address, if anything."""
    return replace(
        kit,
        network=dice.choice(("wifi", "mobile")),
        span_days=dice.choice((10, 20, 30)),
        cash_out="none",
    )


def boarding_rota(op: Operation) -> None:
    """Couriers of one house order from each other by rota; nothing is carried."""
    dice, city, crew = op.dice, op.city, op.crew
    drivers = op.enrol(one_bank=0.05, working=0.95)
    for driver in drivers:
        driver.common_ips, driver.common_ip_share = crew.ips, 0.5
    pairs = list(zip(crew.riders, drivers * len(crew.riders), strict=False))
    for account, driver in pairs:
        device = driver.own_phone(crew.begin_ms) if dice.chance(0.4) else city.mint.device()
        op.enlist(account, crew.begin_ms - 2 * HOUR_MS, device, bought=dice.chance(0.7))
    pace = dice.uniform(0.4, 3.5)
    hours: tuple[Callable[[], float], ...] = (
        lambda: dice.gauss(19, 0.8),
        lambda: dice.gauss(12, 0.6),
        lambda: dice.gauss(22.5, 1),
    )
    for day in op.days():
        for account, driver in pairs:
            for _ in range(dice.poisson(pace)):
                other, ts = dice.choice(drivers), city.calendar.at(day, dice.choice(hours)())
                if other is driver or not max(crew.begin_ms, account.turned_ms) + HOUR_MS < ts < crew.end_ms:
                    continue
                door = city.ground.around(crew.den, 0.4, dice)
                order = op.meal(account, ts, door, "incentive", "promo")
                order.driver, order.standing, order.fare = other, True, dice.uniform(1.2, 3)
                order.offer = CAMPAIGN if dice.chance(0.6) else None
                if dice.chance(0.25):
                    op.pay(op.later(ts, 1, 20), other, driver, dice.uniform(1, 3))
