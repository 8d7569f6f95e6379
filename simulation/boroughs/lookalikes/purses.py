"""Honest money that runs to one hand or from one hand: merchants, charities, bills that friends split."""

from __future__ import annotations

from simulation.boroughs.calendar import MINUTE_MS
from simulation.boroughs.city import City
from simulation.boroughs.people import Account
from simulation.boroughs.voices import Voices
from simulation.streams import Dice


def merchant(city: City, dice: Dice) -> None:
    """A shop that many people pay, some of them often."""
    _many_to_one(city, "merchant", dice.randint(10, 120), dice.log_uniform(0.2, 4), dice)


def charity(city: City, dice: Dice) -> None:
    """A collection that many people give to, once or twice."""
    _many_to_one(city, "charity", dice.randint(8, 60), 0.3, dice)


def _many_to_one(city: City, kind: str, count: int, often: float, dice: Dice) -> None:
    hand = city.take(1, dice)
    if not hand:
        return
    voices, givers = Voices(city), [a for a in city.riders() if a.crew is None and a is not hand[0]]
    givers = dice.some(givers, count)
    amount = city.priors.price * dice.log_uniform(0.3, 5)
    for each in givers:
        for _ in range(1 + dice.poisson(often)):
            ts = city.calendar.waking(city.moment(dice), dice)
            if ts > max(each.from_ms, hand[0].from_ms):
                voices.transfer(ts, each, hand[0], amount * dice.uniform(0.3, 2), dice)
    city.note(kind, [*givers, *hand])


def split_bills(city: City) -> None:
    """Let friends pay each other back after some rides, for the rest of the file."""
    dice, voices = city.dice("bills"), Voices(city)
    chance, riders = dice.log_uniform(0.003, 0.08), city.riders()
    friends = {a.number: dice.some(riders, dice.randint(1, 5)) for a in riders}

    def after(rider: Account, _driver: Account, ts: int, fare: float, day: Dice) -> None:
        if rider.crew is None and day.chance(chance):
            friend = day.choice(friends[rider.number])
            if friend.crew is None and friend.from_ms <= ts < friend.until_ms:
                ts += int(day.log_uniform(1, 600) * MINUTE_MS)
                voices.transfer(ts, friend, rider, fare / day.randint(2, 4), day)

    city.after_trips.append(after)
