"""The change feed of an engine: what changed since it was last read, at the cost of what changed.

Changed links and accounts are recorded by the kernels (``graph.links.change_log``). How an open ring is
written depends on three things: its accounts and newest judgement, which are replaced only when its accounts
are judged, and so recorded; the identity links of its accounts; and whether an identifier that several of
them use is public. The last changes only with a link to that identifier, or when an analyst acts. Therefore
those identifiers are watched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from graph.candidates.ties import common
from graph.model.changes import (
    ChangedParts,
    Changes,
    Happenings,
    LinkKeys,
    Membership,
    link_keys,
    numbered,
)
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
_ENTITIES: Final = "change_feed.entities"
_RINGS: Final = "change_feed.rings"
"""Names in a snapshot: how many entities, and which rings, were emitted so far."""


class ChangeFeed:
    """What was emitted of an engine so far. Before the first ``read`` nothing is recorded."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._index = EntityIndex(memory)
        self._entities = 0
        self._cuts: tuple[tuple[int, int], ...] | None = ()
        self._public: tuple[int, ...] | None = ()
        self._declared = -1
        self._rings: dict[str, Ring | None] = {}
        self._memberships: dict[str, tuple[Membership, ...]] = {}
        self._is_watching = False
        self._watched: dict[str, list[int]] = {}
        self._watchers: dict[int, set[str]] = {}

    def read(
        self,
        rings: Rings,
        described: Callable[[OpenRing], Ring],
        memberships_of: Callable[[OpenRing], tuple[Membership, ...]],
        window_ms: int,
        happened: Happenings | None,
    ) -> Changes:
        """What changed since the last call; everything at the first. Cost: O(what changed).

        ``described`` gives a ring as it is emitted, ``memberships_of`` its memberships, which are told again
        of a ring whose ledger went on. ``happened`` is passed on.
        """
        log = self._memory.links.change_log
        if not log.is_on:
            self._begin()
        state = self._memory.state
        records = state.links.links
        noted = log.logged("links")
        live = noted[records["live"][noted] != 0]
        accounts = log.logged("entities")
        links = link_columns(self._memory.links, live)
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
                np.setxor1d(np.array(public, np.int64), np.array(self._public or (), np.int64)),
            ]
        )
        members = np.union1d(accounts, went[_is_identity(went)] >> ENTITY_BITS & _LOW_BITS)
        renewed = {entry.ring_id for entry in happened.ledger} if happened else set()
        changed_rings, memberships = self._changed_rings(
            self._touched(rings, members, used), rings, described, memberships_of, renewed
        )
        changes = numbered(
            ChangedParts(
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
                rings=changed_rings,
                closed=self._closed(rings),
                memberships=memberships,
            ),
            self._index.names,
            state.entities["kind"],
            int(state.counters["watermark_ms"][0]),
            window_ms,
            happened or Happenings(),
        )
        log.clear(live)
        self._entities = int(state.counters["entities"][0])
        self._cuts, self._public = cuts, public
        self._declared = int(state.links.change_log.status["declared"][0])
        return changes

    def save(self) -> dict[str, npt.NDArray[Any]]:
        """What a snapshot keeps beside the change log; nothing when nothing was emitted."""
        if not self._memory.links.change_log.is_on:
            return {}
        rings = msgspec.json.encode(sorted(self._rings))
        return {_ENTITIES: np.array([self._entities], np.int64), _RINGS: np.frombuffer(rings, np.uint8)}

    def load(self, saved: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go on from a snapshot. All open rings, cuts and public identifiers are emitted once more."""
        if _ENTITIES in saved:
            self._entities = int(saved[_ENTITIES][0])
            emitted = msgspec.json.decode(saved[_RINGS].tobytes(), type=list[str])
            self._rings = dict.fromkeys(emitted)
            self._cuts = self._public = None

    def _begin(self) -> None:
        """Record everything there is as changed."""
        links, state = self._memory.links, self._memory.state
        links.change_log.begin()
        self._memory.reserve(0, 0)
        accounts = state.accounts["entity"][: state.counters["accounts"][0]]
        links.change_log.log_all(links.live_links(), accounts)

    # -- rings -------------------------------------------------------------------------------------

    def _changed_rings(
        self,
        touched: Iterable[str],
        rings: Rings,
        described: Callable[[OpenRing], Ring],
        memberships_of: Callable[[OpenRing], tuple[Membership, ...]],
        renewed: Collection[str],
    ) -> tuple[tuple[Ring, ...], tuple[Membership, ...]]:
        """The open rings that differ from what was last emitted of them, by id, and such memberships."""
        changed: list[Ring] = []
        memberships: list[Membership] = []
        for ring_id in sorted(touched):
            ring = rings.get(ring_id)
            if ring is None:
                continue
            self._watch(ring_id, rings.members(ring))
            now = described(ring)
            if self._rings.get(ring_id) != now:
                self._rings[ring_id] = now
                changed.append(now)
            likely = memberships_of(ring)
            # An account that left and came back since stands there anew, as likely as before.
            if ring_id in renewed or self._memberships.get(ring_id) != likely:
                self._memberships[ring_id] = likely
                memberships += likely
        return tuple(changed), tuple(memberships)

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
            self._memberships.pop(ring_id, None)
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
