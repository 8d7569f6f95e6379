"""When a crew gets its accounts, and when each of them acts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulation.compositions.crews.design import Design
from simulation.config import DAY_MS
from simulation.kitchens.calendar import HOUR_MS, MINUTE_MS, Calendar
from simulation.streams import Dice

_ARRIVAL_PART = 0.7
"""In that part of a crew's time its accounts arrive."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """A crew's time, with the crew's own stream of chance."""

    design: Design
    calendar: Calendar
    begin_ms: int
    end_ms: int
    dice: Dice

    def arrivals(self, count: int) -> list[int]:
        """Return when so many accounts come into its hands, in order."""
        dice, shape = self.dice, self.design.tempo
        waves = [dice.random() for _ in range(dice.randint(2, 5))]
        parts = []
        for _ in range(count):
            if self.design.in_turn or shape == "drip":
                part = dice.random()
            elif shape == "burst":
                part = 0.03 * dice.random()
            elif shape == "waves":
                part = dice.choice(waves) + 0.03 * dice.random()
            else:
                part = math.sqrt(dice.random())
            parts.append(min(1.0, part) * _ARRIVAL_PART)
        return [self.begin_ms + int(part * (self.end_ms - self.begin_ms)) for part in sorted(parts)]

    def window(self, arrival_ms: int) -> tuple[int, int]:
        """Return from when to when an account acts that came then."""
        delay = int(self.design.delay_h * self.dice.uniform(0.3, 1.5) * HOUR_MS)
        left = self.end_ms - arrival_ms
        begin = arrival_ms + max(10 * MINUTE_MS, min(delay, left // 2))
        end = self.end_ms
        if self.design.in_turn:
            end = begin + max(DAY_MS // 4, int(0.25 * (self.end_ms - self.begin_ms) * self.dice.random()))
        elif self.design.tempo == "burst":
            end = begin + max(DAY_MS // 4, left // 3)
        return begin, max(begin + HOUR_MS, min(end, self.end_ms))

    def moment(self, window: tuple[int, int]) -> int:
        """Return an instant in a window, at the hours of the crew where that is possible."""
        dice, (begin, end) = self.dice, window
        day = self.calendar.day(begin + int(dice.random() * (end - begin)))
        usual = dice.choice((dice.gauss(8.5, 1), dice.gauss(18.5, 1.5), dice.uniform(7, 23)))
        hour = dice.uniform(0.2, 5.5) if self.design.odd_hours and dice.chance(0.8) else usual
        ts = self.calendar.at(day, hour)
        return ts if begin < ts < end else begin + int(dice.random() * (end - begin))
