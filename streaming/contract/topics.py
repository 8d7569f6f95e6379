"""The topics of the contract: which events go where, under which key."""

from __future__ import annotations

from typing import Final

FLAGS: Final = "ring-flags"
LEDGER: Final = "ring-ledger"
DEAD_LETTERS: Final = "dead-letters"
RESULT_TOPICS: Final = (FLAGS, LEDGER, DEAD_LETTERS)

TOLD: Final = "told"
"""Events that happened in other regions, for the owner of one (``streaming.regions``)."""
IDENTIFIERS: Final = "identifiers"
"""Compacted: identifiers seen in two or more regions."""

PLACES: Final[dict[str, tuple[str, str]]] = {
    "account_created": ("accounts", "account_id"),
    "account_login": ("accounts", "account_id"),
    "card_added": ("payments", "account_id"),
    "payout_added": ("payments", "account_id"),
    "chargeback": ("payments", "account_id"),
    "promo_redeemed": ("promos", "account_id"),
    "trip_completed": ("trips", "trip_id"),
    "gps_ping": ("gps", "trip_id"),
    "wallet_transfer": ("payments", "account_id"),
    "payment_declined": ("payments", "account_id"),
    "trip_cancelled": ("trips", "trip_id"),
    "analyst_act": ("verdicts", "subject"),
    "verdict": ("verdicts", "subject"),
}
"""For every type of event its topic and the field that is the key there."""

INPUT_TOPICS: Final = tuple(dict.fromkeys(topic for topic, _ in PLACES.values()))
"""In the order of the contract."""
