"""Where the time of ``ringfence detect`` goes: its stages, each without the stages it calls.

A simulated city is written to a temporary folder and run through the pipeline, once to warm up and once
with a clock around the entry of every stage; the clocks take about a microsecond a call. Prints a table:
share of the time, seconds, calls, microseconds a call. ``--events FILE`` profiles a file instead.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import wraps
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from unittest.mock import patch

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from graph.rings.lifecycle import Rings
from simulation import CityConfig, simulate
from streaming import ColumnDecoder, detect
from streaming.admission.deduplicate import Admission
from streaming.files.sinks.results import ResultFolder
from streaming.files.sources import lines

PIPELINE: Final = import_module("streaming.files.detect")
STAGES: Final[tuple[tuple[str, Any, tuple[str, ...]], ...]] = (
    ("read and merge", PIPELINE, ("merged",)),
    ("cut into lines", lines, ("line_bounds",)),
    ("decode", ColumnDecoder, ("decode",)),
    ("admission", Admission, ("admit",)),
    ("engine: graph, evidence, rules, score", Engine, ("apply",)),
    ("rings and ledger", Rings, ("judge", "split")),
    ("final views", Engine, ("rings", "accounts")),
    ("digest", Engine, ("state_digest",)),
    ("sinks", ResultFolder, ("write", "write_dead_letter", "write_final", "finish")),
)
REST: Final = "rest (counting, cutting into batches)"


@dataclass(slots=True)
class Clocks:
    """Seconds and calls by stage; a stage's seconds exclude those of the stages inside it."""

    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    _inside: list[str] = field(default_factory=lambda: [REST])
    _since: float = field(default_factory=perf_counter)

    def enter(self, stage: str) -> None:
        """The time from here on is the stage's."""
        self._charge()
        self._inside.append(stage)

    def leave(self) -> None:
        """The time from here on is again that of the stage around."""
        self._charge()
        self._inside.pop()

    def _charge(self) -> None:
        now = perf_counter()
        stage = self._inside[-1]
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    def around(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function with the stage's clock around it, and around each step of what it yields."""

        @wraps(work)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.calls[stage] = self.calls.get(stage, 0) + 1
            self.enter(stage)
            try:
                given = work(*args, **kwargs)
            finally:
                self.leave()
            return self._steps(stage, given) if isinstance(given, Iterator) else given

        return timed

    def _steps(self, stage: str, given: Iterator[Any]) -> Iterator[Any]:
        while True:
            self.enter(stage)
            try:
                step = next(given)
            except StopIteration:
                return
            finally:
                self.leave()
            yield step


def profile(events: Path, out: Path) -> tuple[Clocks, int]:
    """The clocks after one run, and the events it took in."""
    engine = Engine(EngineConfig(), load_scorer())
    clocks = Clocks()
    with ExitStack() as patches:
        for stage, holder, names in STAGES:
            for name in names:
                patches.enter_context(patch.object(holder, name, clocks.around(stage, getattr(holder, name))))
        clocks.enter(REST)
        summary = detect([str(events)], out, engine)
        clocks.leave()
    return clocks, summary.events


def main() -> None:
    """Profile one run and print its table."""
    parser = argparse.ArgumentParser(description="Where the time of ringfence detect goes.")
    parser.add_argument("--events", type=Path, help="a file of events instead of a simulated city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--riders", type=int, default=2000)
    parser.add_argument("--drivers", type=int, default=150)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--gps", action="store_true", help="with the drivers' positions")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        events = options.events
        if events is None:
            config = CityConfig(
                seed=options.seed,
                riders=options.riders,
                drivers=options.drivers,
                days=options.days,
                gps=options.gps,
            )
            events = simulate(config, Path(scratch) / "city").events_path
        detect([str(events)], Path(scratch) / "warm-up", Engine(EngineConfig(), load_scorer()))
        clocks, taken = profile(events, Path(scratch) / "out")
    total = sum(clocks.seconds.values())
    print(f"{taken:,} events in {total:.1f} s: {taken / total:,.0f} events a second with the clocks on\n")
    print(f"{'stage':<42} {'share':>7} {'seconds':>8} {'calls':>9} {'us a call':>10}")
    for stage, seconds in sorted(clocks.seconds.items(), key=lambda item: (-item[1], item[0])):
        calls = clocks.calls.get(stage, 1)
        print(f"{stage:<42} {seconds / total:7.1%} {seconds:8.2f} {calls:9,} {seconds / calls * 1e6:10.1f}")


if __name__ == "__main__":
    main()
