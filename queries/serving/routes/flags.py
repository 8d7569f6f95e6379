"""Flags, the newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from graph.model.vocabulary import Decision, Permission
from queries.serving.records import FlagRaised, Page
from queries.serving.routes.asking import Limit, Skip, page, parts_of
from queries.serving.visits import Allowed, Visit

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
