"""Replaces identifiers by keyed hashes where they enter.

The same identifier gives the same pseudonym under the same key, so links survive; without the key nobody can
test a guess. Event ids, promotions, card issuers, app versions and analysts are not personal and stay as they
are.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np

from graph.kernels.raw import copied
from graph.model.errors import BadCall
from graph.model.event_batch import ANALYST_ACT, SLOTS, VERDICT, EventBatch, hash_texts
from graph.model.events import EVENT_TYPES, AnalystAct, Event, EventBase, Verdict
from graph.model.vocabulary import ActKind, EntityKind
from streaming.contract.fields import FIELDS

RING_PREFIX: Final = "ring_"
"""How ring ids begin; a verdict on a ring, or an act, keeps its subject."""

_PREFIXES: Final[dict[str, str]] = {
    "account_id": "account",
    "rider_id": "account",
    "driver_id": "account",
    "referrer_id": "account",
    "to_account_id": "account",
    "device_id": "device",
    "rider_device_id": "device",
    "driver_device_id": "device",
    "card_id": "card",
    "bank_account_id": "bank_account",
    "phone_hash": "phone",
    "email_hash": "email",
    "ip": "ip",
    "trip_id": "trip",
}
_FIELDS: Final[dict[type[EventBase], tuple[tuple[str, str], ...]]] = {
    kind: tuple((field.name, _PREFIXES[field.name]) for field in FIELDS[kind] if field.name in _PREFIXES)
    for kind in EVENT_TYPES
}

_SLOTS: Final = tuple(
    (code, slot, _PREFIXES[name])
    for code, slots in enumerate(SLOTS)
    for slot, name in enumerate(slots.texts)
    if name in _PREFIXES
)
"""(event code, slot, prefix) of every personal text of a record, the subjects of what people say aside."""


class Pseudonyms:
    """Pseudonymises events with a secret key of 16 to 64 bytes; remembers the last ``remembered`` answers.

    A pseudonym is ``<kind>_`` and 32 hexadecimal digits of BLAKE2b keyed with the secret and
    personalised with the kind, so that a phone and a card of the same spelling do not meet.
    Raises ``BadCall`` when the key is too short or too long.
    """

    def __init__(self, key: bytes, remembered: int = 1 << 18) -> None:
        if not 16 <= len(key) <= hashlib.blake2b.MAX_KEY_SIZE:
            raise BadCall(
                f"expected a pseudonym key of 16 to 64 bytes, found {len(key)}: give a longer secret"
            )
        self._key = key
        self._pseudonym = lru_cache(maxsize=remembered)(self._hash)

    def _hash(self, kind: str, identifier: str) -> str:
        hashed = hashlib.blake2b(identifier.encode(), digest_size=16, key=self._key, person=kind.encode())
        return f"{kind}_{hashed.hexdigest()}"

    def account(self, identifier: str) -> str:
        """The pseudonym of an account."""
        return self._pseudonym("account", identifier)

    def replace(self, event: Event) -> Event:
        """The event with every personal identifier replaced."""
        changes: dict[str, str] = {}
        for name, kind in _FIELDS[type(event)]:
            identifier = getattr(event, name)
            if identifier is not None:
                changes[name] = self._pseudonym(kind, identifier)
        for name in _subjects(event):
            changes[name] = self._named(getattr(event, name))
        return msgspec.structs.replace(event, **changes)

    def _named(self, subject: str) -> str:
        """The pseudonym of an account, or of an identifier behind its kind; a ring as it is."""
        kind, colon, identifier = subject.partition(":")
        if subject.startswith(RING_PREFIX):
            return subject
        if colon and identifier and kind in set(EntityKind):
            return f"{kind}:{self._pseudonym(kind, identifier)}"
        return self._pseudonym("account", subject)

    def replace_all(self, batch: EventBatch) -> EventBatch:
        """The same for every event of a batch. About a microsecond an identifier."""
        records = copied(batch.records)
        pieces = [batch.buffer]
        size = len(batch.buffer)
        for code, slot, kind in _SLOTS:
            rows = np.flatnonzero(records["kind"] == code)
            texts = batch[rows].texts(slot)
            chosen = [n for n, text in enumerate(texts) if text]
            if not chosen:
                continue
            spelt = "".join([self._pseudonym(kind, texts[n]) for n in chosen]).encode()
            each = len(spelt) // len(chosen)
            records["text_start"][rows[chosen], slot] = size + each * np.arange(len(chosen))
            records["text_length"][rows[chosen], slot] = each
            pieces.append(np.frombuffer(spelt, np.uint8))
            size += len(spelt)
        for row in np.flatnonzero(np.isin(records["kind"], (VERDICT, ANALYST_ACT))).tolist():
            event = batch.event(row)
            for name in _subjects(event):
                slot = SLOTS[records["kind"][row]].texts.index(name)
                spelt = self._named(getattr(event, name)).encode()
                records["text_start"][row, slot], records["text_length"][row, slot] = size, len(spelt)
                pieces.append(np.frombuffer(spelt, np.uint8))
                size += len(spelt)
        buffer = np.concatenate(pieces)
        hash_texts(records, buffer)
        return EventBatch(records, buffer)


def _subjects(event: EventBase) -> tuple[str, ...]:
    """The fields of a verdict or an act that name somebody; the act that is undone is nobody."""
    if isinstance(event, Verdict):
        return ("subject",)
    if not isinstance(event, AnalystAct):
        return ()
    return ("subject",) if event.other is None or event.act is ActKind.UNDO else ("subject", "other")
