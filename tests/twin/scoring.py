"""The port through which a candidate's findings become one probability, and the features a scorer reads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graph.model.shapes import Shape
from tests.twin.evidence import Evidence
from tests.twin.ramp import ramp
from tests.twin.rules import Finding
from tests.twin.rules.one_hand import one_hand


def features_of(evidence: Evidence, findings: Sequence[Finding]) -> list[float]:
    """The findings' strengths and bounded signals of the evidence, as in :data:`FEATURES`; all in [0, 1]."""
    trips, cards, places = evidence.trips, evidence.cards, evidence.places
    arrivals = evidence.arrivals
    some_inside = ramp(trips.inside, 1, 6)
    signals = (
        one_hand(evidence),
        ramp(math.log(evidence.accounts), math.log(3), math.log(30)),
        cards.moving * ramp(cards.count, 1, 5) * ramp(cards.per_rider, 0.8, 1.8),
        ramp(evidence.sharing.address_sharing, 0.3, 0.8) * one_hand(evidence),
        # When settled accounts come to a phone, it is their coming that counts, and not their creation.
        ramp(math.log(max(evidence.timing.burst, 1.0)), 0.0, math.log(30)) * (1.0 - arrivals.share),
        1.0 - ramp(trips.per_account, 0.5, 6),
        (1.0 - ramp(places.spread_km, 0.5, 4.0)) * ramp(places.riders, 3, 7),
        trips.inside_share * some_inside,
        ramp(trips.incentive_excess, 0.0, 0.5) * some_inside,
        ramp(trips.surcharge, 0.0, 0.4) * some_inside,
        ramp(trips.odd_rate, 0.0, 0.4) * some_inside,
        ramp(cards.chargeback_rate, 0.0, 0.5),
        float(evidence.shape is Shape.CIRCLE),
        float(evidence.shape is Shape.VISIT),
        ramp(math.log(evidence.accounts), math.log(10), math.log(300)),
    )
    return [*(finding.strength for finding in findings), *signals, *_measures(evidence)]


def _measures(evidence: Evidence) -> tuple[float, ...]:
    """Evidence as it is, quantities without an upper end on a scale from 0 to 1."""
    trips, cards, places, arrivals = evidence.trips, evidence.cards, evidence.places, evidence.arrivals
    sharing, takings, timing = evidence.sharing, evidence.takings, evidence.timing
    declines, cancellations, likeness = evidence.declines, evidence.cancellations, evidence.likeness
    tempo = evidence.tempo
    return (
        1.0 - sharing.hands / evidence.accounts,
        evidence.drivers / evidence.accounts,
        sharing.device_sharing,
        sharing.card_sharing,
        sharing.bank_sharing,
        sharing.address_sharing,
        _half(sharing.accounts_per_device, 3),
        _half(sharing.accounts_per_card, 2),
        sharing.own_device,
        sharing.own_card,
        sharing.living,
        sharing.at_home,
        _half(timing.pace_days, 1),
        _half(timing.active_days, 7),
        evidence.leaving.late_payouts,
        evidence.leaving.payouts_left,
        evidence.leaving.payouts_moved,
        evidence.leaving.devices_left,
        takings.promo_share,
        takings.same_promo,
        takings.promo_soon,
        _half(takings.promos_per_account, 1),
        takings.referral_share,
        _half(takings.referral_depth, 2),
        takings.recruits_paid,
        trips.promo_beside_fares,
        _half(trips.per_account, 5),
        _half(trips.inside, 10),
        trips.driver_inside_share,
        _half(trips.riders_inside, 5),
        _half(trips.drivers_inside, 2),
        trips.pair_density,
        trips.incentive_rate,
        _half(cards.per_rider, 1),
        _half(cards.per_device, 1),
        cards.moving,
        _half(cards.chargebacks, 3),
        cards.chargeback_share,
        _half(arrivals.count, 5),
        arrivals.share,
        arrivals.burst,
        _half(arrivals.used, 1),
        arrivals.same_drivers,
        _half(places.spread_km, 2),
        _half(places.riders, 5),
        evidence.transfers.share,
        evidence.transfers.cash_out,
        evidence.transfers.circular_flow,
        _half(evidence.transfers.count, 5),
        _half(evidence.transfers.fan_in, 3),
        evidence.transfers.tried,
        evidence.transfers.led_away,
        _half(declines.declines, 3),
        _half(declines.declined_cards, 3),
        _half(declines.declined_per_device, 1),
        declines.small_declines,
        declines.charged_after,
        _half(cancellations.cancelled_inside, 3),
        cancellations.cancelled_share,
        cancellations.mutual_cancels,
        cancellations.losing_share,
        likeness.few_trips,
        likeness.dormant,
        likeness.used_part,
        0.5 + likeness.event_rate / (2.0 * (abs(likeness.event_rate) + 2.0)),
        _half(likeness.trips_spread, 1),
        _half(likeness.events_spread, 1),
        _half(likeness.first_spread_days, 7),
        _half(likeness.last_spread_days, 7),
        likeness.trips_beside_city,
        likeness.promos_beside_city,
        likeness.promo_worth_beside_city,
        likeness.chargebacks_beside_city,
        _half(tempo.used_days, 5),
        tempo.days_per_event,
        tempo.ride_lag,
        tempo.promo_lag,
        tempo.login_share,
        tempo.card_share,
        tempo.payout_share,
        tempo.trip_share,
        tempo.rides_again,
        trips.again,
        tempo.rides_paid,
        tempo.rides_repeated,
        _half(tempo.silent_days, 7),
    )


def _half(quantity: float, half: int) -> float:
    """0 for nothing, one half at ``half``, never quite 1."""
    return quantity / (quantity + half)
