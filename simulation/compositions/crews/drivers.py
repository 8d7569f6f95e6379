"""A crew's drivers: real people who work besides, or drivers on paper only."""

from __future__ import annotations

from simulation.compositions.crews.operation import Operation
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.people import Account, Hold, Shift


def enrol(op: Operation) -> None:
    """Draw the drivers in, with the banks of the layout."""
    if op.design.on_paper:
        for place, driver in enumerate(op.ring.drivers):
            _rent(op, driver, place)
        return
    working, near = op.dice.uniform(0.5, 1.0), op.dice.choice((1.5, 4.0, None))
    for place, driver in enumerate(op.ring.drivers):
        _partner(op, driver, place, working, near)


def _partner(op: Operation, driver: Account, place: int, working: float, near: float | None) -> None:
    """A driver with a past, mostly, who shares a bank with others where the layout says so."""
    city, dice = op.city, op.dice
    if driver.joined_ms > op.ring.begin_ms - DAY_MS:
        days = dice.uniform(3, 500) if dice.chance(0.8) else dice.uniform(0.2, 9)
        driver.join(city.config.start_ms - int(days * DAY_MS))
        driver.told = dice.chance(city.priors.older_told) or days < 9
    if op.design.banks != "own":
        bank = op.bank(op.layout.banks[place])
        if driver.told and dice.chance(0.5):
            driver.bank = bank
        else:
            stored_ms = op.soon(op.ring.begin_ms, 5, 3_000)
            if op.voices.payout(stored_ms, driver, bank) is not None:
                op.ring.show(stored_ms, driver)
    if not dice.chance(working):
        driver.shift = None
    if near is not None:
        driver.area = city.ground.around(op.ring.den, near, dice)


def _rent(op: Operation, driver: Account, place: int) -> None:
    """An account on borrowed or invented papers, for what new drivers are promised.

    Where that is a guarantee, others work for it; where it is paid for joining, the account hardly drives.
    """
    city, dice, ring = op.city, op.dice, op.ring
    ts = city.inside(op.share(0.45 * dice.random() if op.design.tempo != "burst" else 0.03 * dice.random()))
    driver.join(ts)
    driver.phones = op.first_handset(op.layout.driver_phones[place], ts)
    driver.crew, driver.turned_ms, driver.signup_ip = ring, ts, op.ip()
    driver.common_ips, driver.common_ip_share = ring.ips, op.design.network_share
    driver.bank = op.bank(op.layout.banks[place])
    driver.area = city.ground.around(ring.den, dice.choice((0.5, 4.0)), dice)
    driver.shift = Shift(dice.uniform(5, 12), dice.uniform(8, 15), dice.uniform(0.6, 1.0))
    if op.design.takes[0] == "joinings":
        few = Shift(dice.uniform(6, 20), dice.uniform(1, 4), dice.uniform(0.05, 0.4))
        driver.shift = few if dice.chance(0.6) else None
    driver.until_ms = min(driver.until_ms, max(ring.end_ms, ts + 5 * DAY_MS))
    driver.hold = Hold(ring, "incentive", ts, city.config.end_ms)
    ring.show(ts, driver)
    if ring.mules:
        boss = ring.mules[place % len(ring.mules)]
        for rent_ms in range(ts + 3 * DAY_MS, city.config.end_ms, dice.randint(3, 8) * DAY_MS):
            op.pay(rent_ms + dice.randrange(12) * HOUR_MS, driver, boss, dice.uniform(5, 30))
