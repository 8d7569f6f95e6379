"""Frames to records of the regions' topics: repeats dropped, each event sent where it belongs.

A shard holds the lanes of one partition number. Events of an account have the same number in every topic
that is keyed by it, and a repeat comes by the lane of the first; so everything that is remembered about an
event is in its shard, and the order of a lane is the order in which its events leave.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from flink.frames import Frame
from flink.keys import key_for
from flink.regions import EVERYWHERE, Homes, Regions
from flink.repeats import Repeats
from streaming.admission.deduplicate import HOUR_MS
from streaming.contract.topics import DEAD_LETTERS

SEPARATOR: Final = "\x1e"
"""Between records (RFC 7464): no JSON holds it, as control characters in texts are escaped."""

_PIECE_BYTES: Final = 1 << 20


class Records(NamedTuple):
    """Records for one topic under one key, put together by ``SEPARATOR``."""

    topic: str
    key: bytes
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where records go.

    ``form``: the name of a region's topic, with ``{region}`` and, where every input topic has one of its own,
    ``{topic}``. ``inputs``: the input topics by their full names and how many partitions each has;
    ``outputs`` the same of the regions' topics. ``prefix`` stands before the inputs and the dead letters.
    """

    form: str
    prefix: str
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]

    def topic(self, region: str, topic: str) -> str:
        """The topic of a region that takes what came in a topic."""
        return self.form.format(region=region, topic=topic.removeprefix(self.prefix))

    def key(self, output: str, topic: str, partition: int) -> bytes:
        """The key of a lane in a topic: lanes share a partition only where there are too few."""
        number = partition
        if "{topic}" not in self.form:
            number += sum(count for name, count in sorted(self.inputs.items()) if name < topic)
        return key_for(f"{topic}-{partition}", number, self.outputs[output])


class Shard:
    """The lanes of one partition number. ``kept_ids`` and ``kept_homes`` outlive a crash."""

    def __init__(
        self,
        regions: Regions,
        places: Places,
        clock_ms: int,
        remember_hours: float,
        kept_ids: MutableMapping[int, bytes],
        kept_homes: MutableMapping[int, str],
    ) -> None:
        self._regions, self._places = regions, places
        self._repeats = Repeats(kept_ids, clock_ms, round(remember_hours * HOUR_MS))
        self._homes = Homes(regions, kept_homes)
        self._keys: dict[tuple[str, str], bytes] = {}

    def take(self, frame: Frame) -> list[Records]:
        """What goes out for a frame."""
        records: list[Records] = []
        if frame.values:
            passed = self._repeats.new(frame.topic, frame.stamp_ms, frame.ids, frame.times)
            codes = self._homes.place(
                np.frombuffer(frame.said, np.int8), np.frombuffer(frame.accounts, np.uint64)
            )
            for code, region in enumerate(self._regions.names):
                rows = np.flatnonzero(passed & ((codes == code) | (codes == EVERYWHERE))).tolist()
                if rows:
                    output = self._places.topic(region, frame.topic)
                    key = self._key(output, frame)
                    records += _together(output, key, [frame.values[row] for row in rows])
        if frame.letters:
            key = f"{frame.topic}-{frame.partition}".encode()
            records += _together(self._places.prefix + DEAD_LETTERS, key, frame.letters)
        return records

    def _key(self, output: str, frame: Frame) -> bytes:
        key = self._keys.get((output, frame.topic))
        if key is None:
            key = self._places.key(output, frame.topic, frame.partition)
            self._keys[output, frame.topic] = key
        return key


def _together(topic: str, key: bytes, values: list[bytes]) -> list[Records]:
    """Records in pieces of about a megabyte."""
    pieces, piece, size = [], list[bytes](), 0
    for value in values:
        if size + len(value) > _PIECE_BYTES and piece:
            pieces.append(piece)
            piece, size = [], 0
        piece.append(value)
        size += len(value)
    pieces.append(piece)
    return [Records(topic, key, SEPARATOR.join([v.decode() for v in piece])) for piece in pieces]
