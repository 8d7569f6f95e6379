"""Ordinary people: where they live, since when they are here, how they live, and how they drive."""

from __future__ import annotations

from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.city import CARRIERS, ROAMING, City
from simulation.fleets.draws import about
from simulation.fleets.people import PROFILE_WEIGHTS, PROFILES, Account
from simulation.streams import Dice

SHIFTS: Final = {
    "day": (6.5, 16.0),
    "eve": (14.0, 24.0),
    "night": (20.0, 30.0),
    "part": (17.0, 23.0),
    "lunch": (11.5, 16.5),
    "dinner": (18.5, 24.0),
    "split": (7.5, 22.0),
    "long": (7.0, 26.0),
}
"""From which local hour to which; hours above 24 are those of the next day."""
_CAR_SHIFTS: Final = ("day", "eve", "night", "split", "part")
_CAR_SHIFT_WEIGHTS: Final = (34, 22, 16, 14, 14)
_COURIER_SHIFTS: Final = ("lunch", "dinner", "split", "eve")
_CARRIER_OF: Final = (0, 0, 1, 1, 2, 3)
_RATE_SPREAD: Final = 0.7
_SECOND_CARD: Final = 0.2
_WORKING_DAYS: Final = 0.78
_GUARANTEES: Final = (10, 15, 20, 30)
_STAYS_DAYS: Final = (2, 6)


def settle(city: City) -> None:
    """Fill the city with its riders and drivers. Cost: about 40 us an account."""
    dice, config = city.dice("settling"), city.config
    for number in range(config.riders):
        account = _newcomer(city, number, False, dice)
        if dice.chance(city.priors.visitors):
            visit(city, account, dice.randrange(config.days), dice)
            account.spare = False
        elif dice.chance(city.priors.leavers):
            account.until_ms = city.calendar.at(dice.uniform(1.0, config.days), 0.0)
        city.accounts.append(account)
    for number in range(config.riders, config.riders + config.drivers):
        city.accounts.append(_newcomer(city, number, True, dice))
    city.open_pools()


def birth(city: City, dice: Dice, older: float) -> int:
    """Return when an account signs up: before the file with that chance, or on any day of it."""
    config = city.config
    if dice.chance(older):
        return city.before(about(dice, 160.0, 0.9, 1.0, 900.0) + dice.random())
    hour = min(23.9, max(0.1, dice.gauss(16.0, 5.0)))
    ts = city.calendar.at(int(config.days * dice.random()), hour)
    return max(config.start_ms, city.inside(ts, 0.1))


def visit(city: City, account: Account, day: int, dice: Dice, hotel: int | None = None) -> None:
    """Let the account be a tourist's who signs up on that day and stays for some nights at a hotel."""
    hotel = dice.randrange(len(city.ground.hotels)) if hotel is None else hotel
    ts = city.inside(city.calendar.at(day, dice.uniform(7.0, 22.0)), 0.3)
    account.joined_ms = max(city.config.start_ms, ts)
    account.until_ms = account.joined_ms + dice.randint(*_STAYS_DAYS) * DAY_MS
    account.profile, account.carrier = "tourist", ROAMING
    account.home = city.ground.around(city.ground.hotels[hotel], 0.03, dice)
    account.wifi, account.signup_place = city.hotel_ips[hotel], dice.choice(("home", "out"))


def _newcomer(city: City, number: int, drives: bool, dice: Dice) -> Account:
    priors, config = city.priors, city.config
    account = Account(
        number=number,
        id=city.mint.account(),
        drives=drives,
        home=city.ground.home(dice),
        joined_ms=birth(city, dice, priors.older_drivers if drives else priors.older),
        until_ms=config.end_ms,
        phones=[(0, city.mint.device())],
        phone_hash=city.mint.phone(),
        email_hash=None if dice.chance(priors.lost_email) else city.mint.email(),
        wifi=city.mint.ip(),
        carrier=dice.randrange(CARRIERS) if drives else dice.choice(_CARRIER_OF),
    )
    if drives:
        _drive(city, account, dice)
    else:
        _ride(city, account, dice)
    return account


def _ride(city: City, account: Account, dice: Dice) -> None:
    account.vpn = dice.chance(city.priors.vpn)
    account.work = city.ground.around(dice.choice(city.ground.offices), 0.4, dice)
    take_up(account, dice.choices(tuple(PROFILES), PROFILE_WEIGHTS)[0], dice)
    account.commutes = dice.betavariate(2, 4)
    account.leaves_h, account.returns_h = dice.gauss(8.3, 0.7), dice.gauss(18.4, 0.9)
    account.luck = dice.random()
    account.kitchens = [dice.choice(city.ground.kitchens) for _ in range(5)]
    account.cards = [city.mint.card()] + ([city.mint.card()] if dice.chance(_SECOND_CARD) else [])
    account.usual_card = account.cards[0]


def take_up(account: Account, profile: str, dice: Dice) -> None:
    """Let a rider live that sort of life, at a pace of the rider's own."""
    account.profile = profile
    account.rate = about(dice, PROFILES[profile], _RATE_SPREAD, 0.01, 2.5)


def _drive(city: City, account: Account, dice: Dice) -> None:
    account.delivers = dice.chance(city.priors.couriers)
    account.spot, account.bank = account.home, city.mint.bank_account()
    account.shift = any_shift(account.delivers, dice)
    account.works, account.boosted = _WORKING_DAYS, dice.chance(city.priors.boosted)
    if account.joined_ms > city.before(20):
        account.bonus_at = dice.choice(_GUARANTEES)


def any_shift(delivers: bool, dice: Dice) -> str:
    """Return a shift that such drivers work."""
    if delivers:
        return dice.choice(_COURIER_SHIFTS)
    return dice.choices(_CAR_SHIFTS, _CAR_SHIFT_WEIGHTS)[0]
