"""The arrays of all links, and the room in them: what kernels work on and a snapshot keeps.

The verbs are in ``graph.links.touch``, the layout in ``graph.links.records``. A link takes 88 bytes and, for
the index, 5.3 to 10.7 bytes; memory beyond the links in use is reserved but not touched.
"""

from __future__ import annotations

from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from graph.kernels.raw import chosen, grown
from graph.links.change_log import Notes, NoteState
from graph.links.expiry import enter_all
from graph.links.index import index_all, locate
from graph.links.records import (
    ACCOUNT_LISTS,
    AGEING_AT,
    AGEING_SHIFT,
    AT_HAND,
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
from graph.links.touch import (
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
FEWEST_BUCKETS: Final = 1 << 12
"""Buckets of the calendars. Ageing gets more as the links grow, so that a bucket holds few; forgetting does
not, because it decides which link numbers are free, and that must not depend on when room was made."""
SLOTS_FOR_EACH_BUCKET: Final = 16


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
        scalars[AGEING_SHIFT] = _shift(window_ms, FEWEST_BUCKETS)
        scalars[FORGETTING_SHIFT] = _shift(lateness_ms, FEWEST_BUCKETS)
        scalars[AGEING_AT] = BEFORE_ALL_MS >> int(scalars[AGEING_SHIFT])
        scalars[FORGETTING_AT] = BEFORE_ALL_MS >> int(scalars[FORGETTING_SHIFT])
        self.notes = Notes()
        self._state = LinkState(
            links=_records(LINK, 0),
            hooks=np.zeros(0, HOOK),
            ends=np.empty((0, 3), np.int32),
            entities=_records(ENTITY, 0),
            slots=np.zeros(4, np.uint32),
            ageing=np.full(FEWEST_BUCKETS, -1, np.int32),
            forgetting=np.full(FEWEST_BUCKETS, -1, np.int32),
            spells=np.zeros(0, SPELL),
            scalars=scalars,
            notes=self.notes.state,
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
        entities = int(s.scalars[ENTITIES]) * ENTITY.itemsize + lists * 12
        index = s.slots.nbytes + s.ageing.nbytes + s.forgetting.nbytes + s.scalars.nbytes
        return records + entities + int(index)

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
            self._replace(spells=grown(s.spells, np.zeros(size, SPELL), int(s.scalars[SPELLS_USED])))
        self._reserve_entities(entities, ACCOUNT_LISTS * (entities if accounts is None else accounts))
        self._fit_notes(links)

    def live_records(self) -> Records:
        """The records of all live links; copies. O(links)."""
        used = self._state.links[: self._state.scalars[USED]]
        return chosen(used, used["live"] != 0)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of everything, for a snapshot; records as rows of bytes."""
        s = self._state
        used, spells, lists = (int(s.scalars[each]) for each in (USED, SPELLS_USED, LISTS))
        known = int(s.scalars[ENTITIES])
        notes = {f"notes.{name}": array for name, array in self.notes.arrays().items()}
        return notes | {
            "links": _bytes(s.links[:used]),
            "hooks": _bytes(s.hooks[:used]),
            "ends": s.ends[:lists].copy(),
            "entities": _bytes(s.entities[:known]),
            "ageing": s.ageing.copy(),
            "forgetting": s.forgetting.copy(),
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
        store.notes = Notes.from_arrays(
            {name.removeprefix("notes."): arrays[name] for name in arrays if name.startswith("notes.")}
        )
        store._replace(
            notes=store.notes.state,
            ends=arrays["ends"].copy(),
            entities=_from_bytes(arrays["entities"], _records(ENTITY, len(arrays["entities"]))),
            ageing=arrays["ageing"].copy(),
            forgetting=arrays["forgetting"].copy(),
            spells=_from_bytes(arrays["spells"], np.zeros(len(arrays["spells"]), SPELL)),
            links=_from_bytes(arrays["links"], _records(LINK, used)),
            hooks=_from_bytes(arrays["hooks"], np.zeros(used, HOOK)),
            scalars=scalars,
        )
        store._grow_links(used)
        store._fit_notes(0)
        return store

    def _replace(self, **arrays: npt.NDArray[Any] | NoteState) -> None:
        self._state = self._state.replaced(**arrays)

    def forget_notes(self) -> None:
        """Take no notes any more. ``state`` has to be asked anew."""
        self.notes = self.notes.forgotten()
        self._replace(notes=self.notes.state)

    def follow(self) -> None:
        """Keep for each entity when it was last touched. ``state`` has to be asked anew."""
        self.notes.follow()
        self._fit_notes(0)

    def _fit_notes(self, links: int) -> None:
        s = self._state
        if self.notes.fit(len(s.links), len(s.entities), int(s.scalars[LIVE]) + links):
            self._replace(notes=self.notes.state)

    def _grow_links(self, wanted: int) -> None:
        """Room for ``wanted`` links: three for each four slots of the index, a power of two."""
        s = self._state
        slots = max(len(s.slots), SMALLEST)
        while 3 * slots // 4 < wanted:
            slots *= 2
        size, used = 3 * slots // 4, int(s.scalars[USED])
        s.scalars[SLOT_MASK] = slots - 1
        s.scalars[LINK_BITS] = size.bit_length()
        links = grown(s.links, _records(LINK, size), used)
        index = np.zeros(slots, np.uint32)
        index_all(index, int(s.scalars[LINK_BITS]), links, used)
        self._replace(links=links, hooks=grown(s.hooks, np.zeros(size, HOOK), used), slots=index)
        self._grow_ageing(slots // SLOTS_FOR_EACH_BUCKET)

    def _grow_ageing(self, buckets: int) -> None:
        if buckets > len(self._state.ageing):
            scalars = self._state.scalars
            scalars[AGEING_SHIFT] = _shift(int(scalars[WINDOW]), buckets)
            scalars[PEEKING:SCALARS] = -1
            self._replace(ageing=np.full(buckets, -1, np.int32))
            enter_all(self._state)

    def _reserve_entities(self, entities: int, lists: int) -> None:
        s = self._state
        wanted = int(s.scalars[ENTITIES]) + entities
        if wanted > len(s.entities):
            size = max(wanted, 2 * len(s.entities), SMALLEST)
            self._replace(entities=grown(s.entities, _records(ENTITY, size), int(s.scalars[ENTITIES])))
        wanted = int(s.scalars[LISTS]) + lists
        if wanted > len(s.ends):
            size = max(wanted, 2 * len(s.ends), SMALLEST)
            self._replace(ends=grown(s.ends, np.empty((size, 3), np.int32), int(s.scalars[LISTS])))


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


def _bytes(records: Records) -> npt.NDArray[np.uint8]:
    return records.view(np.uint8).reshape(len(records), records.dtype.itemsize).copy()


def _from_bytes(rows: npt.NDArray[np.uint8], into: Records) -> Records:
    into.view(np.uint8).reshape(rows.shape)[:] = rows
    return into
