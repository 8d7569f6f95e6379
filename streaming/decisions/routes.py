"""The routes that ask: one decision, or up to a thousand, as JSON by msgspec.

Who may ask is not known here: the front door hands in the dependency that lets people in, and how
identifiers are shown to them. The follower takes its slices in the same event loop, so nothing here waits for
anything but the body.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from graph.model.decisions import AccountAsked, Answered, DecisionMade, Decisions
from graph.model.errors import Unavailable
from streaming.decisions.decider import Decider, NotAsked
from streaming.decisions.follower import Follower

MOST_EVENTS: Final = 1_000
MOST_BATCH_BYTES: Final = 1_048_576
ONE: Final = "/v1/decisions"
BATCH: Final = "/v1/decisions:batch"
TURN_S: Final = 0.001
"""A batch is answered in turns of this length, so that others are answered between."""
IDLE_S: Final = 0.005
"""How long the follower waits when nothing came."""
_REF: Final = "#/components/schemas/{name}"
_EXAMPLE: Final = {
    "event_id": "ask-1",
    "type": "promo_redeemed",
    "ts": 1_741_886_151_013,
    "account_id": "account-1",
    "promo_id": "WELCOME",
    "amount": 10.0,
    "device_id": "device-1",
}
_EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An event of the contract that has not happened.",
    "properties": {
        "event_id": {"type": "string"},
        "type": {"type": "string"},
        "ts": {"type": "integer", "description": "When it would happen, epoch ms."},
    },
    "required": ["event_id", "type", "ts"],
    "example": _EXAMPLE,
}
_BATCH: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"events": {"type": "array", "items": _EVENT, "maxItems": MOST_EVENTS}},
    "required": ["events"],
}
_DECISION: Final[dict[str, Any]] = {
    "event_id": "ask-1",
    "decision": "block",
    "decided_by": "score",
    "score": 0.981244,
    "kind": "promo_farm",
    "reasons": [
        {
            "rule": "promo_farm",
            "detail": "12 of 12 accounts took a promotion, 120.00 in all",
            "strength": 0.94,
            "numbers": {"accounts": 12.0},
        }
    ],
    "innocent_reasons": [],
    "rules": [
        {"rule": "new-cards-1c6f1efd", "decision": "review", "text": "Young accounts that take promotions"}
    ],
    "ring_id": "ring_5bce7e070ad6d0268d07",
    "accounts": [{"account_id": "account-1", "score": 0.981244, "ring_id": "ring_5bce7e070ad6d0268d07"}],
    "together_with": ["account-2", "account-3"],
    "together_with_total": 2,
    "model_id": "boosted-5f2c81aa90b4",
    "as_of_ms": 1_741_886_150_871,
    "asked_ms": 1_741_886_151_013,
    "lag": 0,
    "degraded": False,
    "fallback": None,
}
_SCHEMAS: Final = msgspec.json.schema_components([DecisionMade, Decisions], ref_template=_REF)
_encode: Final = msgspec.json.Encoder().encode


class _Batch(msgspec.Struct):
    """The body of a batch; each event is decoded by itself."""

    events: list[msgspec.Raw]


_decode_batch: Final = msgspec.json.Decoder(_Batch).decode


Shows = Callable[[Any], Callable[[str], str] | None]
"""Of a visit: what makes an account id what may be shown; None when it is shown as it is."""


def components() -> dict[str, Any]:
    """The schemas of the answers, with an example."""
    schemas = dict(_SCHEMAS[1])
    schemas["DecisionMade"] = {**schemas["DecisionMade"], "example": _DECISION}
    schemas["Decisions"] = {
        **schemas["Decisions"],
        "example": {"answers": [{"answer": _DECISION, "refused": None}]},
    }
    return schemas


def decision_router(allowed: Any, decider_of: Callable[[Request], Decider | None], shows: Shows) -> APIRouter:
    """The routes. ``allowed``: the dependency that gives a visit, or refuses."""
    router = APIRouter(tags=["decisions"])
    let_in = Depends(allowed)

    @router.post(
        ONE,
        summary="May this happen?",
        response_class=Response,
        openapi_extra=_body(_EVENT),
        responses={200: _answer("DecisionMade")},
    )
    async def decide(request: Request, visit: Any = let_in) -> Response:
        """What would be, if the event happened now, and what the policy makes of it. Nothing is changed."""
        decider = _at_work(decider_of(request))
        try:
            decision = decider.decide(await request.body())
        except NotAsked as error:
            raise HTTPException(422, f"{error}; nothing was asked") from error
        return _json(_shown(decision, shows(visit)))

    @router.post(
        BATCH,
        summary="May each of these happen?",
        response_class=Response,
        openapi_extra=_body(_BATCH),
        responses={200: _answer("Decisions")},
    )
    async def decide_batch(request: Request, visit: Any = let_in) -> Response:
        """Up to 1,000 events, each asked about as if alone; one that cannot be asked about is told so."""
        decider = _at_work(decider_of(request))
        try:
            events = _decode_batch(await request.body()).events
        except msgspec.MsgspecError as error:
            raise HTTPException(
                422, f'expected {{"events": [...]}}, found: {error}; correct the body'
            ) from error
        if len(events) > MOST_EVENTS:
            raise HTTPException(422, f"expected at most {MOST_EVENTS} events, found {len(events)}; send less")
        show = shows(visit)
        told: list[Answered] = []
        turn = time.perf_counter()
        for event in events:
            found = decider.decide_or_refuse(bytes(event))
            told.append(found if found.answer is None else Answered(answer=_shown(found.answer, show)))
            if time.perf_counter() - turn > TURN_S:
                await asyncio.sleep(0)
                turn = time.perf_counter()
        return _json(Decisions(answers=told))

    return router


async def follow(follower: Follower, failed: Callable[[Exception], None]) -> None:
    """Step a follower until cancelled, giving way to answers after each slice.

    Should it not be able to go on, ``failed`` is told why, and answers go on and say how old they are.
    """
    while True:
        try:
            more = follower.step()
        except Exception as error:
            follower.trouble = str(error)
            failed(error)
            return
        await asyncio.sleep(0 if more else IDLE_S)


def _at_work(decider: Decider | None) -> Decider:
    if decider is None:
        raise Unavailable(
            "expected a follower to ask, found none: start serve with --state, or with --follow FILE", 60.0
        )
    return decider


def _shown(decision: DecisionMade, show: Callable[[str], str] | None) -> DecisionMade:
    if show is None:
        return decision
    return msgspec.structs.replace(
        decision,
        accounts=[
            AccountAsked(account_id=show(each.account_id), score=each.score, ring_id=each.ring_id)
            for each in decision.accounts
        ],
        together_with=[show(name) for name in decision.together_with],
    )


def _json(answer: DecisionMade | Decisions) -> Response:
    return Response(_encode(answer), media_type="application/json")


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _answer(name: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name=name)}
    return {"description": "Successful Response", "content": {"application/json": {"schema": schema}}}
