"""Changes as steps of rows: what a store writes, in the order that keeps it whole.

Every step is de-duplicated (the last row of a key wins) and sorted by its key, so that a writer takes locks
in one order. Nodes come before links, and links before what refers to them. Entities in rows are
local numbers: places in ``Changes.names``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final

import msgspec

from graph.engine.trips import integrity_of
from graph.model.changes import Changes, JudgedTrip, Taking
from graph.model.entities import KINDS
from graph.model.events import PromoRedeemed
from graph.model.link_keys import LINK_KINDS
from graph.model.money import to_units
from graph.model.results import Flag, LedgerEntry, Ring, TripIntegrity
from graph.model.view import NO_ROLE, ROLES, AccountColumns, LinkColumns
from graph.model.vocabulary import EntityKind
from graph.state.accounts import UNKNOWN_MS
from graph.stores.membership import stays

Row = tuple[Any, ...]
"""Values as a database driver takes them; ``FIELDS`` says what each place means."""


class Step(StrEnum):
    """The steps, in the order in which they are written."""

    ENTITIES = "entities"
    ACCOUNTS = "accounts"
    LINKS_GONE = "links_gone"
    LINKS = "links"
    CUTS = "cuts"
    DECLARED_PUBLIC = "declared_public"
    RINGS_BORN = "rings_born"
    RINGS = "rings"
    RING_TIES = "ring_ties"
    MEMBERS_LEFT = "members_left"
    RINGS_DISSOLVED = "rings_dissolved"
    MEMBERS = "members"
    MEMBERSHIPS = "memberships"
    LEDGER = "ledger"
    FLAGS = "flags"
    VERDICTS = "verdicts"
    TRIPS = "trips"
    TAKINGS = "takings"


FIELDS: Final[dict[Step, tuple[str, ...]]] = {
    Step.ENTITIES: ("number", "kind", "name"),
    Step.ACCOUNTS: tuple(each.name for each in fields(AccountColumns)),
    Step.LINKS_GONE: ("kind", "source", "target"),
    Step.LINKS: tuple(each.name for each in fields(LinkColumns)),
    Step.CUTS: ("account", "identifier"),
    Step.DECLARED_PUBLIC: ("identifier",),
    Step.RINGS_BORN: ("ring_id", "born_ms", "kind", "score"),
    Step.RINGS: (
        *("ring_id", "kind", "score", "accounts", "drivers", "riders", "first_ms", "flagged_ms", "exposure"),
        *("reasons", "innocent_reasons", "entities"),
    ),
    Step.RING_TIES: ("ring_id", "kind", "name"),
    Step.MEMBERS_LEFT: ("ring_id", "account_id", "to_ms"),
    Step.RINGS_DISSOLVED: ("ring_id", "closed_ms"),
    Step.MEMBERS: ("ring_id", "account_id", "entry", "from_ms", "to_ms"),
    Step.MEMBERSHIPS: ("ring_id", "account_id", "membership"),
    Step.LEDGER: ("entry", "ts", "ring_id", "change", "from_rings", "added", "removed"),
    Step.FLAGS: (
        *("flag_id", "ts", "event_id", "ring_id", "score", "decision", "kind", "accounts", "reasons"),
    ),
    Step.VERDICTS: ("event_id", "ts", "subject", "outcome", "analyst", "note"),
    Step.TRIPS: (
        *("trip_id", "event_id", "ts", "rider_id", "driver_id", "fare_units", "incentive_units"),
        *("distance_km", "duration_s", "pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon", "promo_id"),
        *("integrity", "reasons", "surcharge", "expected_fare", "expected_s", "track"),
    ),
    Step.TAKINGS: ("event_id", "ts", "account_id", "kind", "units", "promo_id", "card_id", "trip_id"),
}
"""What the places of a row mean, by step."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write: rows by step, in the order of ``Step``."""

    watermark_ms: int
    window_ms: int
    ledger_entries: int
    """How many entries the ledger has after it."""
    kind: tuple[EntityKind, ...]
    names: tuple[str, ...]
    replaces_cuts: bool
    replaces_public: bool
    rows: dict[Step, list[Row]]

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))


def plan_of(changes: Changes, ledger_known: int) -> Plan:
    """The plan for changes, given how many ledger entries the store has. O(rows log rows)."""
    plan = plan_besides(changes, ledger_known)
    rows: dict[Step, list[Row]] = {
        Step.ENTITIES: [(n, plan.kind[n].value, name) for n, name in enumerate(plan.names)],
        Step.ACCOUNTS: sorted(zip(*account_lists(changes.accounts).values(), strict=True), key=_first),
        Step.LINKS: _links(changes.links),
    }
    return replace(plan, rows={**plan.rows, **rows})


