"""The evidence of one candidate: a typed object for those who read it, a flat record for the kernels."""

from __future__ import annotations

from struct import Struct
from typing import Any, Final, get_type_hints

import msgspec
import numpy as np

from graph.model.shapes import SHAPES, Shape


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What is known of a candidate as of the newest event.

    *Sharing*: shares are of the accounts that have such an identifier at all, 0 when none has.
    *Inside* trips have both rider and driver in the candidate. A *moving* card is used by two members or
    more. *Arrivals* are settled accounts that came to a phone where other members are. Shares of takings
    are of all accounts.
    """

    accounts: int
    drivers: int
    riders: int
    shape: Shape

    device_sharing: float
    card_sharing: float
    bank_sharing: float
    address_sharing: float
    """Share of the accounts on one address most of whose users are members."""
    accounts_per_device: float
    accounts_per_card: float
    own_device: float
    """Share of the accounts with a device that nobody else uses."""
    own_card: float
    living: float
    """Share of the accounts that lead a life of their own (``graph.updates.independence``)."""
    at_home: float
    """Share of the accounts whose newest device is theirs alone and was from the start."""
    hands: int
    """How many hands the accounts would be, if whoever shares a device or a card were one."""
    late_payouts: float
    """Of the accounts with a payout account, those that got one when they had been in use for days."""
    payouts_left: float
    """Those that used their first payout account again after such a one."""
    payouts_moved: float
    """Those that got one within a day after a phone, both when they had been in use for days."""
    devices_left: float
    """Of the accounts with a phone, those that used their first again after one that came late."""

    burst: float
    """Accounts created within their busiest three days, beyond as many as the city's share makes of all.

    A stream that begins with the platform's stock of accounts creates everybody at once; only what goes
    beyond what the whole city did in the same days is a burst. It is a number and not a share: one that comes
    later does not make those who came together fewer.
    """
    pace_days: float
    """Median gap between creations; 99 when fewer than two were seen."""
    active_days: float
    """Median time from an account's first event to its last."""

    few_trips: float
    """Share of the accounts with at most one trip."""
    dormant: float
    """Share that was last seen more than a week ago."""
    used_part: float
    """Mean share of the time since its first event until when an account was in use."""
    event_rate: float
    """Mean log of an account's events, less the log of the mean days from first to last."""
    trips_spread: float
    """Standard deviation of the log of the accounts' trips: 0 for accounts that are used alike."""
    events_spread: float
    """The same of their events."""
    first_spread_days: float
    """Standard deviation of when the accounts were first seen."""
    last_spread_days: float
    """And of when they were last seen."""
    trips_beside_city: float
    """Trips an account over that and the city's mean: 0.5 is usual in this city; so in all that follows."""
    promos_beside_city: float
    promo_worth_beside_city: float
    chargebacks_beside_city: float

    used_days: float
    """Mean number of days on which an account was seen."""
    days_per_event: float
    """Mean of these days over the account's events: 1 when every event had a day of its own."""
    ride_lag: float
    """Mean over accounts of d / (d + 1), d the days from first sight to first ride; 1 when it never rode."""
    promo_lag: float
    """The same to the first promotion."""
    login_share: float
    """Of the accounts' events; so the next three."""
    card_share: float
    payout_share: float
    trip_share: float
    rides_again: float
    """Of the riders' rides, those that began within three hours of the one before."""
    rides_paid: float
    """Those that paid their driver an incentive, whoever it was."""
    rides_repeated: float
    """Trips of the riders beyond the first with each driver, whoever it is."""
    silent_days: float
    """Median time since an account was last seen."""

    promo_share: float
    same_promo: float
    """Share that took the one promotion most of them took."""
    promo_soon: float
    """Share that took a promotion within three days of creation."""
    promos_per_account: float
    promo_money: float
    referral_share: float
    """Members referred by a member, over all members but one: 1 is a complete tree of referrals."""
    referral_depth: int
    """The longest chain of referrals inside."""
    recruits_paid: float
    """Of the members that a member referred, those whom this paid out of its wallet."""
    promo_beside_fares: float
    """Promotions over these and the fares of all the riders' trips: what comes in beside what goes out."""

    trips_per_account: float
    inside: int
    inside_share: float
    """Of the trips of its riders."""
    driver_inside_share: float
    """Of the trips of its drivers."""
    riders_inside: int
    drivers_inside: int
    pair_density: float
    """Pairs that rode, over all pairs of riders and drivers that have inside trips."""
    again_inside: float
    """Of the inside trips, those that a pair began within three hours of its trip before."""
    incentive_rate: float
    """Inside trips with an incentive for the driver."""
    incentive_excess: float
    """That rate less the city's."""
    surcharge: float
    """Mean log of an inside fare over the city's fare for its distance and time."""
    odd_rate: float
    """Mean improbability of the inside trips, less one trip."""
    odd_reasons: int
    """A bit for each reason told of an inside trip, by its place in ``TripReason``."""
    incentive_money: float
    fare_money: float

    cards: int
    cards_per_rider: float
    cards_per_device: float
    """Cards over the devices of the riders: a person has one phone and a card or two."""
    moving_cards: float
    chargebacks: int
    chargeback_rate: float
    """Chargebacks over the riders' trips, at most 1."""
    chargeback_share: float
    """Riders with a chargeback."""
    chargeback_money: float

    arrivals: int
    arrival_share: float
    arrival_burst: float
    """Share of the arrivals in their busiest three days."""
    arrival_uses: float
    """Mean uses of the shared phone by those who came to it: a kiosk is used once or twice."""
    same_drivers: float
    """Share of the arrivals that rode, since, with one of the three drivers most of them have in common."""

    transfers: int
    """Payments of the members from wallet to wallet, those to and of institutions aside (shops, payrolls)."""
    transfer_money: float
    transfer_share: float
    """Share of the accounts that paid a member, or the account that most members paid."""
    fan_in: int
    """How many members paid the account that most of them paid."""
    cash_out: float
    """Share of the money sent that went to the one account that got most of it."""
    circular_flow: float
    """Of the money sent to members, the share that its receivers sent to members too: 1 in a circle."""
    tried_transfers: float
    """Share of the pairs that paid whose smallest amount was a test: a twentieth of the others' mean."""
    led_away: float
    """Share of those pairs whose payer had been in use and paid from a new phone, or several at once."""

    declines: int
    """Declined payments with cards that the account does not use; so in all that follows."""
    declined_cards: int
    declined_per_device: float
    """Such cards over the phones of the accounts that tried them."""
    small_declines: float
    """Share of the pairs of account and card whose mean amount was at most a third of the mean fare."""
    charged_after: float
    """Of the accounts that tried such a card, the share that used a card which was taken afterwards."""
    declined_money: float

    cancelled_inside: int
    """Trips between members that one of the two cancelled."""
    cancelled_share: float
    """These over what members agreed on with each other: trips inside and cancelled ones."""
    mutual_cancels: float
    """Share of the pairs with such a trip in which each cancelled on the other."""
    losing_share: float
    """Share of the accounts that keep losing trips to drivers among the members."""
    fee_money: float
    """Fees for them."""
    turned_away: float
    """Of what the drivers agreed on, the share that they cancelled on riders who are no members."""

    places: int
    """Riders with a known pick-up."""
    spread_km: float
    """Median distance of the riders' mean pick-ups from their middle; 0 when unknown."""


_HINTS: Final = get_type_hints(Evidence)
_CODES: Final[dict[type, str]] = {int: "i8", float: "f8", Shape: "i8"}
EVIDENCE: Final = np.dtype([(name, _CODES[_HINTS[name]]) for name in Evidence.__struct_fields__])
"""The same as one record; ``shape`` by its code."""
_SHAPE: Final = Evidence.__struct_fields__.index("shape")
_RECORD: Final = Struct(
    "=" + "".join("d" if EVIDENCE[name].kind == "f" else "q" for name in EVIDENCE.names or ())
)


Record = Any
"""A writable record of dtype ``EVIDENCE``, as kernels see it."""


def evidence_of(record: bytes) -> Evidence:
    """The typed evidence of one record of dtype ``EVIDENCE``, from its bytes."""
    values: list[Any] = list(_RECORD.unpack(record))
    values[_SHAPE] = SHAPES[values[_SHAPE]]
    return Evidence(*values)
