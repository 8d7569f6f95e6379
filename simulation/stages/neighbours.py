"""What ties ordinary people to each other, and is no look-alike: phones, friends, regular drivers.

Called when every story is cast, so that nobody's day of joining changes any more.
"""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.stages.calendar import HOUR_MS
from simulation.stages.city import City
from simulation.stages.ground import around
from simulation.stages.people import Account, Loan
from simulation.stages.voices import Voices
from simulation.streams import Dice

_GIFTS = (50, 100, 150, 200, 300, 500)


def tie(city: City) -> None:
    """Tie those who are in no crew; each sort of tie draws from a stream of its own."""
    riders = [a for a in city.accounts if not a.drives and a.crew is None]
    drivers = [a for a in city.accounts if a.drives and a.crew is None]
    if not riders or not drivers:
        return
    _relatives(city, riders, city.dice("relatives"))
    _drivers_who_ride(city, riders, drivers, city.dice("drivers who ride"))
    _new_phones(city, [*riders, *drivers], city.dice("new phones"))
    _refer(city, riders, drivers, city.dice("referrals"))
    _regulars(city, riders, drivers, city.dice("regulars"))
    _pay_friends(city, riders, city.dice("friends"))


def _relatives(city: City, riders: list[Account], dice: Dice) -> None:
    """Some live on the phone of a relative, most of them on one of their own as well."""
    for account in riders:
        if not account.spare or not dice.chance(city.priors.relatives_phone):
            continue
        relative = dice.choice(riders)
        account.phones = [(0, relative.phones[0][1])]
        city.move_in(account, relative.home, dice)
        if dice.chance(0.6):
            account.loans = [Loan(city.mint.device(), dice.uniform(0.3, 0.9))]


def _drivers_who_ride(city: City, riders: list[Account], drivers: list[Account], dice: Dice) -> None:
    spare = [a for a in riders if a.spare]
    for driver in drivers:
        if spare and dice.chance(city.priors.drivers_who_ride):
            account = spare.pop()
            account.phones = [(0, driver.phones[0][1])]
            city.move_in(account, driver.shift.area, dice)


def _new_phones(city: City, people: list[Account], dice: Dice) -> None:
    """People change phones, some for one that another person has sold before."""
    sold: list[tuple[int, str, Account]] = []
    for account in people:
        if not dice.chance(min(0.6, city.priors.new_phones * city.config.days)):
            continue
        ts = city.calendar.moment(dice)
        if ts < account.joined_ms + DAY_MS or len(account.phones) > 1:
            continue
        offered = [s for s in sold[-40:] if s[0] < ts - DAY_MS and s[2] is not account]
        device = city.mint.device()
        if offered and dice.chance(0.3):
            bought = dice.choice(offered)
            sold.remove(bought)
            device = bought[1]
        if dice.chance(0.5):
            sold.append((ts, account.own_phone(ts), account))
        account.change_phone(ts, device)


def _refer(city: City, riders: list[Account], drivers: list[Account], dice: Dice) -> None:
    """Newcomers come by somebody's word, a few people bring many; drivers bring drivers."""
    for account in riders:
        recent = account.joined_ms >= city.config.start_ms
        chance = city.priors.referral_chance * (1.0 if recent else 0.4)
        if account.referrer is not None or not dice.chance(chance):
            continue
        for _ in range(4):
            loud = int(len(riders) * dice.random() ** 3)
            friend = dice.choice(riders) if dice.chance(0.7) else riders[loud]
            if friend.joined_ms < account.joined_ms:
                account.referrer = friend
                if account.spare and dice.chance(0.3):
                    city.move_in(account, around(friend.home, 0.4, dice), dice)
                break
    for driver in drivers:
        friend = dice.choice(drivers)
        if driver.referrer is None and friend.joined_ms + DAY_MS < driver.joined_ms and dice.chance(0.2):
            driver.referrer = friend


def _regulars(city: City, riders: list[Account], drivers: list[Account], dice: Dice) -> None:
    """Some who ride often have a driver whom they call."""
    for account in riders:
        often = account.rate > 1.2 * city.config.trips_per_rider_day
        if often and account.regular_driver is None and dice.chance(city.priors.regulars):
            account.regular_driver, account.regular_chance = dice.choice(drivers), dice.uniform(0.2, 0.7)


def _pay_friends(city: City, riders: list[Account], dice: Dice) -> None:
    voices, span = Voices(city), city.config.days * DAY_MS / (28 * DAY_MS)
    for account in riders:
        if not dice.chance(city.priors.transfers):
            continue
        friends = [dice.choice(riders) for _ in range(dice.randint(1, 3))]
        for _ in range(1 + dice.poisson(2 * span)):
            friend, ts = dice.choice(friends), city.calendar.moment(dice)
            units = dice.choice(_GIFTS) * dice.uniform(0.8, 1.2)
            if ts > max(account.joined_ms, friend.joined_ms) + HOUR_MS:
                voices.transfer(ts, account, friend, units, dice)
