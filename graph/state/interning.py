"""Interning: entities get dense integers, in the order in which they are first named.

A table of slots is probed by a 64-bit hash of kind and spelling, and the spelling itself is compared, so
that two entities never meet. Spellings lie one after another in one array of bytes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import kernel
from graph.kernels.prefetch import fetch
from graph.kernels.words import load_word
from graph.links.touch import add_entity
from graph.state.accounts import begin_account
from graph.state.state import ACCOUNT_KIND, State

NO_ACCOUNT: Final = -1
NO_HOST: Final = -1
_EMPTY: Final = -1
_AHEAD: Final = 24
"""How many entities before its turn the slot of one is fetched."""
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)

Bytes = npt.NDArray[np.uint8]


@kernel
def entity_hash(kind: int, text_hash: Any) -> Any:
    """The hash under which an entity of a kind is found, from the hash of its spelling."""
    mixed = (np.uint64(text_hash) ^ np.uint64(kind)) * _STEP
    return mixed ^ (mixed >> np.uint64(29))


@kernel
def home(wanted: Any, mask: int) -> int:
    """The slot where the search for a hash begins."""
    return int(np.int64(wanted >> np.uint64(20)) & mask)


@kernel
def find(state: State, kind: int, text: Bytes, start: int, length: int, text_hash: Any) -> int:
    """The entity's integer, or -1 - slot of where it belongs when it was never named."""
    mask = len(state.slots) - 1
    wanted = entity_hash(kind, text_hash)
    slot = home(wanted, mask)
    while state.slots[slot] != _EMPTY:
        number = state.slots[slot]
        entity = state.entities[number]
        if (
            entity.hash == wanted
            and entity.kind == kind
            and entity.name_length == length
            and _same(state.names, entity.name_at, text, start, length)
        ):
            return int(number)
        slot = (slot + 1) & mask
    return int(-1 - slot)


@kernel
def _same(names: Bytes, at: int, text: Bytes, start: int, length: int) -> bool:
    place = 0
    while place + 8 <= length:
        if load_word(names, at + place) != load_word(text, start + place):
            return False
        place += 8
    while place < length:
        if names[at + place] != text[start + place]:
            return False
        place += 1
    return True


@kernel
def intern(state: State, kind: int, text: Bytes, start: int, length: int, text_hash: Any, ts: int) -> int:
    """The entity's integer; a new one when it was never named before, for an account with its facts."""
    found = find(state, kind, text, start, length, text_hash)
    if found >= 0:
        return found
    number = state.counters[0].entities
    state.counters[0].entities += 1
    state.slots[-1 - found] = number
    entity = state.entities[number]
    entity.hash = entity_hash(kind, text_hash)
    entity.kind = kind
    entity.name_at = state.counters[0].name_bytes
    entity.name_length = length
    for place in range(length):
        state.names[entity.name_at + place] = text[start + place]
    state.counters[0].name_bytes += length
    entity.account = NO_ACCOUNT
    entity.host = NO_HOST
    add_entity(state.links, number, kind == ACCOUNT_KIND)
    if kind == ACCOUNT_KIND:
        entity.account = state.counters[0].accounts
        state.counters[0].accounts += 1
        begin_account(state.accounts[entity.account], number, ts)
    return int(number)


@kernel
def place_all(slots: npt.NDArray[np.int32], entities: Any, count: int) -> None:
    """Fill an empty table with the first ``count`` entities; their slots are fetched ahead."""
    mask = len(slots) - 1
    for number in range(count):
        if number + _AHEAD < count:
            fetch(slots, home(entities[number + _AHEAD].hash, mask))
        slot = home(entities[number].hash, mask)
        while slots[slot] != _EMPTY:
            slot = (slot + 1) & mask
        slots[slot] = number
