"""The Cypher that writes each step: rows in, absolute values set, how many rows found their ends out.

Types and labels cannot be parameters in Cypher; they come from the closed vocabulary, never from data.
"""

from __future__ import annotations

from typing import Final

from graph.model.entities import KINDS
from graph.model.link_keys import LINK_KINDS
from graph.model.vocabulary import EntityKind, LinkKind, Role
from graph.stores.neo4j.schema import LABELS, ROLE_LABELS, TYPES
from graph.stores.plan import FIELDS, Step

LINK_FIELDS: Final = (
    *("first_ms", "last_ms", "events", "money_units", "incentives", "incentive_units", "odd", "surcharge"),
    "joins",
)
"""The properties of a relationship, in the order in which a row gives them after its two keys."""


def _sets(variable: str, names: tuple[str, ...], first: int) -> str:
    return ", ".join(f"{variable}.{name} = row[{n}]" for n, name in enumerate(names, first))


def entity_statement(kind: EntityKind) -> str:
    """Rows: (key, identifier)."""
    return (
        "UNWIND $rows AS row MERGE (e:Entity {key: row[0]}) "
        f"ON CREATE SET e.id = row[1], e:{LABELS[kind]} RETURN count(*)"
    )


def former_spell(kind: LinkKind, first_ms: str, target: str) -> str:
    """What leaves the former spell of ``(a)-[r]->(b)`` behind where ``r`` ended before ``first_ms``."""
    return (
        f"FOREACH (_ IN CASE WHEN r.last_ms < {first_ms} THEN [1] ELSE [] END | "
        f"MERGE (a)-[f:FORMER {{kind: '{kind.value}', first_ms: r.first_ms}}]->(b) "
        f"SET f.last_ms = r.last_ms, f.events = r.events, f.money_units = r.money_units, "
        f"f.target = {target}) "
    )


def role_labels(variable: str, role: str) -> str:
    """What gives an account the label of its role and takes the others from it."""
    return " ".join(
        f"FOREACH (_ IN CASE WHEN {role} = '{each.value}' THEN [1] ELSE [] END | "
        f"SET {variable}:{ROLE_LABELS[each]} "
        f"REMOVE {variable}:{' :'.join(ROLE_LABELS[other] for other in Role if other is not each)})"
        for each in Role
    )


def link_statement(kind: LinkKind) -> str:
    """Rows: (source key, target key, *properties). A link that begins anew leaves its former spell behind."""
    return (
        "UNWIND $rows AS row MATCH (a:Entity {key: row[0]}) MATCH (b:Entity {key: row[1]}) "
        f"MERGE (a)-[r:{TYPES[kind]}]->(b) {former_spell(kind, 'row[2]', 'row[1]')}"
        f"SET r.target = row[1], {_sets('r', LINK_FIELDS, 2)} RETURN count(*)"
    )


def link_gone_statement(kind: LinkKind) -> str:
    """Rows: (source key, target key)."""
    return (
        f"UNWIND $rows AS row MATCH (a:Entity {{key: row[0]}})-[r:{TYPES[kind]}]->(b:Entity {{key: row[1]}}) "
        f"MERGE (a)-[f:FORMER {{kind: '{kind.value}', first_ms: r.first_ms}}]->(b) "
        "SET f.last_ms = r.last_ms, f.events = r.events, f.money_units = r.money_units, f.target = row[1] "
        "DELETE r"
    )


def _account_statement() -> str:
    names = FIELDS[Step.ACCOUNTS][1:]
    return (
        f"UNWIND $rows AS row MATCH (a:Entity {{key: row[0]}}) SET a.is_seen = true, {_sets('a', names, 1)} "
        f"{role_labels('a', 'row[1]')} RETURN count(*)"
    )


def _keyed(label: str, step: Step) -> str:
    key, *names = FIELDS[step]
    return (
        f"UNWIND $rows AS row MERGE (n:{label} {{{key}: row[0]}}) "
        f"SET {_sets('n', tuple(names), 1)} RETURN count(*)"
    )


_TRIP_ENDS: Final = (
    "UNWIND $rows AS row MATCH (t:Trip {trip_id: row[0]}) MATCH (a:Entity {key: 'account:' + row[3]}) "
    "MATCH (d:Entity {key: 'account:' + row[4]}) MERGE (a)-[:TOOK]->(t) "
    "MERGE (d)-[:DROVE]->(t) RETURN count(*)"
)
_RING_OF: Final = "UNWIND $rows AS row MATCH (r:Ring {ring_id: row[0]}) "

