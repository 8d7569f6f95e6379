"""Rides by appointment: schools, commuters, market traders and nurses with the drivers they know."""

from __future__ import annotations

from simulation.stages.calendar import SUNDAY
from simulation.stages.city import City
from simulation.stages.ground import around
from simulation.stages.lookalikes.groups import errand, old_hands
from simulation.stages.people import Account, Loan
from simulation.stages.voices import Voices
from simulation.streams import Dice


def _hire(driver: Account, hour: float, length_h: float, vehicle: str | None = None) -> None:
    """Let the driver work about those hours nearly every day."""
    shift = driver.shift
    shift.hour, shift.length_h, shift.diligence = hour, length_h, 0.93
    shift.vehicle = vehicle or shift.vehicle


def school_run(city: City, dice: Dice) -> None:
    """One driver takes the children of a neighbourhood to school, one after another, and back."""
    school, quarter = city.ground.stage(2.0, dice), city.ground.home(dice)
    drivers = old_hands(city, 1, 30, 300, dice, drives=True)
    parents = old_hands(city, dice.randint(4, 9), 2, 200, dice)
    for driver in drivers:
        _hire(driver, 5.2, 11.0)
        city.post(driver, quarter, 0.3, dice)
    for place, each in enumerate(parents):
        city.move_in(each, around(quarter, 0.8, dice), dice)
        if place and parents[0].joined_ms < each.joined_ms and dice.chance(0.3):
            each.referrer = parents[0]
        for day in city.calendar.workdays() if drivers else []:
            if dice.chance(0.85):
                out = city.calendar.at(day, 6.3 + place * 0.22 + dice.gauss(0, 0.05))
                errand(city, each, out, each.home, school, dice, driver=drivers[0])
                if dice.chance(0.7):
                    back = city.calendar.at(day, 13.8 + place * 0.25 + dice.gauss(0, 0.05))
                    errand(city, each, back, school, each.home, dice, driver=drivers[0])
    city.note("school_run", [*drivers, *parents])


def regular_commuter(city: City, dice: Dice) -> None:
    """A commuter and the driver who takes him there and back on workdays; a gift now and then."""
    riders, drivers = old_hands(city, 1, 3, 200, dice), old_hands(city, 1, 10, 300, dice, drives=True)
    for rider, driver in zip(riders, drivers, strict=False):
        _hire(driver, 6.0, 13.0)
        city.post(driver, rider.home, 0.3, dice)
        rider.rate *= 0.3
        for day in city.calendar.workdays():
            if dice.chance(0.9):
                out = city.calendar.at(day, rider.leaves_h + dice.gauss(0, 0.1))
                errand(city, rider, out, rider.home, rider.work, dice, driver=driver)
            if dice.chance(0.8):
                back = city.calendar.at(day, rider.returns_h + dice.gauss(0, 0.2))
                errand(city, rider, back, rider.work, rider.home, dice, driver=driver)
        for _ in range(dice.randint(0, 4)):
            Voices(city).transfer(city.calendar.moment(dice), rider, driver, dice.uniform(100, 500), dice)
    city.note("regular_commuter", [*riders, *drivers])


def market_traders(city: City, dice: Dice) -> None:
    """Traders of one market who ride before dawn with the same drivers, some on a co-operative's card."""
    market, quarter, card = city.ground.hub(dice), city.ground.home(dice), city.mint.card()
    drivers = old_hands(city, dice.randint(1, 3), 5, 200, dice, drives=True)
    traders, cooperative = old_hands(city, dice.randint(5, 22), 1, 300, dice), dice.chance(0.4)
    for driver in drivers:
        _hire(driver, 3.6, 12.0, dice.choice(("car", "motorcycle")))
        city.post(driver, quarter, 0.5, dice)
    for place, each in enumerate(traders if drivers else []):
        city.move_in(each, around(quarter, 0.7, dice), dice)
        each.motorcycle = 0.3
        if cooperative:
            each.card, each.card_chance = card, 0.5
        if place and dice.chance(0.25):
            each.loans = [Loan(traders[place - 1].phones[0][1], 0.4)]
        for day in range(city.config.days):
            if city.calendar.weekday(day) == SUNDAY or not dice.chance(0.55):
                continue
            driver = dice.choice(drivers)
            errand(
                city,
                each,
                city.calendar.at(day, dice.gauss(4.9, 0.5)),
                each.home,
                market,
                dice,
                driver=driver,
            )
            if dice.chance(0.5):
                back = city.calendar.at(day, dice.gauss(17, 0.8))
                errand(city, each, back, market, each.home, dice, driver=driver)
    city.note("market_traders", [*drivers, *traders] if drivers else [])


def night_nurses(city: City, dice: Dice) -> None:
    """Nurses whom one driver takes to their night shifts and home, two nights in four."""
    clinic, line = city.ground.stage(2.0, dice), city.nets.line()
    drivers = old_hands(city, 1, 20, 300, dice, drives=True)
    nurses = old_hands(city, dice.randint(4, 10), 2, 300, dice)
    for driver in drivers:
        _hire(driver, 17.0, 14.0, "car")
        city.post(driver, clinic, 0.3, dice)
    for place, each in enumerate(nurses):
        each.work, each.places, each.places_chance = clinic, [line], 0.3
        turn = dice.randint(0, 3)
        for day in range(city.config.days if drivers else 0):
            if (day + turn) % 4 < 2:
                out, back = 18.2 + place * 0.18, 29.6 + place * 0.15
                errand(city, each, city.calendar.at(day, out), each.home, clinic, dice, driver=drivers[0])
                errand(city, each, city.calendar.at(day, back), clinic, each.home, dice, driver=drivers[0])
    city.note("night_nurses", [*drivers, *nurses])
