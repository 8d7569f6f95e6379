"""What the tests expect of each family of habits, where that is not the same of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulation import CityConfig

PLUMBING = {"assembly", "config", "lines", "mint", "outbox", "streams", "summary", "truth"}
MEANS = frozenset({"account_created", "card_added", "payout_added"})
SMALL: dict[str, Any] = {"riders": 250, "drivers": 30, "days": 4}


@dataclass(frozen=True, kw_only=True)
class Family:
    """A family and what is expected of it, where that is not the same of all."""

    habits: str
    untidy: dict[str, float]
    package: str | None = None
    imports: set[str] = field(default_factory=lambda: PLUMBING)
    plain: dict[str, Any] = field(default_factory=dict)
    """The size at which its honest life has what is expected of it, where others need less."""
    older: frozenset[str] = MEANS
    """The types of event that may be older than the file."""
    all_sign_up: bool = False
    """The file tells of every account how it signed up; elsewhere of those who do something."""
    all_decoys_act: bool = False
    refers_at_once: bool = False
    """Who refers may sign up in the same instant as who is referred."""
    rides_outlast_the_file: bool = False
    gaps_of_pings: str = "whole intervals"
    """Some pings get lost; ``one interval``: none; ``uneven``: phones are a little late, too."""
    kinds_of_decoys: int = 8
    smallest_trips: int = 6
    """Trips in the smallest city of the default settings."""

    @property
    def transfers(self) -> bool:
        return self.habits != "first"

    @property
    def with_and_without_transfers(self) -> tuple[bool, ...]:
        return (False, True) if self.transfers else (False,)

    def small(self, seed: int) -> CityConfig:
        """A small city of all that the family has."""
        return CityConfig(
            seed=seed, habits=self.habits, fraud_share=0.2, gps=True, transfers=self.transfers, **SMALL
        )


EXPECTED = (
    Family(
        habits="first",
        older=frozenset(),
        rides_outlast_the_file=True,
        gaps_of_pings="uneven",
        untidy={
            "promotions of one": 3,
            "rides of a pair": 5,
            "people on a phone": 4,
            "people at an address": 20,
            "payments disowned": 1,
        },
    ),
    Family(
        habits="second",
        package="boroughs",
        plain={"riders": 2_000, "drivers": 160, "days": 21},
        older=MEANS | {"account_login"},
        refers_at_once=True,
        untidy={
            "promotions of one": 4,
            "rides of a pair": 5,
            "payments disowned": 1,
            "people of three addresses": 15,
        },
    ),
    Family(
        habits="third",
        package="stages",
        all_decoys_act=True,
        gaps_of_pings="one interval",
        kinds_of_decoys=6,
        untidy={
            "promotions of one": 4,
            "phones of several": 41,
            "people at an address": 21,
            "rides with a reward": 101,
            "share of rides without a card": 0.5,
        },
    ),
    Family(
        habits="fourth",
        package="kitchens",
        smallest_trips=3,
        untidy={"promotions of one": 8, "rides of a pair": 4, "people on a phone": 4},
    ),
    Family(
        habits="fifth",
        package="fleets",
        all_sign_up=True,
        all_decoys_act=True,
        rides_outlast_the_file=True,
        untidy={
            "promotions of one": 6,
            "rides of a pair": 4,
            "people on a phone": 3,
            "payments disowned": 1,
        },
    ),
    Family(
        habits="sixth",
        package="compositions",
        imports={"kitchens", "config", "streams", "summary", "truth"},
        all_decoys_act=True,
        untidy={
            "promotions of one": 3,
            "rides of a pair": 4,
            "people on a phone": 4,
            "payments disowned": 1,
        },
    ),
)
