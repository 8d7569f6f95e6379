"""Which partitions stand still although the broker has more of them.

A partition can stop being fetched inside librdkafka, without an error, after a broker's restart (its issue
5153) or when it is paused, assigned and resumed in quick succession (its issue 5591). Only the broker knows
that there is more, so it is asked about partitions that have been silent for a while.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from streaming.service.ports import Offsets, Partition


@dataclass(slots=True)
class _Reading:
    """How far one partition was read: the next offset, since when, whether the end was past it by then."""

    offset: int
    since_s: float
    is_behind: bool = False
    is_paused: bool = False


class Progress:
    """Follows what was read of each partition; the caller gives the time, in seconds of any steady clock.

    A partition stands still when it gave nothing for ``after_s`` although the broker had more of it: silent
    for that long, asked for its end, and silent for as long again with its end still ahead. With every such
    finding in a row the next takes twice as long, up to ``longest_s``; progress of a found one ends that.
    """

    def __init__(self, after_s: float, longest_s: float) -> None:
        self._after_s, self._least_s, self._longest_s = after_s, after_s, longest_s
        self._readings: dict[Partition, _Reading] = {}
        self._found: set[Partition] = set()

    @property
    def positions(self) -> dict[Partition, int]:
        """The next offset of each partition that is read."""
        return {partition: reading.offset for partition, reading in sorted(self._readings.items())}

    @property
    def paused(self) -> list[Partition]:
        """Those that are to give nothing for now."""
        return [partition for partition, reading in sorted(self._readings.items()) if reading.is_paused]

    def begin(self, offsets: Offsets, now_s: float) -> None:
        """These are read, too, each from its offset."""
        for partition, offset in offsets.items():
            self._readings[partition] = _Reading(offset, now_s)

    def end(self, partitions: Iterable[Partition]) -> None:
        """These are read no more."""
        for partition in partitions:
            self._readings.pop(partition, None)

    def moved(self, partition: Partition, offset: int, now_s: float) -> None:
        """The partition has been read up to ``offset``."""
        reading = self._readings.get(partition)
        if reading is not None:
            reading.offset, reading.since_s, reading.is_behind = offset, now_s, False
            if partition in self._found:
                self._found.clear()
                self._after_s = self._least_s

    def pause(self, partitions: Iterable[Partition]) -> None:
        """These give nothing, as they were told."""
        for partition in partitions:
            if partition in self._readings:
                self._readings[partition].is_paused = True

    def resume(self, partitions: Iterable[Partition], now_s: float) -> None:
        """These are to give messages again."""
        for partition in partitions:
            if partition in self._readings:
                reading = self._readings[partition]
                reading.is_paused, reading.is_behind, reading.since_s = False, False, now_s

    def silent(self, now_s: float) -> list[Partition]:
        """Those to ask the broker about: they should give messages, and gave none for ``after_s``."""
        return [
            partition
            for partition, reading in sorted(self._readings.items())
            if not reading.is_paused and now_s - reading.since_s >= self._after_s
        ]

    def standing(self, ends: Offsets, now_s: float) -> list[Partition]:
        """Those of ``silent`` that stand still, by where the broker says they end; the others wait anew."""
        found = []
        for partition, end in sorted(ends.items()):
            reading = self._readings[partition]
            if end > reading.offset and reading.is_behind:
                found.append(partition)
            reading.since_s, reading.is_behind = now_s, end > reading.offset
        if found:
            self._found = set(found)
            self._after_s = min(2 * self._after_s, self._longest_s)
        return found
