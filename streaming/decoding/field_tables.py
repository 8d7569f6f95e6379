"""The fields of every event type as arrays: what the parsing kernel looks words up in.

Made from ``graph.model.events`` by way of ``FIELDS`` and ``SLOTS``, so that the contract stands in one place.
A word of at most 16 bytes is known by its length and its first and last eight bytes (those of a shorter
word with zeros above), which are two comparisons.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.model.event_batch import SLOTS, TEXTS, VALUES
from graph.model.events import EVENT_TYPES, AnalystAct
from streaming.contract.fields import FIELDS, Field, FieldKind, tag_of

LONGEST_WORD: Final = 16
SLOT_BITS: Final = 8
SCATTER: Final = np.uint64(0x9E3779B97F4A7C15)

NO_FIELD: Final = -1

TYPE_FIELD: Final = "type"
_BY_NAME: Final[dict[str, Field]] = {field.name: field for kind in EVENT_TYPES for field in FIELDS[kind]}
NAMES: Final = (TYPE_FIELD, *_BY_NAME)
"""Every field of every event, each once; its place is its number."""

TYPE: Final = NAMES.index(TYPE_FIELD)
EVENT_ID: Final = NAMES.index("event_id")
TS: Final = NAMES.index("ts")

IDENTIFIER, TEXT, CHOICE, TIME, NUMBER = range(5)
_SORTS: Final = {
    FieldKind.IDENTIFIER: IDENTIFIER,
    FieldKind.TEXT: TEXT,
    FieldKind.CHOICE: CHOICE,
    FieldKind.TIME: TIME,
    FieldKind.NUMBER: NUMBER,
}
_FIELDS: Final = [_BY_NAME.get(name) for name in NAMES]
SORT: Final = np.array([CHOICE if field is None else _SORTS[field.kind] for field in _FIELDS], np.int64)
"""Of every field: what its value may be. ``type`` is a word of a closed list like any other."""
LOW: Final = np.array([-np.inf if f is None or f.low is None else f.low for f in _FIELDS])
HIGH: Final = np.array([np.inf if f is None or f.high is None else f.high for f in _FIELDS])

TEXT_FIELD: Final = np.full((len(EVENT_TYPES), TEXTS), NO_FIELD, np.int64)
VALUE_FIELD: Final = np.full((len(EVENT_TYPES), VALUES), NO_FIELD, np.int64)
"""By event type and slot: the number of the field that belongs there."""
CHOICE_FIELD: Final = np.full(len(EVENT_TYPES), NO_FIELD, np.int64)
REQUIRED: Final = np.zeros(len(EVENT_TYPES), np.uint64)
"""By event type: a bit for each field that must be there."""

CAREFUL: Final = np.array([kind is AnalystAct for kind in EVENT_TYPES])
"""By event type: whether it has rules of more than one field, which the decoder of single records knows."""

for _code, _kind in enumerate(EVENT_TYPES):
    for _slot, _name in enumerate(SLOTS[_code].texts):
        TEXT_FIELD[_code, _slot] = NAMES.index(_name)
    for _slot, _name in enumerate(SLOTS[_code].values):
        VALUE_FIELD[_code, _slot] = NAMES.index(_name)
    _choice = SLOTS[_code].choice
    if _choice is not None:
        CHOICE_FIELD[_code] = NAMES.index(_choice)
    REQUIRED[_code] = sum(1 << NAMES.index(field.name) for field in FIELDS[_kind] if field.required)


def _words() -> list[tuple[str, int, int]]:
    """Every word known: (word, which list it belongs to, its number there); keys are list NO_FIELD."""
    words = [(name, NO_FIELD, number) for number, name in enumerate(NAMES)]
    words += [(tag_of(kind), TYPE, code) for code, kind in enumerate(EVENT_TYPES)]
    for field in _BY_NAME.values():
        words += [(word, NAMES.index(field.name), code) for code, word in enumerate(field.choices, 1)]
    return words


def home(length: int, first: int, last: int, of: int) -> int:
    """Where the search for a word begins."""
    spread = ((first ^ (last << 1) ^ length ^ (of << 7)) * int(SCATTER)) & ((1 << 64) - 1)
    return spread >> (64 - SLOT_BITS)


WORD_LENGTH: Final = np.zeros(1 << SLOT_BITS, np.int64)
WORD_FIRST: Final = np.zeros(1 << SLOT_BITS, np.uint64)
WORD_LAST: Final = np.zeros(1 << SLOT_BITS, np.uint64)
WORD_OF: Final = np.zeros(1 << SLOT_BITS, np.int64)
WORD_NUMBER: Final = np.zeros(1 << SLOT_BITS, np.int64)
"""A hash table of all words, searched from ``home`` on; a length of 0 marks a free slot."""


def _enter(word: str, of: int, number: int) -> None:
    spelt = word.encode()
    if len(spelt) > LONGEST_WORD:
        raise ValueError(f"expected words of at most {LONGEST_WORD} bytes, found {word!r}: widen the table")
    first, last = (int.from_bytes(part, "little") for part in (spelt[:8], spelt[-8:]))
    slot = home(len(spelt), first, last, of & 63)
    while WORD_LENGTH[slot]:
        slot = (slot + 1) % len(WORD_LENGTH)
    WORD_LENGTH[slot], WORD_FIRST[slot], WORD_LAST[slot] = len(spelt), first, last
    WORD_OF[slot], WORD_NUMBER[slot] = of, number


KEY_WORDS: Final = 3
"""Words of eight bytes that hold any key with its quotes and the colon."""
_KEYS: Final = [f'"{name}":'.encode() for name in NAMES]
KEY_LENGTH: Final = np.array([len(key) for key in _KEYS], np.int64)
KEY_BYTES: Final = np.array([np.frombuffer(key.ljust(8 * KEY_WORDS, b"\0"), "<u8") for key in _KEYS])
KEY_MASK: Final = np.array(
    [np.frombuffer((b"\xff" * len(key)).ljust(8 * KEY_WORDS, b"\0"), "<u8") for key in _KEYS]
)
"""By field: the bytes of its key as they stand in a record without spaces, and which of them count."""

for _word, _of, _number in _words():
    _enter(_word, _of, _number)
