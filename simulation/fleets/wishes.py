"""A wish to go somewhere or to eat, as lives, look-alikes and crews state it."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.fleets.ground import Spot
from simulation.fleets.networks import Network
from simulation.fleets.offers import Code
from simulation.fleets.people import Account, Crew

USUAL = "usual"
"""The card that the rider usually pays with, or another one, or cash, by chance."""


@dataclass(slots=True, eq=False)
class Wish:
    """One wish; what is None or unset is as in ordinary life."""

    ts: int
    rider: Account
    start: Spot
    end: Spot
    place: str = "out"
    """Where the rider is: ``home``, ``work`` or ``out``."""
    food: bool = False
    driver: Account | None = None
    """By appointment, or by collusion."""
    device: str | None = None
    card: str | None = USUAL
    network: Network | None = None
    seen_at: Spot | None = None
    """Where the rider's phone says it is, when that is not where the trip begins."""
    promo: Code | None = None
    crew: Crew | None = None
    gains: tuple[str, ...] = ()
    """What the crew takes by the trip: ``promo``, ``incentive``, ``fare``, ``fee``."""
    insists: bool = False
    """The rider's own trips do not stand in its way: somebody else uses the account."""
    logs_in: float | None = None
    cancels: float | None = None
    cancelled_by: str | None = None
    fee: float | None = None
    fee_declined: float = 0.0
    declines: float | None = None
    gives_up: float = 0.25
    """How likely a declined card ends the wish."""
    disputes: float | None = None
    dispute_days: float = 9.0
    stretch: float = 1.0
    """Factor on the length of the way."""
    haste: tuple[float, float] | None = None
    """Bounds of a factor on its duration."""
    top_up: tuple[float, float, float] | None = None
    """Chance and bounds of an incentive earned beside the usual ones."""
    tries: int = 0
