"""Events as records in one array: what decoding gives and the engine takes.

One record holds what one event says: its kind, time, texts (where they lie in ``buffer``, and their hashes)
and values, which are numbers. In which slot a text or value stands follows from the order of the fields of
its type in ``graph.model.events``; kernels name the slots (``graph.model.event_slots``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, ClassVar, Final, get_args, get_type_hints

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field
from graph.kernels.hashing import hash_bytes
from graph.kernels.kernel import kernel
from graph.kernels.raw import chosen, raw
from graph.kernels.rows import copy
from graph.kernels.sip_hash import hash_id
from graph.model.events import EVENT_TYPES, Event, EventBase
from graph.model.vocabulary import ActKind, Role, VerdictOutcome

(
    ACCOUNT_CREATED,
    ACCOUNT_LOGIN,
    CARD_ADDED,
    PAYOUT_ADDED,
    CHARGEBACK,
    PROMO_REDEEMED,
    TRIP_COMPLETED,
    GPS_PING,
    WALLET_TRANSFER,
    PAYMENT_DECLINED,
    TRIP_CANCELLED,
    ANALYST_ACT,
    VERDICT,
) = range(len(EVENT_TYPES))
"""Codes of the event types: their places in ``EVENT_TYPES``."""

TEXTS: Final = 7
VALUES: Final = 8
"""The most texts and values that one event carries, besides its id and time."""

EVENT: Final = np.dtype(
    [
        ("kind", "u1"),
        ("code", "u1"),
        ("id_length", "u2"),
        ("ts", "i8"),
        ("id_hash", "u8", (2,)),
        ("id_start", "i8"),
        ("text_start", "i8", (TEXTS,)),
        ("text_length", "u4", (TEXTS,)),
        ("text_hash", "u8", (TEXTS,)),
        ("values", "f8", (VALUES,)),
    ],
    align=True,
)
"""``code`` is a role (1 rider, 2 driver), an outcome (1 fraud, 2 legit, 3 unsure) or the kind of an act (from
1 on), 0 where there is none.
A text that starts at ABSENT and a value that is not a number are absent; the length of an absent text is 0.
``id_hash`` is ``graph.kernels.sip_hash.hash_id`` of the event id, ``text_hash`` is
``graph.kernels.hashing.hash_bytes``."""

LATEST_MS: Final = (1 << 63) - 1
"""Stands for any later time; no event so late is ever admitted."""

ABSENT: Final = -1
"""Where a text starts that the event does not carry."""

Records = npt.NDArray[np.void]
Text = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Slots:
    """Where the fields of one event type stand in a record."""

    texts: tuple[str, ...]
    values: tuple[str, ...]
    choice: str | None
    """The field that ``code`` stands for, and its words from 1 on."""
    words: tuple[Any, ...]
    whole: frozenset[str]
    """Values that are whole numbers."""


_CHOICES: Final[dict[type, tuple[Any, ...]]] = {kind: tuple(kind) for kind in (Role, VerdictOutcome, ActKind)}


def _slots(kind: type[EventBase]) -> Slots:
    texts, values, choice, words, whole = [], [], None, (), []
    for name, hint in get_type_hints(kind).items():
        held = next(part for part in (*get_args(hint), hint) if part is not type(None))
        if name in ("event_id", "ts"):
            continue
        if held in _CHOICES:
            choice, words = name, _CHOICES[held]
        elif held in (float, int):
            values.append(name)
            whole += [name] * (held is int)
        else:
            texts.append(name)
    return Slots(tuple(texts), tuple(values), choice, words, frozenset(whole))


SLOTS: Final = tuple(_slots(kind) for kind in EVENT_TYPES)
"""By event code."""

_CODES: Final[dict[type, int]] = {kind: code for code, kind in enumerate(EVENT_TYPES)}


class KernelBatch(Arrays):
    """The events of a batch as kernels take them: of one type, however the arrays came about."""

    events: Records
    text: Text

    fields: ClassVar[dict[str, Field]] = {"events": EVENT, "text": np.dtype(np.uint8)}


@dataclass(frozen=True, slots=True)
class EventBatch:
    """``records`` of dtype ``EVENT`` whose texts lie in ``buffer`` (UTF-8). Nothing changes either."""

    records: Records
    buffer: Text

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, rows: Any) -> EventBatch:
        """The events of a slice, or of an array of row numbers; the buffer is shared."""
        return EventBatch(chosen(self.records, rows), self.buffer)

    @property
    def text_bytes(self) -> int:
        """How many bytes the texts have in all."""
        return int(self.records["text_length"].sum())

    def for_kernels(self) -> KernelBatch:
        """The same for kernels; copies records that do not lie one after another."""
        return KernelBatch(events=np.ascontiguousarray(self.records), text=self.buffer)

    def event_id(self, row: int) -> str:
        """The id of one event."""
        record = self.records[row]
        start = int(record["id_start"])
        return str(self.buffer[start : start + int(record["id_length"])].data, "utf-8")

    def event(self, row: int) -> Event:
        """One event as its type."""
        return next(self[row : row + 1].events())

    def texts(self, slot: int) -> list[str]:
        """The texts that all events have in one slot; empty where there is none."""
        text = self.buffer.data
        starts = self.records["text_start"][:, slot].tolist()
        lengths = self.records["text_length"][:, slot].tolist()
        return [
            str(text[start : start + length], "utf-8") if length else ""
            for start, length in zip(starts, lengths, strict=True)
        ]

    def events(self) -> Iterator[Event]:
        """Every event as its type. About five microseconds each."""
        text = self.buffer.data
        columns = [
            self.records[name].tolist()
            for name in (
                "kind",
                "code",
                "ts",
                "id_start",
                "id_length",
                "text_start",
                "text_length",
                "values",
            )
        ]
        for code, word, ts, id_start, id_length, starts, lengths, values in zip(*columns, strict=True):
            slots = SLOTS[code]
            fields: dict[str, Any] = {
                "event_id": str(text[id_start : id_start + id_length], "utf-8"),
                "ts": ts,
            }
            for name, start, length in zip(slots.texts, starts, lengths, strict=False):
                if start != ABSENT:
                    fields[name] = str(text[start : start + length], "utf-8")
            for name, value in zip(slots.values, values, strict=False):
                if not isnan(value):
                    fields[name] = int(value) if name in slots.whole else value
            if slots.choice is not None:
                fields[slots.choice] = slots.words[word - 1]
            yield EVENT_TYPES[code](**fields)

    @classmethod
    def of(cls, events: Sequence[EventBase]) -> EventBatch:
        """The same events as records; a ``ts`` past LATEST_MS stands as that. About ten microseconds each."""
        buffer = bytearray()
        starts: list[int] = []
        lengths: list[int] = []
        values: list[float] = []
        facts: list[tuple[int, int, int]] = []
        for event in events:
            kind = _CODES[type(event)]
            slots = SLOTS[kind]
            texts = [event.event_id, *(getattr(event, name) for name in slots.texts)]
            for text in texts:
                spelt = None if text is None else text.encode()
                starts.append(ABSENT if spelt is None else len(buffer))
                lengths.append(len(spelt or b""))
                buffer += spelt or b""
            starts += [ABSENT] * (1 + TEXTS - len(texts))
            lengths += [0] * (1 + TEXTS - len(texts))
            given = [getattr(event, name) for name in slots.values]
            values += [nan if value is None else value for value in given] + [nan] * (VALUES - len(given))
            word = 0 if slots.choice is None else slots.words.index(getattr(event, slots.choice)) + 1
            facts.append((kind, word, min(event.ts, LATEST_MS)))
        records = np.zeros(len(facts), EVENT)
        if facts:
            records["kind"], records["code"], records["ts"] = zip(*facts, strict=True)
            where = np.array(starts, np.int64).reshape(-1, 1 + TEXTS)
            long = np.array(lengths, np.uint32).reshape(-1, 1 + TEXTS)
            records["id_start"], records["text_start"] = where[:, 0], where[:, 1:]
            records["id_length"], records["text_length"] = long[:, 0], long[:, 1:]
            records["values"] = np.array(values).reshape(-1, VALUES)
        batch = cls(records, np.frombuffer(bytes(buffer), np.uint8))
        hash_texts(records, batch.buffer)
        return batch

    @classmethod
    def joined(cls, batches: Sequence[EventBatch]) -> EventBatch:
        """The events of all batches one after another, with only their own texts in the buffer."""
        records = joined_records([batch.records for batch in batches])
        sizes = [batch.text_bytes + int(batch.records["id_length"].sum()) for batch in batches]
        buffer = np.empty(sum(sizes), np.uint8)
        row, place = 0, 0
        for batch, size in zip(batches, sizes, strict=True):
            move_texts(records[row : row + len(batch)], batch.buffer, buffer, place)
            row += len(batch)
            place += size
        return cls(records, buffer)


def joined_records(parts: Sequence[Records]) -> Records:
    """Records one part after another; copies."""
    return np.concatenate([raw(np.zeros(0, EVENT)), *map(raw, parts)]).view(EVENT)


@kernel
def hash_texts(records: Records, text: Text) -> None:
    """Fill in the hashes of the ids and of the texts."""
    for row in range(len(records)):
        record = records[row]
        first, second = hash_id(text, record.id_start, record.id_length)
        record.id_hash[0] = first
        record.id_hash[1] = second
        for place in range(TEXTS):
            if record.text_length[place] > 0:
                record.text_hash[place] = hash_bytes(
                    text, record.text_start[place], record.text_length[place]
                )


@kernel
def move_texts(records: Records, text: Text, into: Text, place: int) -> None:
    """Copy ids and texts from ``text`` to ``into``, from ``place`` on; they then point there."""
    for row in range(len(records)):
        record = records[row]
        start, length = record.id_start, int(record.id_length)
        copy(text[start : start + length], into[place : place + length], length)
        record.id_start = place
        place += length
        for slot in range(TEXTS):
            start, length = record.text_start[slot], int(record.text_length[slot])
            if start == ABSENT:
                continue
            copy(text[start : start + length], into[place : place + length], length)
            record.text_start[slot] = place
            place += length
