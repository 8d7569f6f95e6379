"""Names and kinds of entities, for those who read what the engine found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from graph.kernels.hashing import bytes_of, hash_bytes
from graph.model.entities import KIND_CODE, KINDS
from graph.model.vocabulary import EntityKind
from graph.state.interning import find
from graph.state.memory import Memory


class EntityIndex:
    """A two-way map between (kind, identifier) and a dense integer, over the arrays of ``memory``."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __len__(self) -> int:
        return int(self._memory.state.counters["entities"][0])

    def find(self, kind: EntityKind, name: str) -> int | None:
        """The entity's integer, or None when it was never named."""
        text = bytes_of(name)
        code, length = KIND_CODE[kind], len(text)
        # A Python integer would be taken as a signed one, and half of all hashes are too large for that.
        text_hash = np.uint64(hash_bytes(text, 0, length))
        entity = find(self._memory.state, code, text, 0, length, text_hash)
        return int(entity) if entity >= 0 else None

    def name(self, entity: int) -> str:
        """The identifier as the events spell it. About a microsecond."""
        state = self._memory.state
        record = state.entities[entity]
        start = int(record["name_at"])
        return str(state.names[start : start + int(record["name_length"])].data, "utf-8")

    def names(self, entities: Sequence[int] | npt.NDArray[np.int32]) -> list[str]:
        """The identifiers of several entities. About a third of a microsecond each."""
        state = self._memory.state
        starts = state.entities["name_at"][entities]
        ends = starts + state.entities["name_length"][entities]
        names = state.names.data
        return [
            str(names[start:end], "utf-8") for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        ]

    def kinds(self, entities: Sequence[int] | npt.NDArray[np.int32]) -> list[EntityKind]:
        """What each of several entities stands for."""
        return [KINDS[code] for code in self._memory.state.entities["kind"][entities].tolist()]
