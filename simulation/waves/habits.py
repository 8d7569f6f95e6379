"""How a wave goes, and what goes on beside it: everything drawn from the seed before the first event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from simulation.config import DAY_MS, CityConfig
from simulation.streams import Dice

QUIET_DAYS = 28
"""Days of the file before a wave may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveHabits:
    """One wave: when, how large, with which cards and phones, and how soon it is disputed.

    Shares are of the wave's accounts, in [0, 1]. ``disputed_days`` is the median lag of a dispute.
    """

    begins_ms: int
    days: float
    accounts_a_day: float
    ramp_h: float
    issuers: int
    issuer_share: float
    version_share: float
    area_share: float
    accounts_a_phone: float
    cards_an_account: float
    declines_an_account: float
    trips_an_account: float
    fare_factor: float
    disputed_share: float
    disputed_days: float

    @classmethod
    def draw(cls, config: CityConfig, dice: Dice) -> Self:
        """A wave that begins after ``QUIET_DAYS`` and ends before the file does."""
        days = dice.uniform(8, 16)
        people = (config.riders + config.drivers) / 4_200
        latest = max(QUIET_DAYS + 0.5, config.days - days - 1)
        return cls(
            begins_ms=config.start_ms + int(dice.uniform(QUIET_DAYS, latest) * DAY_MS),
            days=days,
            accounts_a_day=people * dice.log_uniform(15, 50),
            ramp_h=dice.uniform(0, 12),
            issuers=dice.choice([1, 1, 2, 3]),
            issuer_share=dice.uniform(0.5, 0.95),
            version_share=dice.uniform(0.2, 1.0),
            area_share=dice.uniform(0.2, 0.8),
            accounts_a_phone=dice.log_uniform(1, 6),
            cards_an_account=dice.uniform(1, 2.5),
            declines_an_account=dice.uniform(0.3, 2.5),
            trips_an_account=dice.uniform(2, 6),
            fare_factor=dice.uniform(1.2, 2.5),
            disputed_share=dice.uniform(0.7, 0.95),
            disputed_days=dice.uniform(14, 28),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewcomerHabits:
    """Honest newcomers and what befalls them: campaigns that bring many, tourists, an issuer's outage.

    ``campaigns`` and ``outages`` hold (begins_ms, ends_ms, how many times the usual).
    """

    accounts_a_day: float
    declined_share: float
    tourist_share: float
    second_card_share: float
    shared_phone_share: float
    disputed_share: float
    campaigns: tuple[tuple[int, int, float], ...]
    outages: tuple[tuple[int, int, float], ...]

    @classmethod
    def draw(cls, config: CityConfig, dice: Dice) -> Self:
        """A city's newcomers, with one to three campaigns and at most two outages."""
        people = (config.riders + config.drivers) / 4_200
        return cls(
            accounts_a_day=people * dice.uniform(8, 16),
            declined_share=dice.uniform(0.04, 0.1),
            tourist_share=dice.uniform(0.05, 0.2),
            second_card_share=dice.uniform(0.05, 0.15),
            shared_phone_share=dice.uniform(0.02, 0.08),
            disputed_share=dice.uniform(0.0005, 0.002),
            campaigns=_spans(config, dice, dice.choice([1, 2, 3]), (2, 7), (2.0, 5.0)),
            outages=_spans(config, dice, dice.choice([0, 1, 2]), (0.1, 0.6), (4.0, 8.0)),
        )


def _spans(
    config: CityConfig, dice: Dice, count: int, days: tuple[float, float], times: tuple[float, float]
) -> tuple[tuple[int, int, float], ...]:
    begun = [config.start_ms + int(dice.uniform(0, config.days) * DAY_MS) for _ in range(count)]
    return tuple(
        (begins, begins + int(dice.uniform(*days) * DAY_MS), dice.uniform(*times)) for begins in sorted(begun)
    )
