"""Which voucher goes with an order: as the rider is used to, or as a crew has decided."""

from __future__ import annotations

from simulation.config import DAY_MS
from simulation.kitchens.city import City
from simulation.kitchens.offers import WELCOME_DAYS, WELCOME_VOUCHERS, Voucher
from simulation.kitchens.orders import BY_HABIT, CAMPAIGN, WELCOME, Order
from simulation.streams import Dice

_WELCOME_PART, _CAMPAIGN_PART = 0.85, 0.6
"""The parts of a fare that a voucher pays at most."""


def choose_voucher(city: City, order: Order, ts: int, fare: float, dice: Dice) -> Voucher | None:
    """Return the voucher and what it is worth for this fare; a welcome voucher is used up by it."""
    offer = order.offer
    if offer == BY_HABIT:
        offer = _habit(city, order, ts, dice)
    if offer is None:
        return None
    if offer == WELCOME:
        rider = order.rider
        if rider.vouchers_taken >= WELCOME_VOUCHERS:
            return None
        voucher = city.offers.welcome[rider.vouchers_taken]
        rider.vouchers_taken += 1
        return Voucher(voucher.promo, min(voucher.worth, fare * _WELCOME_PART))
    if offer == CAMPAIGN:
        running = city.offers.campaigns(city.calendar.day(ts), ts)
        if not running:
            return None
        voucher = dice.choice(running).voucher
        return Voucher(voucher.promo, min(voucher.worth, fare * _CAMPAIGN_PART))
    if isinstance(offer, Voucher):
        return Voucher(offer.promo, min(offer.worth, fare * _WELCOME_PART))
    raise AssertionError(offer)


def _habit(city: City, order: Order, ts: int, dice: Dice) -> Voucher | str | None:
    rider = order.rider
    fresh = rider.vouchers_taken < WELCOME_VOUCHERS and ts - rider.joined_ms < WELCOME_DAYS * DAY_MS
    if fresh and dice.chance(city.priors.welcome_uptake + 0.5 * rider.thrift):
        return WELCOME
    if not dice.chance(rider.thrift):
        return None
    running = [
        each for each in city.offers.campaigns(city.calendar.day(ts), ts) if each.covers(order.service)
    ]
    return dice.choice(running).voucher if running else None
