"""Whether the service's memory stays flat while events pass through a window.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/service_memory.py``. Twenty million events (logins with
devices and addresses, positions, trips) of a fixed population go through the whole service, from a source in
this process instead of a broker, a million a day; the window is three days, so that links come and age all
the time. One JSON line for every two million events: resident memory, live links, entities. ``growth``
compares the mean of the last three marks with that of the three before: the first ones fill the window.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from surroundings import surroundings

from graph.model.results import Outcome
from ringfence.engines import new_engine
from streaming.decoding.columns import ColumnDecoder
from streaming.files.summary import memory_mb
from streaming.service.config import ServiceConfig
from streaming.service.core import Core
from streaming.service.parts import AssignmentListener, Parts
from streaming.service.ports import Chunk, Offsets, Partition, Polled, RejectedMessage
from streaming.service.service import Service
from streaming.service.state_folder import StateFolder
from streaming.service.status import Status

FIRST_MS = 1_767_268_800_000
PER_DAY = 1_000_000
ACCOUNTS = 100_000
WINDOW_DAYS = 3
MARK_EVERY = 2_000_000
ONLY = Partition("events", 0)


@dataclass(frozen=True, slots=True)
class Made:
    """A message that nobody sent."""

    at: int
    record: bytes

    def offset(self) -> int:
        """Its number."""
        return self.at

    def key(self) -> None:
        """None."""

    def value(self) -> bytes:
        """The event."""
        return self.record

    def timestamp(self) -> tuple[int, int]:
        """None of a broker."""
        return 0, 0

    def headers(self) -> None:
        """None."""


def event(number: int) -> bytes:
    """Three positions, a login and a trip by turns; who and with what returns after some days."""
    ts = FIRST_MS + number * 86_400_000 // PER_DAY
    who, turn = number * 7919 % ACCOUNTS, number % 5
    if turn == 3:
        device = who + ACCOUNTS * (number // (4 * PER_DAY) % 2)
        return (
            b'{"event_id":"e%d","type":"account_login","ts":%d,"account_id":"a%d","device_id":"d%d","ip":"i%d"}'
        ) % (number, ts, who, device, device // 3)
    if turn == 4:
        return (
            b'{"event_id":"e%d","type":"trip_completed","ts":%d,"trip_id":"t%d","rider_id":"a%d",'
            b'"driver_id":"x%d","fare":12.5}'
        ) % (number, ts, number, who, number * 31 % (ACCOUNTS // 10))
    return (
        b'{"event_id":"e%d","type":"gps_ping","ts":%d,"trip_id":"t%d","driver_id":"x%d","lat":1.5,"lon":2.5}'
    ) % (number, ts, number, number % (ACCOUNTS // 10))


class Source:
    """Makes events as fast as they are taken."""

    def __init__(self, total: int) -> None:
        self.total, self.at, self.is_paused = total, 0, False

    def join(self, listener: AssignmentListener) -> None:
        """Ours from the start."""
        self.at = listener.assigned([ONLY])[ONLY]

    def poll(self, limit: int, timeout_s: float) -> Polled:
        """The next events."""
        if self.is_paused:
            return Polled()
        last = min(self.total, self.at + limit)
        if last == self.at:
            return Polled(ended={ONLY: self.at})
        messages = [Made(number, event(number)) for number in range(self.at, last)]
        self.at = last
        return Polled(chunks=[Chunk(ONLY, messages)])

    def pause(self, partitions: Sequence[Partition]) -> None:
        """No more."""
        self.is_paused |= bool(partitions)

    def resume(self, partitions: Sequence[Partition]) -> None:
        """More."""
        self.is_paused &= not partitions

    def ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """At the last event."""
        return dict.fromkeys(partitions, self.total)

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """What is left."""
        return {ONLY: self.total - taken[ONLY]}

    def commit(self, offsets: Offsets, note: str) -> None:
        """Nobody asks."""

    def leave(self) -> None:
        """Nothing to close."""


class Nowhere:
    """Takes results and forgets them."""

    def deliver(
        self, outcome: Outcome, refused: Sequence[RejectedMessage], offsets: Offsets, note: str
    ) -> bool:
        """Safe at once."""
        return True


def main() -> None:
    """Runs it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000_000)
    words = parser.parse_args()
    print(json.dumps({"case": "surroundings", **surroundings(["msgspec", "numba"])}), flush=True)
    config, status, source = ServiceConfig(until_end=True), Status(), Source(words.events)
    marks: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="ringfence-memory-") as name,
        StateFolder(Path(name), 1, print) as state,
    ):
        service = Service(
            Parts(
                state=state,
                new_core=lambda clock_ms: Core(new_engine(WINDOW_DAYS), clock_ms),
                decode=ColumnDecoder().decode_values,
                group=source,
                open_source=lambda _offsets: source,
                delivered=lambda _partitions: -1,
                sink=Nowhere(),
                now_ms=lambda: FIRST_MS + 40 * 86_400_000,
            ),
            config,
            status,
        )
        began, commit = time.perf_counter(), service.commits.commit

        def commit_and_mark(batch: object) -> None:
            commit(batch)  # type: ignore[arg-type]
            if status.tally.events >= MARK_EVERY * (len(marks) + 1):
                marks.append(memory_mb())
                sizes = service.core.sizes()
                print(
                    json.dumps(
                        {
                            "case": "mark",
                            "events": status.tally.events,
                            "memory_mb": round(marks[-1]),
                            "seconds": round(time.perf_counter() - began, 1),
                            "sizes": sizes,
                        }
                    ),
                    flush=True,
                )

        service.commits.commit = commit_and_mark  # type: ignore[method-assign,assignment]
        service.run()
    seconds = time.perf_counter() - began
    facts: dict[str, object] = {
        "events": status.tally.events,
        "per_second": round(status.tally.events / seconds),
    }
    if len(marks) >= 10:
        facts["growth"] = round(mean(marks[-5:]) / mean(marks[-10:-5]), 3)
    print(json.dumps({"case": "memory", **facts}), flush=True)


if __name__ == "__main__":
    main()
