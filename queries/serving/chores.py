"""What is done again and again beside answering: each chore in a thread, one run at a time, errors logged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from fastapi.concurrency import run_in_threadpool

from graph.model.errors import Unavailable
from queries.desk.checkpoints import CheckpointFile, checkpoint_of
from queries.desk.desk import Desk
from queries.desk.outbox import BATCH, Carrier
from queries.serving.measures import Measures

_LOG: Final = logging.getLogger(__name__)
CHECKPOINTS_EVERY_S: Final = 10.0
DELIVERED_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every so many seconds, and once more at the end."""

    name: str
    every_s: float
    work: Callable[[], None]


@asynccontextmanager
async def done_beside(
    chores: Sequence[Chore], going_on: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
) -> AsyncIterator[None]:
    """Does the chores, and lets what goes on in the event loop go on, until left."""
    tasks = [asyncio.create_task(_again_and_again(chore), name=chore.name) for chore in chores]
    tasks += [asyncio.create_task(each()) for each in going_on]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for chore in chores:
            await run_in_threadpool(_once, chore)


async def _again_and_again(chore: Chore) -> None:
    while True:
        # When the task is cancelled, a run that has begun is waited for: the last one never meets it.
        await run_in_threadpool(_once, chore)
        await asyncio.sleep(chore.every_s)


def _once(chore: Chore) -> None:
    try:
        chore.work()
    except Exception:
        _LOG.exception("%s failed; it is tried again in %g s", chore.name, chore.every_s)


def deliver_events(desk: Desk, carrier: Carrier, measures: Measures) -> Chore:
    """Carries verdicts and acts to where the engine reads them."""

    def work() -> None:
        try:
            while desk.outbox.deliver(carrier) == BATCH:
                pass
        except Unavailable as error:
            _LOG.warning("%s", error)
        finally:
            measures.waiting.set(desk.outbox.waiting())

    return Chore("delivering verdicts and acts", DELIVERED_EVERY_S, work)


def keep_checkpoints(desk: Desk, file: CheckpointFile) -> Chore:
    """Signs how far the audit has come, whenever it has come further."""
    kept = -1

    def work() -> None:
        nonlocal kept
        last = desk.log.last()
        if last is not None and last.number != kept:
            file.keep(checkpoint_of(desk.log, desk.keys, desk.database.now_ms()))
            kept = last.number

    return Chore("keeping checkpoints of the audit", CHECKPOINTS_EVERY_S, work)
