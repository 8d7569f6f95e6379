"""Bounded signals of a candidate's evidence that a scorer reads beside the strengths of the rules.

A signal is a kernel of one evidence record and gives a number in [0, 1]. To add one, write its kernel and
add it to ``SIGNALS``: its name, its place and its direction follow from there (``graph.scoring.features``).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.model.shapes import CIRCLE, VISIT
from graph.scoring.rules.one_hand import one_hand
from graph.state.evidence_record import Record


@dataclass(frozen=True, slots=True)
class Signal:
    """``sign`` is the direction in which it may move a score: +1 towards a ring, -1 away, 0 either way."""

    name: str
    sign: int
    value: Callable[[Record], float]


@kernel
def size(e: Record) -> float:
    """How many accounts: 0 up to three, 1 from thirty on, by the logarithm."""
    return ramp(math.log(e.accounts), math.log(3), math.log(30))


@kernel
def moving_cards(e: Record) -> float:
    """Cards that several accounts use, where there are many cards and more than one for each rider."""
    return float(e.moving_cards * ramp(e.cards, 1, 5) * ramp(e.cards_per_rider, 0.8, 1.8))


@kernel
def address_sharing(e: Record) -> float:
    """One address, used by accounts that look like one hand."""
    return ramp(e.address_sharing, 0.3, 0.8) * one_hand(e)


@kernel
def burst(e: Record) -> float:
    """Accounts created at once: 0 up to one, 1 from thirty on. Of settled accounts that come to a phone, the
    arrival counts instead.
    """
    return float(ramp(math.log(max(e.burst, 1.0)), 0.0, math.log(30)) * (1.0 - e.arrival_share))


@kernel
def idle(e: Record) -> float:
    """Accounts that hardly ride."""
    return 1.0 - ramp(e.trips_per_account, 0.5, 6)


@kernel
def same_place(e: Record) -> float:
    """Riders who are all picked up in one place."""
    return (1.0 - ramp(e.spread_km, 0.5, 4.0)) * ramp(e.places, 3, 7)


@kernel
def _some_inside(e: Record) -> float:
    """How far there are enough inside trips for a share of them to mean something."""
    return ramp(e.inside, 1, 6)


@kernel
def inside_share(e: Record) -> float:
    """Share of the riders' trips that stay inside."""
    return float(e.inside_share * _some_inside(e))


@kernel
def incentive_excess(e: Record) -> float:
    """Incentives on inside trips beyond the city's rate."""
    return ramp(e.incentive_excess, 0.0, 0.5) * _some_inside(e)


@kernel
def surcharge(e: Record) -> float:
    """Fares of inside trips above the city's."""
    return ramp(e.surcharge, 0.0, 0.4) * _some_inside(e)


@kernel
def odd_rate(e: Record) -> float:
    """Inside trips whose claim does not hold."""
    return ramp(e.odd_rate, 0.0, 0.4) * _some_inside(e)


@kernel
def chargeback_rate(e: Record) -> float:
    """Chargebacks over trips."""
    return ramp(e.chargeback_rate, 0.0, 0.5)


@kernel
def circle(e: Record) -> float:
    """1 for a candidate that was found as a circle."""
    return 1.0 if e.shape == CIRCLE else 0.0


@kernel
def visit(e: Record) -> float:
    """1 for a candidate that was found as a visit."""
    return 1.0 if e.shape == VISIT else 0.0


@kernel
def crowd(e: Record) -> float:
    """How far there are more accounts than ``size`` tells apart: 0 up to ten, 1 from 300 on."""
    return ramp(math.log(e.accounts), math.log(10), math.log(300))


SIGNALS: Final[tuple[Signal, ...]] = (
    Signal("one_hand", 1, one_hand),
    Signal("size", 1, size),
    Signal("moving_cards", 1, moving_cards),
    Signal("address_sharing", 1, address_sharing),
    Signal("burst", 1, burst),
    Signal("idle", 1, idle),
    Signal("same_place", 1, same_place),
    Signal("inside_share", 1, inside_share),
    Signal("incentive_excess", 1, incentive_excess),
    Signal("surcharge", 1, surcharge),
    Signal("odd_rate", 1, odd_rate),
    Signal("chargeback_rate", 1, chargeback_rate),
    Signal("circle", 0, circle),
    Signal("visit", 0, visit),
    Signal("crowd", 1, crowd),
)
