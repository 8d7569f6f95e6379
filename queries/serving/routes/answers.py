"""Verdicts and acts: accepted here, in effect when the engine has read them."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Header, Request
from pydantic import Field, model_validator

from graph.model.errors import Missing
from graph.model.events import AnalystAct, Verdict, act_fault
from graph.model.vocabulary import ActKind, EntityKind, Permission, VerdictOutcome
from queries.desk.answers import event_id_of, event_time, outgoing
from queries.serving.parts import Parts
from queries.serving.records import Accepted, Record
from queries.serving.routes.asking import HANDLE_CHARACTERS, parts_of
from queries.serving.visits import Allowed, Visit, not_allowed

Answering = Annotated[Visit, Depends(Allowed(Permission.VERDICTS_GIVE))]
Acting = Annotated[Visit, Depends(Allowed(Permission.ACTS_DO))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="A repetition under the same key is the same event.",
    ),
]
Subject = Annotated[str, Field(min_length=1, max_length=HANDLE_CHARACTERS)]
Note = Annotated[str | None, Field(max_length=2_000, description="In words.")]
DECLARATIONS = frozenset({ActKind.DECLARE_PUBLIC, ActKind.DECLARE_PRIVATE})
router = APIRouter(tags=["answers"])


class NewVerdict(Record):
    """An answer about a ring or an account. There is no default."""

    subject: Subject = Field(
        description="A ring's id, an account or its handle.", examples=["ring_0123456789"]
    )
    outcome: VerdictOutcome = Field(examples=["fraud"])
    note: Note = Field(default=None, examples=["five cards, one phone"])


class NewAct(Record):
    """Something to be done to the graph by hand."""

    act: ActKind = Field(examples=["cut"])
    subject: Subject = Field(
        description="An account, a ring, or kind:identifier; handles as in masked answers.",
        examples=["account-1"],
    )
    other: Subject | None = Field(
        default=None,
        description="To cut from: an account or kind:identifier. To undo: the event id of the act.",
        examples=["device:device-1"],
    )
    note: Note = None
    until_ts: int | None = Field(default=None, ge=0, lt=1 << 53, description="Until when it holds, epoch ms.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """What the act needs is there."""
        needs_other = self.act in (ActKind.CUT, ActKind.UNDO)
        if needs_other != (self.other is not None):
            raise ValueError(f"{self.act.value} {'needs' if needs_other else 'takes no'} other")
        fault = act_fault(self.act, self.subject, self.other)
        if fault:
            raise ValueError(fault)
        return self


_IDENTIFIERS = frozenset(kind.value for kind in EntityKind if kind is not EntityKind.ACCOUNT)


@router.post("/v1/verdicts", summary="Answer about a ring or an account.", status_code=202)
def verdict(
    request: Request, visit: Answering, given: NewVerdict, idempotency_key: IdempotencyKey = None
) -> Accepted:
    """Becomes a `verdict` of the contract; the engine follows it, and it becomes a label for training."""
    parts = parts_of(request)
    kind, subject = _ring_or_account(parts, visit, given.subject)
    watermark_ms = parts.store.watermark_ms()
    with visit.desk.transaction():
        event = Verdict(
            event_id=event_id_of("verdict", visit.caller.person.id, idempotency_key),
            ts=event_time(visit.desk.database, watermark_ms),
            subject=subject,
            outcome=given.outcome,
            analyst=visit.caller.person.name,
            note=given.note,
        )
        visit.note("verdict.given", kind, subject, outcome=given.outcome.value, event_id=event.event_id)
        return _accepted(visit, event)


@router.post("/v1/acts", summary="Cut, declare public, mark a household.", status_code=202)
def act(request: Request, visit: Acting, given: NewAct, idempotency_key: IdempotencyKey = None) -> Accepted:
    """Becomes an `analyst_act` of the contract; the engine follows it, also when it reads everything anew."""
    if given.act in DECLARATIONS and Permission.ACTS_DECLARE not in visit.caller.permissions:
        raise not_allowed(Permission.ACTS_DECLARE)
    parts = parts_of(request)
    kind, subject = _anything(parts, visit, given.subject)
    other = given.other
    if given.act is ActKind.CUT and other is not None:
        _, other = _anything(parts, visit, other)
    watermark_ms = parts.store.watermark_ms()
    with visit.desk.transaction():
        event = AnalystAct(
            event_id=event_id_of("act", visit.caller.person.id, idempotency_key),
            ts=event_time(visit.desk.database, watermark_ms),
            act=given.act,
            subject=subject,
            other=other,
            analyst=visit.caller.person.name,
            note=given.note,
            until_ts=given.until_ts,
        )
        visit.note("act.done", kind, subject, act=given.act.value, event_id=event.event_id)
        return _accepted(visit, event)


def _accepted(visit: Visit, event: Verdict | AnalystAct) -> Accepted:
    visit.desk.outbox.put(outgoing(event))
    return Accepted(event_id=event.event_id, ts=event.ts)


def _ring_or_account(parts: Parts, visit: Visit, given: str) -> tuple[str, str]:
    """What the subject is, and its identifier. Raises Missing when the store has neither."""
    if parts.store.ask("ring", ring_id=given).rows:
        return "ring", given
    identifier = visit.account(given)
    if parts.store.ask("account", account_id=identifier).rows:
        return "account", identifier
    raise Missing("expected a ring or an account, found neither in the store; correct the subject")


def _anything(parts: Parts, visit: Visit, given: str) -> tuple[str, str]:
    """The same for what may also be ``kind:identifier``."""
    kind, separator, _ = given.partition(":")
    if not separator or kind not in _IDENTIFIERS:
        return _ring_or_account(parts, visit, given)
    identifier = visit.desk.masks.plain_key(given).partition(":")[2]
    if not parts.store.ask("links", kind=kind, id=identifier, limit=1).rows:
        raise Missing(f"expected a {kind} that the store knows, found none like it; correct the subject")
    return kind, f"{kind}:{identifier}"
