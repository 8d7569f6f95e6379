"""A digest of the final graph that does not depend on the order in which it came about.

Every live link, every account's facts, every cut and every declaration is hashed by itself, twice with
different seeds, and the hashes are added modulo 2^64 each: a multiset hash (Bellare and Micciancio, "A New
Paradigm for Collision-Free Hashing", EUROCRYPT 1997). Entities enter by the hash of their kind and spelling,
never by their numbers. Loss and double counting change it; it is no defence against somebody who may choose
events. Cost: O(links + accounts), about 20 ns each.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, Final

import numpy as np

from graph.kernels.kernel import kernel
from graph.links.interactions import money_of
from graph.links.touch import is_live
from graph.state.state import State

_SEEDS: Final = (np.uint64(0x9AE16A3B2F90404F), np.uint64(0xC949D7C7509E6557))
_FOLD: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
_LAST: Final = np.uint64(0x94D049BB133111EB)
_LINK: Final = 1
_ACCOUNT: Final = 2
_CUT: Final = 3
_PUBLIC: Final = 4
"""And 5 for what was declared private."""


def state_digest(state: State) -> str:
    """32 hexadecimal digits that are equal for equal graphs, whatever the order of events."""
    high, low = (int(each) for each in _sums(state))
    return f"{high:016x}{low:016x}"


@kernel
def _fold(running: Any, number: Any) -> Any:
    """Fold one number into a running hash (the mixing of SplitMix64)."""
    running = (running ^ np.uint64(number)) * _FOLD
    running = (running ^ (running >> np.uint64(30))) * _MIX
    running = (running ^ (running >> np.uint64(27))) * _LAST
    return running ^ (running >> np.uint64(31))


@kernel
def _sums(state: State) -> Any:
    """Both sums, in one pass over the records as they lie: it waits for memory and not for arithmetic."""
    one, two = np.uint64(0), np.uint64(0)
    for number in range(state.counters[0].accounts):
        one += _account(state, _SEEDS[0], number)
        two += _account(state, _SEEDS[1], number)
    for number in range(state.links.counters[0].links_used):
        if is_live(state.links, number):
            one += _link(state, _SEEDS[0], number)
            two += _link(state, _SEEDS[1], number)
    return one + _acts(state, _SEEDS[0]), two + _acts(state, _SEEDS[1])


@kernel
def _account(state: State, seed: Any, number: int) -> Any:
    account = state.accounts[number]
    item = _fold(_fold(seed, _ACCOUNT), state.entities[account.entity].hash)
    item = _fold(_fold(_fold(item, account.first_ms), account.last_ms), account.created_ms)
    item = _fold(_fold(item, account.promos), account.promo_units)
    return _fold(_fold(item, account.chargebacks), account.chargeback_units)


@kernel
def _link(state: State, seed: Any, number: int) -> Any:
    link = state.links.links[number]
    item = _fold(_fold(_fold(seed, _LINK), link.kind), state.entities[link.source].hash)
    item = _fold(_fold(item, state.entities[link.target].hash), link.first_ms)
    return _fold(_fold(_fold(item, link.last_ms), link.count), money_of(state.links, number))


@kernel
def _acts(state: State, seed: Any) -> Any:
    """The newest moment, and what analysts did."""
    total = _fold(seed, state.counters[0].watermark_ms)
    for key in state.cuts:
        item = _fold(_fold(seed, _CUT), state.entities[key >> 32].hash)
        total += _fold(item, state.entities[key & 0xFFFFFFFF].hash)
    for number in range(state.counters[0].entities):
        declared = state.entities[number].declared
        if declared:
            total += _fold(_fold(seed, _PUBLIC + declared - 1), state.entities[number].hash)
    return total


def content_id(prefix: str, *parts: str) -> str:
    """An id made from content: the same content has the same id in every run."""
    # Every part is closed by its length, so that no two different tuples spell the same bytes.
    text = "".join(f"{part}|{len(part)};" for part in parts)
    return f"{prefix}_{blake2b(text.encode(), digest_size=10).hexdigest()}"
