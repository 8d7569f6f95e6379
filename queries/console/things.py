"""The page of an account, device, card, bank account or promotion: who shares it, when, in which rings."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path

from graph.model.errors import Missing
from graph.model.vocabulary import EntityKind, Permission
from queries.answer import Answer
from queries.console.comings import Coming, Opens
from queries.console.scenes import shown_key
from queries.console.search import address_of
from queries.serving.records import Account, Stay, rows_of

router = APIRouter(include_in_schema=False)
Reading = Annotated[Coming, Depends(Opens(Permission.ACCOUNTS_READ))]
Kind = Annotated[str, Path(max_length=40)]
Handle = Annotated[str, Path(max_length=1_100)]
MOST: Final = 100


@router.get("/things/{kind}/{handle:identifier}")
def thing(coming: Reading, kind: Kind, handle: Handle) -> Any:
    """One thing, by its kind and its identifier or handle."""
    if kind == EntityKind.ACCOUNT.value:
        return _account(coming, coming.visit.account(handle))
    if kind == "trip":
        return _trip(coming, coming.visit.desk.masks.plain(kind, handle))
    if kind not in {each.value for each in EntityKind}:
        raise Missing(
            "expected an account, device, card or another thing of the graph, found another; search for it"
        )
    return _shared(coming, kind, coming.visit.desk.masks.plain(kind, handle))


def _account(coming: Coming, identifier: str) -> Any:
    ask = coming.parts.store.ask
    found = rows_of(ask("account", account_id=identifier), Account)
    if not found:
        raise Missing("expected an account that the store knows, found none like it; search for another")
    links = ask("links", id=identifier, limit=MOST)
    like = ask("like", account_id=identifier, limit=20)
    trips = ask("trips-of", account_id=identifier, limit=MOST)
    coming.visit.note("account.read", "account", identifier)
    return coming.page(
        "account.html",
        account=coming.visit.shown(found[0]),
        key=shown_key(coming, f"account:{identifier}"),
        stays=rows_of(ask("rings-of", account_id=identifier), Stay),
        links=[_link(coming, row) for row in links.rows],
        links_total=links.total,
        like=[
            (shown_key(coming, f"account:{row[0]}"), row[1], len(_list(row[2])), row[3], row[4], row[5])
            for row in like.rows
        ],
        trips=[{**trip, "has_driven": trip["driver_id"] == identifier} for trip in _trips(coming, trips)],
        trips_total=trips.total,
        address=address_of,
    )


def _trip(coming: Coming, identifier: str) -> Any:
    answer = coming.parts.store.ask("trip", trip_id=identifier)
    if not answer.rows:
        raise Missing("expected a trip that the store keeps, found none like it; search for another")
    told = dict(zip((column.name for column in answer.columns), answer.rows[0], strict=True))
    coming.visit.note("trip.read", "trip", identifier)
    return coming.page(
        "trip.html",
        trip=told,
        shown=coming.visit.desk.masks.masked("trip", identifier) if coming.visit.is_masked else identifier,
        rider=shown_key(coming, f"account:{told['rider_id']}"),
        driver=shown_key(coming, f"account:{told['driver_id']}"),
        address=address_of,
    )


def _shared(coming: Coming, kind: str, identifier: str) -> Any:
    ask = coming.parts.store.ask
    counts = ask("counts", kind=kind, id=identifier).rows
    if not counts and not ask("find", prefix=identifier, exact=1).rows:
        raise Missing("expected a thing that the store knows, found none like it; search for another")
    users = ask("shared", kind=kind, id=identifier, limit=MOST)
    trips = ask("trips-with", kind=kind, id=identifier, users=MOST, limit=MOST)
    rings = ask("promo-rings", promo_id=identifier).rows if kind == EntityKind.PROMO.value else []
    coming.visit.note("shared.read", kind, identifier)
    in_rings: dict[str, int] = {}
    for row in users.rows:
        if row[7] is not None:
            in_rings[str(row[7])] = in_rings.get(str(row[7]), 0) + 1
    return coming.page(
        "thing.html",
        kind=kind,
        key=shown_key(coming, f"{kind}:{identifier}"),
        counts=counts,
        users=[(shown_key(coming, f"account:{row[0]}"), *row[1:]) for row in users.rows],
        users_total=users.total,
        trips=_trips(coming, trips),
        trips_total=trips.total,
        trips_is_at_least=trips.is_at_least,
        in_rings=sorted(in_rings.items(), key=lambda each: (-each[1], each[0])),
        promo_rings=rings,
        facts=ask("facts", keys=json.dumps([f"{kind}:{identifier}"])).rows,
        address=address_of,
    )


def _trips(coming: Coming, trips: Answer) -> list[dict[str, Any]]:
    """Trips by the names of their columns; ``key``, ``rider`` and ``driver`` as they may be seen."""
    names = [column.name for column in trips.columns]
    told = [dict(zip(names, row, strict=True)) for row in trips.rows]
    return [
        {
            **trip,
            "key": shown_key(coming, f"trip:{trip['trip_id']}"),
            "rider": shown_key(coming, f"account:{trip['rider_id']}"),
            "driver": shown_key(coming, f"account:{trip['driver_id']}"),
        }
        for trip in told
    ]


def _link(coming: Coming, row: tuple[Any, ...]) -> tuple[Any, ...]:
    link, direction, kind, identifier, *rest = row
    return (link, direction, shown_key(coming, f"{kind}:{identifier}"), *rest)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
