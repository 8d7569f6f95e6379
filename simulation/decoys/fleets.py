"""Taxi firms: drivers who share cars (and their built-in devices), a depot and one bank account."""

from __future__ import annotations

from simulation.streams import Dice
from simulation.town import Town


def plan_fleet(town: Town, dice: Dice) -> None:
    """Plan a firm of 4-40 drivers in fewer cars, paid through one bank account."""
    size = round(dice.log_uniform(4, min(40.0, max(5.0, town.config.drivers / 8))))
    drivers = town.take(size, drivers=True)
    if len(drivers) < 3:
        return
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
