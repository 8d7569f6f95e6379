"""Trades of people who know each other: quest buddies of a stage, padded company rides, cancellation fees."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS, MINUTE_MS
from simulation.stages.city import City
from simulation.stages.crews.acts import Forgery, forge, instants, ride
from simulation.stages.crews.kit import Kit, age, enlist
from simulation.stages.ground import around, away
from simulation.stages.people import Crew
from simulation.stages.voices import Voices
from simulation.streams import Dice


def quest_buddies(city: City, crew: Crew, dice: Dice) -> None:
    """Motorcyclists of one stage ride each other on real phones, beside much honest work; quests."""
    way, stage = Forgery.draw(crew.care, dice), city.ground.stage(1.0, dice)
    same_phone = dice.chance(0.6 - 0.4 * crew.care)
    pairs = list(zip(crew.drivers, crew.riders, strict=False))
    for driver, rider in pairs:
        age(city, crew, driver, dice)
        driver.shift.vehicle, driver.shift.diligence = "motorcycle", dice.uniform(0.6, 0.95)
        city.post(driver, stage, 0.4, dice)
        enlist(city, crew, rider, driver.joined_ms + dice.randint(1, 20) * HOUR_MS)
        common = same_phone and dice.chance(0.7)
        rider.phones = [(0, driver.phones[0][1] if common else city.mint.device())]
        rider.rate = dice.choice((0.1, 0.5, 1.2)) * city.config.trips_per_rider_day
    for day in range(crew.first_day, crew.last_day + 1):
        for driver, own in pairs:
            for _ in range(dice.poisson(dice.choice((0.5, 1.5, 3.0)))):
                rider = dice.choice([each for _, each in pairs if each is not own])
                forge(city, crew, day, rider, driver, way, dice, stage)


def company_card_padding(city: City, crew: Crew, dice: Dice) -> None:
    """Staff and drivers run long rides on the firm's card and share the fares."""
    card, work, voices = city.mint.card(), city.ground.stage(0.5, dice), Voices(city)
    shares_out, pace = dice.chance(0.6), dice.uniform(0.15, 0.9)
    for driver in crew.drivers:
        age(city, crew, driver, dice)
        driver.shift.vehicle = "car"
    for rider in crew.riders:
        age(city, crew, rider, dice)
        rider.work, rider.card, rider.card_chance = work, card, 0.9
        rider.rate = max(rider.rate, 0.7 * city.config.trips_per_rider_day)
    for day in range(crew.first_day, crew.last_day + 1):
        for rider in crew.riders:
            if not dice.chance(pace):
                continue
            driver, start = dice.choice(crew.drivers), around(work, 0.2, dice)
            hour = dice.gauss(13, 2) if dice.chance(0.5) else dice.gauss(20, 1.5)
            ts, end = city.calendar.at(day, hour), away(start, dice.uniform(8, 24), dice)
            request = ride(city, crew, rider, ts, start, end, dice, driver=driver)
            request.card, request.gain, request.manner = card, "fare", "plausible"
            if shares_out and dice.chance(0.4):
                back = city.calendar.at(day, 23)
                voices.transfer(back, driver, rider, dice.uniform(200, 700), dice, crew=crew)


def cancel_fee_farm(city: City, crew: Crew, dice: Dice) -> None:
    """Throwaway riders let the crew's drivers wait, who are paid the cancellation fees."""
    kit, life = Kit(city, crew, dice), dice.randint(2, 10)
    for driver in crew.drivers:
        age(city, crew, driver, dice)
    times = instants(city, crew, len(crew.riders), dice, spare_days=2)
    for rider, joined in zip(crew.riders, times, strict=True):
        kit.sign_up(rider, joined)
        rider.rate = dice.choice((0.0, 0.0, 0.4)) * city.config.trips_per_rider_day
        for number in range(dice.randint(2, 9)):
            driver = dice.choice(crew.drivers)
            ts = city.calendar.waking(joined + int(dice.random() * life * DAY_MS), dice)
            ts = max(ts, joined + 5 * MINUTE_MS * (number + 1))
            start, end = around(driver.shift.area, 0.3, dice), city.ground.anywhere(dice)
            request = ride(city, crew, rider, ts, start, end, dice, driver=driver)
            request.cancelled, request.gain = True, "fee"
