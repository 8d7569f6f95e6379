"""Who opens a page: let in by the session, sent to sign in without one, with nothing of a form lost."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from graph.model.vocabulary import Permission
from queries.console.rendering import page
from queries.serving.origins import refuse_other_sites
from queries.serving.parts import Parts
from queries.serving.problems import Refusal
from queries.serving.routes.asking import parts_of
from queries.serving.visits import REASON_CHARACTERS, Visit, known_caller, not_allowed

REASON_COOKIE: Final = "__Host-ringfence-reason"
REASON_LIVES_S: Final = 1_800
MOST_FIELDS: Final = 1_200
Fields = dict[str, list[str]]


class SignInNeeded(Exception):
    """Nobody known opened a page; ``fields`` are those of the form that was sent."""

    def __init__(self, path: str, fields: Fields) -> None:
        super().__init__(path)
        self.path = path
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody who was let in to a page."""

    request: Request
    parts: Parts
    visit: Visit
    fields: Fields

    @property
    def name(self) -> str:
        """Who it is."""
        return self.visit.caller.person.name

    def may(self, permission: Permission) -> bool:
        """Whether they have a permission."""
        return permission in self.visit.caller.permissions

    def field(self, name: str) -> str:
        """A field of the form, empty where it was not sent."""
        return self.fields.get(name, [""])[0].strip()

    def context(self) -> dict[str, object]:
        """What every page shows of who looks at it."""
        return {
            "path": self.request.url.path,
            "person": self.visit.caller.person,
            "permissions": {each.value for each in self.visit.caller.permissions},
            "is_masked": self.visit.is_masked,
            "reason": self.visit.reason,
            "watermark_ms": self.parts.store.watermark_ms(),
            "origin_host": self.request.url.netloc,
        }

    def page(self, template: str, status: int = 200, **context: object) -> object:
        """A page for them."""
        return page(template, status, **self.context(), **context)


class Opens:
    """The dependency of a page that is read: who may see it."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> Coming:
        """Who opens it. Raises SignInNeeded, or Refusal when they may not."""
        return let_in(request, self.permission, {})


class Sends:
    """The dependency of a form that is sent."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Coming:
        """Who sends it, with its fields. Raises SignInNeeded with the form, or Refusal."""
        fields = await fields_of(request)
        return await run_in_threadpool(let_in, request, self.permission, fields)


def let_in(request: Request, permission: Permission | None, fields: Fields) -> Coming:
    """Who asks, with a permission; None: everybody who is known."""
    parts = parts_of(request)
    try:
        caller = known_caller(request, parts)
    except Refusal as refusal:
        if refusal.status is not HTTPStatus.UNAUTHORIZED:
            raise
        refuse_other_sites(request, parts.origins, needs_proof=True)
        query = f"?{request.url.query}" if request.url.query else ""
        raise SignInNeeded(request.url.path + query, fields) from None
    parts.rates.asks(caller.credential)
    if permission is not None and permission not in caller.permissions:
        raise not_allowed(permission)
    may_reveal = Permission.IDENTIFIERS_REVEAL in caller.permissions
    reason = _reason(request.cookies.get(REASON_COOKIE, "")) if may_reveal else None
    return Coming(request, parts, Visit(caller, parts.desk, reason), fields)


async def fields_of(request: Request) -> Fields:
    """The fields of a form. Raises Refusal for a body that is none."""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            "bad_call",
            f"expected {MOST_FIELDS:,} fields at most, found more; send fewer",
        ) from None


def local(path: str) -> str:
    """A path on this host, or the queue: what came from elsewhere never leads away."""
    is_local = (
        path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path and "\r" not in path
    )
    return path if is_local else "/queue"


def reason_cookie(reason: str) -> str:
    """A reason as the cookie holds it."""
    return base64.urlsafe_b64encode(reason.encode()).decode().rstrip("=")


def _reason(kept: str) -> str | None:
    try:
        reason = base64.b64decode(kept + "=" * (-len(kept) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return reason if len(reason) in REASON_CHARACTERS else None
