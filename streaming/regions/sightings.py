"""Which accounts an event names, and which identifiers each of them used in it.

The same uses that the graph makes links of (``graph.updates.apply``), without ip addresses: those of a
carrier or an office are shared by strangers of many regions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from graph.model.event_batch import (
    ACCOUNT_CREATED,
    ACCOUNT_LOGIN,
    CARD_ADDED,
    CHARGEBACK,
    PAYMENT_DECLINED,
    PAYOUT_ADDED,
    PROMO_REDEEMED,
    TRIP_CANCELLED,
    TRIP_COMPLETED,
    WALLET_TRANSFER,
    EventBatch,
)
from graph.model.event_slots import (
    ACCOUNT_ID,
    ADDED_CARD_DEVICE_ID,
    ADDED_CARD_ID,
    BANK_ACCOUNT_ID,
    CREATED_DEVICE_ID,
    CREATED_EMAIL,
    CREATED_PHONE,
    DRIVER_DEVICE_ID,
    DRIVER_ID,
    LOGIN_DEVICE_ID,
    PROMO_DEVICE_ID,
    REFERRER_ID,
    RIDER_DEVICE_ID,
    RIDER_ID,
    TO_ACCOUNT_ID,
    TRANSFER_DEVICE_ID,
    TRIED_DEVICE_ID,
    TRIP_CARD_ID,
)
from graph.model.vocabulary import EntityKind

_HASH_BYTES: Final = 16
_Used = tuple[tuple[EntityKind, int], ...]

_DEVICE: Final = EntityKind.DEVICE
_NAMED: Final[dict[int, tuple[tuple[int, _Used], ...]]] = {
    ACCOUNT_CREATED: (
        (
            ACCOUNT_ID,
            (
                (_DEVICE, CREATED_DEVICE_ID),
                (EntityKind.PHONE, CREATED_PHONE),
                (EntityKind.EMAIL, CREATED_EMAIL),
            ),
        ),
        (REFERRER_ID, ()),
    ),
    ACCOUNT_LOGIN: ((ACCOUNT_ID, ((_DEVICE, LOGIN_DEVICE_ID),)),),
    CARD_ADDED: ((ACCOUNT_ID, ((EntityKind.CARD, ADDED_CARD_ID), (_DEVICE, ADDED_CARD_DEVICE_ID))),),
    PAYOUT_ADDED: ((ACCOUNT_ID, ((EntityKind.BANK_ACCOUNT, BANK_ACCOUNT_ID),)),),
    CHARGEBACK: ((ACCOUNT_ID, ()),),
    PROMO_REDEEMED: ((ACCOUNT_ID, ((_DEVICE, PROMO_DEVICE_ID),)),),
    TRIP_COMPLETED: (
        (RIDER_ID, ((_DEVICE, RIDER_DEVICE_ID), (EntityKind.CARD, TRIP_CARD_ID))),
        (DRIVER_ID, ((_DEVICE, DRIVER_DEVICE_ID),)),
    ),
    WALLET_TRANSFER: ((ACCOUNT_ID, ((_DEVICE, TRANSFER_DEVICE_ID),)), (TO_ACCOUNT_ID, ())),
    PAYMENT_DECLINED: ((ACCOUNT_ID, ((_DEVICE, TRIED_DEVICE_ID),)),),
    TRIP_CANCELLED: (
        (RIDER_ID, ((_DEVICE, RIDER_DEVICE_ID),)),
        (DRIVER_ID, ((_DEVICE, DRIVER_DEVICE_ID),)),
    ),
}
"""By event code, the slots of the accounts it names, each with the kinds and slots of what that one used."""


class Sighting(NamedTuple):
    """An account used an identifier in the event of a row; of itself, where it is named only."""

    row: int
    account: str
    kind: EntityKind
    identifier: str


def sightings(batch: EventBatch) -> list[Sighting]:
    """Everything that the events say about who used what, by row; positions and verdicts say nothing.

    Each account that an event names comes once with itself as the identifier. Cost: about two microseconds a
    sighting.

    >>> from graph.model.events import AccountLogin
    >>> login = AccountLogin(event_id="e", ts=1_760_000_000_000, account_id="a", device_id="d", ip="10.0.0.1")
    >>> [(each.kind.value, each.identifier) for each in sightings(EventBatch.of([login]))]
    [('account', 'a'), ('device', 'd')]
    """
    found = [
        Sighting(row, account, column.kind, identifier)
        for column in use_columns(batch)
        for row, account, identifier in zip(column.rows, column.accounts, column.identifiers, strict=True)
        if account and identifier
    ]
    found.sort(key=lambda each: each.row)
    return found


class UseColumn(NamedTuple):
    """Uses of identifiers of one kind, side by side: row of the event, account, identifier.

    A text is empty where the event does not say it; then nothing is used.
    """

    kind: EntityKind
    rows: list[int]
    accounts: list[str]
    identifiers: list[str]


def use_columns(batch: EventBatch) -> Iterator[UseColumn]:
    """What ``sightings`` gives, as columns: one for each kind of event, account of it and what that used."""
    kinds = batch.records["kind"]
    for code, named in _NAMED.items():
        rows = np.flatnonzero(kinds == code)
        if not len(rows):
            continue
        part = batch[rows]
        numbers: list[int] = rows.tolist()
        for slot, used in named:
            accounts = part.texts(slot)
            yield UseColumn(EntityKind.ACCOUNT, numbers, accounts, accounts)
            for kind, where in used:
                yield UseColumn(kind, numbers, accounts, part.texts(where))


def identifier_hash(kind: str, identifier: str, key: bytes) -> bytes:
    """What an identifier is called where it must say nothing without the key."""
    return hashlib.blake2b(f"{kind}:{identifier}".encode(), digest_size=_HASH_BYTES, key=key).digest()
