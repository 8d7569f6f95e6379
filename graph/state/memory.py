"""Who owns the engine's arrays: makes room before a batch, and saves and loads them all.

Arrays grow by doubling; what is reserved and not used yet costs address space and no memory. Per entity, in
all: 37 bytes for its record and slot, its spelling, 24 in the forest, 4 and 12 for each of its lists, 16 of
marks; an account takes 192 bytes of facts and about 60 of scratch on top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from graph.components.forest import Forest
from graph.kernels.arrays import layout_of
from graph.kernels.raw import grown
from graph.kernels.roomy import extended
from graph.links.store import LinkStore
from graph.model.errors import Fatal
from graph.model.event_batch import LATEST_MS, TEXTS
from graph.state.buffers import buffers_for, completion_buffers
from graph.state.evidence_record import EVIDENCE
from graph.state.interning import place_all
from graph.state.records import (
    ACCOUNT,
    AREA,
    CANDIDATE,
    COUNTERS,
    CURSOR,
    DECISION,
    HABITS,
    MARK,
    MEMO,
    NAMED,
    OPTIONS,
    ORIGIN,
    PASSENGERS,
    RING,
    STAMPS,
    TALLY,
    TENURE,
    TOLD_TRIP,
    TRACK,
    TRACK_CHAIN,
    TRIP,
    WHEREABOUTS,
)
from graph.state.sizes import (
    AREAS,
    DAYS,
    EVENTS_AT_ONCE,
    MAX_TRACKS,
    MEMO_SLOTS,
    PLACES,
    REPLAY_SLOTS,
    TRACK_SLOTS,
    WHEREABOUTS_SLOTS,
    Sizes,
)
from graph.state.state import NOBODY, State
from graph.state.trees import NO_TREES, Trees

ENTITIES_PER_EVENT: Final = 6
ACCOUNTS_PER_EVENT: Final = 2
LINKS_PER_EVENT: Final = 5
ORIGINS_PER_EVENT: Final = 4
"""The most that one event brings: an account created with four identifiers and a referrer, or a trip."""
FIRST_ROOM: Final = 1 << 12
"""Records for which there is room from the start."""
FULLEST: Final = 0.6
"""How full the table of entities becomes before it is laid out anew, twice as large."""

_GROWING: Final[dict[str, tuple[Any, str]]] = {
    "entities": (NAMED, "entities"),
    "names": (np.uint8, "name_bytes"),
    "accounts": (ACCOUNT, "accounts"),
    "origins": (ORIGIN, "origins"),
    "shared": (np.uint8, "accounts"),
    "passengers": (PASSENGERS, "passenger_blocks"),
}
"""Arrays that are used up to a number, and which of the counters it is."""
_ENTITIES, _NAME_BYTES, _ACCOUNTS, _ORIGINS, _PASSENGER_BLOCKS = (
    (COUNTERS.names or ()).index(name)
    for name in ("entities", "name_bytes", "accounts", "origins", "passenger_blocks")
)
"""Where these counters stand in the row of them."""
_KEPT_WHOLE: Final = (
    "track_slots",
    "track_chain",
    "replays",
    "whereabouts",
    "habits",
    "areas",
    "places",
    "creations",
    "cuts",
    "rings",
    "ring_evidence",
    "ring_features",
    "counters",
)


LAYOUT: Final = layout_of(State)
"""What a saved memory has to agree with."""


class Memory:
    """The arrays behind a ``State``. ``state`` has to be fetched anew after :meth:`reserve`."""

    def __init__(self, window_ms: int, lateness_ms: int, sizes: Sizes) -> None:
        self.links = LinkStore(window_ms, lateness_ms)
        self.forest = Forest(self.links)
        self._arrays = _empty(sizes)
        self._fit_scratch()
        self.state: State = None  # type: ignore[assignment]
        self.state = self._state()

    def reserve(self, events: int, name_bytes: int) -> None:
        """Make room for a batch of so many events whose texts have so many bytes in all.

        Two microseconds when there is room.
        """
        if self._has_room(events, name_bytes):
            return
        self.links.reserve(
            links=LINKS_PER_EVENT * events,
            entities=ENTITIES_PER_EVENT * events,
            accounts=ACCOUNTS_PER_EVENT * events,
        )
        grown = self._grow("entities", ENTITIES_PER_EVENT * events)
        self._grow("names", name_bytes)
        self._grow("accounts", ACCOUNTS_PER_EVENT * events)
        self._grow("origins", ORIGINS_PER_EVENT * events)
        self._grow("shared", ACCOUNTS_PER_EVENT * events)
        self._grow("passengers", events)
        if grown:
            self._fit_slots()
        self._fit_scratch()
        self.state = self._state()

    def _has_room(self, events: int, name_bytes: int) -> bool:
        """Whether nothing would have to be replaced: neither arrays nor the state that holds them."""
        links, arrays = self.links, self._arrays
        if self.state.links is not links.state or self.state.forest is not self.forest.state:
            return False
        used = arrays["counters"].item(0)
        accounts = used[_ACCOUNTS] + ACCOUNTS_PER_EVENT * events
        return (
            used[_ENTITIES] + ENTITIES_PER_EVENT * events <= len(arrays["entities"])
            and used[_NAME_BYTES] + name_bytes <= len(arrays["names"])
            and accounts <= len(arrays["accounts"])
            and accounts <= len(arrays["shared"])
            and used[_ORIGINS] + ORIGINS_PER_EVENT * events <= len(arrays["origins"])
            and used[_PASSENGER_BLOCKS] + events <= len(arrays["passengers"])
            and links.has_room(
                links=LINKS_PER_EVENT * events,
                entities=ENTITIES_PER_EVENT * events,
                accounts=ACCOUNTS_PER_EVENT * events,
            )
        )

    def reserve_told(self, trips: int) -> None:
        """Make room for so many trips of a batch to be told, and begin with the first."""
        if len(self._arrays["told_trips"]) < trips:
            self._arrays["told_trips"] = np.zeros(max(trips, 2 * len(self._arrays["told_trips"])), TOLD_TRIP)
        self.state = self._state()
        self.state.cursor["told"] = 0

    def reserve_rings(self, rings: int) -> None:
        """Make room for so many open rings in all."""
        for name in ("rings", "ring_evidence", "ring_features"):
            old = self._arrays[name]
            if len(old) < rings:
                new = np.zeros((max(rings, 2 * len(old)), *old.shape[1:]), old.dtype)
                self._arrays[name] = grown(old, new, len(old))
        self.state = self._state()

    def set_cuts(self, cuts: npt.NDArray[np.int64]) -> None:
        """Replace the explicit cuts, ascending."""
        self._arrays["cuts"] = cuts
        self.state = self._state()

    def set_members(self, trees: Trees) -> None:
        """Take up the trees that say who belongs to a candidate."""
        self._arrays["member_trees"] = trees
        self.state = self._state()

    def set_scorer(self, weights: Sequence[float], trees: Trees) -> None:
        """Take up what a scorer adds up: a weight for each feature, intercept and doubt, and its trees."""
        self._arrays["weights"] = np.array(weights)
        self._arrays["trees"] = trees
        self.state = self._state()

    @property
    def memory_bytes(self) -> int:
        """What the arrays occupy, reserved room included."""
        own = sum(array.nbytes for array in self._arrays.values())
        return int(own + self.links.memory_bytes + self.forest.memory_bytes)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Every array that a later :meth:`load` needs, cut to what is used; valid until the next batch."""
        saved = {name: self._arrays[name][: self._used(name)] for name in _GROWING}
        saved |= {name: self._arrays[name] for name in _KEPT_WHOLE}
        saved["tracks"] = self._arrays["tracks"][: self._arrays["track_chain"]["used"][0]]
        saved["layout"] = np.frombuffer(LAYOUT.encode(), np.uint8)
        saved |= {f"links.{name}": array for name, array in self.links.arrays().items()}
        return saved | {f"forest.{name}": array for name, array in self.forest.arrays().items()}

    @classmethod
    def load(
        cls, window_ms: int, lateness_ms: int, sizes: Sizes, saved: Mapping[str, npt.NDArray[Any]]
    ) -> Self:
        """The memory that was saved, in the arrays given: they are its own from now on.

        Arrays with room behind them (``graph.kernels.roomy``) grow there. Raises Fatal when it is laid out
        otherwise than ours.
        """
        layout = saved["layout"].tobytes().decode() if "layout" in saved else "none"
        if layout != LAYOUT:
            raise Fatal(
                f"expected a state laid out as {LAYOUT}, found {layout}, of another version: go on with that "
                "version, or begin with an empty state folder"
            )
        memory = cls.__new__(cls)
        kept = {name: extended(saved[name])[: len(saved[name])] for name in _KEPT_WHOLE}
        memory._arrays = _empty(sizes) | kept | {name: extended(saved[name]) for name in _GROWING}
        memory._arrays["entities"] = memory._arrays["entities"][: _most_entities(len(saved["entities"]))]
        grown(saved["tracks"], memory._arrays["tracks"], len(saved["tracks"]))
        # Two tables are laid out anew, by kernels that hold no lock: side by side.
        with ThreadPoolExecutor(1, "slots") as beside:
            slots = beside.submit(memory._fit_slots)
            memory.links = LinkStore.from_arrays(window_ms, lateness_ms, _under("links.", saved))
            slots.result()
        memory.forest = Forest.from_arrays(memory.links, _under("forest.", saved))
        memory._fit_scratch()
        memory.state = None  # type: ignore[assignment]
        memory.state = memory._state()
        return memory

    def _used(self, name: str) -> int:
        """How much of a growing array is used."""
        return int(self._arrays["counters"][_GROWING[name][1]][0])

    def _grow(self, name: str, more: int) -> bool:
        """Make room for more records of an array; returns whether it was moved."""
        dtype, _ = _GROWING[name]
        old, count = self._arrays[name], self._used(name)
        if count + more <= len(old):
            return False
        new = np.zeros(max(count + more, 2 * len(old), FIRST_ROOM), dtype)
        self._arrays[name] = grown(old, new, count)
        return True

    def _fit_slots(self) -> None:
        """Lay the table of entities out anew for as many as there is room for."""
        room = len(self._arrays["entities"])
        slots = np.full(_slots_for(room), -1, np.int32)
        place_all(slots, self._arrays["entities"], self._used("entities"))
        self._arrays["slots"] = slots

    def _fit_scratch(self) -> None:
        accounts, entities = len(self._arrays["accounts"]), len(self._arrays["entities"])
        marks, members = self._arrays["marks"], self._arrays["members"]
        if len(marks) < entities or len(members) < accounts:
            # Stamps may go on from where they are: nothing in new scratch carries one.
            self._arrays |= _scratch(accounts, entities)

    def _state(self) -> State:
        """The arrays as they are now; the same object while none was replaced."""
        arrays = {"links": self.links.state, "forest": self.forest.state, **self._arrays}
        if self.state is None:
            return State(**arrays)
        replaced = {name: array for name, array in arrays.items() if getattr(self.state, name) is not array}
        return self.state.replaced(**replaced) if replaced else self.state


