"""A follower as a process of its own that a test may kill: forked from a server that has it loaded."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from ringfence import decision_wiring
from ringfence.decision_wiring import followed
from ringfence.settings import Settings, settings_with
from streaming.decisions.routes import IDLE_S
from tests.integration.service_child import LOADED, Given

WORDS = 1_000
"""Bytes in which a follower says how it fares."""


def settings_of(run: Given, state: Path) -> Settings:
    """What `ringfence serve --state` is given to follow a service."""
    told = {"kafka": run.address, "kafka_prefix": run.prefix, "kafka_group": run.group}
    return settings_with({**told, "serve_state": state})


class Followers:
    """Starts followers of a service, one after another, and knows how the newest one fares."""

    def __init__(self, run: Given, digest: Path) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(LOADED)
        self.run, self.digest = run, digest
        # No locks and no events: who is killed inside of one leaves it locked for all.
        self.taken = self._context.Value("q", 0, lock=False)
        """Slices in which it took something."""
        self.caught = self._context.Value("q", 0, lock=False)
        """Whether it had read everything there was at some moment."""
        self.words = self._context.Array("c", WORDS + 1, lock=False)
        self.ends = self._context.Value("q", 0, lock=False)
        """Whether it is to write its digest and end when it has read everything."""

    def __str__(self) -> str:
        return f"{self.taken.value} slices, {self.words.value.decode(errors='replace')}"

    def start(self) -> ForkServerProcess:
        self.taken.value = self.caught.value = 0
        self.words.value = b"nothing loaded"
        given = (self.run, self.taken, self.caught, self.words, self.ends, self.digest)
        process = self._context.Process(target=_follows, args=given, daemon=True)
        process.start()
        return process


def _follows(run: Given, taken: Any, caught: Any, words: Any, ends: Any, digest: Path) -> None:
    # What applies events was loaded before the fork; nothing is asked here.
    decision_wiring.warm_up = _is_loaded
    began = time.monotonic()
    try:
        with followed(settings_of(run, run.state)) as follower:
            assert follower is not None
            loaded_s = time.monotonic() - began
            while True:
                is_at_work = follower.step()
                taken.value += is_at_work
                words.value = (
                    f"loaded in {loaded_s:.1f} s, {time.monotonic() - began:.1f} s old, "
                    f"{time.process_time():.1f} s of processor, lag {follower.lag}, "
                    f"as of {follower.as_of_ms}, trouble {follower.trouble!r}"
                ).encode()[:WORDS]
                if is_at_work:
                    continue
                if follower.lag == 0 and not follower.trouble:
                    caught.value = 1
                    if ends.value:
                        digest.write_text(follower.engine.state_digest())
                        return
                time.sleep(IDLE_S)
    except BaseException as error:
        words.value = f"ended by {error!r}".encode()[:WORDS]
        raise


def _is_loaded(*_given: object, **_named: object) -> None:
    """In place of the warming up that every start of its own would do."""
