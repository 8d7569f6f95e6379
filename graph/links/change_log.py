"""The change log: which links and accounts changed since a reader last asked, and which links expired.

Links and entities are listed once each; a byte for each says whether it is listed. An expired link is listed
by its key, because its record may serve another key later. While nobody reads, logging costs two
comparisons.

A link is *emitted* when the reader knows it to be live; only such a link is worth reporting as expired.

Apart from the lists, a scorer that reads the graph may *follow*: then each entity carries the tick at which
its facts or links were last touched. The scorer advances the tick at each look.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import numpy as np
import numpy.typing as npt

from graph.kernels.arrays import Arrays, Field
from graph.kernels.kernel import inlined
from graph.model.link_keys import ENTITY_BITS

LOGGED: Final = 1
EMITTED: Final = 2
"""Bits of a mark: the link or entity is listed; the reader knows the link to be live."""

STATUS: Final = np.dtype(
    [(name, "i8") for name in ("stage", "followed", "links", "entities", "expired", "declared", "tick")]
)
"""One row: the stage, whether somebody follows, how much of each list is used, how many identifiers were
declared public, and the tick of whoever follows."""

OFF: Final = 0
ON: Final = 1
CATCHING_UP: Final = 2
"""Stages. While catching up, the reader is ahead of the events: it may know links that come only now."""


class ChangeLogState(Arrays):
    """The log, as kernels take it."""

    link_marks: npt.NDArray[np.uint8]
    """By link number."""
    entity_marks: npt.NDArray[np.uint8]
    """By entity."""
    links: npt.NDArray[np.int32]
    entities: npt.NDArray[np.int32]
    expired: npt.NDArray[np.int64]
    """Keys: kind, source and target in ``ENTITY_BITS`` bits each."""
    touched: npt.NDArray[np.int64]
    """By entity, while somebody follows: the tick at which its facts or links were last touched."""
    status: npt.NDArray[Any]
    """STATUS."""

    fields: ClassVar[dict[str, Field]] = {
        "link_marks": np.dtype(np.uint8),
        "entity_marks": np.dtype(np.uint8),
        "links": np.dtype(np.int32),
        "entities": np.dtype(np.int32),
        "expired": np.dtype(np.int64),
        "touched": np.dtype(np.int64),
        "status": STATUS,
    }


@inlined
def log_link(log: ChangeLogState, link: int, source: int, target: int) -> None:
    """A link is new, was used, or began or ceased to join its ends."""
    status = log.status[0]
    if status.followed != 0:
        _touch(log, source, target)
    if status.stage != OFF:
        mark = log.link_marks[link]
        if mark & LOGGED == 0:
            log.links[status.links] = link
            status.links += 1
        log.link_marks[link] = mark | (LOGGED | EMITTED if status.stage == CATCHING_UP else LOGGED)


@inlined
def log_expired(log: ChangeLogState, link: int, kind: int, source: int, target: int) -> None:
    """A link left the window."""
    status = log.status[0]
    if status.followed != 0:
        _touch(log, source, target)
    if status.stage != OFF and log.link_marks[link] & EMITTED != 0:
        log.link_marks[link] &= LOGGED
        log.expired[status.expired] = (kind << 2 * ENTITY_BITS) | (source << ENTITY_BITS) | target
        status.expired += 1


@inlined
def log_entity(log: ChangeLogState, entity: int) -> None:
    """The facts of an account changed."""
    if log.status[0].followed != 0:
        _touch(log, entity, entity)
    log_score(log, entity)


@inlined
def log_score(log: ChangeLogState, entity: int) -> None:
    """The score of an account changed, which is none of its facts: who follows reads no scores."""
    status = log.status[0]
    if status.stage != OFF and log.entity_marks[entity] == 0:
        log.entity_marks[entity] = LOGGED
        log.entities[status.entities] = entity
        status.entities += 1


@inlined
def _touch(log: ChangeLogState, one: int, other: int) -> None:
    tick = log.status[0].tick
    log.touched[one] = tick
    log.touched[other] = tick


class ChangeLog:
    """Owns the arrays. Off, and without room, until ``begin``."""

    def __init__(self) -> None:
        self._arrays: dict[str, npt.NDArray[Any]] = {
            "link_marks": np.zeros(0, np.uint8),
            "entity_marks": np.zeros(0, np.uint8),
            "links": np.zeros(0, np.int32),
            "entities": np.zeros(0, np.int32),
            "expired": np.zeros(0, np.int64),
            "touched": np.zeros(0, np.int64),
            "status": np.zeros(1, STATUS),
        }
        self.state = ChangeLogState(**self._arrays)

    @property
    def is_on(self) -> bool:
        """Whether changes are logged."""
        return bool(self._status["stage"] != OFF)

    @property
    def is_followed(self) -> bool:
        """Whether somebody follows."""
        return bool(self._status["followed"])

    def begin(self) -> None:
        """Log changes from now on. The caller makes room before the next event."""
        self._status["stage"] = ON

    def follow(self) -> None:
        """Keep the ticks of what is touched from now on. The caller makes room before the next event."""
        self._status["followed"] = 1

    @property
    def _status(self) -> Any:
        """The one row of STATUS."""
        return self._arrays["status"][0]

    def fit(self, links: int, entities: int, expiring: int) -> bool:
        """Room for so many links and entities, and for ``expiring`` links to expire; True when arrays moved.

        Nothing is reserved for the lists while logging is off, nor for ticks while nobody follows. At most
        all links were emitted, and each expires once; while catching up, those that may expire in a batch
        come on top of those that did.
        """
        expired = links
        if self._status["stage"] == CATCHING_UP:
            expired = max(links, int(self._status["expired"]) + expiring)
        logged = (
            *(("link_marks", links), ("links", links), ("expired", expired)),
            *(("entity_marks", entities), ("entities", entities)),
        )
        followed = (("touched", entities),)
        moved = False
        for name, size in (logged if self.is_on else ()) + (followed if self.is_followed else ()):
            old = self._arrays[name]
            if len(old) < size:
                self._arrays[name] = np.zeros(max(size, 2 * len(old)), old.dtype)
                self._arrays[name][: len(old)] = old
                moved = True
        if moved:
            self.state = ChangeLogState(**self._arrays)
        return moved

    def logged(self, what: str) -> npt.NDArray[Any]:
        """The list of ``links``, ``entities`` or ``expired``, ascending; a copy."""
        return np.unique(self._arrays[what][: self._status[what]])

    def log_all(self, links: npt.NDArray[Any], entities: npt.NDArray[Any]) -> None:
        """List these links and accounts, as if everything about them had changed just now."""
        for name, marks, rows in (("links", "link_marks", links), ("entities", "entity_marks", entities)):
            fresh = rows[self._arrays[marks][rows] & LOGGED == 0]
            count = int(self._status[name])
            self._arrays[name][count : count + len(fresh)] = fresh
            self._arrays[marks][fresh] |= LOGGED
            self._status[name] += len(fresh)

    def clear(self, live: npt.NDArray[Any]) -> None:
        """Everything listed has been emitted; ``live`` are the listed links that are live."""
        status = self._status
        self._arrays["link_marks"][self._arrays["links"][: status["links"]]] = 0
        self._arrays["link_marks"][live] = EMITTED
        self._arrays["entity_marks"][self._arrays["entities"][: status["entities"]]] = 0
        status["links"] = status["entities"] = status["expired"] = 0
        status["stage"] = ON

    def forgotten(self) -> ChangeLog:
        """A log that is off and empty, but for the ticks of whoever follows."""
        log = ChangeLog()
        log._arrays["touched"] = self._arrays["touched"]
        for kept in ("followed", "tick"):
            log._status[kept] = self._status[kept]
        log.state = ChangeLogState(**log._arrays)
        return log

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The lists and marks, for a snapshot; nothing while logging is off. Ticks are left out.

        Valid until the arrays are changed.
        """
        if not self.is_on:
            return {}
        lists = ("links", "entities", "expired")
        saved = {name: array for name, array in self._arrays.items() if name != "touched"}
        saved |= {name: saved[name][: self._status[name]] for name in lists}
        return saved | {"status": saved["status"].view(np.uint8).reshape(1, -1)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The log that ``arrays`` was taken from; off when they are empty.

        It goes on catching up: the reader may have seen more since, among it what is listed.
        """
        log = cls()
        if arrays:
            log._arrays |= dict(arrays)
            log._arrays["status"] = log._arrays["status"].view(STATUS).reshape(1)
            log._status["stage"], log._status["followed"] = CATCHING_UP, 0
            log._arrays["link_marks"][log._arrays["links"]] |= EMITTED
            log.state = ChangeLogState(**log._arrays)
        return log
