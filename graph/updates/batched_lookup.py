"""Batched lookup of the entities that the next events name, as far as they are known.

Looking an entity up waits for memory three times, for its slot, its record and its spelling, which takes
longer than the work. For some events at once the waiting overlaps.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from graph.kernels.kernel import kernel, wide
from graph.kernels.prefetch import fetch
from graph.links.index import mixed
from graph.model.entities import KIND_CODE
from graph.model.event_batch import (
    ACCOUNT_CREATED,
    ACCOUNT_LOGIN,
    CARD_ADDED,
    CHARGEBACK,
    PAYMENT_DECLINED,
    PAYOUT_ADDED,
    PROMO_REDEEMED,
    TEXTS,
    TRIP_CANCELLED,
    TRIP_COMPLETED,
    WALLET_TRANSFER,
)
from graph.model.event_slots import text_slot
from graph.model.events import EVENT_TYPES
from graph.model.link_keys import LINK_CODE
from graph.model.vocabulary import IDENTITY_LINKS, EntityKind, LinkKind
from graph.state.interning import Bytes, entity_hash, find, home
from graph.state.sizes import EVENTS_AT_ONCE
from graph.state.state import Records, State

NOT_KNOWN: Final = -1


class _Text(NamedTuple):
    """What a text of an event names, and the link to it that the event touches: whose, by another field."""

    names: EntityKind
    link: LinkKind | None = None
    holder: str = "account_id"


_OWNER: Final = _Text(EntityKind.ACCOUNT)


def _used(kind: EntityKind, holder: str = "account_id") -> _Text:
    return _Text(kind, IDENTITY_LINKS[kind], holder)


_EVENTS: Final[dict[int, dict[str, _Text]]] = {
    ACCOUNT_CREATED: {
        "account_id": _OWNER,
        "device_id": _used(EntityKind.DEVICE),
        "ip": _used(EntityKind.IP),
        "phone_hash": _used(EntityKind.PHONE),
        "email_hash": _used(EntityKind.EMAIL),
        "referrer_id": _OWNER,
    },
    ACCOUNT_LOGIN: {
        "account_id": _OWNER,
        "device_id": _used(EntityKind.DEVICE),
        "ip": _used(EntityKind.IP),
    },
    CARD_ADDED: {
        "account_id": _OWNER,
        "card_id": _used(EntityKind.CARD),
        "device_id": _used(EntityKind.DEVICE),
    },
    PAYOUT_ADDED: {"account_id": _OWNER, "bank_account_id": _used(EntityKind.BANK_ACCOUNT)},
    CHARGEBACK: {"account_id": _OWNER},
    PROMO_REDEEMED: {
        "account_id": _OWNER,
        "promo_id": _Text(EntityKind.PROMO, LinkKind.REDEEMED),
        "device_id": _used(EntityKind.DEVICE),
    },
    TRIP_COMPLETED: {
        "rider_id": _OWNER,
        "driver_id": _Text(EntityKind.ACCOUNT, LinkKind.RODE_WITH, "rider_id"),
        "rider_device_id": _used(EntityKind.DEVICE, "rider_id"),
        "driver_device_id": _used(EntityKind.DEVICE, "driver_id"),
        "card_id": _used(EntityKind.CARD, "rider_id"),
    },
    PAYMENT_DECLINED: {
        "account_id": _OWNER,
        "card_id": _Text(EntityKind.CARD, LinkKind.TRIED),
        "device_id": _used(EntityKind.DEVICE),
    },
    TRIP_CANCELLED: {
        "rider_id": _OWNER,
        "driver_id": _Text(EntityKind.ACCOUNT, LinkKind.CANCELLED, "rider_id"),
        "rider_device_id": _used(EntityKind.DEVICE, "rider_id"),
        "driver_device_id": _used(EntityKind.DEVICE, "driver_id"),
    },
    WALLET_TRANSFER: {
        "account_id": _OWNER,
        "to_account_id": _Text(EntityKind.ACCOUNT, LinkKind.PAID),
        "device_id": _used(EntityKind.DEVICE),
    },
}
_KINDS: Final = np.full((len(EVENT_TYPES), TEXTS), NOT_KNOWN)
_LINKS: Final = np.full((len(EVENT_TYPES), TEXTS), NOT_KNOWN)
_HOLDERS: Final = np.zeros((len(EVENT_TYPES), TEXTS), np.int64)
"""By event and slot of a text: the kind of the entity that it names, the kind of the link to that, and the
slot of whoever has the link."""
for _event, _texts in _EVENTS.items():
    for _field, _text in _texts.items():
        _slot = text_slot(_field, _event)
        _KINDS[_event, _slot] = KIND_CODE[_text.names]
        if _text.link is not None:
            _LINKS[_event, _slot] = LINK_CODE[_text.link]
            _HOLDERS[_event, _slot] = text_slot(_text.holder, _event)


@kernel
def look_up(state: State, events: Records, text: Bytes, first: int) -> None:
    """Fill ``state.known`` for the events from one on: the entity of each text.

    NOT_KNOWN where it names none, or one that was never named before.
    """
    last = min(first + EVENTS_AT_ONCE, len(events))
    mask = len(state.slots) - 1
    known = state.known
    for row in range(first, last):
        event = events[row]
        for place in range(TEXTS):
            kind = _KINDS[event.kind, place]
            slot = NOT_KNOWN
            if kind >= 0 and event.text_length[place] > 0:
                slot = home(entity_hash(kind, event.text_hash[place]), mask)
                fetch(state.slots, slot)
            known[row - first, place] = slot
    for row in range(last - first):
        for place in range(TEXTS):
            if known[row, place] != NOT_KNOWN:
                number = wide(state.slots[known[row, place]])
                if number >= 0:
                    fetch(state.entities, number)
    for row in range(last - first):
        for place in range(TEXTS):
            if known[row, place] != NOT_KNOWN:
                number = wide(state.slots[known[row, place]])
                if number >= 0:
                    fetch(state.names, wide(state.entities[number].name_at))
    for row in range(first, last):
        event = events[row]
        for place in range(TEXTS):
            if known[row - first, place] != NOT_KNOWN:
                found = find(
                    state,
                    _KINDS[event.kind, place],
                    text,
                    event.text_start[place],
                    event.text_length[place],
                    event.text_hash[place],
                )
                known[row - first, place] = max(found, NOT_KNOWN)
                if found >= 0 and state.entities[found].account >= 0:
                    fetch(state.accounts, wide(state.entities[found].account))
    _fetch_links(state, events, first, last)


@kernel
def _fetch_links(state: State, events: Records, first: int, last: int) -> None:
    """Bring near the links between entities that are known: their slots of the index, then their records."""
    links, known = state.links, state.known
    mask, low = links.index_shape[0].slot_mask, (1 << links.index_shape[0].link_bits) - 1
    for at_slots in (True, False):
        for row in range(first, last):
            kind = events[row].kind
            for place in range(TEXTS):
                if _LINKS[kind, place] < 0:
                    continue
                source, target = known[row - first, _HOLDERS[kind, place]], known[row - first, place]
                if source < 0 or target < 0:
                    continue
                slot = mixed(_LINKS[kind, place], wide(source), wide(target)) & mask
                if at_slots:
                    fetch(links.slots, slot)
                elif links.slots[slot] != 0:
                    fetch(links.links, (wide(links.slots[slot]) & low) - 1)
