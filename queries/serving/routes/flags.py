"""Flags: the newest first, and as they come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from graph.model.vocabulary import Decision, Permission
from queries.serving.flag_stream import FlagStream
from queries.serving.records import FlagRaised, Page
from queries.serving.routes.asking import Limit, Skip, page, parts_of
from queries.serving.visits import Allowed, Visit, caller_of

Reading = Annotated[Visit, Depends(Allowed(Permission.FLAGS_READ))]
router = APIRouter(tags=["flags"])


@router.get("/v1/flags", summary="What was flagged, when, and why?")
def flags(
    request: Request,
    visit: Reading,
    ring_id: Annotated[str | None, Query(max_length=128, description="Only flags of this ring.")] = None,
    since: Annotated[
        int | None, Query(ge=0, lt=1 << 53, description="Only flags raised after this moment, epoch ms.")
    ] = None,
    decision: Annotated[Decision | None, Query(description="Only flags with this decision.")] = None,
    limit: Limit = 100,
    skip: Skip = 0,
) -> Page[FlagRaised]:
    """A flag says, at one event, that accounts belong to a ring."""
    answer = parts_of(request).store.ask(
        "flags", ring_id=ring_id, since=since, decision=decision, limit=limit, skip=skip
    )
    visit.note("flags.read", "ring" if ring_id else "", ring_id or "")
    return page(request, visit, answer, FlagRaised, skip)


@router.get(
    "/v1/flags/stream",
    summary="Flags as they come.",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream(
    request: Request,
    visit: Reading,
    after: Annotated[
        int | None,
        Query(
            ge=0, lt=1 << 53, description="From behind this id; 0 for all that are kept, else from now on."
        ),
    ] = None,
    last_event_id: Annotated[
        int | None, Header(ge=0, lt=1 << 53, description="The last id that was received; wins over `after`.")
    ] = None,
) -> Response:
    """Server-sent events: `flag` with a flag as in `/v1/flags`, `gap` where flags are no longer kept.

    The id of an event takes the stream up again behind it. A comment comes every ten seconds.
    """
    parts = parts_of(request)

    def is_live() -> bool:
        caller = caller_of(request, parts)
        return caller is not None and Permission.FLAGS_READ in caller.permissions

    await run_in_threadpool(visit.note, "flags.stream.asked")
    parts.streams.take_place(visit.caller.credential)
    return FlagStream(parts.streams, visit, is_live, after if last_event_id is None else last_event_id)
