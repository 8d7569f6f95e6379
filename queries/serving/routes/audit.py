"""The audit, and a signed statement of how far it has come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from graph.model.vocabulary import Permission
from queries.desk.checkpoints import checkpoint_of
from queries.serving.records import Record
from queries.serving.visits import Allowed, Visit

Reading = Annotated[Visit, Depends(Allowed(Permission.AUDIT_READ))]
router = APIRouter(tags=["audit"])


class Line(Record):
    """A line of the audit."""

    number: int
    at_ms: int
    actor: str
    means: str = Field(description="How they came in.")
    address: str
    action: str
    subject: str = Field(description="What it was about; accounts and the like by pseudonym.")
    detail: str = Field(description="More about it, a JSON object.")
    said: str | None = Field(
        description="The reason that was given, in words; null when none was, or erased."
    )
    previous: str
    digest: str


class Signed(Record):
    """How far the audit has come, signed with Ed25519. Keep it where the service cannot write."""

    number: int
    digest: str
    at_ms: int
    public: str = Field(description="The key that checks the signature.")
    signature: str


@router.get("/v1/audit", summary="Who did what?")
def audit(
    visit: Reading,
    before: Annotated[
        int | None, Query(ge=1, lt=1 << 53, description="Only lines with a number below this.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Lines at most.")] = 100,
) -> list[Line]:
    """Lines, the newest first. Reading it is a line itself."""
    visit.note("audit.read")
    return [
        Line(**{name: getattr(line, name) for name in Line.model_fields})
        for line in visit.desk.log.page(before, limit)
    ]


@router.get("/v1/audit/checkpoint", summary="How far has the audit come?")
def checkpoint(visit: Reading) -> Signed:
    """A signed checkpoint of the newest line; ``ringfence audit verify --checkpoints`` takes it."""
    made = checkpoint_of(visit.desk.log, visit.desk.keys, visit.desk.database.now_ms())
    return Signed(**{name: getattr(made, name) for name in Signed.model_fields})
