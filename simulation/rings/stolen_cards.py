"""stolen_cards: many cards worked through few phones, with chargebacks days later."""

from __future__ import annotations

from simulation.agenda import Ride, Take
from simulation.rings.disguise import (
    gather,
    live_a_little,
    share_addresses,
    share_devices,
    start_afresh,
    working_time,
)
from simulation.spreading import away, later, spread
from simulation.streams import Dice
from simulation.town import Town


def plan_stolen_cards(town: Town, dice: Dice, size: int, camouflage: float) -> int:
    """Plan one crew of 3-12 accounts on 1-5 devices with 5-30 cards. Returns the number of accounts."""
    members = town.take(max(3, min(12, size)))
    if len(members) < 3:
        return 0
    first, span = working_time(town, dice, camouflage, high=0.75, longest_days=14.0)
    start_afresh(town, members, spread(dice, first, max(1, span // 2), len(members)), dice)
    base = gather(town, members, dice, dice.uniform(0.5, 4.0))
    phones = dice.randint(1, min(5, len(members)))
    share_devices(town, members, dice, len(members) / phones, camouflage)
    share_addresses(town, members, dice, camouflage)
    live_a_little(town, members, dice, camouflage, 0.5)
    for account in members:
        account.cards, account.cash_share = [], 1.0
    ring = town.open_ring("stolen_cards", members, first, camouflage)
    cards = [town.mint.card() for _ in range(dice.randint(max(5, len(members)), 30))]
    if dice.chance(0.25):
        owner = dice.choice(town.anyone(20, dice) or members)
        cards[0] = owner.cards[0] if owner.cards else cards[0]
    disowned = dice.uniform(0.25, 0.85)
    trips_per_card = dice.uniform(1.0, 4.0) * (1 - 0.4 * camouflage)
    for at, card in enumerate(cards):
        users = dice.some(members, 2 if dice.chance(0.3) else 1)
        if at < len(members):
            users[0] = members[at]
        for account in users:
            created = account.created_ms or first
            room = max(1, min(span, town.config.end_ms - created - 7_200_000))
            added = created + 120_000 + int(dice.random() * room)
            town.say_card(added, account, card, dice)
            for _ in range(max(1, dice.poisson(trips_per_card))):
                start = town.land.near(base, 2.5, dice)
                town.agenda.plan(
                    Ride(
                        ts=later(dice, added, 0.05, 48.0),
                        rider=account.number,
                        pickup=start,
                        dropoff=away(start, dice.uniform(5.0, 9.0 + 14.0 * (1 - camouflage)), dice),
                        card=card,
                        ring=ring,
                        take=Take.FARE,
                        chargeback_chance=disowned,
                        chargeback_days=dice.uniform(1.0, 9.0),
                    )
                )
    return len(members)
