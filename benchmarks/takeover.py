"""How long nobody leads after the leader is killed: a standby that is cold beside one that is warm.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/takeover.py --kills 5``. Two members of a group on a real
broker, each a process with a state folder of its own, over a city that is read to its end; then a few events
a second. Whoever leads is killed with SIGKILL at a random moment, the other takes over, and the killed one is
started again, again and again. ``seconds`` runs from the kill until the offsets of the group are committed by
the other, at the session timeout given (the default of ``run`` is 10 s); the cold one has an empty state
folder each time, as at its first taking over.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition
from surroundings import surroundings

from servers import KafkaServer, ServerUnavailable
from simulation import CityConfig, simulate
from streaming.kafka.feeding import Feeder, create_topics
from streaming.kafka.options import KafkaOptions

SIGN = "accounts"
LOOK_S = 0.02
SETTLED_S = 15.0
"""For a member that has just come to join, and a warm one to apply what there is."""


class Members:
    """Two members of one group, and who of them committed last."""

    def __init__(self, address: str, prefix: str, folder: Path, session_ms: int, *, warm: bool) -> None:
        self.address, self.prefix, self.folder, self.warm = address, prefix, folder, warm
        self.session_ms, self.group = session_ms, f"bench-{uuid.uuid4().hex[:8]}"
        settings: Any = {"bootstrap.servers": address, "group.id": self.group, "enable.auto.commit": False}
        self._reader = Consumer(settings)
        self._starts = [0, 0]
        self.processes = [self.start(number) for number in (0, 1)]

    def start(self, number: int) -> subprocess.Popen[bytes]:
        """Starts a member; a cold one knows nothing."""
        self._starts[number] += 1
        state = self.folder / f"{self.group}-{number}"
        if not self.warm:
            shutil.rmtree(state, ignore_errors=True)
        words = [sys.executable, "-m", "ringfence", "run", "--kafka", self.address, "--state", str(state)]
        words += ["--group", self.group, "--identity", f"member-{number}", "--http-port", "0"]
        words += ["--order-within", "60", "--warm" if self.warm else "--cold"]
        words += ["--kafka-option", f"session.timeout.ms={self.session_ms}"]
        words += ["--kafka-option", "heartbeat.interval.ms=500"]
        environment = {**os.environ, "RINGFENCE_KAFKA_PREFIX": self.prefix}
        with (self.folder / f"{self.group}-{number}.log").open("ab") as log:
            return subprocess.Popen(words, stdout=log, stderr=log, env=environment)

    def committed(self) -> dict[int, tuple[int, str]]:
        """By partition of the first topic, the offset committed and by whom."""
        partitions = [TopicPartition(self.prefix + SIGN, number) for number in range(2)]
        return {p.partition: (p.offset, p.metadata or "") for p in self._reader.committed(partitions, 10)}

    def owner(self) -> str:
        """Whose state was committed last; nobody's while the broker does not answer."""
        with suppress(KafkaException):
            return max(self.committed().values())[1].partition(":")[0]
        return ""

    def identity(self, number: int) -> str:
        """The name of a member's state."""
        path = self.folder / f"{self.group}-{number}" / "identity"
        return path.read_text().split()[0] if path.exists() else ""

    def is_up(self, number: int) -> bool:
        """Whether a member has recovered since it was last started."""
        log = (self.folder / f"{self.group}-{number}.log").read_text()
        return log.count('"event":"recovered"') >= self._starts[number]

    def end(self) -> None:
        """Ends both."""
        for process in self.processes:
            process.kill()
            process.wait()
        self._reader.close()


def wait_for(condition: Any, within_s: float) -> float:
    """Seconds until it holds. Raises ``TimeoutError``."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > within_s:
            raise TimeoutError("expected a member to take over, found none: see the logs")
        time.sleep(LOOK_S)
    return time.perf_counter() - began


def measure(members: Members, kills: int, dice: random.Random) -> list[float]:
    """Kills whoever leads, again and again."""
    found = []
    for _ in range(kills):
        wait_for(lambda: members.is_up(0) and members.is_up(1), 300)
        time.sleep(SETTLED_S)
        wait_for(lambda: members.owner() in {members.identity(0), members.identity(1)}, 300)
        leading = next(number for number in (0, 1) if members.identity(number) == members.owner())
        other = members.identity(1 - leading)
        time.sleep(dice.uniform(0, 2))
        members.processes[leading].kill()
        members.processes[leading].wait()
        found.append(wait_for(lambda: other == members.owner(), 300))  # noqa: B023
        members.processes[leading] = members.start(leading)
    return found


def main() -> None:
    """Cold and warm by turns on one broker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--riders", type=int, default=1500)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--session-ms", type=int, default=10_000)
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as name:
        folder = Path(name)
        try:
            server = KafkaServer(folder / "kafka")
            server.start()
        except ServerUnavailable as error:
            print(f"no broker, nothing measured: {error}")
            return
        try:
            simulate(
                CityConfig(seed=3, riders=words.riders, drivers=words.riders // 12, days=28, gps=False),
                folder / "city",
            )
            lines = (folder / "city" / "events.ndjson").read_bytes().splitlines()
            for warm in (False, True):
                facts = case(server.address, folder, lines, words, warm=warm)
                print(json.dumps({**facts, **surroundings(["confluent-kafka", "numba"])}), flush=True)
        finally:
            server.kill()


def case(
    address: str, folder: Path, lines: list[bytes], words: argparse.Namespace, *, warm: bool
) -> dict[str, Any]:
    """One kind of standby."""
    prefix = f"bench-{uuid.uuid4().hex[:6]}-"
    options = KafkaOptions(bootstrap=address, prefix=prefix)
    create_topics(options, 2)
    feeder = Feeder(options)
    feeder.feed(lines[:-2000])
    done = threading.Event()

    def trickle() -> None:
        for line in lines[-2000:]:
            if done.wait(0.2):
                return
            feeder.feed([line])

    trickling = threading.Thread(target=trickle)
    trickling.start()
    members = Members(address, prefix, folder, words.session_ms, warm=warm)
    try:
        seconds = measure(members, words.kills, random.Random(1))
    finally:
        members.end()
        done.set()
        trickling.join()
        feeder.close()
    return {
        "bench": "takeover",
        "case": "warm" if warm else "cold",
        "events": len(lines),
        "session_ms": words.session_ms,
        "kills": words.kills,
        "seconds": [round(each, 2) for each in seconds],
        "median": round(median(seconds), 2),
    }


if __name__ == "__main__":
    main()
