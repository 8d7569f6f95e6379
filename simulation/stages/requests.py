"""What is asked of the dispatch: ordinary rides, rides with a known driver, and what crews stage."""

from __future__ import annotations

from dataclasses import dataclass

from simulation.stages.ground import Spot
from simulation.stages.people import Account, Crew


@dataclass(slots=True, kw_only=True)
class Request:
    """A wish for a ride, or one that a crew has decided on.

    ``staged``: rider and driver are in it together, so that it happens as soon as both are free.
    ``insists``: the rider asks again when busy. ``gain`` is what the crew takes by the ride itself.
    """

    ts: int
    rider: Account
    start: Spot
    end: Spot
    vehicle: str
    driver: Account | None = None
    arranged: bool = False
    ordinary: bool = False
    crew: Crew | None = None
    staged: bool = False
    insists: bool = False
    gain: str = ""
    cancelled: bool = False
    device: str | None = None
    card: str | None = None
    chargeback: float | None = None
    declined: float | None = None
    at_peak: bool = False
    manner: str = ""
    """How a forged ride looks: ``plausible``, ``fast``, or ``same`` (rounded and always at one speed)."""