def plan_besides(changes: Changes, ledger_known: int) -> Plan:
    """The plan without entities, accounts and links, for a writer that takes those as columns."""
    fresh = changes.ledger[max(0, ledger_known - changes.ledger_from) :]
    first = max(ledger_known, changes.ledger_from)
    stay = stays(fresh, first)
    told = {flag.ring_id: flag for flag in reversed(changes.flags)}
    rows: dict[Step, list[Row]] = {
        **{step: [] for step in (Step.ENTITIES, Step.ACCOUNTS, Step.LINKS)},
        Step.LINKS_GONE: sorted(
            zip(
                [LINK_KINDS[code].value for code in changes.gone.kind.tolist()],
                changes.gone.source.tolist(),
                changes.gone.target.tolist(),
                strict=True,
            )
        ),
        Step.CUTS: sorted(changes.cuts or ()),
        Step.DECLARED_PUBLIC: [(identifier,) for identifier in sorted(changes.declared_public or ())],
        Step.RINGS_BORN: _last(
            (ring_id, ts, told[ring_id].kind.value, told[ring_id].score)
            for ring_id, ts in stay.born
            if ring_id in told
        ),
        Step.RINGS: _last(map(_ring, changes.rings)),
        Step.RING_TIES: _last(
            ((ring.ring_id, *tie.split(":", 1)) for ring in changes.rings for tie in ring.entities), 3
        ),
        Step.MEMBERS_LEFT: _last(stay.left, 2),
        Step.RINGS_DISSOLVED: _last(
            [*((ring_id, changes.watermark_ms) for ring_id in changes.closed), *stay.dissolved]
        ),
        Step.MEMBERS: sorted(
            (each.ring_id, each.account_id, each.entry, each.from_ms, each.to_ms) for each in stay.intervals
        ),
        Step.MEMBERSHIPS: _last(
            ((each.ring_id, each.account_id, each.probability) for each in changes.memberships), 2
        ),
        Step.LEDGER: [_entry(number, entry) for number, entry in enumerate(fresh, first)],
        Step.FLAGS: _last(map(_flag, changes.flags)),
        Step.VERDICTS: _last(
            (v.event_id, v.ts, v.subject, v.outcome.value, v.analyst, v.note) for v in changes.verdicts
        ),
        Step.TRIPS: _last(map(_trip, changes.trips)),
        Step.TAKINGS: _last(map(_taking, changes.takings)),
    }
    return Plan(
        watermark_ms=changes.watermark_ms,
        window_ms=changes.window_ms,
        ledger_entries=max(ledger_known, changes.ledger_from + len(changes.ledger)),
        kind=tuple(KINDS[code] for code in changes.kind.tolist()),
        names=tuple(changes.names),
        replaces_cuts=changes.cuts is not None,
        replaces_public=changes.declared_public is not None,
        rows=rows,
    )


def account_lists(columns: AccountColumns) -> dict[str, list[Any]]:
    """The columns of accounts as the values that a store keeps, None where nothing is known."""
    lists = {each.name: getattr(columns, each.name).tolist() for each in fields(columns)}
    lists["role"] = [None if code == NO_ROLE else ROLES[code].value for code in lists["role"]]
    lists["created_ms"] = [None if ms == UNKNOWN_MS else ms for ms in lists["created_ms"]]
    return lists


def _links(columns: LinkColumns) -> list[Row]:
    lists = {each.name: getattr(columns, each.name).tolist() for each in fields(columns)}
    lists["kind"] = [LINK_KINDS[code].value for code in lists["kind"]]
    return sorted(zip(*lists.values(), strict=True), key=_link_key)


def _link_key(row: Row) -> tuple[int, str, int]:
    return row[1], row[0], row[2]


def _first(row: Row) -> int:
    return int(row[0])


def _last(rows: Iterable[Row], key: int = 1) -> list[Row]:
    """One row for each key (the first ``key`` places), the last one given, sorted by key."""
    return [row for _, row in sorted({row[:key]: row for row in rows}.items())]


def _ring(ring: Ring) -> Row:
    return (
        *(ring.ring_id, ring.kind.value, ring.score, len(ring.accounts), len(ring.drivers)),
        *(len(ring.riders), ring.first_ts, ring.flagged_ts, ring.exposure),
        *(as_json(ring.reasons), as_json(ring.innocent_reasons), as_json(ring.entities)),
    )


def _trip(judged: JudgedTrip) -> Row:
    trip, found = judged.trip, integrity_of(judged.told)
    return (
        *(trip.trip_id, trip.event_id, trip.ts, trip.rider_id, trip.driver_id),
        *(to_units(trip.fare), to_units(trip.incentive or 0.0), trip.distance_km, trip.duration_s),
        *(trip.pickup_lat, trip.pickup_lon, trip.dropoff_lat, trip.dropoff_lon, trip.promo_id),
        *((None,) * 6 if found is None else _integrity(found)),
    )


def _integrity(found: TripIntegrity) -> Row:
    return (
        *(found.integrity, as_json([reason.value for reason in found.reasons]), found.surcharge),
        *(found.expected_fare, found.expected_s, as_json(found.track)),
    )


def _taking(taking: Taking) -> Row:
    is_promo = isinstance(taking, PromoRedeemed)
    return (
        *(taking.event_id, taking.ts, taking.account_id, "promo" if is_promo else "chargeback"),
        to_units(taking.amount),
        *(taking.promo_id if isinstance(taking, PromoRedeemed) else None,),
        *(None if isinstance(taking, PromoRedeemed) else taking.card_id, taking.trip_id),
    )


def _entry(number: int, entry: LedgerEntry) -> Row:
    return (
        *(number, entry.ts, entry.ring_id, entry.change.value),
        *(as_json(entry.from_), as_json(entry.accounts.added), as_json(entry.accounts.removed)),
    )


def _flag(flag: Flag) -> Row:
    return (
        *(flag.flag_id, flag.ts, flag.event_id, flag.ring_id, flag.score, flag.decision.value),
        *(flag.kind.value, as_json(flag.accounts), as_json(flag.reasons)),
    )


def as_json(value: Sequence[object]) -> str:
    """A list as the one text that both stores keep."""
    return msgspec.json.encode(value).decode()
