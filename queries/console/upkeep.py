"""Health and administration: how far the data have come, dead letters; people, links and roles; the audit."""

from __future__ import annotations

import json
from importlib import metadata
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import RedirectResponse

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import DeskRole, Permission, RejectionReason
from queries.console.comings import Coming, Opens, Sends
from queries.console.places import LettersFed, places_of
from queries.console.tokens_page import Made, made_for_program, scopes_of
from queries.desk.roles import GRANTS, permissions_of
from queries.desk.tokens import MOST_DAYS
from queries.serving.routes.people import link_to

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.RINGS_READ))]
Auditing = Annotated[Coming, Depends(Opens(Permission.AUDIT_READ))]
Managing = Annotated[Coming, Depends(Sends(Permission.PEOPLE_MANAGE))]
Feeding = Annotated[Coming, Depends(Sends(Permission.LETTERS_REPLAY))]
Name = Annotated[str, Path(max_length=64)]
LINES: Final = 100
DIGITS: Final = 12
"""Of the digest of what was shown, as the page writes it; ``ringfence audit`` writes the whole of it."""
REASONS: Final = tuple(each.value for each in RejectionReason)
BEHIND_MS: Final = 120_000
"""A store further than this behind the clock is told as late, unless it is a store of long ago."""


@router.get("/health")
def health(coming: Reading) -> Any:
    """How far the store has come, and what is on its way."""
    return _health(coming, None)


@router.post("/health/letters")
def feed(coming: Feeding) -> Any:
    """Feeds dead letters again, and says what became of them."""
    letters = places_of(coming.request).letters
    if letters is None:
        raise Missing("expected dead letters, found none named; start the console with --results or --kafka")
    reason = coming.field("reason")
    if reason and reason not in REASONS:
        raise BadCall(f"expected one of {', '.join(REASONS)}, found another; choose one")
    fed = letters.feed(reason)
    coming.visit.note("letters.fed", "", "", reason=reason, letters=fed.letters, fed=fed.fed)
    return _health(coming, fed)


def _health(coming: Coming, fed: LettersFed | None) -> Any:
    letters = places_of(coming.request).letters
    now, watermark = coming.parts.desk.database.now_ms(), coming.parts.store.watermark_ms()
    return coming.page(
        "health.html",
        lag_ms=max(0, now - watermark),
        is_late=now - watermark > BEHIND_MS,
        is_long_ago=now - watermark > 86_400_000,
        counts=[row for row in coming.parts.store.ask("status").rows if not str(row[0]).endswith("_ms")],
        waiting=coming.visit.desk.outbox.waiting(),
        feed_last=coming.visit.desk.feed.last(),
        lines=coming.visit.desk.log.count(),
        version=metadata.version("ringfence"),
        fed=fed,
        letters_place=None if letters is None else letters.place,
        letters=None if letters is None else letters.seen(),
        reasons=REASONS,
    )


@router.get("/admin")
def admin(coming: Auditing, before: Annotated[int | None, Query(ge=1, lt=1 << 53)] = None) -> Any:
    """People, and the audit. Reading the audit is a line of it."""
    return _admin(coming, before, None)


@router.post("/admin/people")
def add(coming: Managing) -> Any:
    """A new person; their one-time link is shown this once."""
    name, role = coming.field("name"), _role(coming.field("role"))
    _, code = coming.visit.desk.add_person(coming.visit.caller.actor, name, role)
    link = None if code is None else link_to(coming.request, code)
    return _admin(coming, None, (name, link))


@router.post("/admin/people/{name}")
def change(coming: Managing, name: Name) -> Any:
    """Another role, in or out, or a new one-time link."""
    desk, actor = coming.visit.desk, coming.visit.caller.actor
    if coming.field("link"):
        return _admin(coming, None, (name, link_to(coming.request, desk.new_link(actor, name))))
    is_active = {"in": True, "out": False}.get(coming.field("is"))
    desk.change_person(actor, name, _role(coming.field("role")), is_active)
    return RedirectResponse("/admin", 303)


@router.post("/admin/tokens")
def add_token(coming: Managing) -> Any:
    """A token for a program; its secret is shown this once."""
    return _admin(coming, None, None, made_for_program(coming))


def _admin(
    coming: Coming,
    before: int | None,
    made: tuple[str, str | None] | None,
    made_token: Made | None = None,
) -> Any:
    coming.visit.note("audit.read", "", "", before=before)
    lines = coming.visit.desk.log.page(before, LINES)
    people = coming.visit.desk.people.all()
    return coming.page(
        "admin.html",
        people_all=people,
        programs=[each.name for each in people if each.role is DeskRole.SERVICE and each.is_active],
        roles=[each.value for each in DeskRole],
        rights=[(right.value, {role.value for role in roles}) for right, roles in GRANTS.items()],
        tokens=coming.visit.desk.tokens.all(),
        program_scopes=scopes_of(permissions_of(DeskRole.SERVICE)),
        most_days=MOST_DAYS,
        now_ms=coming.parts.desk.database.now_ms(),
        made_token=made_token,
        lines=[(line, _detail(line.detail)) for line in lines],
        before=lines[-1].number if len(lines) == LINES else None,
        made=made,
    )


def _detail(text: str) -> str:
    told = json.loads(text)
    shown = told.pop("said", "")
    if shown:
        told["shown"] = f"{shown[:DIGITS]}\N{HORIZONTAL ELLIPSIS}"
    return ", ".join(f"{name}: {value}" for name, value in told.items() if value not in ("", None))


def _role(given: str) -> DeskRole:
    try:
        return DeskRole(given)
    except ValueError:
        raise BadCall(f"expected one of {', '.join(DeskRole)} as role, found another; choose one") from None
