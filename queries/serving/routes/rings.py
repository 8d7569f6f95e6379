"""Rings: by priority, one of them, who is in it, what ties it, how it came about, why it is one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from graph.model.vocabulary import Permission, RingKind
from queries.serving.records import (
    Change,
    Explanation,
    FlagRaised,
    Member,
    Money,
    Page,
    RingListed,
    RingSeen,
    Tie,
    Trip,
    VerdictGiven,
)
from queries.serving.routes.asking import AsOf, Limit, RingId, Skip, asked, page, parts_of, ring_of
from queries.serving.visits import Allowed, Visit

EXPLAINED = 25
"""Rows of each sort in an explanation."""
Reading = Annotated[Visit, Depends(Allowed(Permission.RINGS_READ))]
router = APIRouter(tags=["rings"])


@router.get("/v1/rings", summary="Which rings should be looked at first?")
def rings(
    request: Request,
    visit: Reading,
    kind: Annotated[RingKind | None, Query(description="Only rings of this kind.")] = None,
    min_score: Annotated[float, Query(ge=0, le=1, description="Only rings of at least this score.")] = 0,
    as_of: AsOf = None,
    limit: Limit = 50,
    skip: Skip = 0,
) -> Page[RingListed]:
    """Open rings by score times money, the largest first."""
    answer = parts_of(request).store.ask(
        "rings", kind=kind, min_score=min_score, as_of=as_of, limit=limit, skip=skip
    )
    return page(request, visit, answer, RingListed, skip)


@router.get("/v1/rings/{ring_id}", summary="What is this ring?")
def ring(request: Request, visit: Reading, ring_id: RingId) -> RingSeen:
    """A ring as last judged, with what speaks for and against it."""
    parts = parts_of(request)
    seen = RingSeen(
        ring=ring_of(parts, ring_id), as_of_ms=parts.store.watermark_ms(), is_masked=visit.is_masked
    )
    visit.note("ring.read", "ring", ring_id)
    return visit.shown(seen)


@router.get("/v1/rings/{ring_id}/members", summary="Who is in this ring, and since when?")
def members(
    request: Request, visit: Reading, ring_id: RingId, as_of: AsOf = None, limit: Limit = 300, skip: Skip = 0
) -> Page[Member]:
    """Drivers first, then by account."""
    parts = parts_of(request)
    ring_of(parts, ring_id)
    answer = parts.store.ask("members", ring_id=ring_id, as_of=as_of, limit=limit, skip=skip)
    visit.note("ring.members.read", "ring", ring_id)
    return page(request, visit, answer, Member, skip)


@router.get("/v1/rings/{ring_id}/ties", summary="What do the accounts of this ring share?")
def ties(request: Request, visit: Reading, ring_id: RingId, limit: Limit = 200, skip: Skip = 0) -> Page[Tie]:
    """Devices, cards and the like, the most shared first."""
    parts = parts_of(request)
    ring_of(parts, ring_id)
    answer = parts.store.ask("ties", ring_id=ring_id, limit=limit, skip=skip)
    visit.note("ring.ties.read", "ring", ring_id)
    return page(request, visit, answer, Tie, skip)


@router.get("/v1/rings/{ring_id}/history", summary="How did this ring come about, grow, merge and split?")
def history(
    request: Request, visit: Reading, ring_id: RingId, as_of: AsOf = None, limit: Limit = 200, skip: Skip = 0
) -> Page[Change]:
    """Entries of the ledger in their order."""
    parts = parts_of(request)
    ring_of(parts, ring_id)
    answer = parts.store.ask("history", ring_id=ring_id, as_of=as_of, limit=limit, skip=skip)
    visit.note("ring.history.read", "ring", ring_id)
    return page(request, visit, answer, Change, skip)


@router.get("/v1/rings/{ring_id}/explanation", summary="Why is this a ring?")
def explanation(request: Request, visit: Reading, ring_id: RingId) -> Explanation:
    """What speaks for and against it, what ties it, what it took, its trips, and the answers to it."""
    parts = parts_of(request)
    judged = ring_of(parts, ring_id)
    money, _ = asked(parts, "money", Money, ring_id=ring_id, limit=1)
    tied, ties_total = asked(parts, "ties", Tie, ring_id=ring_id, limit=EXPLAINED)
    trips, trips_total = asked(parts, "trips", Trip, ring_id=ring_id, limit=EXPLAINED)
    flags, flags_total = asked(parts, "flags", FlagRaised, ring_id=ring_id, limit=EXPLAINED)
    given, verdicts_total = asked(parts, "verdicts", VerdictGiven, subject=ring_id, limit=EXPLAINED)
    visit.note("ring.explanation.read", "ring", ring_id)
    told = Explanation(
        ring_id=ring_id,
        reasons=judged.reasons,
        innocent_reasons=judged.innocent_reasons,
        money=money[0] if money else None,
        ties=tied,
        ties_total=ties_total,
        trips=trips,
        trips_total=trips_total,
        flags=flags,
        flags_total=flags_total,
        verdicts=[],
        verdicts_total=verdicts_total,
        as_of_ms=parts.store.watermark_ms(),
        is_masked=visit.is_masked,
    )
    # Their subject is the ring, which names nobody.
    return visit.shown(told).model_copy(update={"verdicts": given})
