"""The arrays of all links, and the room in them: what kernels work on and a snapshot keeps.

The verbs are in ``graph.links.touch``, the layout in ``graph.links.records``. A link takes 56 bytes, an
interaction link 36 more, and in the index each takes 5.3 to 10.7 bytes; memory beyond the links in use is
reserved but not touched.
"""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from graph.kernels.raw import grown, raw
from graph.kernels.roomy import extended
from graph.links.change_log import ChangeLog, ChangeLogState
from graph.links.expiry import enqueue_all
from graph.links.index import index_all, locate
from graph.links.records import (
    ACCOUNT_LISTS,
    COUNTERS,
    ENTITY,
    HOOK,
    INDEX_SHAPE,
    INTERACTION,
    INTERACTS,
    LINK,
    PREFETCH_WALK,
    PREFETCH_WALKS,
    QUEUES,
    SESSION,
    WINDOW,
    LinkState,
    Records,
)
from graph.links.touch import (
    add_entity,
    advance,
    find,
    first_link,
    horizon,
    is_live,
    length,
    live_count,
    next_expired,
    touch,
    touch_at,
)

__all__ = [
    "LinkState",
    "LinkStore",
    "add_entity",
    "advance",
    "find",
    "first_link",
    "horizon",
    "is_live",
    "length",
    "live_count",
    "locate",
    "next_expired",
    "touch",
    "touch_at",
]

BEFORE_ALL_MS: Final = -(1 << 62)
SMALLEST: Final = 1 << 10
CACHE_LINE: Final = 64
FEWEST_BUCKETS: Final = 1 << 12
"""Buckets of each queue. The expiry queue gets more as the links grow, so that a bucket holds few; the
removal queue does not, because it decides which link numbers are free, which must not depend on when room
was made."""
SLOTS_FOR_EACH_BUCKET: Final = 16

_LINKS_USED, _FREE_LINKS, _INTERACTIONS, _SESSIONS, _ENTITIES, _LISTS_USED = (
    (COUNTERS.names or ()).index(name)
    for name in ("links_used", "free_links", "interactions", "sessions", "entities", "lists_used")
)
"""Where these counters stand in the row of them."""


