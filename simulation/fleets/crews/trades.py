"""The trades: every way in which crews take money, and how many are in a crew of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulation.fleets.crews import cards, forged, identities, pacts, promotions, referrals, takeovers
from simulation.fleets.crews.operation import Heads, Operation
from simulation.fleets.draws import about
from simulation.streams import Dice


@dataclass(frozen=True, slots=True)
class Trade:
    """A way to take money; ``giant`` bounds how many riders a giant crew of it has."""

    kind: str
    weight: float
    work: Callable[[Operation], None]
    heads: Callable[[Dice], Heads]
    giant: tuple[int, int] | None = None
    needs_transfers: bool = False
    needs_drivers: bool = False
    needs_riders: bool = False
    preys_on_drivers: bool = False


def _size(dice: Dice, median: float, spread: float, low: int, high: int) -> int:
    return round(about(dice, median, spread, low, high))


TRADES: Final[dict[str, Trade]] = {
    "welcome_farm_phones": Trade(
        "promo_farm",
        4.0,
        promotions.welcome_farm,
        lambda dice: Heads(_size(dice, 18, 0.75, 3, 120)),
        giant=(200, 300),
    ),
    "sim_bank_wallet": Trade(
        "promo_farm",
        1.0,
        promotions.sim_bank,
        lambda dice: Heads(_size(dice, 35, 0.6, 12, 120) + dice.randint(1, 5)),
        giant=(230, 320),
    ),
    "sim_bank_vouchers": Trade(
        "multi_account",
        1.0,
        promotions.sim_bank,
        lambda dice: Heads(_size(dice, 35, 0.6, 12, 120) + dice.randint(1, 5)),
        giant=(230, 320),
    ),
    "resold_rides": Trade(
        "promo_farm", 2.5, promotions.resold_rides, lambda dice: Heads(_size(dice, 14, 0.6, 5, 60))
    ),
    "self_referral_chain": Trade(
        "referral_chain",
        3.0,
        referrals.self_chain,
        lambda dice: Heads(_size(dice, 16, 0.7, 4, 90), dice.choice((0, 0, 1, 2))),
        needs_riders=True,
    ),
    "paid_signup_pyramid": Trade(
        "referral_chain",
        2.0,
        referrals.pyramid,
        lambda dice: Heads(_size(dice, 35, 0.6, 10, 120) + dice.randint(1, 3)),
    ),
    "ghost_quest": Trade(
        "fake_rides", 3.0, forged.ghost_quest, forged.quest_heads, needs_drivers=True, needs_riders=True
    ),
    "ghost_kitchen": Trade(
        "fake_rides",
        2.0,
        forged.ghost_kitchen,
        lambda dice: Heads(_size(dice, 14, 0.6, 5, 60), dice.randint(1, 5)),
        needs_drivers=True,
        needs_riders=True,
    ),
    "driver_signup_bonus": Trade(
        "promo_farm",
        1.5,
        forged.signup_bonus,
        lambda dice: Heads(dice.randint(2, 10), _size(dice, 5, 0.5, 3, 14)),
        needs_drivers=True,
        needs_riders=True,
    ),
    "driver_rider_carousel": Trade(
        "collusion",
        3.0,
        pacts.carousel,
        lambda dice: Heads(_size(dice, 9, 0.5, 3, 40), dice.randint(2, 7)),
        needs_drivers=True,
        needs_riders=True,
    ),
    "cancel_fee_mill": Trade(
        "collusion",
        2.0,
        pacts.cancel_mill,
        lambda dice: Heads(_size(dice, 10, 0.6, 3, 45), dice.randint(1, 5)),
        needs_transfers=True,
        needs_drivers=True,
        needs_riders=True,
    ),
    "expense_padding": Trade(
        "collusion",
        1.5,
        pacts.expense_padding,
        lambda dice: Heads(dice.randint(2, 6), dice.randint(1, 2)),
        needs_drivers=True,
        needs_riders=True,
    ),
    "carding_fresh_accounts": Trade(
        "stolen_cards", 2.5, cards.fresh_accounts, lambda dice: Heads(_size(dice, 12, 0.7, 3, 70))
    ),
    "carding_complicit_driver": Trade(
        "stolen_cards",
        1.25,
        cards.complicit_driver,
        lambda dice: Heads(_size(dice, 7, 0.7, 3, 70), dice.randint(1, 4)),
        needs_drivers=True,
        needs_riders=True,
    ),
    "carding_aged_accounts": Trade(
        "stolen_cards", 1.25, cards.aged_accounts, lambda dice: Heads(_size(dice, 7, 0.7, 3, 70))
    ),
    "stuffing_spree": Trade(
        "takeover", 2.5, takeovers.spree, lambda dice: Heads(victims=_size(dice, 13, 0.7, 4, 70))
    ),
    "stuffing_wallet_drain": Trade(
        "takeover",
        2.0,
        takeovers.wallet_drain,
        lambda dice: Heads(dice.randint(1, 6), 0, _size(dice, 14, 0.7, 4, 80)),
        needs_transfers=True,
        needs_riders=True,
    ),
    "sim_swap_slow": Trade(
        "takeover", 1.5, takeovers.sim_swap, lambda dice: Heads(victims=dice.randint(3, 9))
    ),
    "driver_payout_phish": Trade(
        "takeover",
        1.2,
        takeovers.driver_phish,
        lambda dice: Heads(0, dice.randint(1, 3), dice.randint(3, 10)),
        needs_transfers=True,
        needs_drivers=True,
        preys_on_drivers=True,
    ),
    "rented_licences": Trade(
        "multi_account",
        2.5,
        identities.rented_licences,
        lambda dice: Heads(0, _size(dice, 6, 0.5, 3, 18)),
        needs_drivers=True,
    ),
    "chargeback_reborn": Trade(
        "multi_account", 2.2, identities.reborn, lambda dice: Heads(dice.randint(4, 22))
    ),
    "one_person_many": Trade(
        "multi_account", 2.5, identities.one_person, lambda dice: Heads(dice.randint(3, 8))
    ),
}
"""Weights say how often a trade comes once every trade has had a chance."""
