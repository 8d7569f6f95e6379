"""Closes clients of Kafka within a bound.

librdkafka can block for ever in ``close()`` while an assignment arrives (its issues 4527 and 4884), and no
Python signal interrupts a C call. So a client is closed in a daemon thread that is waited for only so long.
Going without the close is safe: results are delivered and offsets committed before anybody leaves, and the
broker gives the place of a silent member away when its session times out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from confluent_kafka import KafkaException

CLOSE_S: Final = 2.0
"""For everything that is closed together."""
UNSUBSCRIBE_S: Final = 1.0
"""Of that, for partitions to be given back before the close."""


def close_within(within_s: float, warn: Callable[[str], None], **closing: Callable[[], object]) -> bool:
    """Runs all of ``closing`` beside each other; whether they came back within ``within_s``.

    One that did not is left in its daemon thread, which keeps the client alive: to free it would block as
    well. ``warn`` is then called with the names of those left. Raises what the first of them raised.
    """
    failures: list[Exception] = []

    def run(close: Callable[[], object]) -> None:
        try:
            close()
        except Exception as error:
            failures.append(error)

    threads = [
        threading.Thread(target=run, args=(close,), name=f"close {name}", daemon=True)
        for name, close in closing.items()
    ]
    deadline = time.monotonic() + within_s
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    stuck = [name for name, thread in zip(closing, threads, strict=True) if thread.is_alive()]
    if stuck:
        warn(
            f"expected to close {' and '.join(stuck)} within {within_s:g} s, found it blocked: ending "
            "without; results and offsets are safe, and the broker ends the session by itself"
        )
    if failures:
        raise failures[0]
    return not stuck


class Departure:
    """How a subscribed consumer leaves its group; its ``on_assign`` asks ``hold`` before anything else.

    An assignment that arrives during ``close()`` is what can block it. The client answers one by itself where
    no callback does, and holds Python's lock meanwhile: then nobody in the process goes on, and no bound of
    Python's holds. So the callback does not come back, and the thread that closes waits without the lock.
    """

    def __init__(self) -> None:
        self._closes = False

    def hold(self) -> None:
        """Come back, unless the consumer is being closed: then never."""
        if self._closes:
            threading.Event().wait()

    def leave(self, member: Any, *, gives_back: bool = True) -> None:
        """Closes the consumer, after it has given its partitions back; without a subscription few arrive."""
        if gives_back:
            with suppress(KafkaException):
                member.unsubscribe()
                deadline = time.monotonic() + UNSUBSCRIBE_S
                while member.assignment() and time.monotonic() < deadline:
                    member.poll(0.05)
        self._closes = True
        member.close()
