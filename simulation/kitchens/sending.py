"""What ordinary people send each other by wallet: to a few friends, mostly neighbours, some of it back."""

from __future__ import annotations

from collections import defaultdict

from simulation.kitchens.calendar import HOUR_MS
from simulation.kitchens.city import City
from simulation.kitchens.people import Account
from simulation.kitchens.voices import Voices
from simulation.streams import Dice

_RATES = (0.0, 0.0, 0.01, 0.04, 0.1, 0.3)
"""Sends a day, by person."""
_DRIVER_RATE = 0.05
_CELL_KM = 1.8


def send(city: City, voices: Voices) -> None:
    """File everybody's sends, where the city writes transfers. Cost: 15 us an account."""
    if not city.config.transfers:
        return
    dice = city.dice("sending")
    people = [account for account in city.accounts if account.crew is None]
    neighbours: defaultdict[tuple[int, int, bool], list[Account]] = defaultdict(list)
    for account in people:
        neighbours[_cell(account)].append(account)
    for account in people:
        rate = dice.choice(_RATES) if not account.drives else _DRIVER_RATE * dice.chance(0.3)
        if rate == 0.0:
            continue
        friends = [
            dice.choice(neighbours[_cell(account)] if dice.chance(0.75) else people)
            for _ in range(dice.choice((1, 1, 2, 3, 4)))
        ]
        for _ in range(dice.poisson(rate * city.priors.sending * city.config.days)):
            _send(city, voices, account, dice.choice(friends), dice)


def _cell(account: Account) -> tuple[int, int, bool]:
    east, north = account.home
    return round(east / _CELL_KM), round(north / _CELL_KM), account.life == "student"


def _send(city: City, voices: Voices, payer: Account, payee: Account, dice: Dice) -> None:
    ts = city.calendar.at(dice.randrange(city.config.days), dice.betavariate(3, 2) * 18 + 6)
    units = dice.lognormvariate(1.2, 0.9)
    voices.transfer(ts, payer, payee, units, dice)
    if dice.chance(0.2):
        later = ts + int(dice.uniform(1, 60) * HOUR_MS)
        voices.transfer(later, payee, payer, units * dice.choice((1.0, 0.5, 0.8)), dice)
