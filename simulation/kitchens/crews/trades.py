"""The trades: every way in which crews take money, and what a crew of each is like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulation.kitchens.crews import (
    accomplices,
    cards,
    ghosts,
    invitations,
    one_hand,
    promotions,
    takeovers,
)
from simulation.kitchens.crews.operation import Operation
from simulation.kitchens.toolkit import Toolkit
from simulation.streams import Dice

LARGEST: Final = 120
"""No crew is larger, but for a huge one."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A way to take money: what its crews are like, and what they do.

    ``drivers`` says how many of so many members drive, ``thieves`` how many are not victims in a takeover.
    """

    kind: str
    work: Callable[[Operation], None]
    habits: Callable[[Toolkit, Dice], Toolkit] = lambda kit, _dice: kit
    drivers: Callable[[int, Dice], int] = lambda _size, _dice: 0
    thieves: Callable[[int, Dice], int] | None = None
    preys_on: str = ""
    most: int = LARGEST
    latest: float = 0.65
    """The last part of the file in which a crew begins."""
    may_be_huge: bool = False
    needs_drivers: bool = False
    needs_transfers: bool = False
    boss_only: bool = False
    """One rider, however many drivers there are."""


def _some_drivers(chance: float) -> Callable[[int, Dice], int]:
    return lambda size, dice: min(dice.randint(1, 3), size - 3) if dice.chance(chance) else 0


def _share_of_drivers(size: int, dice: Dice) -> int:
    return max(1, int(size * dice.uniform(0.15, 0.5)))


TRADES: Final[dict[str, Trade]] = {
    "phone_rack": Trade("promo_farm", promotions.phone_rack, drivers=_some_drivers(0.3), may_be_huge=True),
    "voucher_shop": Trade("promo_farm", promotions.voucher_shop, promotions.shop_habits, may_be_huge=True),
    "cashback_loop": Trade("promo_farm", promotions.cashback_loop, promotions.loop_habits, may_be_huge=True),
    "emulator_farm": Trade(
        "multi_account", one_hand.emulator_farm, one_hand.emulator_habits, may_be_huge=True
    ),
    "student_alts": Trade(
        "multi_account", one_hand.student_alts, one_hand.student_habits, most=9, latest=0.3
    ),
    "rented_couriers": Trade(
        "multi_account",
        one_hand.rented_couriers,
        one_hand.rental_habits,
        drivers=lambda size, _dice: size - 1,
        most=29,
        latest=0.4,
        needs_drivers=True,
        boss_only=True,
    ),
    "invite_tree": Trade(
        "referral_chain",
        invitations.invite_tree,
        invitations.fresh,
        drivers=_some_drivers(0.5),
        latest=0.45,
        may_be_huge=True,
    ),
    "kiosk_invites": Trade(
        "referral_chain", invitations.kiosk_invites, invitations.counter_habits, may_be_huge=True
    ),
    "fakegps_quest": Trade(
        "fake_rides",
        ghosts.fakegps_quest,
        ghosts.quest_habits,
        drivers=_share_of_drivers,
        latest=0.55,
        needs_drivers=True,
    ),
    "boarding_rota": Trade(
        "fake_rides",
        ghosts.boarding_rota,
        ghosts.rota_habits,
        drivers=lambda size, _dice: max(2, size // 2),
        needs_drivers=True,
    ),
    "ghost_orders": Trade(
        "collusion",
        accomplices.ghost_orders,
        accomplices.diner_habits,
        drivers=_share_of_drivers,
        latest=0.5,
        needs_drivers=True,
    ),
    "merchant_self": Trade(
        "collusion",
        accomplices.merchant_self,
        accomplices.kitchen_habits,
        drivers=lambda size, dice: min(size - 2, dice.randint(1, 3)),
        latest=0.5,
        needs_drivers=True,
    ),
    "cancel_milk": Trade(
        "collusion",
        accomplices.cancel_milk,
        accomplices.cancelling_habits,
        drivers=lambda size, _dice: max(1, min(8, size // 5)),
        needs_drivers=True,
        needs_transfers=True,
    ),
    "card_cycle": Trade("stolen_cards", cards.card_cycle, cards.card_habits),
    "carded_groceries": Trade("stolen_cards", cards.carded_groceries, cards.card_habits),
    "card_terminal": Trade(
        "stolen_cards",
        cards.card_terminal,
        cards.card_habits,
        drivers=lambda size, _dice: max(1, size // 6),
        needs_drivers=True,
    ),
    "cred_stuffing": Trade(
        "takeover",
        takeovers.cred_stuffing,
        takeovers.thief_habits,
        thieves=lambda size, dice: min(size - 2, dice.choice((1, 1, 2, 3, 6))),
        preys_on="riders",
        may_be_huge=True,
    ),
    "simswap": Trade(
        "takeover",
        takeovers.simswap,
        takeovers.thief_habits,
        thieves=lambda size, dice: min(size - 2, dice.choice((0, 1, 1, 2))),
        preys_on="cards",
        most=42,
    ),
    "phished_couriers": Trade(
        "takeover",
        takeovers.phished_couriers,
        takeovers.thief_habits,
        thieves=lambda size, dice: min(size - 2, dice.randint(1, 3)),
        preys_on="drivers",
        most=25,
        needs_transfers=True,
    ),
}
"""Every trade by its name."""
