"""What the network reads of each entity: numbers made from what happened, never from the time that passed.

Every feature changes only when an event touches the entity. Ages ("days since") would move with the clock and
make every cached vector stale at once; instead there are spans between two events, which stand still until
the next one. Nothing names an entity, so what was learnt holds for entities never seen.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from graph.model.entities import KIND_CODE, KINDS
from graph.model.link_keys import LINK_CODE, LINK_KINDS, MONEY_SCALE
from graph.model.view import ROLES, GraphView
from graph.model.vocabulary import EntityKind, LinkKind
from graph.state.digest import content_id

Matrix = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

DAY_MS: Final = 86_400_000
SIDES: Final = ("out", "in")
HEARD_KINDS: Final = LINK_KINDS[: LINK_CODE[LinkKind.PAID]]
"""The kinds of links that the network reads, by their codes. It was fitted before payments and
cancellations were known: whoever fits it anew adds them."""
_RIDES: Final = ("count", "incentive", "odd", "surcharge", "fare")
NODE_FEATURES: Final[tuple[str, ...]] = (
    *(f"kind.{kind}" for kind in KINDS),
    *(f"role.{role}" for role in ROLES),
    *(
        "born",
        "trips",
        "promos",
        "promo_money",
        "chargebacks",
        "chargeback_money",
        "active_days",
        "used_days",
    ),
    *(f"links.{side}.{kind}" for side in SIDES for kind in HEARD_KINDS),
    *(f"rides.{side}.{fact}" for side in SIDES for fact in _RIDES),
    *("shared.spread_days", "shared.uses", "joins"),
)
"""The columns, in order. A stored model carries their digest and is refused when it differs."""


def schema_digest(evidence: tuple[str, ...]) -> str:
    """Names the features of entities and of candidates together; equal only when both are the same."""
    return content_id("schema", "\n".join((*NODE_FEATURES, "", *evidence)))


def node_features(view: GraphView) -> Matrix:
    """(entities, len(NODE_FEATURES)) float32; counts and money as log(1 + x). O(entities + links)."""
    nodes = len(view.kind)
    links, accounts = view.links, view.accounts
    columns: dict[str, Floats] = {name: np.zeros(nodes) for name in NODE_FEATURES}
    for kind in KINDS:
        columns[f"kind.{kind}"] = (view.kind == KIND_CODE[kind]).astype(np.float64)
    rows = accounts.entity
    for code, role in enumerate(ROLES):
        columns[f"role.{role}"][rows] = accounts.role == code
    columns["born"][rows] = accounts.created_ms >= 0
    for name, values, unit in (
        ("trips", accounts.trips, 1),
        ("promos", accounts.promos, 1),
        ("promo_money", accounts.promo_units, MONEY_SCALE),
        ("chargebacks", accounts.chargebacks, 1),
        ("chargeback_money", accounts.chargeback_units, MONEY_SCALE),
        ("active_days", accounts.last_ms - accounts.first_ms, DAY_MS),
    ):
        columns[name][rows] = np.log1p(np.maximum(values, 0) / unit)
    for side, ends in zip(SIDES, (links.source, links.target), strict=True):
        for code, link_kind in enumerate(HEARD_KINDS):
            of_kind = links.kind == code
            columns[f"links.{side}.{link_kind}"] = np.log1p(np.bincount(ends[of_kind], minlength=nodes))
        _rides(view, side, ends, columns)
    _shared(view, columns)
    return np.stack([columns[name] for name in NODE_FEATURES], axis=1).astype(np.float32)


def _rides(view: GraphView, side: str, ends: npt.NDArray[np.int32], columns: dict[str, Floats]) -> None:
    """Means over an account's rides, as rider (out) or driver (in)."""
    links, nodes = view.links, len(view.kind)
    rode = links.kind == LINK_CODE[LinkKind.RODE_WITH]
    at, count = ends[rode], links.count[rode].astype(np.float64)
    partners = np.maximum(np.bincount(at, minlength=nodes), 1)
    rides = np.bincount(at, count, nodes)
    some = np.maximum(rides, 1)
    columns[f"rides.{side}.count"] = np.log1p(rides / partners)
    columns[f"rides.{side}.incentive"] = np.bincount(at, links.incentives[rode], nodes) / some
    columns[f"rides.{side}.odd"] = np.bincount(at, links.odd[rode], nodes) / some
    columns[f"rides.{side}.surcharge"] = np.clip(np.bincount(at, links.surcharge[rode], nodes) / some, -2, 2)
    columns[f"rides.{side}.fare"] = np.log1p(np.bincount(at, links.money[rode], nodes) / MONEY_SCALE / some)


def _shared(view: GraphView, columns: dict[str, Floats]) -> None:
    """Of an identifier: over what span its users came, how often each used it, whether it joins them."""
    links, nodes = view.links, len(view.kind)
    uses = (view.kind[links.target] != KIND_CODE[EntityKind.ACCOUNT]) & (links.kind < len(HEARD_KINDS))
    at, first = links.target[uses], links.first_ms[uses]
    earliest = np.full(nodes, np.iinfo(np.int64).max)
    latest = np.full(nodes, np.iinfo(np.int64).min)
    np.minimum.at(earliest, at, first)
    np.maximum.at(latest, at, first)
    users = np.bincount(at, minlength=nodes)
    used = users > 0
    columns["shared.spread_days"][used] = np.log1p((latest[used] - earliest[used]) / DAY_MS)
    some = np.maximum(users, 1)
    columns["shared.uses"] = np.log1p(np.bincount(at, links.count[uses], nodes) / some)
    columns["joins"] = np.bincount(at, links.joins[uses], nodes) / some
    held = np.bincount(links.source[uses], (links.last_ms - links.first_ms)[uses] / DAY_MS, nodes)
    own = np.bincount(links.source[uses], minlength=nodes)
    columns["used_days"] = np.log1p(np.maximum(held, 0) / np.maximum(own, 1))
