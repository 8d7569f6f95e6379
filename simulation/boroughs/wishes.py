"""A wish for a ride, with what its rider or a crew has already decided about it."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.boroughs.borough_map import Spot
from simulation.boroughs.nets import Net
from simulation.boroughs.people import Account, Crew


@dataclass(slots=True, kw_only=True)
class Ride:
    """A wish for a ride, or a ride that a crew has decided on (``settled``: it happens in any case).

    What is None is left to ordinary life. ``gain`` says what the crew takes by it: nothing, the ``fare``, the
    ``bonus`` (the incentive, or the fare where none is paid) or a ``tenth`` of the fare.
    """

    ts: int
    rider: Account
    start: Spot
    end: Spot
    driver: Account | None = None
    settled: bool = False
    crew: Crew | None = None
    gain: str = ""
    device: str | None = None
    net: Net | None = None
    card: str | None = None
    incentive: float | None = None
    fare_factor: float = 1.0
    claim_factor: float = 1.0
    speed_factor: float = 1.0
    track: str = "road"
    chargeback: float | None = None
    promo: tuple[str, float] | None = None
    taps_declined: int = 0
