"""API tokens: one's own, and those of programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import DeskRole, Permission
from queries.desk.tokens import MOST_DAYS, READING, Token
from queries.serving.records import Record
from queries.serving.routes.people import Managing, Name
from queries.serving.visits import Allowed, Visit

Owning = Annotated[Visit, Depends(Allowed(Permission.TOKENS_OWN))]
Number = Annotated[int, Path(ge=1, lt=1 << 53, description="The number of a token.")]
router = APIRouter(tags=["tokens"])


class TokenSeen(Record):
    """A token, without its secret."""

    id: int
    person: str
    prefix: str = Field(description="How it begins, to know it by.")
    label: str
    scope: list[Permission]
    created_ms: int
    expires_ms: int
    last_used_ms: int | None = Field(description="To the minute.")
    revoked_ms: int | None


class TokenAdded(Record):
    """A new token."""

    token: TokenSeen
    secret: str = Field(description="Shown this once.")


class NewToken(Record):
    """What the token is for, what it may do, and how long."""

    label: str = Field(min_length=1, max_length=100, examples=["notebook"])
    scope: list[Permission] = Field(
        default=sorted(READING), description="Within the role, and within what the caller may do."
    )
    days: float = Field(default=30, gt=0, le=MOST_DAYS)


@router.get("/v1/tokens", summary="Which tokens have I?")
def tokens(visit: Owning) -> list[TokenSeen]:
    """One's own, the newest first, also those that have ended."""
    return [_seen(token) for token in visit.desk.tokens.all(visit.caller.person)]


@router.post("/v1/tokens", summary="Make a token for myself.", status_code=201)
def add(visit: Owning, given: NewToken) -> TokenAdded:
    """A token never may more than who makes it."""
    beyond = set(given.scope) - visit.caller.permissions
    if beyond:
        raise BadCall(f"expected a scope within your own, found {', '.join(sorted(beyond))}; ask for less")
    token, secret = visit.desk.add_token(
        visit.caller.actor, visit.caller.person, given.label, given.scope, given.days
    )
    return TokenAdded(token=_seen(token), secret=secret)


@router.delete("/v1/tokens/{number}", summary="Revoke a token.", status_code=204)
def revoke(visit: Owning, number: Number) -> None:
    """One's own; who manages people may revoke any."""
    token = visit.desk.tokens.by_id(number)
    is_own = token.person_id == visit.caller.person.id
    if not is_own and Permission.PEOPLE_MANAGE not in visit.caller.permissions:
        raise Missing(f"expected the number of a token, found {number}; see which there are")
    visit.desk.revoke_token(visit.caller.actor, token)


@router.get("/v1/people/{name}/tokens", summary="Which tokens have they?")
def tokens_of(visit: Managing, name: Name) -> list[TokenSeen]:
    """The newest first, also those that have ended."""
    return [_seen(token) for token in visit.desk.tokens.all(visit.desk.people.named(name))]


@router.post("/v1/people/{name}/tokens", summary="Make a token for a program.", status_code=201)
def add_for(visit: Managing, name: Name, given: NewToken) -> TokenAdded:
    """Only programs: people make their own, so that nobody else has seen them."""
    person = visit.desk.people.named(name)
    if person.role is not DeskRole.SERVICE:
        raise BadCall(f"expected a program, found {name}, who makes their own tokens; add a program")
    token, secret = visit.desk.add_token(visit.caller.actor, person, given.label, given.scope, given.days)
    return TokenAdded(token=_seen(token), secret=secret)


def _seen(token: Token) -> TokenSeen:
    return TokenSeen(
        id=token.id,
        person=token.person,
        prefix=token.prefix,
        label=token.label,
        scope=sorted(token.scope),
        created_ms=token.created_ms,
        expires_ms=token.expires_ms,
        last_used_ms=token.last_used_ms,
        revoked_ms=token.revoked_ms,
    )
