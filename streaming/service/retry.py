"""Tries again what a server refused, with growing pauses and jitter."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, TypeVar

from graph.model.errors import Unavailable

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 15.0
GROWTH: Final = 2.0

Answer = TypeVar("Answer")


class Retry:
    """Calls until it works. ``wait`` sleeps, keeps up what must be kept up, and may raise to give up.

    The pause before try n is drawn between half and all of ``FIRST_PAUSE_S * 2**n``, at most
    ``LONGEST_PAUSE_S`` and never less than the error asks for. ``give_up_after_s`` None tries for ever.
    """

    def __init__(
        self,
        wait: Callable[[float, Unavailable], None],
        seed: int,
        give_up_after_s: float | None = None,
    ) -> None:
        self._wait = wait
        self._random = random.Random(seed)
        self._give_up_after_s = give_up_after_s

    def __call__(self, work: Callable[[], Answer]) -> Answer:
        """What ``work`` gives in the end. Raises the last ``Unavailable`` when giving up, others at once."""
        waited, longest = 0.0, FIRST_PAUSE_S
        while True:
            try:
                return work()
            except Unavailable as error:
                if self._give_up_after_s is not None and waited >= self._give_up_after_s:
                    raise
                pause = max(longest * self._random.uniform(0.5, 1.0), min(error.retry_after_s, longest))
                self._wait(pause, error)
                waited += pause
                longest = min(longest * GROWTH, LONGEST_PAUSE_S)
