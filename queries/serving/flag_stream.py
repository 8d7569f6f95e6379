"""A stream of flags: server-sent events (WHATWG HTML, 9.2) that can be taken up again where they broke.

An event's id is the flag's number in the feed. A stream ends when its token or session does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from fastapi.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from queries.serving.records import FlagRaised
from queries.serving.streams import Streams
from queries.serving.visits import Visit

LOOKS_EVERY_S: Final = 0.25
STILL_HERE_EVERY_S: Final = 10.0


class FlagStream(StreamingResponse):
    """A stream for a visit, from behind the number ``after``, or from now on."""

    media_type = "text/event-stream"

    def __init__(
        self, streams: Streams, visit: Visit, is_live: Callable[[], bool], after: int | None
    ) -> None:
        super().__init__(_events(streams, visit, is_live, after))
        self._streams = streams
        self._credential = visit.caller.credential

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until one of both ends it; the place is free afterwards, however it ended."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.leave_place(self._credential)


async def _events(
    streams: Streams, visit: Visit, is_live: Callable[[], bool], after: int | None
) -> AsyncIterator[str]:
    watch = streams.watch
    first, last = await run_in_threadpool(lambda: (watch.feed.first(), watch.feed.last()))
    number = {None: last, 0: max(0, first - 1)}.get(after, after) or 0
    yield "retry: 3000\n\n"
    if number > last or number < first - 1:
        # What lies between is no longer kept, or was of another desk: who listens has to ask /v1/flags.
        number = last if number > last else first - 1
        yield _event("gap", number, "{}")
    waited = 0.0
    while not streams.stopping.is_set():
        if watch.last > number or waited >= STILL_HERE_EVERY_S:
            if not await run_in_threadpool(is_live):
                return
            for at, flag in await run_in_threadpool(watch.feed.after, number, 100):
                shown = visit.shown(FlagRaised.model_validate_json(flag))
                yield _event("flag", at, shown.model_dump_json())
                number = at
            if waited >= STILL_HERE_EVERY_S:
                yield ": still here\n\n"
            waited = 0.0
        await asyncio.sleep(LOOKS_EVERY_S)
        waited += LOOKS_EVERY_S


def _event(kind: str, number: int, data: str) -> str:
    return f"id: {number}\nevent: {kind}\ndata: {data}\n\n"
