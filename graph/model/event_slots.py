"""The slots of an event record by the names of their fields, for kernels.

``event.values[FARE]`` is the fare of a completed trip, and ``event.text_start[RIDER_ID]`` says where its
rider's id begins. Every slot is looked up among the fields of the types in ``graph.model.events``; one that
serves several types lies in the same place in all of them, or the import fails.
"""

from __future__ import annotations

from typing import Final

from graph.model.event_batch import (
    ACCOUNT_CREATED,
    ACCOUNT_LOGIN,
    CARD_ADDED,
    CHARGEBACK,
    GPS_PING,
    PAYMENT_DECLINED,
    PAYOUT_ADDED,
    PROMO_REDEEMED,
    SLOTS,
    TRIP_CANCELLED,
    TRIP_COMPLETED,
    WALLET_TRANSFER,
)


def text_slot(name: str, *kinds: int) -> int:
    """The slot of a text of events, by code. Raises ValueError when the types differ or one has none."""
    return _same(name, {SLOTS[kind].texts.index(name) for kind in kinds})


def value_slot(name: str, *kinds: int) -> int:
    """The slot of a number of events, by code. Raises ValueError when the types differ or one has none."""
    return _same(name, {SLOTS[kind].values.index(name) for kind in kinds})


def _same(name: str, slots: set[int]) -> int:
    if len(slots) != 1:
        raise ValueError(f"expected {name} in one slot of all these events, found {sorted(slots)}")
    return slots.pop()


ACCOUNT_ID: Final = text_slot(
    "account_id",
    *(ACCOUNT_CREATED, ACCOUNT_LOGIN, CARD_ADDED, PAYOUT_ADDED, CHARGEBACK, PROMO_REDEEMED, WALLET_TRANSFER),
    PAYMENT_DECLINED,
)

CREATED_DEVICE_ID: Final = text_slot("device_id", ACCOUNT_CREATED)
CREATED_IP: Final = text_slot("ip", ACCOUNT_CREATED)
CREATED_PHONE: Final = text_slot("phone_hash", ACCOUNT_CREATED)
CREATED_EMAIL: Final = text_slot("email_hash", ACCOUNT_CREATED)
REFERRER_ID: Final = text_slot("referrer_id", ACCOUNT_CREATED)

LOGIN_DEVICE_ID: Final = text_slot("device_id", ACCOUNT_LOGIN)
LOGIN_IP: Final = text_slot("ip", ACCOUNT_LOGIN)

ADDED_CARD_ID: Final = text_slot("card_id", CARD_ADDED)
ADDED_CARD_DEVICE_ID: Final = text_slot("device_id", CARD_ADDED)

BANK_ACCOUNT_ID: Final = text_slot("bank_account_id", PAYOUT_ADDED)

PROMO_ID: Final = text_slot("promo_id", PROMO_REDEEMED)
PROMO_DEVICE_ID: Final = text_slot("device_id", PROMO_REDEEMED)

TO_ACCOUNT_ID: Final = text_slot("to_account_id", WALLET_TRANSFER)
TRANSFER_DEVICE_ID: Final = text_slot("device_id", WALLET_TRANSFER)

TRIED_CARD_ID: Final = text_slot("card_id", PAYMENT_DECLINED)
TRIED_DEVICE_ID: Final = text_slot("device_id", PAYMENT_DECLINED)

TRIP_ID: Final = text_slot("trip_id", TRIP_COMPLETED, GPS_PING, TRIP_CANCELLED)
RIDER_ID: Final = text_slot("rider_id", TRIP_COMPLETED, TRIP_CANCELLED)
DRIVER_ID: Final = text_slot("driver_id", TRIP_COMPLETED, TRIP_CANCELLED)
RIDER_DEVICE_ID: Final = text_slot("rider_device_id", TRIP_COMPLETED, TRIP_CANCELLED)
DRIVER_DEVICE_ID: Final = text_slot("driver_device_id", TRIP_COMPLETED, TRIP_CANCELLED)
TRIP_CARD_ID: Final = text_slot("card_id", TRIP_COMPLETED)

AMOUNT: Final = value_slot("amount", CHARGEBACK, PROMO_REDEEMED, WALLET_TRANSFER, PAYMENT_DECLINED)
"""In the main unit of money."""

FARE: Final = value_slot("fare", TRIP_COMPLETED)
DISTANCE_KM: Final = value_slot("distance_km", TRIP_COMPLETED)
DURATION_S: Final = value_slot("duration_s", TRIP_COMPLETED)
PICKUP_LAT: Final = value_slot("pickup_lat", TRIP_COMPLETED)
PICKUP_LON: Final = value_slot("pickup_lon", TRIP_COMPLETED)
DROPOFF_LAT: Final = value_slot("dropoff_lat", TRIP_COMPLETED)
DROPOFF_LON: Final = value_slot("dropoff_lon", TRIP_COMPLETED)
INCENTIVE: Final = value_slot("incentive", TRIP_COMPLETED)

FEE: Final = value_slot("fee", TRIP_CANCELLED)

LAT: Final = value_slot("lat", GPS_PING, ACCOUNT_LOGIN)
LON: Final = value_slot("lon", GPS_PING, ACCOUNT_LOGIN)
