"""Small reads and one bounded look around: what the walking questions share.

The same walk runs on every store, over the same rows in the same order, so that its answer is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol, cast

from graph.model.errors import BadCall
from graph.stores.port import Table, Value

MOST_ENTITIES: Final = 2_000
"""A walk that has met more than these takes no further hop."""


class Reads(Protocol):
    """Gives the rows of one of the small reads."""

    def __call__(self, name: str, parameters: Mapping[str, Value]) -> Table:
        """The rows."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk found."""

    rows: Sequence[tuple[object, ...]]
    total: int
    is_at_least: bool = False
    notes: tuple[str, ...] = ()


class Step(NamedTuple):
    """One live link, seen from the entity it was read for."""

    key: str
    link: str
    is_out: bool
    other: str
    first_ms: int
    last_ms: int
    events: int
    money: float


@dataclass(slots=True)
class Surroundings:
    """What a walk has seen so far: how many links entities have, and the links of those it followed."""

    reads: Reads
    fold: int
    degree: dict[str, int] = field(default_factory=dict)
    steps: dict[str, list[Step]] = field(default_factory=dict)

    def follow(self, keys: Iterable[str], always: str | None = None) -> list[Step]:
        """The links of those entities that are no hubs, by entity; ``always`` is followed even so."""
        wanted = sorted(set(keys))
        self.count(wanted)
        open_keys = [
            key
            for key in wanted
            if key not in self.steps and (self.degree[key] <= self.fold or key == always)
        ]
        if open_keys:
            for key in open_keys:
                self.steps[key] = []
            for row in self.reads("neighbours", {"keys": open_keys}).rows:
                step = _step(row)
                self.steps[step.key].append(step)
        return [step for key in wanted for step in self.steps.get(key, ())]

    def count(self, keys: Iterable[str]) -> None:
        """Learn how many links entities have."""
        unknown = sorted({key for key in keys if key not in self.degree})
        if unknown:
            self.degree.update(dict.fromkeys(unknown, 0))
            for key, degree in self.reads("degrees", {"keys": unknown}).rows:
                self.degree[cast(str, key)] = cast(int, degree)

    def is_folded(self, key: str) -> bool:
        """Whether the entity has more links than a walk follows."""
        return self.degree.get(key, 0) > self.fold


def key_of(kind: str, identifier: str) -> str:
    """An entity as the stores spell it."""
    return f"{kind}:{identifier}"


def parted(key: str) -> tuple[str, str]:
    """The kind and the identifier of an entity."""
    kind, _, identifier = key.partition(":")
    return kind, identifier


def whole(parameters: Mapping[str, Value], name: str, most: int) -> int:
    """A whole number among the parameters. Raises BadCall past ``most``."""
    value = cast(int, parameters[name])
    if not 1 <= value <= most:
        raise BadCall(f"expected {name} between 1 and {most}, found {value}; correct it")
    return value


def _step(row: tuple[object, ...]) -> Step:
    key, link, is_out, other, first_ms, last_ms, events, money = cast(
        tuple[str, str, bool, str, int, int, int, float], row
    )
    return Step(key, link, bool(is_out), other, first_ms, last_ms, events, money)
