"""What is already decided for later: finished lines, scripted rides, changes of phone, standing orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from simulation.config import DAY_MS
from simulation.geography import Point
from simulation.truth import RingRecord


class Track(Enum):
    """How the GPS pings of a ride look."""

    ROAD = auto()
    STILL = auto()
    JUMP = auto()
    RULER = auto()


class Take(Enum):
    """What money a fraudulent ride takes."""

    NOTHING = auto()
    FARE = auto()
    INCENTIVE = auto()


@dataclass(slots=True, kw_only=True)
class Ride:
    """A ride decided beforehand; None leaves the choice to ordinary life.

    ``rider`` and ``driver`` are account numbers. ``claim_factor`` stretches the distance that is claimed
    over the one between the coordinates, ``speed_factor`` shortens the duration. With a ``device`` somebody
    else rides on the account, from the address ``ip``; its owner may be elsewhere at the same time.
    """

    ts: int
    rider: int
    driver: int | None = None
    pickup: Point | None = None
    dropoff: Point | None = None
    fare_factor: float = 1.0
    speed_factor: float = 1.0
    claim_factor: float = 1.0
    track: Track = Track.ROAD
    incentive: float | None = None
    card: str | None = None
    device: str | None = None
    ip: str | None = None
    ring: RingRecord | None = None
    take: Take = Take.NOTHING
    chargeback_chance: float = 0.0
    chargeback_days: float = 6.0
    patient: bool = True


@dataclass(slots=True, kw_only=True)
class NewPhone:
    """From now on the account uses another device."""

    ts: int
    account: int
    device: str


@dataclass(slots=True, kw_only=True)
class StandingOrder:
    """A ride that repeats on the given weekdays (0 is Monday) at about the same minute of the day (UTC)."""

    rider: int
    driver: int | None
    minute: float
    weekdays: tuple[int, ...]
    pickup: Point
    dropoff: Point
    chance: float
    from_ms: int
    to_ms: int


class Agenda:
    """Lines and actions filed by day. Memory: one entry for each thing planned and not yet taken out."""

    def __init__(self, start_ms: int, end_ms: int) -> None:
        self._start_ms = start_ms
        self._end_ms = end_ms
        self._lines: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
        self._actions: defaultdict[int, list[Ride | NewPhone]] = defaultdict(list)
        self.standing: list[StandingOrder] = []

    def say(self, ts: int, line: bytes) -> bool:
        """File a finished line; return False (and forget it) when it lies after the end of the file."""
        if ts >= self._end_ms:
            return False
        self._lines[(ts - self._start_ms) // DAY_MS].append((ts, line))
        return True

    def plan(self, action: Ride | NewPhone) -> None:
        """File an action; what lies outside the file's days is forgotten."""
        if self._start_ms <= action.ts < self._end_ms:
            self._actions[(action.ts - self._start_ms) // DAY_MS].append(action)

    def history(self) -> Iterator[list[tuple[int, bytes]]]:
        """Yield and forget the lines from before the first day, a day at a time, oldest day first."""
        for day in sorted(day for day in self._lines if day < 0):
            yield self._lines.pop(day)

    def lines(self, day: int) -> list[tuple[int, bytes]]:
        """Return and forget the lines of a day."""
        return self._lines.pop(day, [])

    def actions(self, day: int) -> list[Ride | NewPhone]:
        """Return and forget the actions of a day, in order of time."""
        actions = self._actions.pop(day, [])
        actions.sort(key=lambda action: action.ts)
        return actions

    def line_count(self) -> int:
        """Return how many lines are filed. Cost: the number of days."""
        return sum(map(len, self._lines.values()))