STATEMENTS: Final[dict[Step, tuple[str, ...]]] = {
    Step.ACCOUNTS: (_account_statement(),),
    Step.CUTS: (
        "UNWIND $rows AS row MATCH (a:Entity {key: row[0]}) MATCH (b:Entity {key: row[1]}) "
        "MERGE (a)-[:CUT_FROM]->(b) RETURN count(*)",
    ),
    Step.DECLARED_PUBLIC: (
        "UNWIND $rows AS row MATCH (e:Entity {key: row[0]}) SET e.is_public = true RETURN count(*)",
    ),
    Step.RINGS_BORN: (
        "UNWIND $rows AS row MERGE (r:Ring {ring_id: row[0]}) ON CREATE SET r.flagged_ms = row[1], "
        "r.kind = row[2], r.score = row[3], r.exposure = 0.0, r.reasons = '[]', r.innocent_reasons = '[]', "
        "r.entities = '[]' RETURN count(*)",
    ),
    Step.RINGS: (_keyed("Ring", Step.RINGS), f"{_RING_OF} MATCH (:Entity)-[t:TIES]->(r) DELETE t"),
    Step.RING_TIES: (
        f"{_RING_OF} MATCH (e:Entity {{key: row[1] + ':' + row[2]}}) MERGE (e)-[:TIES]->(r) RETURN count(*)",
    ),
    Step.MEMBERS_LEFT: (
        f"{_RING_OF} MATCH (:Entity {{key: 'account:' + row[1]}})-[m:MEMBER_OF]->(r) WHERE m.to_ms IS NULL "
        "SET m.to_ms = row[2]",
    ),
    Step.RINGS_DISSOLVED: (
        f"{_RING_OF} SET r.closed_ms = coalesce(r.closed_ms, row[1]) WITH r, row "
        "MATCH (:Entity)-[m:MEMBER_OF]->(r) WHERE m.to_ms IS NULL SET m.to_ms = row[1]",
    ),
    Step.MEMBERS: (
        f"{_RING_OF} MATCH (a:Entity {{key: 'account:' + row[1]}}) "
        "MERGE (a)-[m:MEMBER_OF {entry: row[2]}]->(r) "
        "SET m.from_ms = row[3], m.to_ms = row[4] RETURN count(*)",
    ),
    Step.MEMBERSHIPS: (
        f"{_RING_OF} MATCH (:Entity {{key: 'account:' + row[1]}})-[m:MEMBER_OF]->(r) WHERE m.to_ms IS NULL "
        "SET m.membership = row[2]",
    ),
    Step.LEDGER: (_keyed("LedgerEntry", Step.LEDGER),),
    Step.FLAGS: (_keyed("Flag", Step.FLAGS),),
    Step.VERDICTS: (_keyed("Verdict", Step.VERDICTS),),
    Step.TRIPS: (_keyed("Trip", Step.TRIPS), _TRIP_ENDS),
    Step.TAKINGS: (_keyed("Taking", Step.TAKINGS),),
}
"""Of the steps whose statement does not depend on a kind. One that returns no count may find nothing."""
BY_ENTITY_KIND: Final = {kind.value: entity_statement(kind) for kind in KINDS}
BY_LINK_KIND: Final = {kind.value: link_statement(kind) for kind in LINK_KINDS}
GONE_BY_LINK_KIND: Final = {kind.value: link_gone_statement(kind) for kind in LINK_KINDS}

TAKE_TURN: Final = (
    "MERGE (s:RingfenceStore {name: 'store'}) SET s.turn = coalesce(s.turn, 0) + 1 "
    "RETURN coalesce(s.ledger_entries, 0)"
)
"""Locks one node first, so that two writers come one after the other and never wait for each other."""
FORGET_CUTS: Final = "MATCH ()-[c:CUT_FROM]->() DELETE c"
FORGET_PUBLIC: Final = "MATCH (e:Entity) WHERE e.is_public REMOVE e.is_public"
SET_META: Final = (
    "MATCH (s:RingfenceStore {name: 'store'}) SET s.watermark_ms = $watermark_ms, s.window_ms = $window_ms, "
    "s.ledger_entries = $ledger_entries"
)
SET_OFFSETS: Final = (
    "UNWIND $rows AS row MERGE (o:SourceOffset {source: row[0]}) "
    "SET o.position = CASE WHEN o.position > row[1] THEN o.position ELSE row[1] END"
)
GET_OFFSETS: Final = "MATCH (o:SourceOffset) RETURN o.source, o.position ORDER BY o.source"