class LinkStore:
    """Owns the arrays. ``reserve`` before a batch, then hand ``state`` to kernels."""

    def __init__(self, window_ms: int, lateness_ms: int) -> None:
        if window_ms < 0 or lateness_ms < 0:
            raise ValueError(
                f"expected a window and a lateness of at least 0 ms, found {window_ms} and {lateness_ms}"
            )
        window, counters, queues = np.zeros(1, WINDOW), np.zeros(1, COUNTERS), np.zeros(1, QUEUES)
        window[0] = (window_ms, lateness_ms, BEFORE_ALL_MS)
        for chain in ("link", "session", "interaction"):
            counters[f"first_free_{chain}"] = -1
        expiry, removal = _shift(window_ms, FEWEST_BUCKETS), _shift(lateness_ms, FEWEST_BUCKETS)
        queues[0] = (expiry, BEFORE_ALL_MS >> expiry, -1, removal, BEFORE_ALL_MS >> removal)
        self.change_log = ChangeLog()
        self._state = LinkState(
            links=_records(LINK, 0),
            hooks=np.zeros(0, HOOK),
            ends=np.empty((0, 3), np.int32),
            entities=_records(ENTITY, 0),
            slots=np.zeros(4, np.uint32),
            expiry_buckets=np.full(FEWEST_BUCKETS, -1, np.int32),
            removal_buckets=np.full(FEWEST_BUCKETS, -1, np.int32),
            interactions=np.zeros(0, INTERACTION),
            sessions=np.zeros(0, SESSION),
            window=window,
            counters=counters,
            index_shape=np.zeros(1, INDEX_SHAPE),
            queues=queues,
            prefetch_walks=_no_walks(),
            change_log=self.change_log.state,
        )

    @property
    def state(self) -> LinkState:
        """The arrays for kernels. Valid until the next ``reserve``."""
        return self._state

    @property
    def live_count(self) -> int:
        """How many links are live."""
        return int(self._state.counters["live"][0])

    @property
    def horizon_ms(self) -> int:
        """The window's end, epoch ms: a link whose last event lies before it is not live."""
        return int(self._state.window["horizon_ms"][0])

    @property
    def memory_bytes(self) -> int:
        """Bytes in use: records up to the highest ever used, the index, lists and queues."""
        s = self._state
        used, interactions, sessions, lists = (
            int(s.counters[f"{each}_used"][0]) for each in ("links", "interactions", "sessions", "lists")
        )
        records = used * (LINK.itemsize + HOOK.itemsize)
        records += interactions * INTERACTION.itemsize + sessions * SESSION.itemsize
        entities = int(s.counters["entities"][0]) * ENTITY.itemsize + lists * 12
        index = s.slots.nbytes + s.expiry_buckets.nbytes + s.removal_buckets.nbytes
        return records + entities + int(index)

    def reserve(self, links: int = 0, entities: int = 0, accounts: int | None = None) -> None:
        """Make room for that many more touches and entities, ``accounts`` of them accounts (default: all).

        O(1) when there is room. Otherwise arrays double: O(links), and ``state`` must be asked anew.
        """
        s = self._state
        wanted = int(s.counters["links_used"][0] - s.counters["free_links"][0]) + links
        if wanted > len(s.links):
            self._grow_links(wanted)
        self._reserve_rows("interactions", INTERACTION, links)
        self._reserve_rows("sessions", SESSION, links)
        self._reserve_entities(entities, ACCOUNT_LISTS * (entities if accounts is None else accounts))
        self._fit_change_log(links)

    def has_room(self, links: int, entities: int, accounts: int) -> bool:
        """Whether ``reserve`` of the same would find room; no while changes are logged."""
        s = self._state
        used = s.counters.item(0)
        return (
            used[_LINKS_USED] - used[_FREE_LINKS] + links <= len(s.links)
            and used[_INTERACTIONS] + links <= len(s.interactions)
            and used[_SESSIONS] + links <= len(s.sessions)
            and used[_ENTITIES] + entities <= len(s.entities)
            and used[_LISTS_USED] + ACCOUNT_LISTS * accounts <= len(s.ends)
            and not (self.change_log.is_on or self.change_log.is_followed)
        )

    def live_links(self) -> npt.NDArray[np.intp]:
        """The numbers of all live links, ascending. O(links)."""
        used = self._state.links[: self._state.counters["links_used"][0]]
        return np.flatnonzero(used["live"])

    def interactions_of(self, links: npt.NDArray[Any]) -> Records:
        """INTERACTION for each of the links; zeros where a link has no row. Copies."""
        s = self._state
        rows = np.zeros(len(links), INTERACTION)
        has = INTERACTS[s.links["kind"][links]]
        raw(rows)[has] = raw(s.interactions)[s.hooks["interaction"][links[has]]]
        return rows

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything, for a snapshot; records as rows of bytes. Valid until the arrays are changed."""
        s = self._state
        used, interactions, sessions, lists = (
            int(s.counters[f"{each}_used"][0]) for each in ("links", "interactions", "sessions", "lists")
        )
        known = int(s.counters["entities"][0])
        change_log = {f"change_log.{name}": array for name, array in self.change_log.arrays().items()}
        return change_log | {
            "links": _bytes(s.links[:used]),
            "hooks": _bytes(s.hooks[:used]),
            "ends": s.ends[:lists],
            "entities": _bytes(s.entities[:known]),
            "expiry_buckets": s.expiry_buckets,
            "removal_buckets": s.removal_buckets,
            "interactions": _bytes(s.interactions[:interactions]),
            "sessions": _bytes(s.sessions[:sessions]),
            "window": _bytes(s.window),
            "counters": _bytes(s.counters),
            "queues": _bytes(s.queues),
        }

    @classmethod
    def from_arrays(cls, window_ms: int, lateness_ms: int, arrays: dict[str, npt.NDArray[Any]]) -> Self:
        """The store that ``arrays`` was taken from, whose memory it takes over.

        The window and the lateness must be the same.
        """
        store = cls(window_ms, lateness_ms)
        window = _records_in(arrays["window"], WINDOW)
        counters = _records_in(arrays["counters"], COUNTERS)
        found = (int(window["length_ms"][0]), int(window["lateness_ms"][0]))
        if found != (window_ms, lateness_ms):
            raise ValueError(
                f"expected links of window and lateness {(window_ms, lateness_ms)} ms, found {found}; "
                "replay the events from the beginning"
            )
        used = int(counters["links_used"][0])
        store.change_log = ChangeLog.from_arrays(
            {
                name.removeprefix("change_log."): arrays[name]
                for name in arrays
                if name.startswith("change_log.")
            }
        )
        store._replace(
            change_log=store.change_log.state,
            ends=extended(arrays["ends"]),
            entities=_records_in(arrays["entities"], ENTITY),
            expiry_buckets=extended(arrays["expiry_buckets"])[: len(arrays["expiry_buckets"])],
            removal_buckets=extended(arrays["removal_buckets"])[: len(arrays["removal_buckets"])],
            interactions=_records_in(arrays["interactions"], INTERACTION),
            sessions=_records_in(arrays["sessions"], SESSION),
            window=window,
            counters=counters,
            queues=_records_in(arrays["queues"], QUEUES),
        )
        slots = store._index_slots(used)
        size = _room(slots)
        store._index(
            slots,
            used,
            links=_fitted(_records_in(arrays["links"], LINK), _records(LINK, size), used),
            hooks=_fitted(_records_in(arrays["hooks"], HOOK), np.zeros(size, HOOK), used),
        )
        store._fit_change_log(0)
        return store

    def _replace(self, **arrays: npt.NDArray[Any] | ChangeLogState) -> None:
        self._state = self._state.replaced(**arrays)

    def stop_logging(self) -> None:
        """Log no changes any more. ``state`` has to be asked anew."""
        self.change_log = self.change_log.forgotten()
        self._replace(change_log=self.change_log.state)

    def follow(self) -> None:
        """Keep for each entity when it was last touched. ``state`` has to be asked anew."""
        self.change_log.follow()
        self._fit_change_log(0)

    def _fit_change_log(self, links: int) -> None:
        s = self._state
        if self.change_log.fit(len(s.links), len(s.entities), int(s.counters["live"][0]) + links):
            self._replace(change_log=self.change_log.state)

    def _grow_links(self, wanted: int) -> None:
        """Room for ``wanted`` links: three for each four slots of the index, a power of two."""
        s = self._state
        slots = self._index_slots(wanted)
        size, used = _room(slots), int(s.counters["links_used"][0])
        self._index(
            slots,
            used,
            links=grown(s.links, _records(LINK, size), used),
            hooks=grown(s.hooks, np.zeros(size, HOOK), used),
        )

    def _index_slots(self, wanted: int) -> int:
        """How many slots an index of so many links has."""
        slots = max(len(self._state.slots), SMALLEST)
        while _room(slots) < wanted:
            slots *= 2
        return slots

    def _index(self, slots: int, used: int, links: Records, hooks: Records) -> None:
        """Take up records, the first of them in use, and an index of them with so many slots."""
        shape = self._state.index_shape
        shape["slot_mask"][0] = slots - 1
        shape["link_bits"][0] = len(links).bit_length()
        index = np.zeros(slots, np.uint32)
        index_all(index, int(shape["link_bits"][0]), links, used)
        self._replace(links=links, hooks=hooks, slots=index)
        self._grow_expiry_buckets(slots // SLOTS_FOR_EACH_BUCKET)

    def _grow_expiry_buckets(self, buckets: int) -> None:
        if buckets > len(self._state.expiry_buckets):
            window_ms = int(self._state.window["length_ms"][0])
            self._state.queues["expiry_shift"] = _shift(window_ms, buckets)
            self._replace(expiry_buckets=np.full(buckets, -1, np.int32), prefetch_walks=_no_walks())
            enqueue_all(self._state)

    def _reserve_rows(self, name: str, kind: np.dtype[Any], more: int) -> None:
        """Room for so many more rows of a table of which ``name`` are in use."""
        s = self._state
        rows, wanted = getattr(s, name), int(s.counters[name][0]) + more
        if wanted > len(rows):
            larger = np.zeros(max(wanted, 2 * len(rows)), kind)
            self._replace(**{name: grown(rows, larger, int(s.counters[f"{name}_used"][0]))})

    def _reserve_entities(self, entities: int, lists: int) -> None:
        s = self._state
        wanted = int(s.counters["entities"][0]) + entities
        if wanted > len(s.entities):
            size = max(wanted, 2 * len(s.entities), SMALLEST)
            self._replace(entities=grown(s.entities, _records(ENTITY, size), int(s.counters["entities"][0])))
        wanted = int(s.counters["lists_used"][0]) + lists
        if wanted > len(s.ends):
            size = max(wanted, 2 * len(s.ends), SMALLEST)
            self._replace(ends=grown(s.ends, np.empty((size, 3), np.int32), int(s.counters["lists_used"][0])))


def _room(slots: int) -> int:
    """How many links an index of so many slots takes."""
    return 3 * slots // 4


def _shift(span_ms: int, buckets: int) -> int:
    """By how many bits a time is shifted, so that a span of time takes at most so many buckets."""
    shift = 0
    while (span_ms >> shift) + 2 > buckets:
        shift += 1
    return shift


def _no_walks() -> Records:
    walks = np.zeros(PREFETCH_WALKS, PREFETCH_WALK)
    walks[:] = (-1, -1)
    return walks


def _records(kind: np.dtype[Any], size: int) -> Records:
    """Empty records that start at a cache line."""
    raw = np.zeros(size * kind.itemsize + CACHE_LINE, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size * kind.itemsize].view(kind)


def _bytes(records: Records) -> npt.NDArray[np.uint8]:
    return records.view(np.uint8).reshape(len(records), records.dtype.itemsize)


def _records_in(rows: npt.NDArray[np.uint8], kind: np.dtype[Any]) -> Records:
    """The records whose bytes these are, in the same memory, with the room behind them."""
    return extended(rows).reshape(-1).view(kind)


def _fitted(records: Records, larger: Records, used: int) -> Records:
    """As many records as ``larger`` has, copied there where there is no room behind them."""
    return records[: len(larger)] if len(records) >= len(larger) else grown(records, larger, used)
