"""What a caller may ask of a simulated city."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Final

COMPRESSIONS: Final = {"none": "", "gz": ".gz", "zst": ".zst"}
"""The allowed values of ``CityConfig.compression`` and the file suffix each one adds."""

FAMILIES: Final = ("first", "second", "third", "fourth", "fifth", "sixth")
"""The allowed values of ``CityConfig.habits``: which generator decides how people behave."""

DAY_MS: Final = 86_400_000


class BadConfig(ValueError):
    """A setting is outside its range; the message says what was expected, found and to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CityConfig:
    """The settings of one city; raises ``BadConfig`` when a setting is out of range.

    The same settings give the same bytes. ``docs/simulation.md`` explains every one of them.
    """

    seed: int = 1
    riders: int = 5_600
    drivers: int = 400
    days: int = 28
    fraud_share: float = 0.06
    camouflage: float = 0.3
    gps: bool = False
    ping_interval_s: float = 30.0
    trips_per_rider_day: float = 0.4
    events_per_second: float | None = None
    start_ms: int = 1_740_960_000_000
    compression: str = "none"
    habits: str = "first"
    transfers: bool = False

    def __post_init__(self) -> None:
        _whole("seed", self.seed, 0, 2**63 - 1)
        _whole("riders", self.riders, 50, 5_000_000)
        _whole("drivers", self.drivers, 5, 1_000_000)
        _whole("days", self.days, 2, 3_650)
        _number("fraud_share", self.fraud_share, 0.0, 0.5)
        _number("camouflage", self.camouflage, 0.0, 1.0)
        _number("ping_interval_s", self.ping_interval_s, 1.0, 3_600.0)
        _number("trips_per_rider_day", self.trips_per_rider_day, 0.001, 20.0)
        if self.events_per_second is not None:
            _number("events_per_second", self.events_per_second, 0.0001, 100_000.0)
        _whole("start_ms", self.start_ms, 1_000_000_000_000, 4_000_000_000_000)
        if self.start_ms % DAY_MS:
            raise BadConfig(
                f"expected start_ms to be a midnight in UTC, found {self.start_ms}; "
                f"use {self.start_ms - self.start_ms % DAY_MS}"
            )
        if self.compression not in COMPRESSIONS:
            raise BadConfig(
                f"expected compression to be one of {', '.join(COMPRESSIONS)}, "
                f"found {self.compression!r}; choose one of them"
            )
        if self.habits not in FAMILIES:
            raise BadConfig(
                f"expected habits to be one of {', '.join(FAMILIES)}, found {self.habits!r}; "
                "choose one of them"
            )
        if self.transfers and self.habits == "first":
            raise BadConfig(
                "expected transfers to be False with the first family of habits, found True; "
                "ask for another family or leave them out"
            )

    @property
    def end_ms(self) -> int:
        """The instant at which the file ends (no event is at or after it)."""
        return self.start_ms + self.days * DAY_MS

    @property
    def events_name(self) -> str:
        """The name of the event file inside the output folder."""
        return "events.ndjson" + COMPRESSIONS[self.compression]

    def as_dict(self) -> dict[str, object]:
        """Return the settings as plain values, in the order of their declaration."""
        return asdict(self)


def _whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadConfig(
            f"expected {name} to be a whole number from {low} to {high}, found {value!r}; correct it"
        )


def _number(name: str, value: object, low: float, high: float) -> None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not (good and isinstance(value, int | float) and low <= value <= high):
        raise BadConfig(
            f"expected {name} to be a number from {low:g} to {high:g}, found {value!r}; correct it"
        )
