"""Cancellation fees: riders who cancel late on partners, and partners who cancel on riders of the crew."""

from __future__ import annotations

from simulation.compositions.crews.operation import Operation
from simulation.kitchens.orders import BY_HABIT


def late_cancels(op: Operation, place: int) -> None:
    """Riders call a partner and cancel late; the platform pays the driver and never gets it back."""
    _cancel(op, place, "rider")


def driver_cancels(op: Operation, place: int) -> None:
    """Partners let riders of the crew down, who are paid for the trouble."""
    _cancel(op, place, "driver")


def _cancel(op: Operation, place: int, by: str) -> None:
    dice, ground = op.dice, op.city.ground
    often, fee = dice.uniform(0.5, 1.0), dice.choice((0.5, 0.9, 1.5))
    for hand, account in op.some(place):
        for ts in op.times(account, place):
            driver = op.partner(hand)
            start = op.spot(driver)
            order = op.ride(account, ts, start, ground.around(start, 2.0, dice), "fee", "incentive")
            order.driver, order.offer, order.cancel_by = driver, BY_HABIT, by
            if dice.chance(often):
                order.cancel_fee = fee * dice.uniform(0.8, 1.2)
