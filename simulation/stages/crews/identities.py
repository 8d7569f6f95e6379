"""The trade on drivers' identities: one hand drives under several names."""

from __future__ import annotations

from simulation.stages.city import City
from simulation.stages.crews.acts import Forgery, forge, instants
from simulation.stages.crews.kit import Kit, age, enlist
from simulation.stages.draws import clip
from simulation.stages.people import Crew
from simulation.streams import Dice


def rented_driver_identities(city: City, crew: Crew, dice: Dice) -> None:
    """One hand drives under several names by turns, often paid to one bank; ramp bonuses and quests."""
    kit, bank = Kit(city, crew, dice, (1.0, 1.0, 0.5)), city.mint.bank_account()
    one_bank, base = dice.chance(0.8 - 0.4 * crew.care), city.ground.stage(1.5, dice)
    vehicle, diligence = dice.choice(("motorcycle", "car")), dice.uniform(0.3, 0.9)
    held = [city.mint.device() for _ in range(dice.randint(1, 3))]
    for rider in crew.riders:
        age(city, crew, rider, dice)
        rider.phones = [(0, dice.choice(held))]
        rider.rate = 0.3 * city.config.trips_per_rider_day
    times = instants(city, crew, len(crew.drivers), dice, spare_days=5)
    for driver, joined in zip(crew.drivers, times, strict=True):
        enlist(city, crew, driver, joined)
        driver.phones, driver.takes = [(0, kit.phone())], frozenset(("ramp",))
        driver.bank = bank if one_bank else driver.bank
        shift = driver.shift
        shift.vehicle, shift.diligence, shift.hour = vehicle, diligence, dice.uniform(5, 19)
        shift.length_h = clip(42 / len(crew.drivers), 2, 6)
        city.post(driver, base, 0.6, dice)
        if crew.riders:
            first = city.calendar.day_of(joined) + 1
            for number in range(dice.randint(0, 12)):
                way = Forgery.draw(crew.care, dice)
                forge(city, crew, first + number // 3, dice.choice(crew.riders), driver, way, dice)
