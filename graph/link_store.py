"""The arrays of all links, and the room in them: what kernels work on and a snapshot keeps.

The verbs are in ``graph.link_touch``, the layout in ``graph.link_records``. A link takes 88 bytes and, for
the index, 5.3 to 10.7 bytes; memory beyond the links in use is reserved but not touched.
"""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from graph.link_index import index_all, locate
from graph.link_records import (
    ACCOUNT_LISTS,
    AGEING_AT,
    AGEING_SHIFT,
    AT_HAND,
    BUCKETS,
    ENTITIES,
    ENTITY,
    FORGETTING_AT,
    FORGETTING_SHIFT,
    FREE,
    FREE_COUNT,
    HOOK,
    HORIZON,
    LATENESS,
    LINK,
    LINK_BITS,
    LISTS,
    LIVE,
    PEEKING,
    SCALARS,
    SLOT_MASK,
    SPELL,
    SPELLS_COUNT,
    SPELLS_FREE,
    SPELLS_USED,
    USED,
    WINDOW,
    LinkState,
    Records,
)
from graph.link_touch import (
    add_entity,
    advance,
    find,
    first_link,
    horizon,
    is_live,
    length,
    live_count,
    next_fallen,
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
    "next_fallen",
    "touch",
    "touch_at",
]

BEFORE_ALL_MS: Final = -(1 << 62)
SMALLEST: Final = 1 << 10
CACHE_LINE: Final = 64
FORGETTING_BUCKETS: Final = 1 << 10
"""Into how many parts the lateness is cut: fewer than BUCKETS, because being late is harmless there."""


