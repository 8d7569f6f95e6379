"""Taxi firms: drivers who share cars (and their built-in devices), a depot and one bank account."""

from __future__ import annotations

from simulation.accounts import Account
from simulation.biography import offer_sign_on
from simulation.clock import HOUR_MS
from simulation.spreading import spread
from simulation.streams import Dice
from simulation.town import Town


def plan_fleet(town: Town, dice: Dice) -> None:
    """Plan a firm of 4-40 drivers in fewer cars, paid through one bank account.

    Some firms hire many within days or weeks, who take the bonus for new drivers and then drive.
    """
    size = round(dice.log_uniform(4, min(40.0, max(5.0, town.config.drivers / 8))))
    drivers = town.take(size, drivers=True)
    if len(drivers) < 3:
        return
    hiring = town.streams.dice("hiring", drivers[0].number)
    if hiring.chance(0.35):
        _hire(town, drivers, hiring)
    cars = [town.mint.device() for _ in range(max(1, round(len(drivers) / dice.uniform(1.3, 3.0))))]
    bank, depot, address = town.mint.bank_account(), town.land.work(dice), town.mint.ip()
    for at, driver in enumerate(drivers):
        driver.bank_account = bank if dice.chance(0.95) else driver.bank_account
        driver.device = cars[at % len(cars)]
        driver.other_devices, driver.other_share = tuple(dice.some(cars, 3)), dice.uniform(0.0, 0.4)
        driver.keeps_phone = True
        driver.signup_ip = address if dice.chance(0.7) else None
        driver.ips = (address, address, driver.mobile_ip)
        driver.home = driver.hand.place = town.land.near(depot, 2.0, dice)
        if len(cars) < len(drivers):
            driver.shift_from_h = (6.0 + 12.0 * (at // len(cars) % 2) + dice.gauss(0, 0.5)) % 24
    town.note_decoy("fleet", drivers)


def _hire(town: Town, drivers: list[Account], dice: Dice) -> None:
    """Let most of them be new, each with the bonus that is offered to new drivers, or without."""
    first, part = town.waking(town.moment(dice, 0.0, 0.7), dice), dice.uniform(0.4, 1.0)
    span = min(int(dice.log_uniform(6, 700) * HOUR_MS), int((town.config.end_ms - first) * 0.8))
    uptake = min(1.0, town.habits.sign_on_uptake * dice.uniform(0.7, 2.0))
    for driver, ts in zip(drivers, spread(dice, first, span, len(drivers)), strict=True):
        if dice.chance(part):
            driver.created_ms = driver.active_from_ms = ts
            driver.active_to_ms = town.config.end_ms
            offer_sign_on(town, driver, dice, uptake)
