"""What a stretch of the stream changed, as absolute values: what a store is written from.

Everything in ``Changes`` is the present value of a thing, and not a difference: writing the same changes
twice leaves the same store. Entities are numbered locally, by their place in ``names``; every other part
refers to them by that number. ``Engine.changes`` gives them at the cost of what changed
(``graph.engine.change_feed``); ``changes_between`` is the plain producer, and its judge: it compares two
views of one engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from graph.model.events import Chargeback, PromoRedeemed, TripCompleted, Verdict
from graph.model.link_keys import ENTITY_BITS
from graph.model.results import Flag, LedgerEntry, Ring
from graph.model.view import AccountColumns, GraphView, Int8s, Int32s, LinkColumns

Taking = PromoRedeemed | Chargeback
"""An event in which an account took money from the platform."""

Columns = TypeVar("Columns", AccountColumns, LinkColumns)
_ACCOUNT_KEYS: Final = frozenset({"entity"})
_LINK_KEYS: Final = frozenset({"kind", "source", "target"})


class JudgedTrip(msgspec.Struct, frozen=True, gc=False):
    """A completed trip, and what was made of it (``graph.engine.trips``), empty when nobody knows."""

    trip: TripCompleted
    told: bytes = b""


class Membership(msgspec.Struct, frozen=True, gc=False):
    """How likely an account of an open ring belongs with its others, in [0, 1], to four places."""

    ring_id: str
    account_id: str
    probability: float


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """Links that are no longer live, one row each."""

    kind: Int8s
    source: Int32s
    target: Int32s


@dataclass(frozen=True, slots=True)
class Changes:
    """How everything stands that changed since the changes before; times are epoch ms."""

    watermark_ms: int
    window_ms: int
    """How long a link lives unseen."""
    kind: Int8s
    """Of every entity named here: index into ``graph.model.entities.KINDS``."""
    names: Sequence[str]
    accounts: AccountColumns
    """Accounts that are new or differ."""
    links: LinkColumns
    """Live links that are new or differ."""
    gone: LinkKeys
    """Links that were live and are not."""
    cuts: tuple[tuple[int, int], ...] | None = None
    """Every explicit cut, as (account, identifier); None when nothing changed."""
    declared_public: tuple[int, ...] | None = None
    """Every identifier declared public; None when nothing changed."""
    rings: tuple[Ring, ...] = ()
    """Open rings that are new or differ."""
    closed: tuple[str, ...] = ()
    """Rings that were open and are not, by id."""
    memberships: tuple[Membership, ...] = ()
    """Of the accounts of rings that were judged; ``changes_between`` cannot tell them."""
    ledger: tuple[LedgerEntry, ...] = ()
    ledger_from: int = 0
    """The number of the first of these entries; an engine counts its entries from 0."""
    flags: tuple[Flag, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    trips: tuple[JudgedTrip, ...] = ()
    """Trips that are evidence (``graph.engine.kept_trips``)."""
    takings: tuple[Taking, ...] = ()


@dataclass(slots=True)
class Happenings:
    """What was emitted and received since the last changes, besides the graph itself."""

    ledger: list[LedgerEntry] = field(default_factory=list)
    ledger_from: int = 0
    flags: list[Flag] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    trips: list[JudgedTrip] = field(default_factory=list)
    takings: list[Taking] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(part) for part in (self.ledger, self.flags, self.verdicts, self.trips, self.takings))

    def next(self) -> Happenings:
        """Nothing yet, with the ledger counted on."""
        return Happenings(ledger_from=self.ledger_from + len(self.ledger))


@dataclass(frozen=True, slots=True)
class Look:
    """An engine at one moment: its graph and its open rings."""

    view: GraphView
    rings: Mapping[str, Ring]

    @classmethod
    def at(cls, view: GraphView, rings: Iterable[Ring]) -> Look:
        """The look that an engine's ``view()`` and ``rings()`` give."""
        return cls(view, {ring.ring_id: ring for ring in rings})


def nothing() -> Look:
    """The look of an engine that has seen no event."""
    return Look(
        GraphView(
            watermark_ms=0,
            names=[],
            kind=np.zeros(0, np.int8),
            accounts=_empty(AccountColumns),
            links=_empty(LinkColumns),
            cuts=(),
            declared_public=(),
        ),
        {},
    )


def changes_between(old: Look, new: Look, window_ms: int, happened: Happenings | None = None) -> Changes:
    """What differs between two looks at one engine, the older first.

    Both views number entities alike, as views of one engine do. Cost: O(links log links) in numpy, whatever
    changed. A link that went and came back in between shows as changed, with a later beginning.
    """
    accounts = _taken(new.view.accounts, ~_same_accounts(old.view.accounts, new.view.accounts))
    old_keys, new_keys = link_keys(old.view.links), link_keys(new.view.links)
    links = _taken(new.view.links, ~_same_links(old.view.links, old_keys, new.view.links, new_keys))
    went = ~np.isin(old_keys, new_keys, assume_unique=True)
    cuts = None if old.view.cuts == new.view.cuts else new.view.cuts
    public = None if old.view.declared_public == new.view.declared_public else new.view.declared_public
    gone = LinkKeys(*(getattr(old.view.links, each.name)[went] for each in fields(LinkKeys)))
    return numbered(
        ChangedParts(
            born=np.arange(len(old.view.names), len(new.view.names), dtype=np.int64),
            accounts=accounts,
            links=links,
            gone=gone,
            cuts=cuts,
            declared_public=public,
            rings=tuple(
                ring for ring_id, ring in sorted(new.rings.items()) if old.rings.get(ring_id) != ring
            ),
            closed=tuple(sorted(ring_id for ring_id in old.rings if ring_id not in new.rings)),
        ),
        lambda entities: [new.view.names[entity] for entity in entities],
        new.view.kind,
        new.view.watermark_ms,
        window_ms,
        happened or Happenings(),
    )


