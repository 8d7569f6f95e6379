"""Trades on forged rides: drivers with riders of their own, rented pools, rides in the peak zone."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.city import City
from simulation.stages.crews.acts import PROMOS, Forgery, cover, forge, instants, ride
from simulation.stages.crews.kit import Kit, age, enlist
from simulation.stages.ground import around
from simulation.stages.people import Account, Crew
from simulation.stages.voices import Voices
from simulation.streams import Dice

GHOST_PHONES = ("driver_phone", "spare", "own", "mix")


def ghost_quest(city: City, crew: Crew, dice: Dice) -> None:
    """Drivers with pretend riders, on the own phone, a spare or one each; quest bonuses."""
    way, habit, calendar = Forgery.draw(crew.care, dice), dice.choice(GHOST_PHONES), city.calendar
    bank = city.mint.bank_account() if dice.chance(0.4 - 0.2 * crew.care) else None
    for place, driver in enumerate(crew.drivers):
        age(city, crew, driver, dice)
        driver.bank = bank or driver.bank
        driver.shift.diligence = dice.uniform(0.1, 0.95)
        spare = [city.mint.device() for _ in range(dice.randint(1, 3))]
        ghosts = crew.riders[place :: len(crew.drivers)]
        for ghost in ghosts:
            ts = calendar.at(crew.first_day, 8) - int(dice.random() * 20 * DAY_MS)
            if dice.chance(0.4):
                ts = calendar.at(dice.randint(crew.first_day, crew.last_day), calendar.hour(dice))
            enlist(city, crew, ghost, ts)
            kind = habit if habit != "mix" else dice.choice(GHOST_PHONES[:3])
            device = {"driver_phone": driver.phones[0][1], "spare": dice.choice(spare)}.get(kind)
            ghost.phones = [(0, device or city.mint.device())]
            ghost.takes = PROMOS
        _ride_daily(city, crew, driver, ghosts, dice.choice((1.5, 4, 7, 12)), 0.8, way, dice)
    cover(city, crew, crew.riders, dice)


def _ride_daily(
    city: City,
    crew: Crew,
    driver: Account,
    ghosts: list[Account],
    pace: float,
    chance: float,
    way: Forgery,
    dice: Dice,
) -> None:
    for day in range(crew.first_day, crew.last_day + 1):
        there = [each for each in ghosts if each.joined_ms < city.calendar.at(day, 0)]
        if there and dice.chance(chance):
            for _ in range(dice.poisson(pace)):
                forge(city, crew, day, dice.choice(there), driver, way, dice)


def ghost_rider_pool(city: City, crew: Crew, dice: Dice) -> None:
    """A supplier rents a pool of riders to many drivers, who share no phone with it; quests."""
    kit, way, voices = Kit(city, crew, dice), Forgery.draw(crew.care, dice), Voices(city)
    supplier = crew.riders[0] if city.config.transfers and dice.chance(0.7) else None
    pool = crew.riders if supplier is None else crew.riders[1:]
    if supplier is not None:
        age(city, crew, supplier, dice)
    spare_days = max(0, crew.last_day - crew.first_day - 4)
    for account, ts in zip(pool, instants(city, crew, len(pool), dice, spare_days=spare_days), strict=True):
        kit.sign_up(account, ts)
        account.takes = PROMOS
    cover(city, crew, pool, dice)
    for driver in crew.drivers:
        age(city, crew, driver, dice)
        driver.shift.diligence = dice.uniform(0.4, 0.95)
        rented = dice.some(pool, dice.choice((3, 8, len(pool))))
        _ride_daily(city, crew, driver, rented, dice.choice((2, 4, 6)), 0.65, way, dice)
        if supplier is not None:
            for day in range(crew.first_day, crew.last_day + 1):
                if city.calendar.weekday(day) == 5:
                    ts = city.calendar.at(day, 21 + dice.random())
                    voices.transfer(ts, driver, supplier, dice.uniform(100, 400), dice, crew=crew)


def surge_zone_spoof(city: City, crew: Crew, dice: Dice) -> None:
    """Accomplices ride in the zone and hours that pay a bonus for each ride."""
    kit, zone = Kit(city, crew, dice, (0.0, 0.5, 1.0)), city.ground.hub(dice)
    begin, pace = city.calendar.at(crew.first_day, 7), dice.choice((0.8, 2, 4))
    for account in crew.riders:
        kit.sign_up(account, begin - dice.randint(0, 15) * DAY_MS)
        account.takes = PROMOS
    cover(city, crew, crew.riders, dice)
    for driver in crew.drivers:
        age(city, crew, driver, dice)
        driver.shift.diligence = dice.uniform(0.3, 0.9)
    for day in range(crew.first_day, crew.last_day + 1):
        for driver in crew.drivers:
            for _ in range(dice.poisson(pace)):
                hour = dice.uniform(7, 9) if dice.chance(0.5) else dice.uniform(17, 20)
                start, rider = around(zone, 0.25, dice), dice.choice(crew.riders)
                end, ts = around(start, 1.3, dice), city.calendar.at(day, hour)
                request = ride(city, crew, rider, ts, start, end, dice, driver=driver)
                request.at_peak, request.manner = True, "plausible"
