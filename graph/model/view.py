"""A read-only, columnar look at the graph: what stores, tensors and digests are made from.

Entities and links are numbered densely; every column of one group has one row for each. Times are epoch
ms, money is in link units (``graph.model.link_keys.MONEY_SCALE`` to the main unit).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.model.vocabulary import Role

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_ROLE: Final = -1
ROLES: Final = tuple(Role)
"""The role that a code in ``AccountColumns.role`` stands for."""


@dataclass(frozen=True, slots=True)
class AccountColumns:
    """Facts of every account seen, one row each, by entity number."""

    entity: Int32s
    role: Int8s
    """Index into ``ROLES``; NO_ROLE while unknown."""
    created_ms: Int64s
    """``graph.state.accounts.UNKNOWN_MS`` when the creation was not seen."""
    first_ms: Int64s
    last_ms: Int64s
    trips: Int64s
    """Trips on live links."""
    promos: Int64s
    promo_units: Int64s
    promo_ms: Int64s
    chargebacks: Int64s
    chargeback_units: Int64s
    pickups: Int64s
    pickup_lat: Floats
    """Sum of degrees over ``pickups``."""
    pickup_lon: Floats
    score: Floats
    """Of the last judgement it was part of, 0 before any."""


@dataclass(frozen=True, slots=True)
class LinkColumns:
    """Live links, one row each, sorted by (kind, source, target)."""

    kind: Int8s
    """Index into ``graph.model.link_keys.LINK_KINDS``."""
    source: Int32s
    target: Int32s
    first_ms: Int64s
    last_ms: Int64s
    count: Int64s
    money: Int64s
    incentives: Int64s
    """Of a rode-with link: trips with an incentive; 0 for other kinds, as all that follow."""
    incentive_units: Int64s
    odd: Floats
    """Sum of the improbabilities of its trips: how many are not what they say, by expectation."""
    surcharge: Floats
    """Sum of log fare over the city's fare."""
    joins: npt.NDArray[np.bool_]
    """Of an identity link: whether it joins its account to a cluster at present."""


@dataclass(frozen=True, slots=True)
class GraphView:
    """The graph at the newest event applied; nothing in it changes afterwards."""

    watermark_ms: int
    names: Sequence[str]
    """The identifier of every entity, by number."""
    kind: Int8s
    """Of every entity: index into ``graph.model.entities.KINDS``."""
    accounts: AccountColumns
    links: LinkColumns
    cuts: tuple[tuple[int, int], ...]
    """Explicit cuts, as (account, identifier), ascending."""
    declared_public: tuple[int, ...]
