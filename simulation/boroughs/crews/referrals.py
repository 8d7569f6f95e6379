"""Referral chains: accounts that bring each other, for the bounty on either side."""

from __future__ import annotations

from simulation.boroughs.calendar import HOUR_MS
from simulation.boroughs.city import City
from simulation.boroughs.crews.acts import since, take_promo
from simulation.boroughs.people import Account, Crew
from simulation.streams import Dice

SHAPES = ("chain", "star", "tree", "waves", "fan")


def chain(city: City, crew: Crew, members: list[Account], dice: Dice) -> None:
    """Join the members by referrals of one drawn shape, and take the bounties."""
    shape = dice.choice(SHAPES)
    known = dice.uniform(1.0 - 0.6 * crew.recipe.care, 1.0)
    wait_h = dice.log_uniform(0.1, 100.0)
    order = sorted((a for a in members if not a.drives), key=lambda a: (a.joined_ms or 0, a.number))
    wave = max(2, len(order) // dice.randint(2, 8))
    for place, account in enumerate(order):
        joined = account.joined_ms
        if place == 0 or joined is None or not dice.chance(known):
            continue
        referrer = order[_earlier(shape, place, wave, dice)]
        account.referrer = referrer
        ts = since(account, crew) + int(dice.expovariate(1.0 / wait_h) * HOUR_MS)
        take_promo(city, crew, referrer, city.bounty, max(ts, since(referrer, crew)), dice)
        if city.friend_bounty[1] > 0 and dice.chance(0.9):
            take_promo(city, crew, account, city.friend_bounty, ts + int(dice.random() * HOUR_MS), dice)


def _earlier(shape: str, place: int, wave: int, dice: Dice) -> int:
    """Return the place of the referrer among those who joined before."""
    if shape == "chain":
        return place - 1
    if shape == "star":
        return 0
    if shape == "waves":
        first = place // wave * wave
        return dice.randrange(max(0, first - wave), first) if first else 0
    if shape == "fan":
        return (place - 1) // 3
    return dice.randrange(place)
