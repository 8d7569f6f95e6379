"""The port behind which a store stands: one writer, many readers.

A store that does not answer raises ``Unavailable``; one that cannot be used raises ``Fatal``; a row that it
refuses is left out, counted and logged, and the rows around it are written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from graph.model.changes import Changes

Value = str | int | float | bool | None | Sequence[str]


class Language(StrEnum):
    """What a store is asked in."""

    SQL = "sql"
    CYPHER = "cypher"


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that the store would not take."""

    step: str
    row: str
    """The row, shortened."""
    why: str


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one batch of changes."""

    rows: int
    refused: tuple[Refused, ...] = ()
    repeated: bool = False
    """The store was at these offsets already; nothing was written."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a statement gave: named columns, one tuple for each row."""

    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


class StoreWriter(Protocol):
    """The one writer of a store."""

    def write(self, changes: Changes, offsets: Mapping[str, int]) -> Written:
        """Write changes and the offsets they reach, all or nothing.

        ``offsets``: by source, the position after the last record that the changes contain. Changes whose
        every offset the store has reached already are a repetition and left alone.
        """

    def offsets(self) -> dict[str, int]:
        """How far the store has come, by source."""

    def close(self) -> None:
        """Let go of the store. A second call does nothing."""


class StoreReader(Protocol):
    """A read-only session; may be used by one thread at a time."""

    @property
    def language(self) -> Language:
        """What ``read`` takes."""

    def read(self, statement: str, parameters: Mapping[str, Value], timeout_s: float) -> Table:
        """The rows of one reading statement. Raises ``Fatal`` when it takes longer or would write."""

    def explain(self, statement: str, parameters: Mapping[str, Value]) -> list[str]:
        """How the store would go about it, a step a line."""

    def close(self) -> None:
        """Let go of the store. A second call does nothing."""
