"""What speaks for innocence: the ways in which honest groups look like rings, and differ.

Sources: the hard negatives that others report: cafes, campuses, carrier addresses, families, phones sold
on, hotel desks, company cards, drivers who also ride, school runs (see docs/detection.md).
"""

from __future__ import annotations

from graph.scoring.rules.finding import Finding, percent
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules.remarks import farmed


def own_means(evidence: Evidence) -> Finding:
    """Phones and cards of their own: colleagues, students, neighbours."""
    sharing = evidence.sharing
    return Finding(
        "own_means",
        None,
        ramp(sharing.own_device, 0.2, 0.9) * (0.5 + 0.5 * ramp(sharing.own_card, 0.2, 0.9)),
        f"{percent(sharing.own_device)} of the accounts have a phone that nobody else uses, "
        f"{percent(sharing.own_card)} a card",
        {"own_device": sharing.own_device, "own_card": sharing.own_card},
    )


def own_cards(evidence: Evidence) -> Finding:
    """A phone in common but cards of their own: a family or a village phone."""
    sharing = evidence.sharing
    return Finding(
        "own_cards",
        None,
        ramp(sharing.own_card, 0.3, 0.9) * (1.0 - sharing.card_sharing),
        f"{percent(sharing.own_card)} of the accounts pay with a card that nobody else uses",
        {"own_card": sharing.own_card, "card_sharing": sharing.card_sharing},
    )


def few(evidence: Evidence) -> Finding:
    """As few as a family has."""
    return Finding(
        "few",
        None,
        1.0 - ramp(evidence.accounts, 2, 6),
        f"only {evidence.accounts} accounts, as a family has",
        {"accounts": evidence.accounts},
    )


def fleet(evidence: Evidence) -> Finding:
    """Drivers who share cars and a payout, and whose passengers are strangers."""
    trips = evidence.trips
    drivers = evidence.drivers / evidence.accounts
    return Finding(
        "fleet",
        None,
        ramp(drivers, 0.5, 0.9) * (1.0 - ramp(trips.driver_inside_share, 0.02, 0.2)),
        f"{evidence.drivers} drivers who share means, as a taxi fleet does; "
        f"{percent(1 - trips.driver_inside_share)} of their trips are with others",
        {"drivers": evidence.drivers, "driver_inside_share": trips.driver_inside_share},
    )


def long_lives(evidence: Evidence) -> Finding:
    """Accounts that came one by one and have been ridden with for long."""
    timing, trips = evidence.timing, evidence.trips
    slow = ramp(timing.pace_days, 0.7, 3.0)
    return Finding(
        "long_lives",
        None,
        (0.5 * slow + 0.5 * ramp(timing.active_days, 3, 12)) * ramp(trips.per_account, 0.5, 4),
        f"accounts created {timing.pace_days:.1f} days apart, used over {timing.active_days:.0f} days, "
        f"{trips.per_account:.1f} trips each",
        {"pace_days": timing.pace_days, "active_days": timing.active_days},
    )


def no_gain(evidence: Evidence) -> Finding:
    """Nothing taken: no promotions, no incentives beyond the city's, surcharges, chargebacks or fees."""
    takings, trips, cards = evidence.takings, evidence.trips, evidence.cards
    transfers = evidence.transfers
    paid = transfers.fan_in / evidence.accounts
    together = ramp(transfers.cash_out, 0.5, 0.9) * ramp(transfers.fan_in, 2, 6) * ramp(paid, 0.3, 0.8)
    gain = max(
        ramp(takings.promo_share, 0.3, 0.8),
        ramp(takings.referral_share, 0.2, 0.6),
        ramp(trips.incentive_excess, 0.05, 0.3) * ramp(trips.inside, 1, 5),
        ramp(trips.surcharge, 0.05, 0.25) * ramp(trips.inside, 1, 5),
        ramp(trips.odd_rate, 0.03, 0.2) * ramp(trips.inside, 1, 5),
        ramp(cards.chargeback_rate, 0.02, 0.15),
        0.6 * together,
        0.6 * farmed(evidence),
    )
    return Finding(
        "no_gain",
        None,
        1.0 - gain,
        "nothing out of the ordinary was taken: promotions, incentives, fares and chargebacks are as usual",
        {"promo_share": takings.promo_share, "chargeback_rate": cards.chargeback_rate},
    )


def passing_by(evidence: Evidence) -> Finding:
    """Settled accounts that used a phone once or twice, as at a kiosk or a hotel desk."""
    arrivals = evidence.arrivals
    return Finding(
        "passing_by",
        None,
        ramp(arrivals.share, 0.2, 0.6)
        * (1.0 - ramp(arrivals.used, 1.3, 2.5))
        * (1.0 - ramp(arrivals.same_drivers, 0.3, 0.8)),
        f"{arrivals.count} accounts used a phone that is not theirs {arrivals.used:.1f} times each, "
        "as at a kiosk",
        {"arrivals": arrivals.count, "uses": arrivals.used},
    )


INNOCENT_RULES = (own_means, own_cards, few, fleet, long_lives, no_gain, passing_by)
