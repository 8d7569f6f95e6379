"""How many rings of each kind, how large, how well disguised."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from simulation.rings.collusion import plan_collusion
from simulation.rings.fake_rides import plan_fake_rides
from simulation.rings.mixed_farm import plan_mixed_farm
from simulation.rings.multi_account import plan_multi_account
from simulation.rings.promo_farm import plan_promo_farm
from simulation.rings.referral_chain import plan_referral_chain
from simulation.rings.stolen_cards import plan_stolen_cards
from simulation.rings.takeover import plan_takeover
from simulation.streams import Dice
from simulation.town import Town
from simulation.truth import RING_KINDS

Planner = Callable[[Town, Dice, int, float], int]
"""Plans one ring of about that size and camouflage; returns how many accounts it took, or 0."""

PLANNERS: Final[dict[str, Planner]] = {
    "multi_account": plan_multi_account,
    "promo_farm": plan_promo_farm,
    "referral_chain": plan_referral_chain,
    "fake_rides": plan_fake_rides,
    "collusion": plan_collusion,
    "stolen_cards": plan_stolen_cards,
    "takeover": plan_takeover,
}
_LIMITS: Final = {
    "multi_account": (4, 30),
    "promo_farm": (4, 60),
    "referral_chain": (4, 60),
    "fake_rides": (6, 45),
    "collusion": (9, 38),
    "stolen_cards": (3, 12),
    "takeover": (6, 23),
}

_MIXED: Final = 0.5
"""The share of promo farms that may share anything; they may be as large as the ring budget allows."""


def plan_rings(town: Town) -> None:
    """Plan rings until the configured share of accounts is in them; every kind comes round in turn."""
    config = town.config
    total = budget = round(config.fraud_share * (config.riders + config.drivers))
    dice = town.streams.dice("rings")
    ring, misses = 0, 0
    kinds: list[str] = []
    while budget >= 3 and misses < 14:
        if not kinds:
            kinds = list(RING_KINDS)
            dice.shuffle(kinds)
        kind = kinds.pop()
        low, high = _LIMITS[kind]
        if low > budget:
            misses += 1
            continue
        own = town.streams.dice("ring", ring)
        if ring < len(RING_KINDS):
            high = max(low, min(high, total // len(RING_KINDS)))
        size = min(budget, max(low, min(high, round(math.exp(own.gauss(math.log(13), 0.6))))))
        camouflage = max(0.0, min(1.0, own.gauss(config.camouflage, 0.15)))
        if kind == "promo_farm" and own.chance(_MIXED):
            largest = high if ring < len(RING_KINDS) else min(budget, max(12.0, 0.35 * total))
            taken = plan_mixed_farm(town, own, round(own.log_uniform(low, largest)), camouflage)
        else:
            taken = PLANNERS[kind](town, own, size, camouflage)
        misses = misses + 1 if taken == 0 else 0
        budget -= taken
        ring += 1
