"""Entities interned to dense integers, in the order in which they are first named."""

from __future__ import annotations

from array import array

from graph.model.entities import KIND_CODE, KINDS
from graph.model.vocabulary import EntityKind


class EntityIndex:
    """A two-way map between (kind, identifier) and a dense integer.

    Cost: one dictionary entry and one string per entity; interning is O(1).
    """

    def __init__(self) -> None:
        self._codes: dict[EntityKind, dict[str, int]] = {kind: {} for kind in KINDS}
        self._names: list[str] = []
        self._kinds = array("b")

    def __len__(self) -> int:
        return len(self._names)

    def intern(self, kind: EntityKind, name: str) -> int:
        """The entity's integer; a new one when it was never named before."""
        codes = self._codes[kind]
        entity = codes.get(name)
        if entity is None:
            entity = len(self._names)
            codes[name] = entity
            self._names.append(name)
            self._kinds.append(KIND_CODE[kind])
        return entity

    def find(self, kind: EntityKind, name: str) -> int | None:
        """The entity's integer, or None when it was never named."""
        return self._codes[kind].get(name)

    def name(self, entity: int) -> str:
        """The identifier as the events spell it."""
        return self._names[entity]

    def kind(self, entity: int) -> EntityKind:
        """What the entity stands for."""
        return KINDS[self._kinds[entity]]

    def kind_code(self, entity: int) -> int:
        """The entity's kind as an index into ``KINDS``."""
        return self._kinds[entity]

    def of_kind(self, kind: EntityKind) -> dict[str, int]:
        """Every entity of one kind, by identifier, in the order first named. Do not change it."""
        return self._codes[kind]
