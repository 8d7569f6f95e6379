"""The dossier of a ring: one file to hand on, that needs nothing else and names no third party.

As HTML for people and as JSON for programs, both of the same contents. Members appear as the reader may see
them; whoever is no member is a number.
"""

from __future__ import annotations

from importlib import metadata
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from fastapi.responses import JSONResponse

from graph.model.vocabulary import Permission
from queries.console.comings import Coming, Opens
from queries.console.rendering import page
from queries.console.ring_facts import RingFacts, ring_facts

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
RingId = Annotated[str, Path(max_length=128)]


@router.get("/rings/{ring_id}/dossier")
def dossier(coming: Reading, ring_id: RingId) -> Response:
    """The dossier as a page to save or print."""
    told = _told(coming, ring_id, "html")
    response = page("dossier.html", dossier=told)
    response.headers["Content-Disposition"] = f'attachment; filename="{ring_id}.html"'
    return response


@router.get("/rings/{ring_id}/dossier.json")
def dossier_json(coming: Reading, ring_id: RingId) -> Response:
    """The same for programs."""
    told = _told(coming, ring_id, "json")
    return JSONResponse(told, headers={"Content-Disposition": f'attachment; filename="{ring_id}.json"'})


def _told(coming: Coming, ring_id: str, form: str) -> dict[str, Any]:
    facts = ring_facts(coming.parts, coming.visit, ring_id)
    clock = coming.parts.store.ask("clock").rows[0]
    coming.visit.note("ring.exported", "ring", ring_id, form=form)
    return {
        "made_by": coming.name,
        "made_ms": coming.visit.desk.database.now_ms(),
        "ringfence": metadata.version("ringfence"),
        "is_masked": coming.visit.is_masked,
        "reason": coming.visit.reason,
        "data": {"newest_event_ms": clock[0], "window_ms": clock[1]},
        "model": {
            "score": facts.ring.score,
            "meaning": "a calibrated probability: of the rings scored 0.8, about 80 % are fraudulent",
            "limits": "a score is a reason to look, no proof; people decide, by both sides of the evidence",
        },
        "ring": facts.ring.model_dump(mode="json"),
        "members": [each.model_dump(mode="json") for each in facts.members],
        "members_total": facts.members_total,
        "shared": [each.model_dump(mode="json") for each in facts.ties],
        "shared_total": facts.ties_total,
        "money": None if facts.money is None else facts.money.model_dump(mode="json"),
        "days": [
            dict(zip([column.name for column in facts.days.columns], row, strict=True))
            for row in facts.days.rows
        ],
        "trips": _trips(facts),
        "trips_total": facts.trips_total,
        "history": [each.model_dump(mode="json") for each in facts.changes],
        "history_total": facts.changes_total,
        "verdicts": [each.model_dump(mode="json") for each in facts.verdicts],
        "given_here": [
            {"at_ms": each.at_ms, "by": each.name, "kind": each.kind, **each.said} for each in facts.answers
        ],
        "blocks": [
            {
                "asked_by": each.asked_by,
                "asked_ms": each.asked_ms,
                "decided_by": each.decided_by,
                "decided_ms": each.decided_ms,
                "is_approved": each.is_approved,
                "grounds": each.grounds,
                "note": each.note,
            }
            for each in facts.blocks
        ],
        "opened_by": [
            {"name": each.name, "first_ms": each.first_ms, "last_ms": each.last_ms} for each in facts.looks
        ],
    }


def _trips(facts: RingFacts) -> list[dict[str, Any]]:
    """The trips, with whoever is no member as a number."""
    members = {each.account_id for each in facts.members}
    numbers: dict[str, str] = {}

    def named(account: str) -> str:
        if account in members:
            return account
        return numbers.setdefault(account, f"third party {len(numbers) + 1}")

    told = []
    for trip in facts.trips:
        each = trip.model_dump(mode="json")
        told.append({**each, "rider_id": named(trip.rider_id), "driver_id": named(trip.driver_id)})
    return told
