"""Replaying put together: letters from a file or their topic, records to Kafka or to a file of events."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import Fatal

if TYPE_CHECKING:
    from graph.model.vocabulary import RejectionReason
    from streaming.files.replay import Again, Replay, Replayed
    from streaming.kafka.options import KafkaOptions

Letters = Iterable[tuple[bytes, int]]


def replay(
    files: Collection[str],
    options: KafkaOptions | None,
    out: Path | None,
    *,
    reasons: Collection[RejectionReason],
    limit: int,
    from_the_beginning: bool,
    max_line_bytes: int,
) -> Replayed:
    """Feeds dead letters again and says what became of each; at most ``limit`` letters are looked at.

    From ``files``, or where there are none from the topic of ``options``. To the topics of ``options``, or to
    ``out`` where it is given. What was read of the topic is remembered when all of it is safe.
    """
    from streaming.files.replay import Replay, checked, letters_in

    chosen = Replay(max_line_bytes, reasons)
    with ExitStack() as stack:
        put, finish = _target(options, out, stack)
        if files:
            _feed(
                chosen,
                ((line, 0) for path in files for line in letters_in(path, sys.stdin.buffer)),
                put,
                limit,
            )
            finish()
            return checked(chosen.done, files)
        assert options is not None
        from streaming.kafka.letters import DeadLetterTopic

        topic = DeadLetterTopic(options, from_the_beginning)
        stack.callback(topic.close)
        _feed(chosen, topic.letters(), put, limit)
        finish()
        topic.commit()
        return chosen.done


def _feed(chosen: Replay, letters: Letters, put: Callable[[Again], object], limit: int) -> None:
    for line, replays in _limited(letters, limit, chosen):
        record = chosen.again(line, replays)
        if record is not None:
            put(record)


def _limited(letters: Letters, limit: int, chosen: Replay) -> Iterator[tuple[bytes, int]]:
    every = iter(letters)
    for _ in range(limit):
        letter = next(every, None)
        if letter is None:
            return
        yield letter
    chosen.done.reached_limit = True


def _target(
    options: KafkaOptions | None, out: Path | None, stack: ExitStack
) -> tuple[Callable[[Again], object], Callable[[], None]]:
    """Where records go, and what makes them safe."""
    if out is None:
        assert options is not None
        from streaming.kafka.feeding import Feeder

        feeder = Feeder(options)
        return lambda again: feeder.put(again.topic, again.key, again.value, again.headers), feeder.close
    try:
        file = stack.enter_context(out.open("wb"))
    except OSError as error:
        raise Fatal(f"expected to write {out}, found: {error.strerror}: choose another --out") from error

    def put(again: Again) -> None:
        try:
            file.write(b" ".join(again.value.splitlines()) + b"\n")
        except OSError as error:
            raise Fatal(f"expected to write {out}, found: {error.strerror}: free some space") from error

    return put, file.close
