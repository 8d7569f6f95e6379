"""Coming in and going out: one-time links, sign-in by password, sign-out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from graph.model.vocabulary import DeskRole, Permission
from queries.desk.people import Person
from queries.serving.origins import refuse_other_sites
from queries.serving.parts import Parts
from queries.serving.problems import Refusal
from queries.serving.records import Record
from queries.serving.routes.asking import parts_of
from queries.serving.visits import COOKIE, Allowed, Visit, address_of

Known = Annotated[Visit, Depends(Allowed(None))]
Secret = Annotated[str, Field(max_length=1_024, repr=False)]
router = APIRouter(tags=["sessions"])


class SignIn(Record):
    """A name and a password."""

    name: str = Field(max_length=64, examples=["ann"])
    password: Secret = Field(examples=["a long enough password"])


class LinkRedeemed(Record):
    """The code of a one-time link, and the password to set."""

    code: Secret = Field(examples=["the code in the link"])
    password: Secret = Field(examples=["a long enough password"])


class Identity(Record):
    """Who one is, and what one may do."""

    name: str
    role: DeskRole
    permissions: list[Permission] = Field(description="Of the role, narrowed by the scope of a token.")


@router.post("/v1/sessions", summary="Sign in.", status_code=201)
def sign_in(request: Request, response: Response, given: SignIn) -> Identity:
    """Opens a session in a cookie. Checks of passwords are few at a time and limited by name and address."""
    parts = parts_of(request)
    refuse_other_sites(request, parts.origins, needs_proof=False)
    address = address_of(request)
    parts.rates.comes(address)
    parts.rates.may_try("name", given.name)
    opened = parts.desk.sign_in(given.name, given.password, address)
    if opened is None:
        parts.rates.failed(address)
        parts.rates.failed("name", given.name)
        raise Refusal(
            HTTPStatus.UNAUTHORIZED,
            "wrong_password",
            "expected a name and its password, found no such pair; try again, or ask an admin for a link",
        )
    return _let_in(response, *opened)


@router.post("/v1/links", summary="Set a password by a one-time link.", status_code=201)
def redeem_link(request: Request, response: Response, given: LinkRedeemed) -> Identity:
    """Sets the password of the person whom the link was made for, ends their sessions and opens one."""
    return _let_in(response, *redeemed(request, given.code, given.password))


def redeemed(request: Request, code: str, password: str) -> tuple[Person, str]:
    """The person of a one-time link, with the password set, and the secret of a session."""
    parts: Parts = parts_of(request)
    refuse_other_sites(request, parts.origins, needs_proof=False)
    address = address_of(request)
    parts.rates.comes(address)
    if parts.desk.people.of_link(code) is None:
        parts.rates.failed(address)
    return parts.desk.redeem_link(code, password, address)


@router.get("/v1/sessions/me", summary="Who am I, and what may I do?")
def who_am_i(visit: Known) -> Identity:
    """Who came with this token or session."""
    return Identity(
        name=visit.caller.person.name,
        role=visit.caller.person.role,
        permissions=sorted(visit.caller.permissions),
    )


@router.delete("/v1/sessions/me", summary="Sign out.", status_code=204)
def sign_out(request: Request, response: Response, visit: Known) -> None:
    """Ends the session of the cookie; a token is left as it is."""
    if visit.caller.uses_cookie:
        visit.desk.sign_out(visit.caller, request.cookies[COOKIE])
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")


def _let_in(response: Response, person: Person, secret: str) -> Identity:
    set_cookie(response, secret)
    return Identity(name=person.name, role=person.role, permissions=sorted(person.permissions))


def set_cookie(response: Response, secret: str) -> None:
    """Hand the session's secret to the browser: for this host alone, over TLS alone, hidden from scripts."""
    response.set_cookie(COOKIE, secret, path="/", secure=True, httponly=True, samesite="strict")
