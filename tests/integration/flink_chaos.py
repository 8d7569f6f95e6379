"""Flink in front of two owners, each part killed while events arrive, from a seed: and the same in the end.

`python -m tests.integration.flink_chaos --seeds 10` runs so many lives on a broker and a cluster of its own
and prints one line of JSON for each; `--events FILE` takes a world of one's own in place of a simulated one
that is longer than the window. A dense one passes so fast that lanes, read anew after a kill, are hours of
event time apart: ``--order-within`` says for how many owners hold events back; among so many, a lane that was
read to its end may decide where stands what comes again twenty days late (decision 93): ``--no-old`` leaves
that out. In every life the TaskManager, the JobManager and both owners are killed (-9), in another order each
time, while events are sent at an even pace. A second TaskManager and a second JobManager stand by. Digest,
rings, flags, ledger and dead letters are compared with those of `detect`. ``stall_s`` says, by what was
killed, for how long a reader of committed records of the regions' topics saw nothing new; ``undisturbed_s``
is its longest pause before.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
import tempfile
import threading
import time
from itertools import pairwise
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from servers import FlinkCluster, KafkaServer
from simulation import CityConfig, simulate
from streaming.contract.topics import INPUT_TOPICS
from streaming.kafka.feeding import Feeder
from streaming.kafka.options import KafkaOptions
from tests.integration import flink_platform
from tests.integration.flink_platform import (
    HOUR_MS,
    ORDER_WITHIN_MS,
    REGIONS,
    Platform,
    Record,
    committed_in,
    compare_with_detect,
    until_within,
)
from tests.integration.service_child import start

CITY = CityConfig(seed=5, riders=350, drivers=30, days=120)
"""With what its accounts did before, a year and a half: far more than the window of 90 days."""
JOB = "--exactly-once"
"""A backlog's repeats after a crash may be older than what owners remember (decision 90)."""
AFTER_S = 5.0
"""Of undisturbed work before a kill, at least."""


def in_order(content: bytes) -> list[bytes]:
    """Lines of events in order of (time, id)."""
    keyed = []
    for line in content.splitlines():
        event = json.loads(line)
        keyed.append((event["ts"], event["event_id"], line))
    return [line for _, _, line in sorted(keyed)]


class Feeding:
    """Sends records at an even pace from a thread of its own, until it is hurried."""

    def __init__(self, options: KafkaOptions, records: list[Record], per_second: float) -> None:
        self._feeder, self._records, self._per_second = Feeder(options), records, per_second
        self._hurried = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    @property
    def is_under_way(self) -> bool:
        """Whether there is more to come."""
        return self._thread.is_alive()

    def finish(self) -> None:
        """Sends the rest at once, and returns when all of it is safe."""
        self._hurried.set()
        self._thread.join()
        self._feeder.close()

    def _send(self) -> None:
        began = time.monotonic()
        for number, record in enumerate(self._records):
            self._feeder.put(*record)
            ahead = number / self._per_second - (time.monotonic() - began)
            if ahead > 0.01 and not self._hurried.is_set():
                self._feeder.look()
                self._hurried.wait(ahead)


class Watching:
    """Reads what is committed in the regions' topics, and knows when something came."""

    def __init__(self, platform: Platform) -> None:
        topics = [f"{platform.base}{region}.events" for region in REGIONS]
        lanes = flink_platform.PARTITIONS * len(INPUT_TOPICS)
        self._reader = committed_in(platform.address, topics, lanes)
        self._came: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def has_come_since(self, since_s: float, count: int = 1) -> bool:
        """Whether so much came after a moment."""
        return len(self._came) >= count and self._came[-count] > since_s

    def longest_pause(self, since_s: float, until_s: float) -> float:
        """The most seconds between two that came one after the other, in this time or across its ends."""
        pauses = [
            after - before
            for before, after in pairwise(list(self._came))
            if after > since_s and before < until_s
        ]
        return round(max(pauses, default=0.0), 1)

    def close(self) -> None:
        """Ends it."""
        self._ended.set()
        self._thread.join()
        self._reader.close()

    def _read(self) -> None:
        while not self._ended.is_set():
            if self._reader.consume(10_000, 0.1):
                self._came.append(time.monotonic())


