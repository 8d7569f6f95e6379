"""At what pace a candidate's accounts are used, and for what."""

from __future__ import annotations

from dataclasses import dataclass

from graph.state.accounts import UNKNOWN_MS
from graph.updates.sharing import DAY_MS
from tests.twin.accounts import Account
from tests.twin.entity_graph import EntityGraph
from tests.twin.evidence.sharing import ratio


@dataclass(frozen=True, slots=True)
class Tempo:
    """See ``graph.evidence.tempo``."""

    used_days: float
    days_per_event: float
    ride_lag: float
    promo_lag: float
    login_share: float
    card_share: float
    payout_share: float
    trip_share: float
    rides_again: float
    rides_paid: float
    rides_repeated: float
    silent_days: float


def measure_tempo(graph: EntityGraph, members: tuple[int, ...]) -> Tempo:
    """Cost: O(accounts)."""
    accounts = [graph.accounts[member] for member in members]
    riders = [a for a in accounts if not a.is_driver]
    number, events = len(accounts), sum(max(a.events, 1) for a in accounts)
    rides, trips = sum(a.rides for a in riders), sum(a.trips for a in riders)
    pairs = sum(len(graph.drivers_of.get(a.entity, ())) for a in riders)
    silences = sorted(graph.watermark_ms - a.last_ms for a in accounts)
    return Tempo(
        used_days=sum(a.days for a in accounts) / number,
        days_per_event=min(1.0, _summed([a.days / max(a.events, 1) for a in accounts]) / number),
        ride_lag=_summed([_lateness(a, a.first_ride_ms) for a in accounts]) / number,
        promo_lag=_summed([_lateness(a, a.promo_ms) for a in accounts]) / number,
        login_share=min(1.0, sum(a.logins for a in accounts) / events),
        card_share=min(1.0, sum(a.cards_added for a in accounts) / events),
        payout_share=min(1.0, sum(a.payouts_added for a in accounts) / events),
        trip_share=min(1.0, sum(a.trips for a in accounts) / events),
        rides_again=ratio(sum(a.rides_again for a in riders), rides),
        rides_paid=ratio(sum(a.rides_paid for a in riders), rides),
        rides_repeated=ratio(max(trips - pairs, 0), trips),
        silent_days=silences[number // 2] / DAY_MS,
    )


def _summed(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def _lateness(account: Account, ts: int) -> float:
    if ts == UNKNOWN_MS:
        return 1.0
    late_days = max(ts - account.first_ms, 0) / DAY_MS
    return late_days / (late_days + 1.0)
