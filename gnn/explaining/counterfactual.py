"""Counterfactual events: a city as it would have been without some links, each mention of them taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from graph.model.events import (
    AccountCreated,
    AccountLogin,
    CardAdded,
    Chargeback,
    EventBase,
    GpsPing,
    PaymentDeclined,
    PayoutAdded,
    PromoRedeemed,
    TripCancelled,
    TripCompleted,
    WalletTransfer,
)
from graph.model.vocabulary import LinkKind


class Tie(NamedTuple):
    """One link by name: ``source`` is an account, ``target`` what ``kind`` ties it to."""

    kind: LinkKind
    source: str
    target: str


_OPTIONAL: Final[dict[type[EventBase], tuple[tuple[str, str, LinkKind], ...]]] = {
    AccountCreated: (
        ("account_id", "device_id", LinkKind.USES_DEVICE),
        ("account_id", "ip", LinkKind.USES_IP),
        ("account_id", "phone_hash", LinkKind.USES_PHONE),
        ("account_id", "email_hash", LinkKind.USES_EMAIL),
    ),
    AccountLogin: (("account_id", "ip", LinkKind.USES_IP),),
    CardAdded: (("account_id", "device_id", LinkKind.USES_DEVICE),),
    Chargeback: (("account_id", "card_id", LinkKind.USES_CARD),),
    PromoRedeemed: (("account_id", "device_id", LinkKind.USES_DEVICE),),
    TripCompleted: (
        ("rider_id", "rider_device_id", LinkKind.USES_DEVICE),
        ("driver_id", "driver_device_id", LinkKind.USES_DEVICE),
        ("rider_id", "card_id", LinkKind.USES_CARD),
        ("rider_id", "promo_id", LinkKind.REDEEMED),
    ),
    WalletTransfer: (("account_id", "device_id", LinkKind.USES_DEVICE),),
    PaymentDeclined: (("account_id", "device_id", LinkKind.USES_DEVICE),),
    TripCancelled: (
        ("rider_id", "rider_device_id", LinkKind.USES_DEVICE),
        ("driver_id", "driver_device_id", LinkKind.USES_DEVICE),
    ),
}
"""(account field, field that may be left out, link): the event stands without the field."""
_REQUIRED: Final[dict[type[EventBase], tuple[tuple[str, str, LinkKind], ...]]] = {
    AccountLogin: (("account_id", "device_id", LinkKind.USES_DEVICE),),
    CardAdded: (("account_id", "card_id", LinkKind.USES_CARD),),
    PayoutAdded: (("account_id", "bank_account_id", LinkKind.USES_BANK_ACCOUNT),),
    PromoRedeemed: (("account_id", "promo_id", LinkKind.REDEEMED),),
    TripCompleted: (("rider_id", "driver_id", LinkKind.RODE_WITH),),
    WalletTransfer: (("account_id", "to_account_id", LinkKind.PAID),),
    PaymentDeclined: (("account_id", "card_id", LinkKind.TRIED),),
    TripCancelled: (("rider_id", "driver_id", LinkKind.CANCELLED),),
}
"""The same where the event is about nothing else: it goes as a whole."""


def ties_of(event: EventBase) -> Iterator[Tie]:
    """Every link that an event speaks of."""
    for table in (_OPTIONAL, _REQUIRED):
        for source, target, kind in table.get(type(event), ()):
            named = getattr(event, target)
            if named is not None:
                yield Tie(kind, getattr(event, source), named)
    if isinstance(event, AccountCreated) and event.referrer_id is not None:
        yield Tie(LinkKind.REFERRED, event.referrer_id, event.account_id)


def without(events: Sequence[EventBase], gone: Callable[[Tie], bool]) -> Iterator[EventBase]:
    """The events as they would have been without the ties that are ``gone``.

    Positions of a trip that is gone go with it.
    """
    trips: set[str] = set()
    for event in events:
        if isinstance(event, TripCompleted) and any(map(gone, _named(event, _REQUIRED))):
            trips.add(event.trip_id)
    for event in events:
        if isinstance(event, GpsPing) and event.trip_id in trips:
            continue
        if any(map(gone, _named(event, _REQUIRED))):
            continue
        empty = [
            target
            for source, target, kind in _OPTIONAL.get(type(event), ())
            if getattr(event, target) is not None
            and gone(Tie(kind, getattr(event, source), getattr(event, target)))
        ]
        if isinstance(event, AccountCreated) and event.referrer_id is not None:
            referral = Tie(LinkKind.REFERRED, event.referrer_id, event.account_id)
            empty += ["referrer_id"] * gone(referral)
        yield msgspec.structs.replace(event, **dict.fromkeys(empty)) if empty else event


def _named(
    event: EventBase, table: dict[type[EventBase], tuple[tuple[str, str, LinkKind], ...]]
) -> list[Tie]:
    return [
        Tie(kind, getattr(event, source), getattr(event, target))
        for source, target, kind in table.get(type(event), ())
    ]
