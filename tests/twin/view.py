"""A read-only, columnar look at the graph: what stores, tensors and digests are made from.

Entities and links are numbered densely; every column of one group has one row for each. Times are epoch
ms, money is in link units (``tests.twin.links.MONEY_SCALE`` to the main unit).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from graph.model.link_keys import LINK_KINDS
from graph.model.view import NO_ROLE, ROLES, AccountColumns, GraphView, LinkColumns
from graph.model.vocabulary import IDENTITY_LINKS
from tests.twin.entity_graph import EntityGraph

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def view_of(graph: EntityGraph) -> GraphView:
    """The graph's columns as they stand. O(entities + links log links)."""
    entities, links = graph.entities, graph.links
    accounts = sorted(graph.accounts, key=lambda account: account.entity)
    order = sorted(links.live_links(), key=lambda k: (links.kind[k], links.source[k], links.target[k]))
    identity = set(IDENTITY_LINKS.values())
    is_identity = [LINK_KINDS[links.kind[k]] in identity for k in order]
    rode = [LINK_KINDS[links.kind[k]] == "rode_with" for k in order]
    facts = graph.ride_facts

    def of_rides(column: Sequence[float]) -> list[float]:
        return [column[k] if is_ride else 0 for k, is_ride in zip(order, rode, strict=True)]

    def integers(name: str) -> Int64s:
        return np.array([getattr(account, name) for account in accounts], np.int64)

    def floats(name: str) -> Floats:
        return np.array([getattr(account, name) for account in accounts], np.float64)

    return GraphView(
        watermark_ms=graph.watermark_ms,
        names=[entities.name(entity) for entity in range(len(entities))],
        kind=np.array([entities.kind_code(entity) for entity in range(len(entities))], np.int8),
        accounts=AccountColumns(
            entity=np.array([account.entity for account in accounts], np.int32),
            role=np.array([NO_ROLE if a.role is None else ROLES.index(a.role) for a in accounts], np.int8),
            created_ms=integers("created_ms"),
            first_ms=integers("first_ms"),
            last_ms=integers("last_ms"),
            trips=integers("trips"),
            promos=integers("promos"),
            promo_units=integers("promo_units"),
            promo_ms=integers("promo_ms"),
            chargebacks=integers("chargebacks"),
            chargeback_units=integers("chargeback_units"),
            pickups=integers("pickups"),
            pickup_lat=floats("pickup_lat"),
            pickup_lon=floats("pickup_lon"),
            score=floats("score"),
        ),
        links=LinkColumns(
            kind=np.array([links.kind[k] for k in order], np.int8),
            source=np.array([links.source[k] for k in order], np.int32),
            target=np.array([links.target[k] for k in order], np.int32),
            first_ms=np.array([links.first_ms[k] for k in order], np.int64),
            last_ms=np.array([links.last_ms[k] for k in order], np.int64),
            count=np.array([links.count[k] for k in order], np.int64),
            money=np.array([links.money[k] for k in order], np.int64),
            incentives=np.array(of_rides(facts.incentives), np.int64),
            incentive_units=np.array(of_rides(facts.incentive_units), np.int64),
            odd=np.array(of_rides(facts.odd), np.float64),
            surcharge=np.array(of_rides(facts.surcharge), np.float64),
            joins=np.array(
                [
                    may_join and links.source[k] in graph.connects(links.target[k])
                    for k, may_join in zip(order, is_identity, strict=True)
                ],
                np.bool_,
            ),
        ),
        cuts=tuple(graph.cuts()),
        declared_public=tuple(graph.declared_public()),
    )
