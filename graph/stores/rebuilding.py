"""An empty store filled from an engine as it stands, in portions that a server can swallow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from graph.engine import Engine
from graph.model.changes import Changes, Happenings
from graph.model.results import AccountsChanged, LedgerEntry, Ring
from graph.model.view import AccountColumns, LinkColumns
from graph.model.vocabulary import LedgerChange
from graph.stores.port import StoreWriter

PORTION: Final = 20_000
"""Links or accounts written in one transaction."""
Columns = TypeVar("Columns", AccountColumns, LinkColumns)


def rebuild(
    writer: StoreWriter, engine: Engine, entries: int, offsets: Mapping[str, int], portion: int = PORTION
) -> None:
    """Write everything an engine holds, and last the offsets it stands at.

    ``entries``: how many ledger entries the engine has written. The engine does not keep them: each open ring
    begins, in its last entries, with the accounts it has now. What went before is not in the store. A store
    that was left before its end has no offsets, and is begun anew.
    """
    everything = engine.all_changes(beginnings(engine.rings(), entries))
    for part in portions(everything, portion):
        writer.write(part, {})
    writer.write(replace(everything, **_nothing_of(everything)), offsets)


def beginnings(rings: list[Ring], entries: int) -> Happenings:
    """Ledger entries by which the open rings have their accounts, numbered to end at ``entries``."""
    ledger = [
        LedgerEntry(
            ts=ring.flagged_ts,
            ring_id=ring.ring_id,
            change=LedgerChange.BORN,
            from_=[],
            accounts=AccountsChanged(added=ring.accounts, removed=[]),
        )
        for ring in sorted(rings, key=lambda ring: (ring.flagged_ts, ring.ring_id))
    ]
    return Happenings(ledger=ledger, ledger_from=entries - len(ledger))


def portions(changes: Changes, size: int) -> Iterator[Changes]:
    """Accounts, then links, ``size`` at a time, with the entities they name; rings and all else come last."""
    empty: dict[str, Any] = {
        **dict.fromkeys(("rings", "closed", "ledger", "flags", "verdicts", "trips", "takings"), ()),
        **{"cuts": None, "declared_public": None},
    }
    bare = replace(changes, **_nothing_of(changes), **empty)
    for start in range(0, len(changes.names), size):
        yield _of_entities(bare, changes, np.arange(start, min(start + size, len(changes.names))))
    for start in range(0, len(changes.links.kind), size):
        links = _rows(changes.links, slice(start, start + size))
        named, places = np.unique(np.concatenate([links.source, links.target]), return_inverse=True)
        ends = places.astype(np.int32)
        count = len(links.kind)
        yield replace(
            bare,
            kind=changes.kind[named],
            names=[changes.names[each] for each in named.tolist()],
            links=replace(links, source=ends[:count], target=ends[count:]),
        )


def _of_entities(bare: Changes, changes: Changes, named: npt.NDArray[np.int64]) -> Changes:
    inside = np.flatnonzero(np.isin(changes.accounts.entity, named))
    accounts = _rows(changes.accounts, inside)
    return replace(
        bare,
        kind=changes.kind[named],
        names=[changes.names[each] for each in named.tolist()],
        accounts=replace(accounts, entity=(accounts.entity - named[0]).astype(np.int32)),
    )


def _nothing_of(changes: Changes) -> dict[str, Any]:
    """No entities' facts and no links; names stay where cuts or public identifiers refer to them."""
    refers = changes.cuts or changes.declared_public
    names = {} if refers else {"names": [], "kind": changes.kind[:0]}
    none = slice(0, 0)
    return {"accounts": _rows(changes.accounts, none), "links": _rows(changes.links, none), **names}


def _rows(columns: Columns, rows: slice | npt.NDArray[Any]) -> Columns:
    return type(columns)(**{each.name: getattr(columns, each.name)[rows] for each in fields(columns)})
