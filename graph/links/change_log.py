"""What changed since it was last asked: which links, which accounts, which links went.

Two lists without repetition, a byte for each link and entity that says whether it stands in them, and the
keys of the links that went. A link's record may be used for another key once its link is forgotten, so a
link that went is noted by its key. While nobody asks, a note costs one look at a number.

What was *told* is what the asker knows to be live: only of such a link is it worth saying that it went.

Beside the lists, and without regard to them, a scorer that reads the graph may *follow*: then every entity
carries the tick at which its facts or its links were last touched. The scorer moves the tick with each look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field
from graph.kernels.kernel import inlined
from graph.model.link_keys import ENTITY_BITS

NOTED: Final = 1
TOLD: Final = 2
"""Bits of a mark."""

STAGE: Final = 0
LINKS: Final = 1
ENTITIES: Final = 2
GONE: Final = 3
DECLARED: Final = 4
TICK: Final = 5
NUMBERS: Final = 8
"""Places in ``numbers``: whether notes are taken, how many there are, identifiers declared public, and the
tick of whoever follows."""

OFF: Final = 0
ON: Final = 1
CATCHING_UP: Final = 2
"""Stages. While catching up, the asker may know of links that come now: it is ahead of the events."""
_STAGES: Final = 3
FOLLOWED: Final = 4
"""Bits of ``numbers[STAGE]``: those of the stage, and whether somebody follows."""


class NoteState(Arrays):
    """The notes, as kernels take them."""

    link_marks: npt.NDArray[np.uint8]
    """By link number."""
    entity_marks: npt.NDArray[np.uint8]
    """By entity."""
    links: npt.NDArray[np.int32]
    entities: npt.NDArray[np.int32]
    gone: npt.NDArray[np.int64]
    """Keys: kind, source and target in ``ENTITY_BITS`` bits each."""
    touched: npt.NDArray[np.int64]
    """By entity, while somebody follows: the tick at which its facts or links were last touched."""
    numbers: npt.NDArray[np.int64]

    fields: ClassVar[dict[str, Field]] = {
        "link_marks": np.dtype(np.uint8),
        "entity_marks": np.dtype(np.uint8),
        "links": np.dtype(np.int32),
        "entities": np.dtype(np.int32),
        "gone": np.dtype(np.int64),
        "touched": np.dtype(np.int64),
        "numbers": np.dtype(np.int64),
    }


@inlined
def note_link(n: NoteState, link: int, source: int, target: int) -> None:
    """A link is new, was used, or joins otherwise than before."""
    stage = n.numbers[STAGE]
    if stage != OFF:
        _touch(n, source, target)
        if stage & _STAGES != OFF:
            mark = n.link_marks[link]
            if mark & NOTED == 0:
                n.links[n.numbers[LINKS]] = link
                n.numbers[LINKS] += 1
            n.link_marks[link] = mark | (NOTED | TOLD if stage & _STAGES == CATCHING_UP else NOTED)


@inlined
def note_gone(n: NoteState, link: int, kind: int, source: int, target: int) -> None:
    """A link fell out of the window."""
    stage = n.numbers[STAGE]
    if stage != OFF:
        _touch(n, source, target)
        if stage & _STAGES != OFF and n.link_marks[link] & TOLD != 0:
            n.link_marks[link] &= NOTED
            n.gone[n.numbers[GONE]] = (kind << 2 * ENTITY_BITS) | (source << ENTITY_BITS) | target
            n.numbers[GONE] += 1


@inlined
def note_entity(n: NoteState, entity: int) -> None:
    """The facts of an account changed."""
    if n.numbers[STAGE] != OFF:
        _touch(n, entity, entity)
        note_score(n, entity)


@inlined
def note_score(n: NoteState, entity: int) -> None:
    """The score of an account changed, which is none of its facts: who follows reads no scores."""
    if n.numbers[STAGE] & _STAGES != OFF and n.entity_marks[entity] == 0:
        n.entity_marks[entity] = NOTED
        n.entities[n.numbers[ENTITIES]] = entity
        n.numbers[ENTITIES] += 1


@inlined
def _touch(n: NoteState, one: int, other: int) -> None:
    if n.numbers[STAGE] & FOLLOWED != 0:
        n.touched[one] = n.numbers[TICK]
        n.touched[other] = n.numbers[TICK]


class Notes:
    """Owns the arrays of notes. Off, and without room, until ``begin``."""

    def __init__(self) -> None:
        self._arrays: dict[str, npt.NDArray[Any]] = {
            "link_marks": np.zeros(0, np.uint8),
            "entity_marks": np.zeros(0, np.uint8),
            "links": np.zeros(0, np.int32),
            "entities": np.zeros(0, np.int32),
            "gone": np.zeros(0, np.int64),
            "touched": np.zeros(0, np.int64),
            "numbers": np.zeros(NUMBERS, np.int64),
        }
        self.state = NoteState(**self._arrays)

    @property
    def is_on(self) -> bool:
        """Whether notes are taken."""
        return bool(self._stage != OFF)

    @property
    def is_followed(self) -> bool:
        """Whether somebody follows."""
        return bool(self._arrays["numbers"][STAGE] & FOLLOWED)

    def begin(self) -> None:
        """Take notes from now on. The caller makes room before the next event."""
        self._set_stage(ON)

    def follow(self) -> None:
        """Keep the ticks of what is touched from now on. The caller makes room before the next event."""
        self._arrays["numbers"][STAGE] |= FOLLOWED

    @property
    def _stage(self) -> int:
        return int(self._arrays["numbers"][STAGE]) & _STAGES

    def _set_stage(self, stage: int) -> None:
        self._arrays["numbers"][STAGE] &= FOLLOWED
        self._arrays["numbers"][STAGE] |= stage

    def fit(self, links: int, entities: int, falls: int) -> bool:
        """Room for so many links and entities, and for so many links to fall; True when arrays moved.

        While notes are off nothing is reserved for them, nor for ticks while nobody follows. No more links
        than there is room for were told, and each goes once; while catching up, what may fall in a batch is
        added to what has.
        """
        gone = links
        if self._stage == CATCHING_UP:
            gone = max(links, int(self._arrays["numbers"][GONE]) + falls)
        noted = (
            *(("link_marks", links), ("links", links), ("gone", gone)),
            *(("entity_marks", entities), ("entities", entities)),
        )
        followed = (("touched", entities),)
        moved = False
        for name, size in (noted if self.is_on else ()) + (followed if self.is_followed else ()):
            old = self._arrays[name]
            if len(old) < size:
                self._arrays[name] = np.zeros(max(size, 2 * len(old)), old.dtype)
                self._arrays[name][: len(old)] = old
                moved = True
        if moved:
            self.state = NoteState(**self._arrays)
        return moved

    def noted(self, what: int) -> npt.NDArray[Any]:
        """The list of LINKS, ENTITIES or GONE, ascending; a copy."""
        array = self._arrays[{LINKS: "links", ENTITIES: "entities", GONE: "gone"}[what]]
        return np.unique(array[: self._arrays["numbers"][what]])

    def note_all(self, links: npt.NDArray[Any], entities: npt.NDArray[Any]) -> None:
        """Note these links and accounts, as if everything about them had changed just now."""
        numbers = self._arrays["numbers"]
        for name, marks, what, rows in (
            ("links", "link_marks", LINKS, links),
            ("entities", "entity_marks", ENTITIES, entities),
        ):
            fresh = rows[self._arrays[marks][rows] & NOTED == 0]
            self._arrays[name][numbers[what] : numbers[what] + len(fresh)] = fresh
            self._arrays[marks][fresh] |= NOTED
            numbers[what] += len(fresh)

    def clear(self, live: npt.NDArray[Any]) -> None:
        """Everything noted is told; ``live`` are the noted links that are live."""
        numbers = self._arrays["numbers"]
        self._arrays["link_marks"][self._arrays["links"][: numbers[LINKS]]] = 0
        self._arrays["link_marks"][live] = TOLD
        self._arrays["entity_marks"][self._arrays["entities"][: numbers[ENTITIES]]] = 0
        numbers[[LINKS, ENTITIES, GONE]] = 0
        self._set_stage(ON)

    def forgotten(self) -> Notes:
        """Notes that are off and know nothing, but for the ticks of whoever follows."""
        notes = Notes()
        numbers = self._arrays["numbers"]
        notes._arrays["touched"] = self._arrays["touched"]
        notes._arrays["numbers"][[STAGE, TICK]] = numbers[STAGE] & FOLLOWED, numbers[TICK]
        notes.state = NoteState(**notes._arrays)
        return notes

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of all notes, for a snapshot; nothing while they are off. Ticks are in none."""
        if not self.is_on:
            return {}
        numbers = self._arrays["numbers"]
        used = {"links": LINKS, "entities": ENTITIES, "gone": GONE}
        return {
            name: array[: numbers[used[name]]].copy() if name in used else array.copy()
            for name, array in self._arrays.items()
            if name != "touched"
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The notes that ``arrays`` was taken from; off when they are empty.

        They go on catching up: whoever was told may have been told more since, what is noted among it.
        """
        notes = cls()
        if arrays:
            notes._arrays |= {name: arrays[name].copy() for name in arrays}
            notes._arrays["numbers"][STAGE] = CATCHING_UP
            notes._arrays["link_marks"][notes._arrays["links"]] |= TOLD
            notes.state = NoteState(**notes._arrays)
        return notes