@dataclass(frozen=True, slots=True)
class ChangedParts:
    """What changed in an engine, under the engine's own numbers of entities."""

    born: npt.NDArray[np.int64]
    """Entities that are new."""
    accounts: AccountColumns
    links: LinkColumns
    gone: LinkKeys
    cuts: tuple[tuple[int, int], ...] | None
    declared_public: tuple[int, ...] | None
    rings: tuple[Ring, ...]
    closed: tuple[str, ...]
    memberships: tuple[Membership, ...] = ()


def numbered(
    parts: ChangedParts,
    spell: Callable[[Sequence[int]], Sequence[str]],
    kind: npt.NDArray[Any],
    watermark_ms: int,
    window_ms: int,
    happened: Happenings,
) -> Changes:
    """The changes that ``parts`` amounts to, its entities numbered locally.

    ``spell`` gives the identifiers of entities, ``kind`` their kinds. O(what moved, sorted).
    """
    accounts, links, gone = parts.accounts, parts.links, parts.gone
    cuts, public = parts.cuts, parts.declared_public
    mentioned: list[npt.NDArray[Any]] = [
        parts.born,
        accounts.entity,
        links.source,
        links.target,
        gone.source,
        gone.target,
    ]
    mentioned += [np.array(cuts or (), np.int64).ravel(), np.array(public or (), np.int64)]
    named = np.unique(np.concatenate([part.astype(np.int64) for part in mentioned]))

    def local(entities: npt.NDArray[Any]) -> Int32s:
        return np.searchsorted(named, entities).astype(np.int32)

    return Changes(
        watermark_ms=watermark_ms,
        window_ms=window_ms,
        kind=kind[named].astype(np.int8),
        names=spell(named.tolist()),
        accounts=_with(accounts, entity=local(accounts.entity)),
        links=_with(links, source=local(links.source), target=local(links.target)),
        gone=LinkKeys(gone.kind, local(gone.source), local(gone.target)),
        cuts=None if cuts is None else tuple((int(a), int(b)) for a, b in (local(np.array(c)) for c in cuts)),
        declared_public=None if public is None else tuple(local(np.array(public, np.int64)).tolist()),
        rings=parts.rings,
        closed=parts.closed,
        memberships=parts.memberships,
        ledger=tuple(happened.ledger),
        ledger_from=happened.ledger_from,
        flags=tuple(happened.flags),
        verdicts=tuple(happened.verdicts),
        trips=tuple(happened.trips),
        takings=tuple(happened.takings),
    )


def link_keys(links: LinkColumns | LinkKeys) -> npt.NDArray[np.int64]:
    """One integer for each link, ascending as the columns are: kind, source and target in its bits."""
    return (
        (links.kind.astype(np.int64) << 2 * ENTITY_BITS)
        | (links.source.astype(np.int64) << ENTITY_BITS)
        | links.target.astype(np.int64)
    )


def _same_accounts(old: AccountColumns, new: AccountColumns) -> npt.NDArray[np.bool_]:
    return _same(old, old.entity.astype(np.int64), new, new.entity.astype(np.int64), _ACCOUNT_KEYS)


def _same_links(
    old: LinkColumns, old_keys: npt.NDArray[np.int64], new: LinkColumns, new_keys: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    return _same(old, old_keys, new, new_keys, _LINK_KEYS)


def _same(
    old: Columns,
    old_keys: npt.NDArray[np.int64],
    new: Columns,
    new_keys: npt.NDArray[np.int64],
    key_names: frozenset[str],
) -> npt.NDArray[np.bool_]:
    """Of every row of ``new``: whether ``old`` holds the same row under the same key; keys ascend."""
    if len(old_keys) == 0:
        return np.zeros(len(new_keys), np.bool_)
    place = np.minimum(np.searchsorted(old_keys, new_keys), len(old_keys) - 1)
    same: npt.NDArray[np.bool_] = old_keys[place] == new_keys
    for column in fields(new):
        if column.name not in key_names:
            same &= getattr(old, column.name)[place] == getattr(new, column.name)
    return same


def _taken(columns: Columns, rows: npt.NDArray[np.bool_]) -> Columns:
    return type(columns)(**{each.name: getattr(columns, each.name)[rows] for each in fields(columns)})


def _with(columns: Columns, **replaced: Int32s) -> Columns:
    held = {each.name: getattr(columns, each.name) for each in fields(columns)}
    return type(columns)(**{**held, **replaced})


_TYPES: Final = {"Int8s": np.int8, "Int32s": np.int32, "Int64s": np.int64, "Floats": np.float64}


def _empty(columns: type[Columns]) -> Columns:
    return columns(
        **{each.name: np.zeros(0, _TYPES.get(str(each.type), np.bool_)) for each in fields(columns)}
    )
