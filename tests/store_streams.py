"""Made-up changes that go on for a while: links come, grow and go. The same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np

from graph.model.changes import Changes, Happenings, Look, changes_between, nothing
from graph.model.entities import KIND_CODE
from graph.model.link_keys import LINK_CODE
from graph.model.results import AccountsChanged, LedgerEntry
from graph.model.view import AccountColumns, GraphView, LinkColumns
from graph.model.vocabulary import EntityKind, LedgerChange, LinkKind
from tests.store_worlds import WINDOW_MS, flag, ring

START_MS = 1_700_000_000_000
ACCOUNTS = 60
DEVICES = 25
Link = tuple[int, int, int]


def stream(seed: int, batches: int, changed: int) -> Iterator[tuple[Look, Changes]]:
    """Batch after batch: how everything stands after it, and what it changed. ``changed`` links each."""
    draw = random.Random(seed)
    links: dict[Link, list[int]] = {}
    events = [0] * ACCOUNTS
    rings: dict[str, list[str]] = {}
    old, happened = nothing(), Happenings()
    for batch in range(batches):
        ts = START_MS + batch * 10_000
        for n in range(changed):
            account = draw.randrange(ACCOUNTS)
            events[account] += 1
            ends = _ends(draw, account)
            if ends in links and draw.random() < 0.25:
                del links[ends]
            else:
                found = links.setdefault(ends, [ts + n, ts + n, 0, 0])
                found[1:] = [ts + n, found[2] + 1, found[3] + 100 * draw.randrange(50)]
        _ring(draw, rings, happened, ts, batch)
        open_rings = [ring(ring_id, accounts, START_MS) for ring_id, accounts in sorted(rings.items())]
        new = Look.at(_view(links, events, ts), open_rings)
        yield new, changes_between(old, new, WINDOW_MS, happened)
        old, happened = new, happened.next()


def _ends(draw: random.Random, account: int) -> Link:
    if draw.random() < 0.6:
        return LINK_CODE[LinkKind.USES_DEVICE], account, ACCOUNTS + draw.randrange(DEVICES)
    return LINK_CODE[LinkKind.RODE_WITH], account, draw.randrange(ACCOUNTS)


def _ring(
    draw: random.Random, rings: dict[str, list[str]], happened: Happenings, ts: int, batch: int
) -> None:
    """One ring is born, grows, shrinks or closes."""

    def write(ring_id: str, change: LedgerChange, added: list[str], removed: list[str]) -> None:
        accounts = AccountsChanged(added=added, removed=removed)
        happened.ledger.append(
            LedgerEntry(ts=ts, ring_id=ring_id, change=change, from_=[], accounts=accounts)
        )

    free = sorted({f"a{n}" for n in range(ACCOUNTS)} - {a for members in rings.values() for a in members})
    if batch % 3 == 0 and len(free) > 5:
        ring_id, members = f"ring_{batch}", sorted(draw.sample(free, 4))
        rings[ring_id] = members
        write(ring_id, LedgerChange.BORN, members, [])
        happened.flags.append(flag(ring_id, ts, members, batch))
    elif rings:
        ring_id = draw.choice(sorted(rings))
        if batch % 3 == 1:
            leaving = rings[ring_id][:1]
            rings[ring_id] = sorted([*rings[ring_id][1:], *free[:1]])
            write(ring_id, LedgerChange.GREW, free[:1], leaving)
        elif len(rings) > 2:
            write(ring_id, LedgerChange.CLOSED, [], rings.pop(ring_id))


def _view(links: dict[Link, list[int]], events: list[int], ts: int) -> GraphView:
    names = [*(f"a{n}" for n in range(ACCOUNTS)), *(f"d{n}" for n in range(DEVICES)), "kiosk", "a new phone"]
    kinds = (
        [EntityKind.ACCOUNT] * ACCOUNTS + [EntityKind.DEVICE] * DEVICES + [EntityKind.IP, EntityKind.DEVICE]
    )
    order = sorted(links)
    keys = np.array(order, np.int64).reshape(-1, 3)
    values = np.array([links[key] for key in order], np.int64).reshape(-1, 4)
    zeros = np.zeros(len(order), np.int64)
    seen = np.array(events, np.int64)
    none = np.zeros(ACCOUNTS, np.int64)
    return GraphView(
        watermark_ms=ts,
        names=names,
        kind=np.array([KIND_CODE[kind] for kind in kinds], np.int8),
        accounts=AccountColumns(
            entity=np.arange(ACCOUNTS, dtype=np.int32),
            role=np.zeros(ACCOUNTS, np.int8),
            created_ms=none + START_MS,
            first_ms=none + START_MS,
            last_ms=none + START_MS + seen,
            trips=seen,
            promos=none,
            promo_units=none,
            promo_ms=none,
            chargebacks=none,
            chargeback_units=none,
            pickups=none,
            pickup_lat=none * 1.0,
            pickup_lon=none * 1.0,
            score=1 / (1.0 + seen),
        ),
        links=LinkColumns(
            kind=keys[:, 0].astype(np.int8),
            source=keys[:, 1].astype(np.int32),
            target=keys[:, 2].astype(np.int32),
            first_ms=values[:, 0],
            last_ms=values[:, 1],
            count=values[:, 2],
            money=values[:, 3],
            incentives=zeros,
            incentive_units=zeros,
            odd=zeros,
            surcharge=zeros / 3.0,
            joins=zeros == 0,
        ),
        cuts=(),
        declared_public=(),
    )
