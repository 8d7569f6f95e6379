"""Ordinary people: where they live, since when they are here, how they live, eat and work."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.city import CARRIERS, City
from simulation.kitchens.people import Account, Shift
from simulation.streams import Dice

LIVES: Final = ("worker", "student", "home", "night")
_LIFE_WEIGHTS: Final = (45, 27, 18, 10)
_SHIFT_STARTS: Final = (6.0, 9.0, 10.5, 16.0, 20.0)
_SHIFT_WEIGHTS: Final = (25, 25, 30, 15, 5)
_LARGEST_RATE_FACTOR: Final = 6.0


def settle(city: City) -> None:
    """Fill the city with its riders and drivers. Cost: about 40 us an account."""
    dice, config = city.dice("settling"), city.config
    for number in range(config.riders):
        account = _newcomer(city, number, False, dice)
        live(city, account, dice)
        city.accounts.append(account)
    riders = list(city.accounts)
    for number in range(config.riders, config.riders + config.drivers):
        account = _newcomer(city, number, True, dice)
        drive(city, account, dice)
        city.accounts.append(account)
        if dice.chance(city.priors.double_role):
            _be_the_same(account, dice.choice(riders), dice)
    city.open_pools()


def _newcomer(city: City, number: int, drives: bool, dice: Dice) -> Account:
    priors, config, ground = city.priors, city.config, city.ground
    life = dice.choices(LIVES, _LIFE_WEIGHTS)[0]
    student = life == "student"
    older = dice.chance(priors.older)
    if older:
        joined = config.start_ms - int(dice.uniform(0.2, 800.0) * DAY_MS)
    else:
        hour = min(23.9, max(0.0, dice.gauss(15, 4.5)))
        joined = city.calendar.at(dice.randrange(config.days), hour)
    work = ("campus",) if student else ("business",)
    account = Account(
        number=number,
        id=city.mint.account(),
        drives=drives,
        life=life,
        home=ground.in_one_of(("campus",), 0.9, dice) if student and dice.chance(0.7) else ground.home(dice),
        work=ground.in_one_of(work, 0.5, dice) if dice.chance(0.8) else ground.anywhere(0.5, dice),
        joined_ms=joined,
        told=joined >= config.start_ms or dice.chance(priors.older_told),
        until_ms=config.end_ms,
        phones=[(0, city.mint.device())],
        phone_hash=city.mint.phone(),
        email_hash=None if dice.chance(priors.lost_email) else city.mint.email(),
        carrier=dice.randrange(CARRIERS),
        wifi=city.mint.ip() if dice.chance(priors.wifi) else None,
        office_ip=city.mint.ip() if dice.chance(priors.office_wifi) else None,
        vpn=dice.chance(priors.vpn),
        appetite=dice.betavariate(2, 2),
        thrift=min(0.95, dice.betavariate(1.2, 2.6) + (0.3 if student else 0.0)),
    )
    if dice.chance(priors.new_phones):
        begin = max(account.joined_ms, config.start_ms)
        account.phones.append((begin + int(dice.random() * (config.end_ms - begin)), city.mint.device()))
    return account


def live(city: City, account: Account, dice: Dice) -> None:
    """Give a rider a pace and a way to pay."""
    spread = city.priors.spread
    factor = min(_LARGEST_RATE_FACTOR, dice.lognormvariate(-(spread**2) / 2, spread))
    account.rate = city.config.trips_per_rider_day * factor
    account.pays_by_card = dice.chance(city.priors.card_payers)
    if account.pays_by_card:
        account.cards = [(0, city.mint.card())]


def drive(city: City, account: Account, dice: Dice) -> None:
    """Give a driver a shift, a part of the city and a bank account."""
    start = dice.choices(_SHIFT_STARTS, _SHIFT_WEIGHTS)[0] + dice.uniform(-1, 1)
    account.shift = Shift(start, dice.choice((4, 6, 8, 10, 12)), dice.uniform(0.45, 0.95))
    account.area = city.ground.anywhere(1.5, dice)
    account.bank = city.mint.bank_account()


def _be_the_same(driver: Account, rider: Account, dice: Dice) -> None:
    """Let a driver and a rider account be one person, on one phone, who does not order from himself."""
    if rider.other_self is not None:
        return
    driver.other_self, rider.other_self = rider, driver
    rider.spare = driver.spare = False
    rider.home, rider.wifi, rider.phones = driver.home, driver.wifi, driver.phones
    if rider.joined_ms <= driver.joined_ms:
        rider.joined_ms, rider.told = driver.joined_ms + HOUR_MS, driver.told
    rider.rate *= dice.uniform(0.1, 0.7)
