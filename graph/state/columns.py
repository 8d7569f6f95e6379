"""The graph's arrays as the columns of a view."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.kernels.raw import chosen
from graph.links.store import LinkStore
from graph.model.link_keys import LINK_CODE
from graph.model.view import NO_ROLE, AccountColumns, GraphView, LinkColumns
from graph.model.vocabulary import LinkKind
from graph.state.entity_index import EntityIndex
from graph.state.memory import Memory
from graph.state.state import PUBLIC, Records, State

_INTEGERS: Final = (
    "created_ms",
    "first_ms",
    "last_ms",
    "trips",
    "promos",
    "promo_units",
    "promo_ms",
    "chargebacks",
    "chargeback_units",
    "pickups",
)
_FLOATS: Final = ("pickup_lat", "pickup_lon", "score")


def view_of(memory: Memory) -> GraphView:
    """The graph's columns as they stand; copies. O(entities + links log links)."""
    state = memory.state
    entities = state.entities[: state.counters["entities"][0]]
    return GraphView(
        watermark_ms=int(state.counters["watermark_ms"][0]),
        names=EntityIndex(memory).names(range(len(entities))),
        kind=entities["kind"].astype(np.int8),
        accounts=account_columns(state.accounts[: state.counters["accounts"][0]]),
        links=link_columns(memory.links, memory.links.live_links()),
        cuts=explicit_cuts(state),
        declared_public=declared_public(state),
    )


def account_columns(facts: Records) -> AccountColumns:
    """Accounts as columns, in the order given; copies."""
    integers = {name: facts[name].astype(np.int64) for name in _INTEGERS}
    floats = {name: facts[name].astype(np.float64) for name in _FLOATS}
    return AccountColumns(
        entity=facts["entity"].astype(np.int32),
        role=facts["role"].astype(np.int8) + NO_ROLE,
        **integers,  # type: ignore[arg-type]
        **floats,  # type: ignore[arg-type]
    )


def link_columns(store: LinkStore, numbers: npt.NDArray[Any]) -> LinkColumns:
    """Links as columns, sorted by (kind, source, target); copies."""
    links = chosen(store.state.links, numbers)
    order = np.lexsort((links["target"], links["source"], links["kind"]))
    links, facts = chosen(links, order), store.interactions_of(numbers[order])
    rode = links["kind"] == LINK_CODE[LinkKind.RODE_WITH]
    return LinkColumns(
        kind=links["kind"].astype(np.int8),
        source=links["source"].astype(np.int32),
        target=links["target"].astype(np.int32),
        first_ms=links["first_ms"].astype(np.int64),
        last_ms=links["last_ms"].astype(np.int64),
        count=links["count"].astype(np.int64),
        money=facts["money"].astype(np.int64),
        incentives=np.where(rode, facts["incentives"], 0).astype(np.int64),
        incentive_units=np.where(rode, facts["incentive_units"], 0).astype(np.int64),
        odd=np.where(rode, facts["odd"], 0.0).astype(np.float64),
        surcharge=np.where(rode, facts["surcharge"], 0.0).astype(np.float64),
        joins=~rode & (links["joins"] != 0),
    )


def explicit_cuts(state: State) -> tuple[tuple[int, int], ...]:
    """Every explicit cut, as (account, identifier), ascending."""
    return tuple((int(key) >> 32, int(key) & 0xFFFFFFFF) for key in state.cuts)


def declared_public(state: State) -> tuple[int, ...]:
    """Every identifier declared public, ascending. O(entities)."""
    return tuple(
        np.flatnonzero(state.entities["declared"][: state.counters["entities"][0]] == PUBLIC).tolist()
    )
