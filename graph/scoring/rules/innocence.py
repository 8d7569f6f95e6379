"""What speaks for innocence: the ways in which honest groups look like rings, and differ.

Sources: the hard negatives that others report: cafes, campuses, carrier addresses, families, phones sold
on, hotel desks, company cards, drivers who also ride, school runs (see docs/detection.md).
"""

from __future__ import annotations

from graph.kernels.kernel import kernel
from graph.kernels.ramp import ramp
from graph.scoring.rules.cash_out import came_together
from graph.scoring.rules.fee_farming import farmed
from graph.scoring.rules.finding import Description, Rule, percent
from graph.state.evidence_record import Evidence, Record


@kernel
def own_means_strength(e: Record) -> float:
    """Phones and cards of their own: colleagues, students, neighbours."""
    return ramp(e.own_device, 0.2, 0.9) * (0.5 + 0.5 * ramp(e.own_card, 0.2, 0.9))


def describe_own_means(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{percent(e.own_device)} of the accounts have a phone that nobody else uses, "
        f"{percent(e.own_card)} a card",
        {"own_device": e.own_device, "own_card": e.own_card},
    )


@kernel
def own_cards_strength(e: Record) -> float:
    """A phone in common but cards of their own: a family or a village phone."""
    return float(ramp(e.own_card, 0.3, 0.9) * (1.0 - e.card_sharing))


def describe_own_cards(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{percent(e.own_card)} of the accounts pay with a card that nobody else uses",
        {"own_card": e.own_card, "card_sharing": e.card_sharing},
    )


@kernel
def few_strength(e: Record) -> float:
    """As few as a family has."""
    return 1.0 - ramp(e.accounts, 2, 6)


def describe_few(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"only {e.accounts} accounts, as a family has",
        {"accounts": e.accounts},
    )


@kernel
def fleet_strength(e: Record) -> float:
    """Drivers who share cars and a payout, and whose passengers are strangers."""
    drivers = e.drivers / e.accounts
    return ramp(drivers, 0.5, 0.9) * (1.0 - ramp(e.driver_inside_share, 0.02, 0.2))


def describe_fleet(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{e.drivers} drivers who share means, as a taxi fleet does; "
        f"{percent(1 - e.driver_inside_share)} of their trips are with others",
        {"drivers": e.drivers, "driver_inside_share": e.driver_inside_share},
    )


@kernel
def long_lives_strength(e: Record) -> float:
    """Accounts that came one by one and have been ridden with for long."""
    slow = ramp(e.pace_days, 0.7, 3.0)
    return (0.5 * slow + 0.5 * ramp(e.active_days, 3, 12)) * ramp(e.trips_per_account, 0.5, 4)


def describe_long_lives(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"accounts created {e.pace_days:.1f} days apart, used over {e.active_days:.0f} days, "
        f"{e.trips_per_account:.1f} trips each",
        {"pace_days": e.pace_days, "active_days": e.active_days},
    )


@kernel
def no_gain_strength(e: Record) -> float:
    """Nothing taken: no promotions, no incentives beyond the city's, surcharges, chargebacks or fees."""
    gain = max(
        ramp(e.promo_share, 0.3, 0.8),
        ramp(e.referral_share, 0.2, 0.6),
        ramp(e.incentive_excess, 0.05, 0.3) * ramp(e.inside, 1, 5),
        ramp(e.surcharge, 0.05, 0.25) * ramp(e.inside, 1, 5),
        ramp(e.odd_rate, 0.03, 0.2) * ramp(e.inside, 1, 5),
        ramp(e.chargeback_rate, 0.02, 0.15),
        0.6 * came_together(e),
        0.6 * farmed(e),
    )
    return 1.0 - gain


def describe_no_gain(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        "nothing out of the ordinary was taken: promotions, incentives, fares and chargebacks are as usual",
        {"promo_share": e.promo_share, "chargeback_rate": e.chargeback_rate},
    )


@kernel
def passing_by_strength(e: Record) -> float:
    """Settled accounts that used a phone once or twice, as at a kiosk or a hotel desk."""
    return (
        ramp(e.arrival_share, 0.2, 0.6)
        * (1.0 - ramp(e.arrival_uses, 1.3, 2.5))
        * (1.0 - ramp(e.same_drivers, 0.3, 0.8))
    )


def describe_passing_by(e: Evidence) -> Description:
    """The grounds in words, and the numbers behind them."""
    return (
        f"{e.arrivals} accounts used a phone that is not theirs {e.arrival_uses:.1f} times each, "
        "as at a kiosk",
        {"arrivals": e.arrivals, "uses": e.arrival_uses},
    )


INNOCENT_RULES = (
    Rule("own_means", None, own_means_strength, describe_own_means),
    Rule("own_cards", None, own_cards_strength, describe_own_cards),
    Rule("few", None, few_strength, describe_few),
    Rule("fleet", None, fleet_strength, describe_fleet),
    Rule("long_lives", None, long_lives_strength, describe_long_lives),
    Rule("no_gain", None, no_gain_strength, describe_no_gain),
    Rule("passing_by", None, passing_by_strength, describe_passing_by),
)
