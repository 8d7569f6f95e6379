"""Accounts, and the paths between any two things."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from graph.model.errors import Missing
from graph.model.vocabulary import Permission
from queries.serving.records import Account, AccountSeen, Page, Stay, Step
from queries.serving.routes.asking import HANDLE_CHARACTERS, Identifier, asked, page, parts_of
from queries.serving.visits import Allowed, Visit

MOST_STAYS = 100
Reading = Annotated[Visit, Depends(Allowed(Permission.ACCOUNTS_READ))]
End = Annotated[
    str,
    Query(
        min_length=1,
        max_length=HANDLE_CHARACTERS,
        description="A thing as kind:identifier, an account where no kind is given; or their handles.",
    ),
]
router = APIRouter(tags=["accounts"])


@router.get("/v1/accounts/{account_id:identifier}", summary="Who is this account?")
def account(request: Request, visit: Reading, account_id: Identifier) -> AccountSeen:
    """An account as last judged, and the rings in which it stands or stood."""
    parts = parts_of(request)
    identifier = visit.account(account_id)
    found, _ = asked(parts, "account", Account, account_id=identifier)
    visit.note("account.read", "account", identifier)
    if not found:
        raise Missing("expected an account, found none like it; see the members of a ring")
    rings, total = asked(parts, "rings-of", Stay, account_id=identifier, limit=MOST_STAYS)
    seen = AccountSeen(
        account=found[0],
        rings=rings,
        rings_total=total,
        as_of_ms=parts.store.watermark_ms(),
        is_masked=visit.is_masked,
    )
    return visit.shown(seen)


@router.get("/v1/paths", summary="Why are these two linked?")
def paths(
    request: Request,
    visit: Reading,
    a: End,
    b: End,
    hops: Annotated[int, Query(ge=1, le=8, description="Links on a path at most.")] = 6,
    fold: Annotated[
        int, Query(ge=1, le=2_000, description="What has more links than this is not followed.")
    ] = 100,
    most: Annotated[int, Query(ge=1, le=20, description="Paths at most.")] = 3,
) -> Page[Step]:
    """The strongest paths between two things, link by link, with the events behind each link."""
    masks = visit.desk.masks
    ends = [masks.plain_key(a), masks.plain_key(b)]
    answer = parts_of(request).store.ask("why", a=ends[0], b=ends[1], hops=hops, fold=fold, paths=most)
    visit.note_path(ends)
    return page(request, visit, answer, Step)
