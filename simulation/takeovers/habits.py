"""How takeovers go in one city, and what is like them: drawn from the seed before the first event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from simulation.config import DAY_MS, CityConfig
from simulation.streams import Dice

HOUR_MS = 3_600_000
SETTLED_DAYS = 8
"""Days that a victim was known before."""
LEAST_DAYS = SETTLED_DAYS + 13
"""Days of the file that hold settled accounts, takeovers and what comes of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewHabits:
    """One crew. Times are epoch ms, shares in [0, 1] of its victims or rides.

    ``span_ms`` is how long it takes over accounts; ``own_address_share`` of them are used from an address of
    their own. ``with_crew`` of the rides are with the crew's drivers; ``locked_out`` of the owners do not get
    in for a while; ``disowned`` of the rides are disputed.
    """

    begins_ms: int
    span_ms: int
    victims: int
    drivers: int
    rides: float
    with_crew: float
    own_address_share: float
    locked_out: float
    far_km: float
    fare_factor: float
    disowned: float

    @classmethod
    def draw(cls, config: CityConfig, dice: Dice) -> Self:
        """A crew that begins once accounts are settled, and ends before the file does."""
        first = config.start_ms + SETTLED_DAYS * DAY_MS
        last = config.end_ms - 5 * DAY_MS
        return cls(
            begins_ms=int(dice.uniform(first, last)),
            span_ms=int(dice.log_uniform(3, 96) * HOUR_MS),
            victims=round(dice.log_uniform(5, 20)),
            drivers=dice.randint(1, 3),
            rides=dice.uniform(1.0, 3.5),
            with_crew=dice.uniform(0.7, 1.0),
            own_address_share=dice.choice([1.0, 1.0, dice.uniform(0, 1)]),
            locked_out=dice.uniform(0.3, 1.0),
            far_km=dice.uniform(6.0, 20.0),
            fare_factor=dice.uniform(1.0, 1.4),
            disowned=dice.choice([0.0, dice.uniform(0.1, 0.6)]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersHabits:
    """What honest owners do that looks the same.

    ``upgraded`` of all riders get a new phone, half of them in the ``release_ms`` week of a new one.
    ``guests`` groups of old accounts ride with the few drivers of one house for some days, ``travel_phone``
    of them on a phone of its own.
    """

    upgraded: float
    release_ms: int
    guests: int
    travel_phone: float

    @classmethod
    def draw(cls, config: CityConfig, dice: Dice) -> Self:
        """One city's owners."""
        return cls(
            upgraded=dice.uniform(0.04, 0.12),
            release_ms=config.start_ms + int(dice.uniform(SETTLED_DAYS, config.days - 7) * DAY_MS),
            guests=max(1, round(config.riders / 2_000)),
            travel_phone=dice.uniform(0.1, 0.4),
        )
