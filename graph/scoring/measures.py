"""Evidence that a scorer of trees reads as it is: shares, and quantities brought to one scale.

Rules and signals say what their authors think of the evidence; trees also find thresholds and combinations
nobody thought of, and read the evidence itself for that. Money and what else depends on a city's currency or
size is left out. To add a measure, add it to ``MEASURES``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Measure:
    """A number in [0, 1]: a quotient of the evidence ``e``, as an expression that kernels are made of.

    ``sign`` is the direction in which it may move a score: +1 towards a ring, -1 away, 0 either way.
    """

    name: str
    sign: int
    expression: str


def _share(name: str, sign: int) -> Measure:
    return Measure(name, sign, f"e.{name}")


def _quantity(name: str, sign: int, half: int) -> Measure:
    """A quantity x without an upper end as x / (x + half)."""
    return Measure(name, sign, f"e.{name} / (e.{name} + {half})")


MEASURES: Final[tuple[Measure, ...]] = (
    Measure("few_hands", 1, "1.0 - e.hands / e.accounts"),
    Measure("drivers", 0, "e.drivers / e.accounts"),
    _share("device_sharing", 1),
    _share("card_sharing", 1),
    _share("bank_sharing", 1),
    _share("address_sharing", 0),
    _quantity("accounts_per_device", 1, 3),
    _quantity("accounts_per_card", 1, 2),
    _share("own_device", -1),
    _share("own_card", -1),
    _share("living", -1),
    _share("at_home", -1),
    _quantity("pace_days", -1, 1),
    _quantity("active_days", 0, 7),
    _share("late_payouts", 0),
    _share("payouts_left", 1),
    _share("payouts_moved", 1),
    _share("devices_left", 0),
    _share("promo_share", 1),
    _share("same_promo", 1),
    _share("promo_soon", 1),
    _quantity("promos_per_account", 1, 1),
    _share("referral_share", 1),
    _quantity("referral_depth", 1, 2),
    _share("recruits_paid", 1),
    _share("promo_beside_fares", 1),
    _quantity("trips_per_account", 0, 5),
    _quantity("inside", 0, 10),
    _share("driver_inside_share", 0),
    _quantity("riders_inside", 0, 5),
    _quantity("drivers_inside", 0, 2),
    _share("pair_density", 0),
    _share("incentive_rate", 0),
    _quantity("cards_per_rider", 0, 1),
    _quantity("cards_per_device", 0, 1),
    _share("moving_cards", 1),
    _quantity("chargebacks", 1, 3),
    _share("chargeback_share", 1),
    _quantity("arrivals", 0, 5),
    _share("arrival_share", 0),
    _share("arrival_burst", 0),
    _quantity("arrival_uses", 0, 1),
    _share("same_drivers", 1),
    _quantity("spread_km", 0, 2),
    _quantity("places", 0, 5),
    _share("transfer_share", 0),
    _share("cash_out", 1),
    _share("circular_flow", 1),
    _quantity("transfers", 0, 5),
    _quantity("fan_in", 0, 3),
    _share("tried_transfers", 1),
    _share("led_away", 1),
    _quantity("declines", 1, 3),
    _quantity("declined_cards", 1, 3),
    _quantity("declined_per_device", 1, 1),
    _share("small_declines", 1),
    _share("charged_after", 1),
    _quantity("cancelled_inside", 0, 3),
    _share("cancelled_share", 0),
    _share("mutual_cancels", 1),
    _share("losing_share", 1),
    _share("few_trips", 0),
    _share("dormant", 0),
    _share("used_part", 0),
    Measure("event_rate", 0, "0.5 + e.event_rate / (2.0 * (abs(e.event_rate) + 2.0))"),
    _quantity("trips_spread", 0, 1),
    _quantity("events_spread", 0, 1),
    _quantity("first_spread_days", 0, 7),
    _quantity("last_spread_days", 0, 7),
    _share("trips_beside_city", 0),
    _share("promos_beside_city", 1),
    _share("promo_worth_beside_city", 1),
    _share("chargebacks_beside_city", 1),
    _quantity("used_days", 0, 5),
    _share("days_per_event", 0),
    _share("ride_lag", 0),
    _share("promo_lag", 0),
    _share("login_share", 0),
    _share("card_share", 0),
    _share("payout_share", 0),
    _share("trip_share", 0),
    _share("rides_again", 0),
    _share("again_inside", 1),
    _share("rides_paid", 0),
    _share("rides_repeated", 0),
    _quantity("silent_days", 0, 7),
)
