"""Drivers and riders in one crew: rides that nobody takes, and real rides that only serve the incentive.

Fake rides and incentive circles are described by Grab (Spade, arXiv 2211.06977; RUSH, PVLDB 17) and Uber.
"""

from __future__ import annotations

from simulation.boroughs.city import City
from simulation.boroughs.crews.acts import haunting_hour, instants, ride, since
from simulation.boroughs.people import Account, Crew
from simulation.boroughs.wishes import Ride
from simulation.config import DAY_MS
from simulation.streams import Dice

STYLES = ("plain", "short", "fast", "slow", "padded")
TRACKS = ("road", "still", "leap", "ruler")


def fake(city: City, crew: Crew, members: list[Account], dice: Dice) -> None:
    """Book the crew's drivers from the crew's accounts; each crew has its own way of forging the ride."""
    drivers = [a for a in members if a.drives]
    riders = [a for a in members if not a.drives]
    care = crew.recipe.care
    style = "plain" if dice.chance(care) else dice.choice(STYLES)
    track = "road" if dice.chance(0.5 * care + 0.2) else dice.choice(TRACKS)
    rides_each, greed = dice.log_uniform(2.0, 22.0), dice.random()
    loyal = dice.randint(1, 3)
    for driver in drivers:
        if dice.chance(0.4 * (1.0 - care)):
            driver.shift = None
    for account in riders:
        mine = dice.some(drivers, loyal)
        for ts in instants(city, crew, max(1, dice.poisson(rides_each)), dice, since(account, crew)):
            driver = dice.choice(mine)
            start = city.ground.around(driver.home, 0.8, dice)
            far = 0.25 if style == "short" else dice.uniform(1.0, 5.0)
            ends = (start, city.ground.around(start, far, dice)) if crew.recipe.trace != "haunts" else None
            when = _paid_hour(city, haunting_hour(city, crew, ts, dice), greed, dice)
            decided = ride(city, crew, account, driver, when, "bonus", dice, ends)
            decided.track = track
            decided.speed_factor = {"fast": 0.3, "slow": 2.5}.get(style, 1.0) * dice.uniform(0.85, 1.15)
            decided.claim_factor = dice.uniform(1.6, 3.0) if style == "padded" else 1.0
            decided.fare_factor = decided.claim_factor**0.5
            _boost(city, decided, greed, dice)


def collude(city: City, crew: Crew, members: list[Account], dice: Dice) -> None:
    """A loyal set of riders takes real rides with its drivers, again and again, for the incentive."""
    drivers = [a for a in members if a.drives]
    riders = [a for a in members if not a.drives]
    rides_each, greed = dice.log_uniform(3.0, 18.0), dice.random()
    partners = dice.randint(1, max(1, len(drivers)))
    for account in riders:
        mine = dice.some(drivers, partners)
        for moment in instants(city, crew, max(2, dice.poisson(rides_each)), dice, since(account, crew)):
            driver, ts = dice.choice(mine), haunting_hour(city, crew, moment, dice)
            decided = ride(city, crew, account, driver, _paid_hour(city, ts, greed, dice), "bonus", dice)
            _boost(city, decided, greed, dice)


def _paid_hour(city: City, ts: int, greed: float, dice: Dice) -> int:
    """Return ``ts``, moved by up to a day into a bonus hour if the city has them and the crew is greedy."""
    if city.priors.bonus != "hours" or not dice.chance(greed):
        return ts
    for _ in range(12):
        other = ts + int(dice.uniform(-1.0, 1.0) * DAY_MS)
        if city.calendar.pays_bonus(other):
            return city.inside(other)
    return ts


def _boost(city: City, decided: Ride, greed: float, dice: Dice) -> None:
    """Where incentives come by surprise, crews know better than others which rides they are paid for."""
    if city.priors.bonus == "surprise" and dice.chance(greed):
        decided.incentive = city.priors.bonus_amount * dice.uniform(0.8, 1.2)
