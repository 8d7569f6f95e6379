"""referral_chain: accounts that refer each other, in a chain, a tree or a star, for the bonus."""

from __future__ import annotations

from simulation.accounts import Account
from simulation.rings.disguise import (
    gather,
    live_a_little,
    ride_about,
    share_addresses,
    share_cards,
    share_devices,
    share_numbers,
    start_afresh,
    working_time,
)
from simulation.spreading import later, spread
from simulation.streams import Dice
from simulation.town import Town


def plan_referral_chain(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one chain; the bonuses it is paid are its fraud. Returns the number of accounts it took."""
    members = town.take(size)
    if len(members) < 4:
        return 0
    first, span = working_time(town, dice, camouflage)
    start_afresh(town, members, spread(dice, first, span, len(members)), dice)
    base = gather(town, members, dice, dice.uniform(0.2, 3.0))
    share_devices(town, members, dice, dice.uniform(1.0, 4.0), camouflage)
    share_cards(town, members, dice, dice.uniform(1.0, 3.0), camouflage, dice.uniform(0.05, 0.4))
    share_addresses(town, members, dice, camouflage)
    share_numbers(town, members, dice, camouflage)
    live_a_little(town, members, dice, camouflage, 0.8)
    ring = town.open_ring("referral_chain", members, first, camouflage)
    shape = dice.choice(("chain", "tree", "star"))
    stranger = 0.25 * camouflage
    both = dice.chance(0.4)
    trips = dice.uniform(0.0, 1.2)
    for at, account in enumerate(members):
        created = account.created_ms or first
        if at and not dice.chance(stranger):
            referrer = account.referrer = _referrer(members, at, shape, dice)
            town.say_promo(later(dice, created, 0.1, 48.0), referrer, town.referral, dice, ring=ring)
            if both:
                town.say_promo(later(dice, created, 0.05, 24.0), account, town.referral, dice, ring=ring)
        rides = dice.poisson(trips)
        ride_about(town, account, base, created, rides, dice, within_h=60.0, farthest_km=5.0)
    return len(members)


def _referrer(members: list[Account], at: int, shape: str, dice: Dice) -> Account:
    if shape == "star":
        return members[0]
    if shape == "chain":
        return members[at - 1]
    return members[(at - 1) // dice.randint(2, 4)]
