"""Ties between ordinary people: room-mates, friends who brought each other, bills, tips, stolen cards."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from simulation.config import DAY_MS
from simulation.fleets.calendar import HOUR_MS
from simulation.fleets.city import City
from simulation.fleets.draws import about
from simulation.fleets.people import Account
from simulation.fleets.voices import Voices
from simulation.fleets.wishes import Wish
from simulation.streams import Dice

_LOOKS: Final = 4
_BILLS_PER_RIDER: Final = 0.25
_NEW_DRIVER_DAYS: Final = 20
_OLD_DRIVERS_REFERRED: Final = 0.1


def tie(city: City, voices: Voices) -> None:
    """Tie together those whom no story has changed; call it when every story is cast."""
    riders = [a for a in city.riders() if a.plain and a.profile != "tourist"]
    drivers = [a for a in city.drivers() if a.plain]
    _share_homes(city, riders)
    _bring_friends(city, riders, drivers)
    _send(city, voices, riders, drivers)
    _lose_cards(city, [a for a in riders if a.spare])


def _share_homes(city: City, riders: list[Account]) -> None:
    dice = city.dice("room-mates")
    for mate, account in pairwise(riders):
        if dice.chance(city.priors.room_mates):
            account.home, account.wifi = mate.home, mate.wifi


def _bring_friends(city: City, riders: list[Account], drivers: list[Account]) -> None:
    dice = city.dice("friends")
    for account in riders:
        if dice.chance(city.priors.referred):
            account.referrer = _older(account, riders, dice)
    for account in drivers:
        new = account.joined_ms > city.before(_NEW_DRIVER_DAYS)
        if dice.chance(city.priors.referred_drivers if new else _OLD_DRIVERS_REFERRED):
            account.referrer = _older(account, drivers, dice)


def _older(account: Account, people: list[Account], dice: Dice) -> Account | None:
    for _ in range(_LOOKS):
        friend = dice.choice(people)
        if friend.joined_ms < account.joined_ms - DAY_MS:
            return friend
    return None


def _send(city: City, voices: Voices, riders: list[Account], drivers: list[Account]) -> None:
    """Friends settle bills; passengers tip drivers, and drivers pay friends of theirs and each other."""
    if not city.config.transfers or len(riders) < 2:
        return
    dice, days, sending = city.dice("sending"), city.config.days, city.priors.sending
    months = days / 30

    def pay(one: Account, other: Account, hour: tuple[float, float], units: float) -> None:
        payer, payee = (one, other) if dice.chance(0.6) else (other, one)
        voices.transfer(city.calendar.at(int(dice.random() * days), dice.gauss(*hour)), payer, payee, units)

    for _ in range(round(len(riders) * _BILLS_PER_RIDER * sending * months)):
        one, other = dice.sample(riders, 2)
        for _ in range(1 + dice.poisson(0.8)):
            pay(one, other, (20.0, 3.0), about(dice, 11.0, 0.6, 2.0, 80.0))
    for driver in drivers:
        if dice.chance(min(1.0, 0.5 * sending * months)):
            rider = dice.choice(riders)
            for _ in range(1 + dice.poisson(0.5)):
                pay(driver, rider, (19.0, 4.0), about(dice, 9.0, 0.9, 1.0, 150.0))
        if dice.chance(min(1.0, 0.15 * sending * months)):
            pay(driver, dice.choice(drivers), (17.0, 4.0), about(dice, 45.0, 0.8, 5.0, 300.0))


def _lose_cards(city: City, riders: list[Account]) -> None:
    """Cards stolen elsewhere: the bank reverses everything recent, honest rides included."""
    dice, days = city.dice("stolen elsewhere"), city.config.days
    known = [a for a in riders if city.is_settled(a) and a.cards]
    for account in dice.some(known, dice.poisson(len(riders) * city.priors.stolen_elsewhere)):
        begin = city.calendar.at(dice.uniform(0.0, max(0.5, days - 8.0)), 0.0)
        for _ in range(dice.randint(2, 5)):
            ts = begin + int(dice.uniform(8.0, 70.0) * HOUR_MS)
            wish = Wish(ts, account, account.home, city.ground.home(dice), "home")
            wish.card, wish.disputes, wish.dispute_days = account.usual_card, 0.85, 4.0
            city.place(wish)