def _slots_for(entities: int) -> int:
    """How many slots the table of entities has when there is room for so many."""
    return 1 << int(np.ceil(np.log2(max(entities, FIRST_ROOM) / FULLEST)))


def _most_entities(known: int) -> int:
    """How many entities the smallest table takes that has place for an eighth more than these."""
    return max(int(FULLEST * _slots_for(known + known // 8)), known)


def _empty(sizes: Sizes) -> dict[str, Any]:
    track_chain = np.zeros(1, TRACK_CHAIN)
    track_chain[0] = (-1, -1, -1, 1, 0)
    counters = np.zeros(1, COUNTERS)
    counters["free_passenger_block"] = NOBODY
    counters["acts_end_ms"] = LATEST_MS
    return {
        "entities": np.zeros(FIRST_ROOM, NAMED),
        "slots": np.full(2 * FIRST_ROOM, -1, np.int32),
        "names": np.zeros(FIRST_ROOM, np.uint8),
        "accounts": np.zeros(FIRST_ROOM, ACCOUNT),
        "origins": np.zeros(FIRST_ROOM, ORIGIN),
        "shared": np.zeros(FIRST_ROOM, np.uint8),
        "passengers": np.zeros(FIRST_ROOM, PASSENGERS),
        "rings": np.zeros(64, RING),
        "ring_evidence": np.zeros(64, EVIDENCE),
        "ring_features": np.zeros((64, sizes.features)),
        "tracks": np.zeros(MAX_TRACKS + 1, TRACK),
        "trip": np.zeros(1, TRIP),
        "told_trips": np.zeros(0, TOLD_TRIP),
        "replays": np.zeros(REPLAY_SLOTS, np.uint64),
        "whereabouts": np.zeros(WHEREABOUTS_SLOTS, WHEREABOUTS),
        "areas": np.zeros(AREAS, AREA),
        "places": np.zeros(PLACES, np.uint8),
        "track_slots": np.zeros(TRACK_SLOTS, np.int32),
        "track_chain": track_chain,
        "habits": np.zeros(1, HABITS),
        "creations": np.zeros(DAYS, np.int32),
        "cuts": np.zeros(0, np.int64),
        "weights": np.zeros(sizes.features + 2),
        "trees": NO_TREES,
        "member_trees": NO_TREES,
        "completing": completion_buffers(sizes),
        "options": np.zeros(1, OPTIONS),
        "counters": counters,
        "cursor": np.zeros(1, CURSOR),
        "stamps": np.zeros(1, STAMPS),
        "candidate": np.zeros(1, CANDIDATE),
        "evidence": np.zeros(1, EVIDENCE),
        "features": np.zeros(sizes.features),
        "decision": np.zeros(1, DECISION),
        "known": np.zeros((EVENTS_AT_ONCE, TEXTS), np.int32),
        "memo": np.zeros(MEMO_SLOTS, MEMO),
        **_scratch(0, 0),
    }


def _scratch(accounts: int, entities: int) -> dict[str, Any]:
    """Empty arrays for so many accounts and entities; nothing in them outlives an event."""
    lists = {name: np.zeros(accounts, np.int32) for name in ("regrouped", "faded", "members")}
    records = {
        "marks": np.zeros(entities, MARK),
        "rides": np.zeros(accounts, TALLY),
        "tallies": np.zeros(accounts, TALLY),
        "tenures": np.zeros(accounts, TENURE),
    }
    return {**lists, **records, **buffers_for(accounts, entities)}


def _under(prefix: str, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
