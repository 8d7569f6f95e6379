"""An order of a ride, a meal or a parcel, with what its rider or a crew has decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulation.kitchens.ground import Spot
from simulation.kitchens.offers import Voucher
from simulation.kitchens.people import Account, Crew

BY_HABIT: Final = "habit"
WELCOME: Final = "welcome"
CAMPAIGN: Final = "campaign"


@dataclass(slots=True, kw_only=True)
class Dispute:
    """Whether and when a card holder disowns the payment."""

    chance: float
    first_days: float
    last_days: float


@dataclass(slots=True, kw_only=True)
class Order:
    """An order; what is None is left to ordinary life.

    ``gains`` says by which events the crew takes money: ``promo``, ``incentive``, ``fare``, ``fee``.
    ``offer`` is a voucher, or how one is chosen: by the rider's habit, a welcome voucher, a campaign, none.
    """

    ts: int
    rider: Account
    service: str
    start: Spot
    end: Spot
    driver: Account | None = None
    insists: bool = False
    """Placed even while the account is busy elsewhere: a thief does not know."""
    crew: Crew | None = None
    gains: tuple[str, ...] = ()
    offer: Voucher | str | None = BY_HABIT
    device: str | None = None
    quiet: bool = False
    """No login comes with it."""
    card: str | None = None
    cash: bool = False
    fare: float | None = None
    pace: float = 1.0
    """Factor on the duration."""
    standing: bool = False
    """The driver does not really go there."""
    spoofed: bool = False
    """The positions are made up."""
    cancel_fee: float | None = None
    """One side cancels, late, for that fee."""
    cancel_by: str = "rider"
    cancel_chance: float = 0.0
    dispute: Dispute | None = None
    tries: int = 0
    handback: float | None = None
    """Share of the fare that the driver sends back to the rider."""
