"""Feeding put together: files, their pace, a producer, and signals that stop it between two records."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ringfence.terminal import Advance

if TYPE_CHECKING:
    from streaming.kafka.options import KafkaOptions
    from streaming.kafka.playing import Played


def feed(
    events: Sequence[str],
    options: KafkaOptions,
    speed: float | None,
    progress: Advance | None,
    *,
    partitions: int,
    replication: int,
    max_line_bytes: int,
) -> tuple[Played, int | None]:
    """Plays ``events`` into the topics of ``options``; also the signal that stopped it, None without one.

    When it returns everything sent is safe. Raises ``BadCall`` (an input), ``Unavailable`` and ``Fatal``.
    """
    from streaming.files.sources.files import InputFiles
    from streaming.kafka.feeding import Feeder, create_topics
    from streaming.kafka.playing import Pace, play

    stop, stopped_by = threading.Event(), list[int]()
    with ExitStack() as stack:

        def note(number: int, _frame: object) -> None:
            stopped_by.append(number)
            stop.set()
            # Who reads from a pipe may have to be asked twice: the second time acts as it always does.
            restoring.close()

        restoring = stack.enter_context(ExitStack())
        files = stack.enter_context(InputFiles(list(events)))
        create_topics(options, partitions, replication)
        feeder = Feeder(options)
        for number in (signal.SIGTERM, signal.SIGINT):
            restoring.callback(signal.signal, number, signal.signal(number, note))
        done = play(
            files.files,
            feeder,
            Pace(speed),
            lambda pause_s: not stop.wait(pause_s),
            progress,
            max_line_bytes=max_line_bytes,
        )
        feeder.close()
    return done, stopped_by[0] if done.stopped else None
