"""Firms and stages: offices, fleets, kitchens, motorcycle stages, recruiters of drivers."""

from __future__ import annotations

from simulation.stages.calendar import HOUR_MS
from simulation.stages.city import City
from simulation.stages.draws import clip, head_count
from simulation.stages.ground import around
from simulation.stages.lookalikes.groups import crowd, errand, newcomers, old_hands
from simulation.stages.people import Loan
from simulation.stages.voices import Voices
from simulation.streams import Dice

_DRIVERS_OF_A_FIRM = 1 / 8
"""No firm has more than this share of the city's drivers."""


def office_card(city: City, dice: Dice) -> None:
    """Employees who commute to one office on its card, from its line."""
    work, card, line = city.ground.stage(0.5, dice), city.mint.card(), city.nets.line()
    people = newcomers(city, crowd(city, dice, 14, 0.7, 4, 70), 0.3, dice)
    for each in people:
        each.work, each.commutes, each.motorcycle = work, True, each.motorcycle * 0.5
        each.rate = max(each.rate, dice.uniform(0.7, 2.5) * city.config.trips_per_rider_day)
        each.card, each.card_chance = card, dice.uniform(0.4, 1.0)
        each.places, each.places_chance = [line], 0.4
    city.note("office_card", people)


def _firm(city: City, dice: Dice, median: float, sigma: float, low: int, high: int) -> int:
    return head_count(
        dice, median, sigma, low, max(low, min(high, round(city.config.drivers * _DRIVERS_OF_A_FIRM)))
    )


def fleet_payout(city: City, dice: Dice) -> None:
    """Drivers of one owner: his bank account, weekly or daily remittances, some signed up on a tablet."""
    bank, yard, voices = city.mint.bank_account(), city.ground.stage(2.0, dice), Voices(city)
    owners, tablet = old_hands(city, 1, 100, 500, dice), city.mint.device()
    drivers = newcomers(city, _firm(city, dice, 10, 0.6, 3, 40), 0.3, dice, drives=True)
    on_tablet, vehicle = dice.chance(0.4), "motorcycle" if dice.chance(0.7) else "car"
    due = 300 if vehicle == "motorcycle" else 1_500
    for each in drivers:
        each.bank, each.shift.vehicle, each.shift.diligence = bank, vehicle, 0.85
        city.post(each, yard, 2.5, dice)
        if on_tablet and dice.chance(0.8):
            each.sign_up_device = tablet
        for day in range(city.config.days):
            daily = vehicle == "motorcycle" and dice.chance(0.2)
            if owners and (daily or city.calendar.weekday(day) == 5):
                ts = city.calendar.at(day, 19 + 3 * dice.random())
                voices.transfer(ts, each, owners[0], due, dice)
    city.note("fleet_payout", [*owners, *drivers])


def delivery_kitchen(city: City, dice: Dice) -> None:
    """A kitchen that sends meals: many short rides of few accounts with few motorcyclists, one tablet."""
    place, card, tablet = city.ground.stage(1.0, dice), city.mint.card(), city.mint.device()
    accounts = old_hands(city, dice.randint(1, 3), 1, 200, dice)
    drivers = newcomers(city, _firm(city, dice, 4, 0.4, 2, 7), 0.25, dice, drives=True)
    for each in drivers:
        shift = each.shift
        shift.vehicle, shift.hour, shift.length_h, shift.diligence = "motorcycle", 10.5, 11.0, 0.85
        city.post(each, place, 0.1, dice)
    for account in accounts if drivers else []:
        if dice.chance(0.7):
            account.phones = [(0, tablet)]
        account.rate *= 0.05
        if dice.chance(0.6):
            account.card, account.card_chance = card, 0.9
        pace = dice.uniform(3, 9)
        for day in range(city.config.days):
            for _ in range(dice.poisson(pace)):
                hour = clip(dice.gauss(13, 1) if dice.chance(0.5) else dice.gauss(19.5, 1.2), 9, 23)
                end = around(place, 1.6, dice)
                errand(
                    city, account, city.calendar.at(day, hour), place, end, dice, driver=dice.choice(drivers)
                )
    city.note("delivery_kitchen", [*accounts, *drivers])


def motorcycle_stage(city: City, dice: Dice) -> None:
    """Motorcyclists of one stage: a common phone, weekly dues, and rides home with each other at night."""
    place, phone, voices = city.ground.stage(1.5, dice), city.mint.device(), Voices(city)
    drivers = newcomers(city, _firm(city, dice, 9, 0.4, 4, 16), 0.25, dice, drives=True)
    riders = city.take(round(0.45 * len(drivers)))
    for each in drivers:
        shift = each.shift
        shift.vehicle, shift.diligence, shift.hour = "motorcycle", 0.88, clip(dice.gauss(6.5, 0.8), 4, 9)
        city.post(each, place, 0.1, dice)
        if dice.chance(0.4):
            each.loans = [Loan(phone, dice.uniform(0.05, 0.3))]
        for day in range(dice.randint(0, 6), city.config.days, 7):
            voices.transfer(city.calendar.at(day, 18 + dice.random()), each, drivers[0], 50, dice)
    for driver, rider in zip(drivers, riders, strict=False):
        city.join(rider, driver.joined_ms + 3 * HOUR_MS)
        rider.phones = [(0, driver.phones[0][1])]
        rider.rate *= 0.15
        others = [each for each in drivers if each is not driver] or drivers
        for day in range(city.config.days):
            if dice.chance(0.15):
                ts = city.calendar.at(day, 20.5 + 2 * dice.random())
                errand(city, rider, ts, place, rider.home, dice, driver=dice.choice(others))
    city.note("okada_stage", [*drivers, *riders])


def driver_recruit_hub(city: City, dice: Dice) -> None:
    """A recruiter who signs real drivers up on a tablet, from one line, within weeks."""
    tablets, line = [city.mint.device() for _ in range(dice.randint(1, 2))], city.nets.line()
    recruiters = old_hands(city, 1, 60, 300, dice, drives=True)
    recruits = city.take(_firm(city, dice, 12, 0.5, 4, 35), drives=True)
    first = city.calendar.day(dice, 0.0, 0.5)
    for each in recruits:
        day = min(city.config.days - 1, first + int(dice.expovariate(1 / 4)))
        city.join(each, max(city.config.start_ms, city.calendar.at(day, 9 + 7 * dice.random())))
        each.sign_up_device, each.sign_up_ip = dice.choice(tablets), line
        each.referrer = recruiters[0] if recruiters else None
        each.shift.diligence = dice.uniform(0.5, 0.95)
    city.note("driver_recruit_hub", [*recruiters, *recruits])
