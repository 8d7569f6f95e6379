"""People who keep riding with each other for good reasons: villages, shuttles, families, a popular driver."""

from __future__ import annotations

from simulation.agenda import StandingOrder
from simulation.config import DAY_MS
from simulation.geography import Point
from simulation.spreading import away
from simulation.streams import Dice
from simulation.town import Town

_WORKDAYS = (0, 1, 2, 3, 4)


def plan_village(town: Town, dice: Dice) -> None:
    """Plan 2-6 drivers and 8-40 riders at the edge of the map who ride with each other only."""
    drivers = town.take(dice.randint(2, 6), drivers=True)
    riders = town.take(dice.randint(8, 40))
    if len(drivers) < 2 or len(riders) < 6:
        return
    place: Point = away((0.0, 0.0), town.habits.radius_km * dice.uniform(1.3, 2.2), dice)
    address = town.mint.ip()
    for account in [*drivers, *riders]:
        account.home = account.hand.place = town.land.near(place, 1.0, dice)
        account.mobile_ip = address if dice.chance(0.4) else account.mobile_ip
        account.work, account.work_ip = None, None
    for rider in riders:
        rider.favourites, rider.loyalty = tuple(d.number for d in drivers), dice.uniform(0.85, 1.0)
        rider.rate = max(rider.rate, town.config.trips_per_rider_day * dice.uniform(0.3, 1.5))
    town.note_decoy("village", [*drivers, *riders])


def plan_shuttle(town: Town, dice: Dice) -> None:
    """Plan a daily run (staff, school, commuters) of 1-6 riders with the same driver, there and back."""
    drivers = town.take(1, drivers=True)
    riders = town.take(dice.choices((1, 2, 3, 4, 5, 6), (40, 20, 15, 10, 8, 7))[0])
    if not drivers or not riders:
        return
    goal = town.land.work(dice)
    hour = dice.uniform(6.5, 9.0)
    chance = dice.uniform(0.5, 0.98)
    back = dice.chance(0.7)
    for at, rider in enumerate(riders):
        begin = max(rider.active_from_ms, drivers[0].active_from_ms)
        begin += int(dice.random() * 0.3 * max(0, town.config.end_ms - begin))
        rides = [(hour + 0.75 * at, rider.home, goal)]
        if back:
            rides.append((hour + 8.0 + 0.75 * at, goal, rider.home))
        for local_hour, pickup, dropoff in rides:
            town.agenda.standing.append(
                StandingOrder(
                    rider=rider.number,
                    driver=drivers[0].number,
                    minute=town.clock.utc_minute(local_hour),
                    weekdays=_WORKDAYS,
                    pickup=pickup,
                    dropoff=dropoff,
                    chance=chance,
                    from_ms=begin,
                    to_ms=min(rider.active_to_ms, drivers[0].active_to_ms),
                )
            )
    town.note_decoy("shuttle", [*drivers, *riders])


def plan_regulars(town: Town, dice: Dice) -> None:
    """Plan a popular driver (or two) whom 5-40 riders of the neighbourhood ask for by name."""
    drivers = town.take(dice.choices((1, 2), (80, 20))[0], drivers=True)
    riders = town.take(dice.randint(5, 40))
    if not drivers or len(riders) < 4:
        return
    loyalty = dice.uniform(0.2, 0.8)
    for rider in riders:
        rider.favourites = tuple(d.number for d in drivers)
        rider.loyalty = loyalty * dice.uniform(0.6, 1.2)
        rider.home = rider.hand.place = town.land.near(drivers[0].home, 2.0, dice)
        rider.active_to_ms = min(town.config.end_ms, max(rider.active_to_ms, rider.active_from_ms + DAY_MS))
    town.note_decoy("regulars", [*drivers, *riders])


def plan_driver_family(town: Town, dice: Dice) -> None:
    """Plan a driver who takes 2-5 of the family: one home and card, phones that go round, no incentives.

    Half of them ride with nobody else, and half of the drivers hardly drive strangers.
    """
    drivers = town.take(1, drivers=True)
    riders = town.take(dice.randint(2, 5))
    if not drivers or len(riders) < 2:
        return
    driver, family = drivers[0], [*drivers, *riders]
    card, spare = town.mint.card(), town.mint.device()
    closed, shared = dice.chance(0.5), dice.chance(0.6)
    for number, account in enumerate(family):
        account.home, account.home_ip = driver.home, driver.home_ip
        account.hand.place = driver.home
        if dice.chance(0.5):
            account.created_ms = account.active_from_ms = town.moment(dice, 0.0, 0.5)
        if shared and account is not driver:
            account.device, account.keeps_phone = (driver.device, spare)[number % 2], True
        elif not shared:
            account.other_devices, account.other_share = (spare,), dice.uniform(0.05, 0.5)
    if closed or dice.chance(0.5):
        driver.shift_hours *= dice.uniform(0.0, 0.4)
    for rider in riders:
        rider.cards = [card] if dice.chance(0.8) else [card, *rider.cards[:1]]
        rider.rate *= 0.0 if closed else dice.uniform(0.1, 1.0)
        for _ in range(dice.randint(1, 2)):
            town.agenda.standing.append(
                StandingOrder(
                    rider=rider.number,
                    driver=driver.number,
                    minute=town.clock.utc_minute(dice.uniform(7.0, 22.0)),
                    weekdays=tuple(sorted(dice.sample(range(7), dice.randint(1, 4)))),
                    pickup=rider.home,
                    dropoff=town.land.work(dice),
                    chance=dice.uniform(0.3, 0.95),
                    from_ms=max(rider.active_from_ms, driver.active_from_ms),
                    to_ms=min(rider.active_to_ms, driver.active_to_ms),
                )
            )
    town.note_decoy("driver_family", family)
