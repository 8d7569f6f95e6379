"""What comes back from a question: named columns, rows, and how much there is beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from queries.catalogue import Column, Type

DAY_SHOWN: Final = "%Y-%m-%d"
TIME_SHOWN: Final = "%Y-%m-%d %H:%M:%S"

Cell = str | int | float | bool | list[object] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows in the question's order; one tuple each, a value for every column."""

    question: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]
    total: int
    """How many rows there are in all."""
    is_at_least: bool = False
    """The search was stopped by its bounds: there may be more than ``total``."""
    notes: tuple[str, ...] = ()
    """What was folded or left out, in words."""

    @property
    def is_cut(self) -> bool:
        """Whether there is more than the rows shown."""
        return self.is_at_least or self.total > len(self.rows)

    @property
    def extent(self) -> str:
        """How much of how much, in words: ``50 of 1,312 rows``."""
        least = "at least " if self.is_at_least else ""
        if self.is_cut:
            return f"{len(self.rows):,} of {least}{self.total:,} rows"
        return f"{self.total:,} row{'' if self.total == 1 else 's'}"


def shown(value: Cell, kind: Type) -> str:
    """A value as people read it: times in UTC, numbers short, lists by commas."""
    if value is None:
        return ""
    if kind in (Type.TIME, Type.DAY) and isinstance(value, int):
        moment = datetime.fromtimestamp(value / 1000, UTC)
        return moment.strftime(DAY_SHOWN if kind is Type.DAY else TIME_SHOWN)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"
    if isinstance(value, list):
        return ", ".join(_part(part) for part in value)
    return f"{value:,}" if kind is Type.INTEGER and isinstance(value, int) else str(value)


def _part(part: object) -> str:
    if isinstance(part, dict):
        return str(part.get("detail", part))
    return str(part)
