"""The events of the contract as typed records; what the engine applies.

Field constraints stand on the types, so that a decoder built from them (``msgspec.json.Decoder(Event)``)
enforces the contract's ranges. Rules that need more than one field or more than one event (duplicate
keys, times ahead of the newest event) belong to the decoder in ``streaming``.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from graph.model.vocabulary import ActKind, EntityKind, Role, VerdictOutcome

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=141)]
"""An account, a ring, or ``kind:identifier``: as long as the longest kind and an identifier."""
Milliseconds = Annotated[int, msgspec.Meta(ge=946_684_800_000)]
Until = Annotated[int, msgspec.Meta(ge=946_684_800_000, le=253_402_300_799_999)]
"""Epoch ms before the year 10000, which a float holds exactly."""
Amount = Annotated[float, msgspec.Meta(ge=0)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]


def act_fault(act: str, subject: str, other: str | None) -> str:
    """Why these fields do not make an act together, in words; empty when they do."""
    kind, colon, _ = subject.partition(":")
    is_identifier = colon != "" and kind in set(EntityKind) - {EntityKind.ACCOUNT}
    if act in (ActKind.CUT, ActKind.UNDO) and other is None:
        return f"expected the field other in an act of the kind {act}"
    if act in (ActKind.DECLARE_PUBLIC, ActKind.DECLARE_PRIVATE) and not is_identifier:
        return f"subject: expected kind:identifier in an act of the kind {act}"
    if act == ActKind.HOUSEHOLD and is_identifier:
        return f"subject: expected an account or a ring in an act of the kind {act}"
    return ""


class EventBase(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type"):
    """What every event carries: a unique id and when it happened (Unix epoch ms, UTC)."""

    event_id: Identifier
    ts: Milliseconds


class AccountCreated(EventBase, tag="account_created", frozen=True, kw_only=True, gc=False):
    """An account came into being."""

    account_id: Identifier
    role: Role
    device_id: Identifier | None = None
    ip: Identifier | None = None
    phone_hash: Identifier | None = None
    email_hash: Identifier | None = None
    referrer_id: Identifier | None = None
    app_version: Identifier | None = None


class AccountLogin(EventBase, tag="account_login", frozen=True, kw_only=True, gc=False):
    """An account logged in from a device."""

    account_id: Identifier
    device_id: Identifier
    ip: Identifier | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None
    app_version: Identifier | None = None


class CardAdded(EventBase, tag="card_added", frozen=True, kw_only=True, gc=False):
    """A payment card (a token of it) was stored with an account. Its issuer is a class of many cards."""

    account_id: Identifier
    card_id: Identifier
    device_id: Identifier | None = None
    card_issuer: Identifier | None = None


class PayoutAdded(EventBase, tag="payout_added", frozen=True, kw_only=True, gc=False):
    """A bank account was stored for payouts."""

    account_id: Identifier
    bank_account_id: Identifier


class Chargeback(EventBase, tag="chargeback", frozen=True, kw_only=True, gc=False):
    """A card holder disowned a payment."""

    account_id: Identifier
    amount: Amount
    card_id: Identifier | None = None
    trip_id: Identifier | None = None


class PromoRedeemed(EventBase, tag="promo_redeemed", frozen=True, kw_only=True, gc=False):
    """An account took a promotion worth ``amount``."""

    account_id: Identifier
    promo_id: Identifier
    amount: Amount
    device_id: Identifier | None = None
    trip_id: Identifier | None = None


class TripCompleted(EventBase, tag="trip_completed", frozen=True, kw_only=True, gc=False):
    """A rider and a driver finished a trip."""

    trip_id: Identifier
    rider_id: Identifier
    driver_id: Identifier
    fare: Amount
    distance_km: Amount | None = None
    duration_s: Amount | None = None
    rider_device_id: Identifier | None = None
    driver_device_id: Identifier | None = None
    card_id: Identifier | None = None
    pickup_lat: Latitude | None = None
    pickup_lon: Longitude | None = None
    dropoff_lat: Latitude | None = None
    dropoff_lon: Longitude | None = None
    promo_id: Identifier | None = None
    incentive: Amount | None = None


class GpsPing(EventBase, tag="gps_ping", frozen=True, kw_only=True, gc=False):
    """Where the driver's phone was during a trip."""

    trip_id: Identifier
    driver_id: Identifier
    lat: Latitude
    lon: Longitude


class WalletTransfer(EventBase, tag="wallet_transfer", frozen=True, kw_only=True, gc=False):
    """An account paid another one out of its wallet."""

    account_id: Identifier
    to_account_id: Identifier
    amount: Amount
    device_id: Identifier | None = None


class PaymentDeclined(EventBase, tag="payment_declined", frozen=True, kw_only=True, gc=False):
    """A card was refused. It need not be the account's: whoever tries stolen cards tries those of others."""

    account_id: Identifier
    card_id: Identifier
    amount: Amount
    device_id: Identifier | None = None
    trip_id: Identifier | None = None
    card_issuer: Identifier | None = None


class TripCancelled(EventBase, tag="trip_cancelled", frozen=True, kw_only=True, gc=False):
    """A trip that was agreed did not happen. ``by`` says who cancelled it; ``fee`` was paid to the other."""

    trip_id: Identifier
    rider_id: Identifier
    driver_id: Identifier
    by: Role
    fee: Amount | None = None
    rider_device_id: Identifier | None = None
    driver_device_id: Identifier | None = None


class AnalystAct(EventBase, tag="analyst_act", frozen=True, kw_only=True, gc=False):
    """What an analyst did to the graph by hand. ``other`` is what to cut from, or the act to undo."""

    act: ActKind
    subject: Subject
    analyst: Identifier
    other: Subject | None = None
    note: str | None = None
    until_ts: Until | None = None

    def __post_init__(self) -> None:
        """Raises ValueError when the fields do not make an act together."""
        fault = act_fault(self.act, self.subject, self.other)
        if fault:
            raise ValueError(fault)


class Verdict(EventBase, tag="verdict", frozen=True, kw_only=True, gc=False):
    """An investigator's answer about a ring or an account."""

    subject: Identifier
    outcome: VerdictOutcome
    analyst: Identifier
    note: str | None = None


Event = (
    AccountCreated
    | AccountLogin
    | CardAdded
    | PayoutAdded
    | Chargeback
    | PromoRedeemed
    | TripCompleted
    | GpsPing
    | WalletTransfer
    | PaymentDeclined
    | TripCancelled
    | AnalystAct
    | Verdict
)
EVENT_TYPES: tuple[type[EventBase], ...] = (
    AccountCreated,
    AccountLogin,
    CardAdded,
    PayoutAdded,
    Chargeback,
    PromoRedeemed,
    TripCompleted,
    GpsPing,
    WalletTransfer,
    PaymentDeclined,
    TripCancelled,
    AnalystAct,
    Verdict,
)
"""Every concrete event, in the order of the contract's table."""
