"""Loads what is compiled before events wait for it; run as a module, compiles it and says how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Final, TextIO

from numba.core import event

from ringfence.engines import new_engine

WINDOW_DAYS: Final = 90
BATCH: Final = 512
OTHER_HALF: Final = "--other-half"


@cache
def warm_up(model: Path | None = None, *, asking: bool = False) -> None:
    """Puts a small city through a decoder and an engine of their own, to be forgotten; once a process.

    With ``asking`` also what answers questions about events that have not happened. ``model`` is where the
    model that scores lies; it is read anew, so that what it watches is not disturbed.

    A kernel is loaded when it is first called, and compiled where nothing was cached: a second in all, or a
    minute, that the first events, the first judgement and the first snapshot would wait for otherwise.
    """
    from graph.engine import Asking
    from graph.model.vocabulary import EntityKind
    from graph.rings.lifecycle import Moment
    from simulation import CityConfig, simulate
    from streaming.decisions.policy import ASKED_KINDS
    from streaming.decoding.columns import ColumnDecoder
    from streaming.service.core import Core, Tally

    with tempfile.TemporaryDirectory(prefix="ringfence-warming-") as name:
        city = Path(name) / "city"
        written = simulate(CityConfig(seed=10, riders=300, drivers=30, days=8), city)
        lines = written.events_path.read_bytes().splitlines()
    engine, decoder = new_engine(WINDOW_DAYS, model), ColumnDecoder()
    core = Core(engine, written.last_ts)
    questions = Asking(engine)
    for first in range(0, len(lines), BATCH):
        batch = decoder.decode_values(lines[first : first + BATCH]).batch
        for row in range(len(batch)) if asking else ():
            if ASKED_KINDS[int(batch.records["kind"][row])]:
                questions.ask(batch[row : row + 1])
        core.admission.admit(batch)
        engine.apply(batch)
    engine.changes()
    # A ring that falls apart is parted by calls that nothing else makes.
    for ring in engine.rings():
        for entity in ring.entities:
            kind, identifier = entity.split(":", 1)
            engine.declare_public(EntityKind(kind), identifier, Moment(written.last_ts, "warming"))
    core.sizes()
    core.load(core.save(), Tally())


class Progress(event.Listener):
    """Says on ``out`` how many kernels have been compiled, every ``every_s``; nothing while none is.

    Kernels that were compiled before are loaded and not counted.
    """

    def __init__(self, out: TextIO, every_s: float) -> None:
        self._out, self._every_s = out, every_s
        self._began_s = self._said_s = time.monotonic()
        self.compiled = 0

    def on_start(self, _event: event.Event) -> None:
        """One begins to be compiled."""

    def on_end(self, _event: event.Event) -> None:
        """One is compiled."""
        self.compiled += 1
        now_s = time.monotonic()
        if now_s - self._said_s >= self._every_s:
            self._said_s = now_s
            self.say()

    def say(self) -> None:
        """How far it is."""
        took_s = time.monotonic() - self._began_s
        print(f"Compiled {self.compiled} kernels in {took_s:.0f} s", file=self._out, flush=True)


def compile_all(out: TextIO, every_s: float = 5.0) -> int:
    """Compiles what the command needs and was not compiled yet, telling ``out``; gives how many kernels.

    Half of it is compiled by a second process where there is a second core. Cost: a minute and a half of
    processors in a fresh clone, four seconds where everything is compiled.
    """
    progress = Progress(out, every_s)
    with event.install_listener("numba:compile", progress):
        if _cores() > 1:
            command = (sys.executable, "-m", "ringfence.warming", OTHER_HALF)
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
                _compile(applying=True)
                told, _ = other.communicate()
            progress.compiled += int(told or 0)
        warm_up()
        _detect_once()
    if progress.compiled:
        progress.say()
    return progress.compiled


def _detect_once() -> None:
    """Reads a file as `detect` does, to its summary: lines are parted and digests made by kernels too."""
    from simulation import CityConfig, simulate
    from streaming import detect

    with tempfile.TemporaryDirectory(prefix="ringfence-warming-") as name:
        folder = Path(name)
        written = simulate(CityConfig(seed=5, riders=60, drivers=6, days=2), folder / "city")
        detect([str(written.events_path)], folder / "out", new_engine(WINDOW_DAYS))


def _cores() -> int:
    """How many cores this process may use, or all where nobody tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _compile(*, applying: bool) -> None:
    """One half of the kernels."""
    from graph.engine import compile_applying, compile_judging

    (compile_applying if applying else compile_judging)()


def _compile_other_half() -> None:
    """In a process of its own: compiles it, and says how many kernels."""
    progress = Progress(sys.stderr, float("inf"))
    with event.install_listener("numba:compile", progress):
        _compile(applying=False)
    print(progress.compiled)


if __name__ == "__main__":
    if sys.argv[1:] == [OTHER_HALF]:
        _compile_other_half()
    else:
        compile_all(sys.stdout)
