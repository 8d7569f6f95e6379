"""One request by somebody known: who it is, whether they may, why they ask, and what they are shown.

A route that needs a permission declares ``Annotated[Visit, Depends(Allowed(Permission.RINGS_READ))]``.
Documents and the test that walks every route find the permission there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from fastapi import Request

from graph.model.vocabulary import EntityKind, Permission
from queries.desk.desk import Caller, Desk
from queries.serving.origins import refuse_other_sites
from queries.serving.problems import Refusal
from queries.serving.records import Record, masked

if TYPE_CHECKING:
    from queries.serving.parts import Parts
    from queries.serving.rates import Rates

COOKIE: Final = "__Host-ringfence"
REASON: Final = "ringfence-reason"
REASON_CHARACTERS: Final = range(5, 301)
Shown = TypeVar("Shown", bound=Record)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request that was let in."""

    caller: Caller
    desk: Desk
    reason: str | None

    @property
    def is_masked(self) -> bool:
        """Whether identifiers of people are hidden: no reason was given, and no scope shows them without."""
        return self.reason is None and Permission.IDENTIFIERS_PLAIN not in self.caller.permissions

    def shown(self, record: Shown) -> Shown:
        """A record as this caller sees it."""
        return masked(record, self.desk.masks) if self.is_masked else record

    def account(self, given: str) -> str:
        """The identifier of an account that may have been given as a handle."""
        return self.desk.masks.plain(EntityKind.ACCOUNT.value, given)

    def note(self, action: str, kind: str = "", identifier: str = "", **detail: object) -> None:
        """Write a line of the audit about something; people and what they use appear by pseudonym."""
        subject = ""
        if identifier:
            is_plain = kind in ("ring", "person")
            subject = f"{kind}:{identifier}" if is_plain else self.desk.subjects.pseudonym(kind, identifier)
        self._append(action, subject, detail)

    def note_path(self, keys: Sequence[str]) -> None:
        """Write a line about the way between things, given as ``kind:identifier``."""
        named = (key.partition(":") for key in keys)
        subject = " ".join(self.desk.subjects.pseudonym(kind, identifier) for kind, _, identifier in named)
        self._append("path.read", subject, {})

    def _append(self, action: str, subject: str, detail: dict[str, object]) -> None:
        if not self.is_masked:
            detail["shown"] = "plain"
        self.desk.log.append(self.caller.actor, action, subject, said=self.reason, **detail)


class Allowed:
    """The dependency that lets somebody with a permission in; with None, everybody who is known."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> Visit:
        """Who asks. Raises Refusal: 401 unknown, 403 not allowed, 429 too often."""
        parts: Parts = request.app.state.parts
        return self._visit(request, parts, parts.desk, parts.rates)

    def _visit(self, request: Request, parts: Parts, desk: Desk, rates: Rates) -> Visit:
        caller = known_caller(request, parts, desk, rates)
        rates.asks(caller.credential)
        if self.permission is not None and self.permission not in caller.permissions:
            raise not_allowed(self.permission)
        return Visit(caller, desk, _reason(request, caller))


class QuicklyAllowed(Allowed):
    """The same in the event loop, for routes that answer in less time than a thread takes to begin."""

    async def __call__(self, request: Request) -> Visit:  # type: ignore[override]
        """Who asks. Raises Refusal: 401 unknown, 403 not allowed, 429 too often."""
        parts: Parts = request.app.state.parts
        return self._visit(request, parts, parts.quick_desk or parts.desk, parts.quick_rates or parts.rates)


def known_caller(
    request: Request, parts: Parts, desk: Desk | None = None, rates: Rates | None = None
) -> Caller:
    """Who asks, by token or by cookie. Raises Refusal when it is nobody."""
    address = address_of(request)
    rates = rates or parts.rates
    rates.comes(address)
    caller = caller_of(request, parts, desk)
    if caller is None:
        rates.failed(address)
        raise _unknown("expected a live token or session, found one that is not; sign in again")
    return caller


def caller_of(request: Request, parts: Parts, desk: Desk | None = None) -> Caller | None:
    """Who has the token or the cookie of a request, as things stand. Raises Refusal when it has neither."""
    desk = desk or parts.desk
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(COOKIE)
    if scheme.lower() == "bearer":
        return desk.caller_of_token(token.strip(), address_of(request))
    if cookie is not None:
        refuse_other_sites(request, parts.origins, needs_proof=True)
        return desk.caller_of_session(cookie, address_of(request))
    raise _unknown("expected a token or a session, found neither; sign in, or send Authorization: Bearer")


def address_of(request: Request) -> str:
    """Where a request comes from; what a proxy says counts only when it was told to be trusted."""
    return request.client.host if request.client else ""


def not_allowed(permission: Permission) -> Refusal:
    """The refusal for who lacks a permission."""
    return Refusal(
        HTTPStatus.FORBIDDEN,
        "not_allowed",
        f"expected the permission {permission.value}, found that you lack it; ask an admin",
    )


def _unknown(detail: str) -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, "unknown_caller", detail, {"WWW-Authenticate": "Bearer"})


def _reason(request: Request, caller: Caller) -> str | None:
    """Why they want to see identifiers; UTF-8 in the header. Raises Refusal when they may not."""
    given = request.headers.get(REASON)
    if given is None:
        return None
    if Permission.IDENTIFIERS_REVEAL not in caller.permissions:
        raise not_allowed(Permission.IDENTIFIERS_REVEAL)
    try:
        reason = given.encode("latin-1").decode("utf-8").strip()
    except UnicodeDecodeError:
        reason = ""
    if len(reason) not in REASON_CHARACTERS:
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            "no_reason",
            "expected a reason of 5 to 300 characters of UTF-8, found none; say why you need to see them",
        )
    return reason
