"""Units that foreign columns may be in, and what makes the contract's unit of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streaming.contract.fields import Field, FieldKind

Ratio = tuple[float, float]
"""What a number is multiplied by, and then divided by; both exact, so that 1234 cents are 12.34."""

DISTANCES: Final[dict[str, Ratio]] = {"km": (1, 1), "m": (1, 1000), "miles": (1.609344, 1)}
DURATIONS: Final[dict[str, Ratio]] = {"s": (1, 1), "ms": (1, 1000), "min": (60, 1), "h": (3600, 1)}
MONEY: Final[dict[str, Ratio]] = {"main": (1, 1), "cents": (1, 100), "thousandths": (1, 1000)}
TIMES: Final[dict[str, Ratio]] = {"ms": (1, 1), "s": (1000, 1), "us": (1, 1000), "ns": (1, 1_000_000)}
"""Since 1970-01-01 UTC."""
_MONEY_FIELDS: Final = frozenset({"amount", "fare", "fee", "incentive"})


def units_of(field: Field) -> Mapping[str, Ratio]:
    """The units that a column for this field may be in; empty where it has none."""
    if field.kind is FieldKind.TIME:
        return TIMES
    if field.kind is not FieldKind.NUMBER:
        return {}
    if field.name in _MONEY_FIELDS:
        return MONEY
    if field.name.endswith("_km"):
        return DISTANCES
    return DURATIONS if field.name.endswith("_s") else {}
