"""At what pace a candidate's accounts are used, and for what.

People come back on many days and for many ends; who plays many people has a list to work off.
Counts are of the accounts' whole lives (``graph.updates.tempo``). Every figure is a mean, a median or a
share, which one more account like the others does not move. Cost: O(accounts).
"""

from __future__ import annotations

from typing import Any

from graph.evidence.sharing import ratio
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.kernels.rows import sort
from graph.links.records import DRIVERS
from graph.links.touch import length
from graph.state.accounts import UNKNOWN_MS
from graph.state.evidence_record import Record
from graph.state.state import DRIVER, State
from graph.updates.sharing import DAY_MS


@kernel
def measure_tempo(state: State, members: Int32s, e: Record) -> None:
    """The members' days, events, first rides and promotions, and rides that follow soon."""
    silences = state.measuring.spans_ms
    accounts = len(members)
    days = days_per_event = ride_lag = promo_lag = 0.0
    events = logins = cards = payouts = trips = 0
    rides = again = paid = rider_trips = pairs = 0
    for place in range(accounts):
        account = state.accounts[state.entities[members[place]].account]
        seen = max(account.events, 1)
        days += account.days
        days_per_event += account.days / seen
        ride_lag += _lateness(account, account.first_ride_ms)
        promo_lag += _lateness(account, account.promo_ms)
        events += seen
        logins += account.logins
        cards += account.cards_added
        payouts += account.payouts_added
        trips += account.trips
        silences[place] = state.counters[0].watermark_ms - account.last_ms
        if account.role != DRIVER:
            rides += account.rides
            again += account.rides_again
            paid += account.rides_paid
            rider_trips += account.trips
            pairs += length(state.links, members[place], DRIVERS)
    e.used_days = days / accounts
    e.days_per_event = min(1.0, days_per_event / accounts)
    e.ride_lag = ride_lag / accounts
    e.promo_lag = promo_lag / accounts
    e.login_share = min(1.0, logins / events)
    e.card_share = min(1.0, cards / events)
    e.payout_share = min(1.0, payouts / events)
    e.trip_share = min(1.0, trips / events)
    e.rides_again = ratio(again, rides)
    e.rides_paid = ratio(paid, rides)
    e.rides_repeated = ratio(max(rider_trips - pairs, 0), rider_trips)
    sort(silences[:accounts])
    e.silent_days = silences[accounts // 2] / DAY_MS


@kernel
def _lateness(account: Any, ts: int) -> float:
    """Days from the first sight of an account to a moment, as x / (x + 1); 1 for what never came."""
    if ts == UNKNOWN_MS:
        return 1.0
    late_days = max(ts - account.first_ms, 0) / DAY_MS
    return float(late_days / (late_days + 1.0))