class LinkStore:
    """Owns the arrays. ``reserve`` before a batch, then hand ``state`` to kernels."""

    def __init__(self, window_ms: int, lateness_ms: int) -> None:
        if window_ms < 0 or lateness_ms < 0:
            raise ValueError(
                f"expected a window and a lateness of at least 0 ms, found {window_ms} and {lateness_ms}"
            )
        scalars = np.zeros(SCALARS, np.int64)
        scalars[[WINDOW, LATENESS, HORIZON]] = window_ms, lateness_ms, BEFORE_ALL_MS
        scalars[[FREE, SPELLS_FREE, AT_HAND]] = -1
        scalars[PEEKING:SCALARS] = -1
        scalars[AGEING_SHIFT] = _shift(window_ms, BUCKETS)
        scalars[FORGETTING_SHIFT] = _shift(lateness_ms, FORGETTING_BUCKETS)
        scalars[AGEING_AT] = BEFORE_ALL_MS >> int(scalars[AGEING_SHIFT])
        scalars[FORGETTING_AT] = BEFORE_ALL_MS >> int(scalars[FORGETTING_SHIFT])
        self._state = LinkState(
            links=_records(LINK, 0),
            hooks=np.empty(0, HOOK),
            ends=np.empty((0, 3), np.int32),
            entities=_records(ENTITY, 0),
            slots=np.zeros(4, np.uint32),
            due=np.full((2, BUCKETS), -1, np.int32),
            spells=np.empty(0, SPELL),
            scalars=scalars,
        )

    @property
    def state(self) -> LinkState:
        """The arrays for kernels. Valid until the next ``reserve``."""
        return self._state

    @property
    def live_count(self) -> int:
        """How many links are live."""
        return int(self._state.scalars[LIVE])

    @property
    def horizon_ms(self) -> int:
        """The window's end, epoch ms: a link whose last event lies before it is not live."""
        return int(self._state.scalars[HORIZON])

    @property
    def memory_bytes(self) -> int:
        """Bytes in use: records up to the highest ever used, the index, lists and calendars."""
        s = self._state
        used, spells, lists = (int(s.scalars[each]) for each in (USED, SPELLS_USED, LISTS))
        records = used * (LINK.itemsize + HOOK.itemsize) + spells * SPELL.itemsize
        return (
            records
            + lists * 12
            + int(s.scalars[ENTITIES]) * ENTITY.itemsize
            + s.slots.nbytes
            + s.due.nbytes
            + s.scalars.nbytes
        )

    def reserve(self, links: int = 0, entities: int = 0, accounts: int | None = None) -> None:
        """Make room for that many more touches and entities, ``accounts`` of them accounts (default: all).

        O(1) when there is room. Otherwise arrays double: O(links), and ``state`` must be asked anew.
        """
        s = self._state
        wanted = int(s.scalars[USED] - s.scalars[FREE_COUNT]) + links
        if wanted > len(s.links):
            self._grow_links(wanted)
        if int(s.scalars[SPELLS_COUNT]) + links > len(s.spells):
            size = max(int(s.scalars[SPELLS_COUNT]) + links, 2 * len(s.spells))
            self._replace(spells=_grown(s.spells, np.empty(size, SPELL), int(s.scalars[SPELLS_USED])))
        self._reserve_entities(entities, ACCOUNT_LISTS * (entities if accounts is None else accounts))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of everything, for a snapshot; records as rows of bytes."""
        s = self._state
        used, spells, lists = (int(s.scalars[each]) for each in (USED, SPELLS_USED, LISTS))
        known = int(s.scalars[ENTITIES])
        return {
            "links": _bytes(s.links[:used]),
            "hooks": _bytes(s.hooks[:used]),
            "ends": s.ends[:lists].copy(),
            "entities": _bytes(s.entities[:known]),
            "due": s.due.copy(),
            "spells": _bytes(s.spells[:spells]),
            "scalars": s.scalars.copy(),
        }

    @classmethod
    def from_arrays(cls, window_ms: int, lateness_ms: int, arrays: dict[str, npt.NDArray[Any]]) -> Self:
        """The store that ``arrays`` was taken from. The window and the lateness must be the same."""
        store = cls(window_ms, lateness_ms)
        scalars = arrays["scalars"].copy()
        found = (int(scalars[WINDOW]), int(scalars[LATENESS]))
        if found != (window_ms, lateness_ms):
            raise ValueError(
                f"expected links of window and lateness {(window_ms, lateness_ms)} ms, found {found}; "
                "replay the events from the beginning"
            )
        used = int(scalars[USED])
        scalars[FREE_COUNT], free_count = 0, int(scalars[FREE_COUNT])
        store._replace(
            ends=arrays["ends"].copy(),
            entities=_from_bytes(arrays["entities"], _records(ENTITY, len(arrays["entities"]))),
            due=arrays["due"].copy(),
            spells=_from_bytes(arrays["spells"], np.empty(len(arrays["spells"]), SPELL)),
            links=_from_bytes(arrays["links"], _records(LINK, used)),
            hooks=_from_bytes(arrays["hooks"], np.empty(used, HOOK)),
            scalars=scalars,
        )
        store._grow_links(used)
        scalars[FREE_COUNT] = free_count
        return store

    def _replace(self, **arrays: npt.NDArray[Any]) -> None:
        self._state = self._state._replace(**arrays)

    def _grow_links(self, wanted: int) -> None:
        """Room for ``wanted`` links: three for each four slots of the index, a power of two."""
        s = self._state
        slots = max(len(s.slots), SMALLEST)
        while 3 * slots // 4 < wanted:
            slots *= 2
        size, used = 3 * slots // 4, int(s.scalars[USED])
        s.scalars[SLOT_MASK] = slots - 1
        s.scalars[LINK_BITS] = size.bit_length()
        links = _grown(s.links, _records(LINK, size), used)
        index = np.zeros(slots, np.uint32)
        index_all(index, int(s.scalars[LINK_BITS]), links, used)
        self._replace(links=links, hooks=_grown(s.hooks, np.empty(size, HOOK), used), slots=index)

    def _reserve_entities(self, entities: int, lists: int) -> None:
        s = self._state
        wanted = int(s.scalars[ENTITIES]) + entities
        if wanted > len(s.entities):
            size = max(wanted, 2 * len(s.entities), SMALLEST)
            self._replace(entities=_grown(s.entities, _records(ENTITY, size), int(s.scalars[ENTITIES])))
        wanted = int(s.scalars[LISTS]) + lists
        if wanted > len(s.ends):
            size = max(wanted, 2 * len(s.ends), SMALLEST)
            self._replace(ends=_grown(s.ends, np.empty((size, 3), np.int32), int(s.scalars[LISTS])))


def _shift(span_ms: int, buckets: int) -> int:
    """How many low bits of a time a calendar leaves out that spans so long with so many buckets."""
    shift = 0
    while (span_ms >> shift) + 2 > buckets:
        shift += 1
    return shift


def _records(kind: np.dtype[Any], size: int) -> Records:
    """Empty records that start at a cache line."""
    raw = np.zeros(size * kind.itemsize + CACHE_LINE, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size * kind.itemsize].view(kind)


def _grown(old: npt.NDArray[Any], new: npt.NDArray[Any], used: int) -> npt.NDArray[Any]:
    new[:used] = old[:used]
    return new


def _bytes(records: Records) -> npt.NDArray[np.uint8]:
    return records.view(np.uint8).reshape(len(records), records.dtype.itemsize).copy()


def _from_bytes(rows: npt.NDArray[np.uint8], into: Records) -> Records:
    into.view(np.uint8).reshape(rows.shape)[:] = rows
    return into
