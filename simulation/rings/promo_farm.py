"""promo_farm: fresh accounts on few devices and reused cards that take the same promo.

Source of the idea: public accounts of new-user-coupon abuse in ride hailing and delivery (for instance
PromoGuardian, arXiv 2510.12652).
"""

from __future__ import annotations

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


def plan_promo_farm(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one farm; the promos it redeems are its fraud. Returns the number of accounts it took."""
    members = town.take(size)
    if len(members) < 4:
        return 0
    first, span = working_time(town, dice, camouflage)
    start_afresh(town, members, spread(dice, first, span, len(members)), dice)
    base = gather(town, members, dice, dice.uniform(0.2, 3.0))
    share_devices(town, members, dice, dice.log_uniform(1.5, max(15.0, len(members))), camouflage)
    per_card, carded = dice.log_uniform(1.0, max(8.0, len(members))), dice.uniform(0.3, 1.0)
    share_cards(town, members, dice, per_card, camouflage, carded)
    share_addresses(town, members, dice, camouflage)
    share_numbers(town, members, dice, camouflage)
    live_a_little(town, members, dice, camouflage, 1.0)
    ring = town.open_ring("promo_farm", members, first, camouflage)
    second = (town.mint.promo(), round(town.habits.welcome_amount * dice.uniform(0.4, 1.2), 1))
    twice = dice.uniform(0.0, 0.6)
    trips = dice.uniform(0.0, 1.6) * (1 + camouflage)
    referring = dice.uniform(0.0, 0.35) * (1 - camouflage)
    hurry = dice.log_uniform(0.3, 12.0) * (1 + 3 * camouflage)
    with_trip = dice.choice((0.0, dice.uniform(0.2, 1.0)))
    for at, account in enumerate(members):
        created = account.created_ms or first
        if at and dice.chance(referring):
            account.referrer = dice.choice(members[:at])
        riding = dice.poisson(trips)
        if dice.chance(with_trip):
            account.voucher, account.voucher_for = town.welcome, ring
            riding = max(1, riding)
        elif dice.chance(0.93):
            town.say_promo(later(dice, created, 0.03, hurry), account, town.welcome, dice, ring=ring)
        if dice.chance(twice):
            town.say_promo(later(dice, created, 0.2, hurry * 4), account, second, dice, ring=ring)
        ride_about(town, account, base, created, riding, dice)
    return len(members)