class Life:
    """One seed: the parts that run, and how each is killed and comes back."""

    def __init__(
        self,
        seed: int,
        address: str,
        cluster: FlinkCluster,
        folder: Path,
        lines: list[bytes],
        order_within_ms: int,
        *,
        old: bool,
    ) -> None:
        self._dice = random.Random(seed)
        self._seed, self._cluster, self._folder = seed, cluster, folder
        self._world = flink_platform.world(lines, seed, old=old, order_within_ms=order_within_ms)
        self._platform = Platform(address, cluster, folder, order_within_ms)
        self._owners: dict[str, ForkServerProcess] = {}
        self._job = ""

    def run(self, seconds: float) -> dict[str, object]:
        """Lives through it, sending as if for ``seconds``; asserts that nothing is lost or different."""
        began = time.monotonic()
        platform, sent = self._platform, self._world.sent
        self._job = platform.job(JOB)
        for region in REGIONS:
            self._start_owner(region)
        watching = Watching(platform)
        feeding = Feeding(platform.options(""), sent.records, len(sent.records) / seconds)
        kills = {
            "task_manager": self._kill_task_manager,
            "job_manager": self._kill_job_manager,
            **{f"owner_{region}": lambda region=region: self._kill_owner(region) for region in REGIONS},
        }
        order = self._dice.sample(sorted(kills), len(kills))
        until_within(lambda: watching.has_come_since(0.0), "committed events")
        stalls: dict[str, float] = {}
        undisturbed, at_work = None, 0
        for name in order:
            since = time.monotonic()
            pause = AFTER_S + self._dice.uniform(0.0, 3.0)
            until_within(lambda: time.monotonic() > since + pause, "a while")  # noqa: B023
            if undisturbed is None:
                undisturbed = watching.longest_pause(since, time.monotonic())
            at_work += feeding.is_under_way and watching.has_come_since(since)
            killed = time.monotonic()
            kills[name]()
            until_within(lambda: watching.has_come_since(time.monotonic() - 2, 2), f"more after {name}")
            stalls[name] = watching.longest_pause(killed, time.monotonic())
        feeding.finish()
        lines = self._world.lines
        until_within(
            lambda: platform.has_sent(lines) and len(set(platform.letters())) == sent.malformed,
            f"everything sent on (seed {self._seed})",
        )
        self._cluster.cancel(self._job)
        watching.close()
        for process in self._owners.values():
            process.terminate()
            process.join()
        compare_with_detect(platform, lines, sent)
        return {
            "seed": self._seed,
            "killed": order,
            "at_work": at_work,
            "stall_s": stalls,
            "undisturbed_s": undisturbed,
            "events": sum(map(len, lines.values())),
            "repeats": sent.repeats,
            "old_repeats": self._world.old,
            "malformed": sent.malformed,
            "seconds": round(time.monotonic() - began, 1),
            "load": round(os.getloadavg()[0], 1),
        }

    def _start_owner(self, region: str) -> None:
        self._owners[region] = start(self._platform.owner(region), self._folder / f"{region}.log")

    def _kill_owner(self, region: str) -> None:
        process = self._owners[region]
        assert process.exitcode is None, (self._folder / f"{region}.log").read_text()[-3000:]
        process.kill()
        process.join()
        self._start_owner(region)

    def _kill_task_manager(self) -> None:
        self._cluster.kill_task_manager()
        self._cluster.start_task_managers()

    def _kill_job_manager(self) -> None:
        # The one that stood by leads the job from now on, and a new one stands by.
        self._cluster.kill_job_manager()
        self._cluster.start_job_managers()


def main() -> int:
    """Lives through the seeds, and says how many were different."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=600.0, help="of an even pace, until all were killed")
    parser.add_argument("--events", type=Path, help="NDJSON, plain or .gz, in place of a simulated city")
    parser.add_argument("--order-within", type=float, metavar="HOURS", help="of event time [ten minutes]")
    parser.add_argument(
        "--old", action=argparse.BooleanOptionalAction, default=True, help="some come again days late"
    )
    words = parser.parse_args()
    within_ms = ORDER_WITHIN_MS if words.order_within is None else int(words.order_within * HOUR_MS)
    with tempfile.TemporaryDirectory(prefix="ringfence-soak-") as name:
        folder = Path(name)
        path = words.events
        if path is None:
            simulate(CITY, folder / "city")
            path = folder / "city" / "events.ndjson"
        content = path.read_bytes()
        lines = in_order(gzip.decompress(content) if path.suffix == ".gz" else content)
        kafka, cluster = KafkaServer(folder / "kafka"), FlinkCluster(folder / "flink", standby=True)
        try:
            kafka.start()
            cluster.start()
            for seed in range(words.first, words.first + words.seeds):
                scratch = folder / f"seed-{seed}"
                scratch.mkdir()
                said = Life(seed, kafka.address, cluster, scratch, lines, within_ms, old=words.old).run(
                    words.seconds
                )
                print(json.dumps(said), flush=True)
        finally:
            cluster.stop()
            kafka.stop()
    print(json.dumps({"seeds": words.seeds, "different": 0}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
