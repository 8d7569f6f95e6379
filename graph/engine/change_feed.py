"""What changed in an engine since it was last asked, at the cost of what changed.

Links and accounts come from the kernels' change log (``graph.links.change_log``). How an open ring is spelt
depends on its accounts and its newest grounds, which are renewed only when its accounts are judged and so
logged; on the identity links of its accounts; and on whether an identifier that several of them use is
public, which only a link that comes to it or goes from it, or an analyst, can change. Those identifiers are
watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from graph.candidates.ties import common
from graph.kernels.raw import chosen
from graph.model.changes import Changes, Happenings, LinkKeys, Moved, link_keys, numbered
from graph.model.link_keys import ENTITY_BITS, LINK_CODE
from graph.model.results import Ring
from graph.model.vocabulary import IDENTITY_LINKS
from graph.rings.lifecycle import OpenRing, Rings
from graph.state.columns import account_columns, declared_public, explicit_cuts, link_columns
from graph.state.entity_index import EntityIndex
from graph.state.memory import Memory
from graph.state.state import NO_RING

_LOW_BITS: Final = (1 << ENTITY_BITS) - 1
_IDENTITY: Final = np.array(sorted(LINK_CODE[kind] for kind in IDENTITY_LINKS.values()))
_ENTITIES: Final = "told.entities"
_RINGS: Final = "told.rings"
"""Under what a snapshot keeps how many entities and which rings were told."""


class Draining:
    """What was told of an engine so far. Until the first ``drain`` nothing was, and nothing is logged."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._index = EntityIndex(memory)
        self._entities = 0
        self._cuts: tuple[tuple[int, int], ...] | None = ()
        self._public: tuple[int, ...] | None = ()
        self._declared = -1
        self._rings: dict[str, Ring | None] = {}
        self._is_watching = False
        self._watched: dict[str, list[int]] = {}
        self._watchers: dict[int, set[str]] = {}

    def drain(
        self, rings: Rings, spelt: Callable[[OpenRing], Ring], window_ms: int, said: Happenings | None
    ) -> Changes:
        """What changed since the last call; everything at the first. O(what changed)."""
        log = self._memory.links.change_log
        if not log.is_on:
            self._begin()
        state = self._memory.state
        records = state.links.links
        noted = log.logged("links")
        live = noted[records["live"][noted] != 0]
        accounts = log.logged("entities")
        links = link_columns(chosen(records, live))
        went = log.logged("expired")
        gone = went[~np.isin(went, link_keys(links), assume_unique=True)]
        cuts, public = explicit_cuts(state), self._public
        if state.links.change_log.status["declared"][0] != self._declared or public is None:
            public = declared_public(state)
        is_identity = np.isin(records["kind"][noted], _IDENTITY)
        used = np.concatenate(
            [
                records["target"][noted[is_identity]],
                went & _LOW_BITS,
                np.setdiff1d(np.array(public, np.int64), np.array(self._public or (), np.int64)),
            ]
        )
        members = np.union1d(accounts, went[_is_identity(went)] >> ENTITY_BITS & _LOW_BITS)
        told = self._tell_rings(rings, spelt, members, used)
        changes = numbered(
            Moved(
                born=np.arange(self._entities, int(state.counters["entities"][0]), dtype=np.int64),
                accounts=account_columns(state.accounts[state.entities["account"][accounts]]),
                links=links,
                gone=LinkKeys(
                    (gone >> 2 * ENTITY_BITS).astype(np.int8),
                    (gone >> ENTITY_BITS & _LOW_BITS).astype(np.int32),
                    (gone & _LOW_BITS).astype(np.int32),
                ),
                cuts=None if cuts == self._cuts else cuts,
                declared_public=None if public == self._public else public,
                rings=told,
                closed=self._closed(rings),
            ),
            self._index.names,
            state.entities["kind"],
            int(state.counters["watermark_ms"][0]),
            window_ms,
            said or Happenings(),
        )
        log.clear(live)
        self._entities = int(state.counters["entities"][0])
        self._cuts, self._public = cuts, public
        self._declared = int(state.links.change_log.status["declared"][0])
        return changes

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """What a snapshot keeps beside the change log; nothing when nothing was told."""
        if not self._memory.links.change_log.is_on:
            return {}
        rings = msgspec.json.encode(sorted(self._rings))
        return {_ENTITIES: np.array([self._entities], np.int64), _RINGS: np.frombuffer(rings, np.uint8)}

    def load(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go on from a snapshot. All open rings, cuts and public identifiers are told once more."""
        if _ENTITIES in saved:
            self._entities = int(saved[_ENTITIES][0])
            told = msgspec.json.decode(saved[_RINGS].tobytes(), type=list[str])
            self._rings = dict.fromkeys(told)
            self._cuts = self._public = None

    def _begin(self) -> None:
        """Log everything there is as changed."""
        links, state = self._memory.links, self._memory.state
        links.change_log.begin()
        self._memory.reserve(0, 0)
        live = np.flatnonzero(links.state.links["live"][: links.state.counters["links_used"][0]])
        links.change_log.log_all(live, state.accounts["entity"][: state.counters["accounts"][0]])

    # -- rings -------------------------------------------------------------------------------------

    def _tell_rings(
        self,
        rings: Rings,
        spelt: Callable[[OpenRing], Ring],
        accounts: npt.NDArray[Any],
        identifiers: npt.NDArray[Any],
    ) -> tuple[Ring, ...]:
        """The open rings that are spelt otherwise than when they were told, by id."""
        told = []
        for ring_id in sorted(self._touched(rings, accounts, identifiers)):
            ring = rings.get(ring_id)
            if ring is None:
                continue
            self._watch(ring_id, rings.members(ring))
            now = spelt(ring)
            if self._rings.get(ring_id) != now:
                self._rings[ring_id] = now
                told.append(now)
        return tuple(told)

    def _touched(
        self, rings: Rings, accounts: npt.NDArray[Any], identifiers: npt.NDArray[Any]
    ) -> Iterable[str]:
        if not self._is_watching:
            self._is_watching = True
            return {ring.ring_id for ring in rings.open_rings()}
        state = self._memory.state
        slots = np.unique(state.accounts["ring"][state.entities["account"][accounts]])
        held = (rings.at(slot) for slot in slots[slots != NO_RING].tolist())
        touched = {ring.ring_id for ring in held if ring is not None}
        for identifier in self._watchers.keys() & set(identifiers.tolist()):
            touched |= self._watchers[identifier]
        return touched

    def _closed(self, rings: Rings) -> tuple[str, ...]:
        closed = sorted(ring_id for ring_id in self._rings if rings.get(ring_id) is None)
        for ring_id in closed:
            del self._rings[ring_id]
            self._watch(ring_id, ())
        return tuple(closed)

    def _watch(self, ring_id: str, members: Iterable[int]) -> None:
        """Watch the identifiers that several of a ring's accounts use, and no others for it."""
        for identifier in self._watched.pop(ring_id, ()):
            watchers = self._watchers[identifier]
            watchers.discard(ring_id)
            if not watchers:
                del self._watchers[identifier]
        accounts = np.array(tuple(members), np.int32)
        if len(accounts):
            state = self._memory.state
            shared = state.tying.identifiers[: common(state, accounts)].tolist()
            self._watched[ring_id] = shared
            for identifier in shared:
                self._watchers.setdefault(identifier, set()).add(ring_id)


def _is_identity(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return np.isin(keys >> 2 * ENTITY_BITS, _IDENTITY)
