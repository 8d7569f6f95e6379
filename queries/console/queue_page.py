"""The page of the queue, the search, and what is done with a ring without opening it."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import RedirectResponse

from graph.model.errors import BadCall
from graph.model.vocabulary import Permission, RingKind
from queries.console.comings import Coming, Opens, Sends, local
from queries.console.queue import Standing, Wanted, next_after, queue_of
from queries.console.ring_facts import ring_named
from queries.console.search import found

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
Working = Annotated[Coming, Depends(Sends(Permission.VERDICTS_GIVE))]
RingId = Annotated[str, Path(max_length=128)]
HOUR_MS: Final = 3_600_000
NAPS: Final = {"4": "4 hours", "24": "1 day", "72": "3 days", "168": "1 week"}


@router.get("/queue")
def queue(
    coming: Reading,
    standing: Standing = Standing.OPEN,
    kind: Annotated[str, Query(max_length=40)] = "",
    min_score: Annotated[float, Query(ge=0, le=1)] = 0,
    assignee: Annotated[str, Query(max_length=64)] = "",
    skip: Annotated[int, Query(ge=0, le=5_000)] = 0,
) -> Any:
    """Open rings by probability times money at stake."""
    wanted = Wanted(standing, _kind(kind), min_score, assignee, skip)
    shown = queue_of(coming.parts, wanted, coming.name)
    filters: dict[str, Any] = {
        "standing": standing.value,
        "kind": kind,
        "min_score": min_score,
        "assignee": assignee,
    }
    following = (
        None if shown.next_skip is None else f"/queue?{urlencode({**filters, 'skip': shown.next_skip})}"
    )
    return coming.page(
        "queue.html",
        queue=shown,
        wanted=wanted,
        kinds=[each.value for each in RingKind],
        standings=[each.value for each in Standing],
        naps=NAPS,
        following=following,
        people=[
            each.name
            for each in coming.visit.desk.people.all()
            if each.is_active and each.role.value != "service"
        ],
        here=f"/queue?{urlencode(filters)}",
        filters=filters,
        views=coming.visit.desk.views.of(coming.visit.caller.person),
    )


@router.get("/rings/{ring_id}/next")
def following(coming: Reading, ring_id: RingId) -> Any:
    """The next ring to look at, or the queue when there is none."""
    ring = ring_named(coming.parts, ring_id)
    found = next_after(coming.parts, ring_id, ring.score * ring.exposure, coming.name)
    return RedirectResponse("/queue" if found is None else f"/rings/{found}", 303)


@router.get("/search")
def search(coming: Reading, q: Annotated[str, Query(max_length=1_024)] = "") -> Any:
    """What is called so, or begins so. The only thing of that name is opened at once."""
    results = found(coming, q.strip())
    if "hx-request" in coming.request.headers:
        return coming.page("search_part.html", q=q.strip(), results=results)
    exact = [each for each in results.rows if each.is_exact]
    if len(exact) == 1 and len(results.rows) == 1:
        return RedirectResponse(exact[0].address, 303)
    return coming.page("search.html", q=q.strip(), results=results)


@router.post("/rings/{ring_id}/work")
def work(coming: Working, ring_id: RingId) -> Any:
    """Claim, assign, let go, put to sleep or wake a ring."""
    desk, action = coming.visit.desk, coming.field("action")
    with desk.transaction():
        if action == "claim":
            desk.cases.assign(ring_id, coming.visit.caller.person)
        elif action == "release":
            desk.cases.assign(ring_id, None)
        elif action == "assign":
            desk.cases.assign(ring_id, desk.people.named(coming.field("person")))
        elif action == "snooze":
            hours = coming.field("hours")
            if hours not in NAPS:
                raise BadCall(f"expected one of {', '.join(NAPS)} hours, found another; choose one")
            desk.cases.snooze(ring_id, desk.database.now_ms() + int(hours) * HOUR_MS)
        elif action == "wake":
            desk.cases.snooze(ring_id, None)
        else:
            raise BadCall("expected claim, release, assign, snooze or wake, found another; use the buttons")
        coming.visit.note(
            f"case.{action}", "ring", ring_id, person=coming.field("person"), hours=coming.field("hours")
        )
    return RedirectResponse(local(coming.field("to")), 303)


def _kind(given: str) -> RingKind | None:
    try:
        return RingKind(given) if given else None
    except ValueError:
        raise BadCall(f"expected one of {', '.join(RingKind)} as kind, found another; choose one") from None
