"""Joining across regions put together: the topics of every region, the memory, and signals that end it."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.model.errors import Unavailable
    from streaming.kafka.options import KafkaOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class AcrossOptions:
    """What the caller may choose. ``regions``: by name, what stands before the names of its topics."""

    kafka: KafkaOptions
    regions: Mapping[str, str]
    second_level: str
    state: Path
    window_days: float
    keep: int
    most_users: int
    most_accounts: int
    max_line_bytes: int
    replication: int
    pseudonym_key: bytes | None
    until_end: bool


def across(options: AcrossOptions) -> dict[str, int]:
    """Joins regions until SIGTERM or Ctrl-C, or to the end of what there is; what it did and what it knows.

    Raises ``BadCall`` (the state folder is in use, a region is missing, a topic does not fit),
    ``Unavailable`` (no broker at the start) and ``Fatal``.
    """
    import uuid

    from graph.updates.sharing import DAY_MS
    from streaming.admission.pseudonyms import Pseudonyms
    from streaming.decoding.columns import ColumnDecoder
    from streaming.kafka.regions import RegionTopics, go_round
    from streaming.regions.joining import Joining, JoiningOptions
    from streaming.regions.memory import RegionsMemory
    from streaming.service.logs import Log
    from streaming.service.retry import Retry
    from streaming.service.state_folder import StateFolder

    log = Log(sys.stderr, uuid.uuid4().hex[:12])
    stopped = False

    def stop(*_signal: object) -> None:
        nonlocal stopped
        stopped = True

    def wait(pause_s: float, error: Unavailable) -> None:
        log.warn(str(error))
        ends = time.monotonic() + pause_s
        while not stopped and time.monotonic() < ends:
            time.sleep(0.05)
        if stopped:
            raise error

    with ExitStack() as stack:
        stack.enter_context(StateFolder(options.state, 1, log.warn))
        memory = RegionsMemory(options.state)
        stack.callback(memory.close)
        key = options.pseudonym_key
        joining = Joining(
            memory,
            JoiningOptions(
                regions=options.regions,
                second_level=options.second_level,
                window_ms=round(options.window_days * DAY_MS),
                keep=options.keep,
                most_users=options.most_users,
                most_accounts=options.most_accounts,
            ),
            lambda: time.time_ns() // 1_000_000,
            Pseudonyms(key) if key is not None else None,
            key or b"",
        )
        topics = RegionTopics(options.kafka, options.regions, options.second_level, memory, log.warn)
        stack.callback(topics.close)
        for number in (signal.SIGTERM, signal.SIGINT):
            stack.callback(signal.signal, number, signal.signal(number, stop))
        at_start = Retry(wait, seed=0, give_up_after_s=60.0)
        at_start(lambda: topics.make_topics(options.replication))
        at_start(topics.forget_sent)
        log.note("joining", {"regions": sorted(options.regions), **memory.counts()})
        go_round(
            topics,
            joining,
            ColumnDecoder(options.max_line_bytes),
            lambda: not stopped,
            Retry(wait, seed=1),
            until_end=options.until_end,
        )
        done = joining.joined
        return {
            "taken": done.events,
            "too_far_ahead": done.too_far_ahead,
            "told": done.told,
            "cut_short": done.cut_short,
            **memory.counts(),
        }
