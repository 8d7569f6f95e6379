"""Signing in and out, setting a password by a one-time link, giving a reason to see identifiers."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from graph.model.errors import BadCall
from graph.model.vocabulary import Permission
from queries.console.comings import (
    REASON_COOKIE,
    REASON_LIVES_S,
    Coming,
    Fields,
    Sends,
    fields_of,
    local,
    reason_cookie,
)
from queries.console.rendering import page
from queries.desk.passwords import LONGEST, SHORTEST
from queries.serving.problems import Refusal
from queries.serving.routes.asking import parts_of
from queries.serving.routes.sessions import SignIn, redeemed, set_cookie, sign_in
from queries.serving.visits import COOKIE, REASON_CHARACTERS, address_of

router = APIRouter(include_in_schema=False)
Known = Annotated[Coming, Depends(Sends(None))]
Revealing = Annotated[Coming, Depends(Sends(Permission.IDENTIFIERS_REVEAL))]


@router.get("/sign-in")
def door(to: Annotated[str, Query(max_length=2_000)] = "/queue") -> Response:
    """The form of name and password."""
    return sign_in_page(200, local(to), {}, "")


@router.post("/sign-in")
async def signed_in(request: Request) -> Response:
    """Opens a session, and goes on where one was: to a page, or to the form that was not sent."""
    fields = await fields_of(request)
    given = {name: fields.get(name, [""])[0] for name in ("name", "password", "to", "kept")}
    kept = _kept(given["kept"])
    to = local(given["to"])
    response = _resumed(to, kept) if kept else RedirectResponse(to, 303)
    try:
        who = SignIn.model_construct(name=given["name"].strip()[:64], password=given["password"][:1_024])
        await run_in_threadpool(sign_in, request, response, who)
    except Refusal as refusal:
        return sign_in_page(refusal.status, to, kept, refusal.detail)
    return response


def sign_in_page(status: int, to: str, kept: Fields, told: str) -> Response:
    """The form; ``kept``: the fields of a form that is to be sent once one is in."""
    return page("sign_in.html", status, to=to, kept=json.dumps(kept) if kept else "", told=told)


@router.post("/sign-out")
def sign_out(coming: Known) -> Response:
    """Ends the session."""
    coming.visit.desk.sign_out(coming.visit.caller, coming.request.cookies[COOKIE])
    response = RedirectResponse("/sign-in", 303)
    for name in (COOKIE, REASON_COOKIE):
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")
    return response


@router.get("/welcome")
def welcome(request: Request, code: Annotated[str, Query(max_length=1_024)] = "") -> Response:
    """The form behind a one-time link, with the name that one will sign in by."""
    parts_of(request).rates.comes(address_of(request))
    return _welcome(request, 200, code, "")


@router.post("/welcome")
async def welcomed(request: Request) -> Response:
    """Sets the password, signs in and goes to the queue, or shows the form again with what was wrong."""
    fields = await fields_of(request)
    code, password = (fields.get(name, [""])[0] for name in ("code", "password"))
    try:
        _, secret = await run_in_threadpool(redeemed, request, code, password)
    except BadCall as error:
        return await run_in_threadpool(_welcome, request, 400, code, str(error))
    response = RedirectResponse("/queue", 303)
    set_cookie(response, secret)
    return response


@router.post("/reveal")
def reveal(coming: Revealing) -> Response:
    """Identifiers are shown for half an hour, for the reason given; without one they are masked again."""
    reason = coming.field("reason")
    response = RedirectResponse(local(coming.field("to")), 303)
    if coming.field("hide"):
        response.delete_cookie(REASON_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return response
    if len(reason) not in REASON_CHARACTERS:
        raise BadCall(
            "expected a reason of 5 to 300 characters, found none; say why you need to see identifiers"
        )
    coming.visit.desk.log.append(coming.visit.caller.actor, "identifiers.revealed", "", reason=reason)
    response.set_cookie(
        REASON_COOKIE,
        reason_cookie(reason),
        max_age=REASON_LIVES_S,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return response


def _welcome(request: Request, status: int, code: str, told: str) -> Response:
    person = parts_of(request).desk.people.of_link(code)
    name = "" if person is None else person.name
    return page("welcome.html", status, code=code, told=told, name=name, shortest=SHORTEST, longest=LONGEST)


def _resumed(to: str, kept: Fields) -> Response:
    return page("resume.html", to=to, kept=[(name, each) for name, values in kept.items() for each in values])


def _kept(text: str) -> Fields:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    is_form = isinstance(found, dict) and all(
        isinstance(values, list) and all(isinstance(each, str) for each in values)
        for values in found.values()
    )
    return found if is_form else {}
