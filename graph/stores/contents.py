"""The whole of a store, part by part, as comparable rows: what verification reads.

The parts are those that the engine holds as well; history, flags, trips and takings are the store's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.model.vocabulary import LinkKind
from graph.stores.port import Language


class Part(StrEnum):
    """What store and engine both hold."""

    LINKS = "links"
    ACCOUNTS = "accounts"
    RINGS = "rings"
    MEMBERS = "members"
    TIES = "ties"
    CUTS = "cuts"
    DECLARED_PUBLIC = "declared_public"


@dataclass(frozen=True, slots=True)
class Content:
    """How a part is read: its first ``keys`` columns identify a row, ``columns`` names the others."""

    keys: int
    columns: tuple[str, ...]
    statement: Mapping[Language, str]


_LINK: Final = (
    *("first_ms", "last_ms", "events", "money_units", "incentives", "incentive_units", "odd", "surcharge"),
    "joins",
)
_ACCOUNT: Final = (
    *("role", "created_ms", "first_ms", "last_ms", "trips", "promos", "promo_units", "chargebacks"),
    *("chargeback_units", "score"),
)
_RING: Final = ("kind", "score", "first_ms", "flagged_ms", "exposure")
_KEY: Final = (
    "(SELECT k.name || ':' || n.name FROM entity n JOIN entity_kind k ON k.code = n.kind WHERE n.id = {})"
)
_TYPES: Final = "|".join(kind.value.upper() for kind in LinkKind)


def _of(variable: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{variable}.{name}" for name in names)


CONTENTS: Final[dict[Part, Content]] = {
    Part.LINKS: Content(
        3,
        _LINK,
        {
            Language.SQL: f"SELECT k.name, {_KEY.format('l.source')}, {_KEY.format('l.target')}, "
            f"{_of('l', _LINK)} "
            "FROM link l JOIN link_kind k ON k.code = l.kind",
            Language.CYPHER: f"MATCH (a:Entity)-[r:{_TYPES}]->(b:Entity) "
            f"RETURN toLower(type(r)), a.key, b.key, {_of('r', _LINK[:-1])}, "
            "CASE WHEN r.joins THEN 1 ELSE 0 END",
        },
    ),
    Part.ACCOUNTS: Content(
        1,
        _ACCOUNT,
        {
            Language.SQL: f"SELECT {_KEY.format('a.entity')}, {_of('a', _ACCOUNT)} FROM account a",
            Language.CYPHER: f"MATCH (a:Account) WHERE a.is_seen RETURN a.key, {_of('a', _ACCOUNT)}",
        },
    ),
    Part.RINGS: Content(
        1,
        _RING,
        {
            Language.SQL: f"SELECT r.ring_id, {_of('r', _RING)} FROM ring r WHERE r.closed_ms IS NULL",
            Language.CYPHER: f"MATCH (r:Ring) WHERE r.closed_ms IS NULL RETURN r.ring_id, {_of('r', _RING)}",
        },
    ),
    Part.MEMBERS: Content(
        2,
        (),
        {
            Language.SQL: "SELECT ring_id, account_id FROM member WHERE to_ms IS NULL",
            Language.CYPHER: "MATCH (a:Account)-[m:MEMBER_OF]->(r:Ring) WHERE m.to_ms IS NULL "
            "RETURN r.ring_id, a.id",
        },
    ),
    Part.TIES: Content(
        2,
        (),
        {
            Language.SQL: f"SELECT t.ring_id, {_KEY.format('t.entity')} FROM ring_tie t "
            "JOIN ring r USING (ring_id) WHERE r.closed_ms IS NULL",
            Language.CYPHER: "MATCH (e:Entity)-[:TIES]->(r:Ring) WHERE r.closed_ms IS NULL "
            "RETURN r.ring_id, e.key",
        },
    ),
    Part.CUTS: Content(
        2,
        (),
        {
            Language.SQL: f"SELECT {_KEY.format('c.account')}, {_KEY.format('c.identifier')} FROM cut c",
            Language.CYPHER: "MATCH (a:Entity)-[:CUT_FROM]->(b:Entity) RETURN a.key, b.key",
        },
    ),
    Part.DECLARED_PUBLIC: Content(
        1,
        (),
        {
            Language.SQL: f"SELECT {_KEY.format('e.id')} FROM entity e WHERE e.is_public = 1",
            Language.CYPHER: "MATCH (e:Entity) WHERE e.is_public RETURN e.key",
        },
    ),
}
