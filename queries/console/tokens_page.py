"""Tokens on the pages: one's own, and those of programs; a secret is shown once, where it was made."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Path
from fastapi.responses import RedirectResponse

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import DeskRole, Permission
from queries.console.comings import Coming, Opens, Sends
from queries.desk.people import Person
from queries.desk.tokens import MOST_DAYS, READING, Token

router = APIRouter(include_in_schema=False)
Owning = Annotated[Coming, Depends(Opens(Permission.TOKENS_OWN))]
Making = Annotated[Coming, Depends(Sends(Permission.TOKENS_OWN))]
Number = Annotated[int, Path(ge=1, lt=1 << 53)]
LABEL_CHARACTERS: Final = range(1, 101)


class Made(NamedTuple):
    """A token that was just made, and its secret."""

    token: Token
    secret: str


@router.get("/tokens")
def tokens(coming: Owning) -> Any:
    """One's own tokens, also those that have ended."""
    return _own(coming, None)


@router.post("/tokens")
def add(coming: Making) -> Any:
    """A token for oneself; it never may more than who makes it."""
    return _own(coming, _made(coming, coming.visit.caller.person))


@router.post("/tokens/{number}/revoke")
def revoke(coming: Making, number: Number) -> Any:
    """Ends a token: one's own; who manages people may end any. Raises Missing for another's."""
    token = coming.visit.desk.tokens.by_id(number)
    is_own = token.person_id == coming.visit.caller.person.id
    if not is_own and not coming.may(Permission.PEOPLE_MANAGE):
        raise Missing(f"expected the number of a token, found {number}; see which there are")
    coming.visit.desk.revoke_token(coming.visit.caller.actor, token)
    return RedirectResponse("/tokens" if coming.field("to") != "/admin" else "/admin#tokens", 303)


def made_for_program(coming: Coming) -> Made:
    """A token for the program that the form names. Raises BadCall for somebody who makes their own."""
    name = coming.field("person")
    person = coming.visit.desk.people.named(name)
    if person.role is not DeskRole.SERVICE:
        raise BadCall(f"expected a program, found {name}, who makes their own tokens; add a program")
    return _made(coming, person)


def scopes_of(permissions: frozenset[Permission]) -> list[tuple[str, bool]]:
    """What a token may be allowed, by name, and whether that is chosen unless something else is."""
    return [(each.value, each in READING) for each in sorted(permissions)]


def _own(coming: Coming, made: Made | None) -> Any:
    return coming.page(
        "tokens.html",
        tokens=coming.visit.desk.tokens.all(coming.visit.caller.person),
        scopes=scopes_of(coming.visit.caller.permissions),
        most_days=MOST_DAYS,
        now_ms=coming.parts.desk.database.now_ms(),
        made_token=made,
    )


def _made(coming: Coming, person: Person) -> Made:
    """Raises BadCall when the form asks for what cannot be."""
    label = coming.field("label")
    if len(label) not in LABEL_CHARACTERS:
        raise BadCall(
            f"expected a label of 1 to {LABEL_CHARACTERS[-1]} letters, found {len(label)}; name its use"
        )
    try:
        days, scope = (
            float(coming.field("days")),
            [Permission(each) for each in coming.fields.get("scope", [])],
        )
    except ValueError:
        raise BadCall(
            "expected a number of days and known permissions, found something else; choose again"
        ) from None
    is_own = person.id == coming.visit.caller.person.id
    beyond = set(scope) - coming.visit.caller.permissions if is_own else set()
    if beyond:
        raise BadCall(f"expected a scope within your own, found {', '.join(sorted(beyond))}; ask for less")
    return Made(*coming.visit.desk.add_token(coming.visit.caller.actor, person, label, scope, days))
