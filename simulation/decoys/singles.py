"""Single honest people who look odd: drivers who ride, promo hunters, tourists."""

from __future__ import annotations

from simulation.biography import offer_welcome
from simulation.config import DAY_MS
from simulation.streams import Dice
from simulation.town import Town


def plan_driver_who_rides(town: Town, dice: Dice) -> None:
    """Plan a driver with a rider account on the same phone: one person, both honest."""
    drivers, riders = town.take(1, drivers=True), town.take(1)
    if not drivers or not riders:
        return
    driver, rider = drivers[0], riders[0]
    rider.hand, rider.home, rider.home_ip = driver.hand, driver.home, driver.home_ip
    rider.device, rider.mobile_ip = driver.device, driver.mobile_ip
    driver.keeps_phone = rider.keeps_phone = True
    if dice.chance(0.5):
        rider.phone = driver.phone
        rider.email = driver.email
    rider.work, rider.work_ip = None, None
    offer_welcome(town, rider, dice, town.habits.welcome_uptake)
    town.note_decoy("driver_who_rides", [driver, rider])


def plan_promo_hunter(town: Town, dice: Dice) -> None:
    """Plan one person with one account who takes every promo there is."""
    people = town.take(1, fit=lambda a: a.created_ms is not None)
    if not people:
        return
    hunter = people[0]
    begin = hunter.seen_from_ms(town.config.start_ms)
    offer_welcome(town, hunter, dice, 1.0)
    for index, (promo, amount, first, last) in enumerate(town.campaigns):
        ts = max(first, begin) + int(dice.random() * DAY_MS)
        if ts < last:
            hunter.campaigns_used |= 1 << index
            town.say_promo(ts, hunter, (promo, amount), dice)
    town.note_decoy("promo_hunter", people)


def plan_tourist(town: Town, dice: Dice) -> None:
    """Plan a visitor of a few days: new account or an old one from elsewhere, hotel, much riding."""
    people = town.take(dice.choices((1, 2, 4), (50, 40, 10))[0])
    if not people:
        return
    arrived = town.moment(dice, 0.02, 0.9)
    gone = min(town.config.end_ms, arrived + int(dice.uniform(1.5, 8) * DAY_MS))
    hotel, address = town.land.work(dice), town.mint.ip()
    old = dice.chance(0.5)
    for visitor in people:
        visitor.home = visitor.hand.place = hotel
        visitor.home_ip, visitor.work, visitor.work_ip = address, None, None
        visitor.active_from_ms, visitor.active_to_ms = arrived, gone
        visitor.created_ms = None if old else arrived + int(dice.random() * 600_000)
        visitor.active_from_ms = visitor.created_ms or arrived
        visitor.rate = dice.uniform(1.0, 3.5)
        visitor.keeps_phone = True
        if old:
            town.say_login(arrived, visitor, dice, ip=address)
        offer_welcome(town, visitor, dice, town.habits.welcome_uptake)
    town.note_decoy("tourist", people)
