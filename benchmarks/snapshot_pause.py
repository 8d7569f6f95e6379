"""How long a snapshot holds the service up, and what it costs the batches that come while it is written.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/snapshot_pause.py``. The state of ``service_recovery``; then
batches of logins of accounts drawn evenly from all, which touch as much memory as batches can. By turns in
one process: a snapshot by fork, by fork without joining pages after the one before, and by copying first.

* ``pause_ms``: from the decision to the next batch, by the clock, and the processor time of it;
* ``batch_cpu_ms``: processor time of a batch, median, while nothing is written and during the snapshot;
* ``written_s``: until the file is whole.

The last lines say of each kind how long its pauses were, over all snapshots: ``--turns`` many of each, and
``--only`` those of one kind. With ``--within`` a copy is ended after so many seconds, written or not: many
pauses in little time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from service_recovery import BATCH, FIRST_MS, LINKS_PER_EVENT, event
from surroundings import surroundings

from graph.engine import Engine
from ringfence.engines import new_engine
from ringfence.settings import read_settings
from streaming.decoding.columns import ColumnDecoder
from streaming.service.core import Core, Tally
from streaming.service.state_folder import Header
from streaming.snapshots import NotWritten, SnapshotFolder
from streaming.snapshots.huge_pages import join_pages

MOST_BATCHES: Final = 400
WITHIN_S: Final = 600.0


class Case:
    """A core with many links, and batches for it."""

    def __init__(self, links: int, within_s: float) -> None:
        self.within_s = within_s
        engine = new_engine(read_settings().window_days)
        assert isinstance(engine, Engine)
        self.engine, self.core, self._decoder = engine, Core(engine, FIRST_MS), ColumnDecoder()
        self._events, self._sent, self._dice = links // LINKS_PER_EVENT, 0, random.Random(1)
        for first in range(0, self._events, BATCH):
            self._apply([event(number) for number in range(first, min(first + BATCH, self._events))])

    def batch(self) -> float:
        """Milliseconds of processor that a batch of logins takes, decoding left out."""
        logins = []
        for _ in range(BATCH):
            self._sent += 1
            number = self._dice.randrange(self._events)
            logins.append(
                b'{"event_id":"l%d","type":"account_login","ts":%d,"account_id":"account-%d","device_id":"device-%d"}'
                % (self._sent, FIRST_MS + 10 * self._events + self._sent, number, number)
            )
        return self._apply(logins)

    def _apply(self, values: list[bytes]) -> float:
        batch = self._decoder.decode_values(values).batch
        began = time.thread_time()
        self.core.admission.admit(batch)
        self.engine.apply(batch)
        return 1e3 * (time.thread_time() - began)

    def header(self, number: int) -> Header:
        """That of a snapshot."""
        return Header(
            batch=number,
            clock_ms=FIRST_MS,
            positions={},
            tally=Tally(events=self._events),
            model_id=self.engine.model_id,
            config_digest=self.engine.config_digest,
            order_within_ms=0,
        )


def forked(case: Case, folder: SnapshotFolder[Header], number: int) -> Callable[[], Any]:
    """Begins as the service does; gives what waits for the file."""
    going = folder.fork(number, lambda: (case.header(number), case.core.arrays()))

    def wait() -> None:
        with suppress(NotWritten):
            folder.keep(going, case.within_s)

    return wait


def forked_from_small_pages(case: Case, folder: SnapshotFolder[Header], number: int) -> Callable[[], Any]:
    """The same."""
    return forked(case, folder, number)


def copied(case: Case, folder: SnapshotFolder[Header], number: int) -> Callable[[], Any]:
    """Copies, and lets a thread write."""
    arrays = case.core.save()
    return lambda: folder.write(number, case.header(number), arrays)


def measure(
    case: Case, folder: SnapshotFolder[Header], number: int, way: Callable[..., Any]
) -> dict[str, Any]:
    """One snapshot with batches beside it."""
    if way is forked:
        join_pages()
    quiet = [case.batch() for _ in range(20)]
    began, began_cpu = time.perf_counter(), time.thread_time()
    wait = way(case, folder, number)
    pause, pause_cpu = time.perf_counter() - began, time.thread_time() - began_cpu
    thread = threading.Thread(target=wait)
    thread.start()
    during = []
    while thread.is_alive() and len(during) < MOST_BATCHES:
        during.append(case.batch())
    thread.join()
    return {
        "pause_ms": {"clock": round(1e3 * pause, 1), "processor": round(1e3 * pause_cpu, 1)},
        "batch_cpu_ms": {
            "before": round(float(np.median(quiet)), 1),
            "first five": [round(each, 1) for each in during[:5]],
            "median": round(float(np.median(during or [0])), 1),
            "99 %": round(float(np.quantile(during or [0], 0.99)), 1),
            "batches": len(during),
        },
        "written_s": round(time.perf_counter() - began, 2),
        "load": round(os.getloadavg()[0], 1),
    }


def spread(pauses: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Median, 99th percentile (of fewer than a hundred between the two longest) and longest, milliseconds."""
    found = {}
    for what in ("clock", "processor"):
        times = [each[what] for each in pauses]
        quantiles = {"median": np.median(times), "99 %": np.quantile(times, 0.99), "most": max(times)}
        found[what] = {name: round(float(ms), 1) for name, ms in quantiles.items()}
    return found


def say(case: str, **facts: object) -> None:
    """One line."""
    print(json.dumps({"bench": "snapshot_pause", "case": case, **facts}), flush=True)


WAYS: Final = (forked, forked_from_small_pages, copied)


def main() -> None:
    """Builds, and takes snapshots by turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--links", type=int, default=10_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--within", type=float, default=WITHIN_S, metavar="SECONDS")
    parser.add_argument("--only", choices=[way.__name__ for way in WAYS])
    words = parser.parse_args()
    say("surroundings", **surroundings(["numpy", "numba"]))
    case = Case(words.links, words.within)
    say("state", **case.engine.counts())
    pauses: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="ringfence-snapshots-") as name:
        folder: SnapshotFolder[Header] = SnapshotFolder(Path(name), Header, 1, print)
        for turn in range(words.turns):
            for at, way in enumerate(WAYS):
                if words.only in (None, way.__name__):
                    found = measure(case, folder, len(WAYS) * turn + at + 1, way)
                    say(f"{way.__name__} {turn}", **found)
                    pauses.setdefault(way.__name__, []).append(found["pause_ms"])
    for name, each in pauses.items():
        say(f"all of them, {name}", snapshots=len(each), **spread(each))


if __name__ == "__main__":
    main()
