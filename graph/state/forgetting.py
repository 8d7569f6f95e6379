"""Renames entities in the saved arrays of an engine; everything else in them is about numbers.

A name is overwritten where it lay and its new one comes after all others. An entity keeps its number, so its
links, its place in a ring and every act about it hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.kernels.hashing import bytes_of, hash_bytes
from graph.model.entities import KIND_CODE
from graph.model.renaming import Renaming
from graph.model.vocabulary import EntityKind
from graph.state.interning import entity_hash

Arrays = dict[str, npt.NDArray[Any]]


def without(saved: Mapping[str, npt.NDArray[Any]], renaming: Renaming) -> tuple[Arrays, int]:
    """The arrays with entities renamed, and how many were. O(entities) for each name."""
    arrays = {
        name: array.copy()
        for name, array in saved.items()
        if name in ("entities", "names", "counters", "whereabouts")
    }
    count = 0
    for (kind, old), new in renaming.names.items():
        number = _number(arrays, EntityKind(kind), old)
        if number is not None:
            _rename(arrays, number, EntityKind(kind), new)
            count += 1
        if kind == EntityKind.ACCOUNT:
            here = arrays["whereabouts"]
            here[here["who"] == _text_hash(old)] = 0
    return {**saved, **arrays}, count


def _number(arrays: Arrays, kind: EntityKind, name: str) -> int | None:
    entities, names = arrays["entities"], arrays["names"]
    spelled = bytes_of(name).tobytes()
    alike = (entities["hash"] == _hash(kind, name)) & (entities["kind"] == KIND_CODE[kind])
    for number in np.flatnonzero(alike & (entities["name_length"] == len(spelled))).tolist():
        start = int(entities["name_at"][number])
        if names[start : start + len(spelled)].tobytes() == spelled:
            return number
    return None


def _rename(arrays: Arrays, number: int, kind: EntityKind, name: str) -> None:
    entities, names = arrays["entities"], arrays["names"]
    start, length = int(entities["name_at"][number]), int(entities["name_length"][number])
    names[start : start + length] = 0
    spelled = bytes_of(name)
    entities["name_at"][number] = len(names)
    entities["name_length"][number] = len(spelled)
    entities["hash"][number] = _hash(kind, name)
    arrays["names"] = np.concatenate([names, spelled])
    arrays["counters"]["name_bytes"] = len(arrays["names"])


def _hash(kind: EntityKind, name: str) -> np.uint64:
    return np.uint64(entity_hash(KIND_CODE[kind], _text_hash(name)))


def _text_hash(name: str) -> np.uint64:
    text = bytes_of(name)
    return np.uint64(hash_bytes(text, 0, len(text)))
