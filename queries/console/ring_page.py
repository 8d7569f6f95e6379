"""The workspace of one ring, and what its charts and its map are drawn from."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path

from graph.model.vocabulary import Permission, VerdictOutcome
from queries.console.comings import Coming, Opens
from queries.console.queue_page import NAPS
from queries.console.ring_facts import SHOWN, ring_facts, ring_named
from queries.console.search import address_of

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
RingId = Annotated[str, Path(max_length=128)]
MOST_PLACES: Final = 1_000
DOUBTFUL: Final = 0.7
"""A member less likely to belong than who comes into a ring (``graph.completion``) is pointed out."""
_MONEY: Final = (("promotions", 2), ("chargebacks", 3), ("incentives", 4))


@router.get("/rings/{ring_id}")
def ring(coming: Reading, ring_id: RingId) -> Any:
    """The ring on one screen. That it was opened is noted: who approves a block must have."""
    facts = ring_facts(coming.parts, coming.visit, ring_id)
    with coming.visit.desk.transaction():
        coming.visit.note("ring.read", "ring", ring_id)
        coming.visit.desk.cases.look(ring_id, coming.visit.caller.person)
    return coming.page(
        "ring.html",
        facts=facts,
        ring=facts.ring,
        naps=NAPS,
        outcomes=[each.value for each in VerdictOutcome],
        key=secrets.token_urlsafe(16),
        address=address_of,
        people=[
            each.name
            for each in coming.visit.desk.people.all()
            if each.is_active and each.role.value != "service"
        ],
        shown=SHOWN,
        doubtful=DOUBTFUL,
        here=f"/rings/{ring_id}",
    )


@router.get("/rings/{ring_id}/series")
def series(coming: Reading, ring_id: RingId) -> dict[str, Any]:
    """Money and trips day by day, and the changes of the ring in their time."""
    ring_named(coming.parts, ring_id)
    days = list(reversed(coming.parts.store.ask("money-days", ring_id=ring_id).rows))
    changes = coming.parts.store.ask("history", ring_id=ring_id, limit=500).rows
    return {
        "days": [row[1] for row in days],
        "money": {name: [row[place] for row in days] for name, place in _MONEY},
        "fares": [row[5] for row in days],
        "trips": [row[6] for row in days],
        "changes": [
            {"ts": row[1], "change": row[3], "added": len(_list(row[5])), "removed": len(_list(row[6]))}
            for row in changes
        ],
    }


@router.get("/rings/{ring_id}/places")
def places(coming: Reading, ring_id: RingId) -> dict[str, Any]:
    """Where the kept trips of the ring began and ended, and the fixes between, newest first."""
    ring_named(coming.parts, ring_id)
    answer = coming.parts.store.ask("places", ring_id=ring_id, limit=MOST_PLACES)
    coming.visit.note("ring.places.read", "ring", ring_id)
    trips = [
        {
            "ts": row[1],
            "is_inside": bool(row[4]),
            "pickup": [row[5], row[6]],
            "dropoff": [row[7], row[8]],
            "integrity": row[9],
            "track": _list(row[10]),
        }
        for row in answer.rows
    ]
    return {"trips": trips, "total": answer.total}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
