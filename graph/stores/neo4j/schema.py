"""Constraints and indexes of the Neo4j store, made on first use, and its schema version.

Every entity carries the label ``Entity`` with a unique ``key`` (kind and identifier) and a label of its kind;
accounts carry ``Rider`` or ``Driver`` as well. Node keys would need the Enterprise edition, so keys are
single properties. ``MIGRATIONS[n]`` leads from version n to n + 1.
"""

from __future__ import annotations

from typing import Final

from neo4j import Session
from neo4j.exceptions import DriverError, Neo4jError

from graph.model.errors import BadCall, Fatal
from graph.model.vocabulary import EntityKind, LinkKind, Role
from graph.stores.neo4j.server import told

LABELS: Final[dict[EntityKind, str]] = {
    kind: "".join(word.title() for word in kind.value.split("_")) for kind in EntityKind
}
"""``Account``, ``Device``, ``Card``, ``BankAccount``, ``Phone``, ``Email``, ``Ip``, ``Promo``."""
ROLE_LABELS: Final[dict[Role, str]] = {role: role.value.title() for role in Role}
TYPES: Final[dict[LinkKind, str]] = {kind: kind.value.upper() for kind in LinkKind}
"""The relationship type of a live link; a link that is no longer live is ``FORMER`` with its kind."""

_UNIQUE: Final = (
    ("Entity", "key"),
    ("Ring", "ring_id"),
    ("LedgerEntry", "entry"),
    ("Flag", "flag_id"),
    ("Verdict", "event_id"),
    ("Trip", "trip_id"),
    ("Taking", "event_id"),
    ("SourceOffset", "source"),
    ("RingfenceStore", "name"),
)
_INDEXED: Final = (
    ("LedgerEntry", "ring_id"),
    ("LedgerEntry", "ts"),
    ("Flag", "ring_id"),
    ("Flag", "ts"),
    ("Verdict", "subject"),
    ("Verdict", "ts"),
    ("Trip", "rider_id"),
    ("Trip", "driver_id"),
    ("Taking", "account_id"),
)
_LATER: Final = (LinkKind.PAID, LinkKind.TRIED, LinkKind.CANCELLED)
_FIRST_TYPES: Final = (*(name for kind, name in TYPES.items() if kind not in _LATER), "FORMER")


def _index_of(kind: str) -> str:
    """The statement that indexes the links of a type by their target, newest last."""
    return f"CREATE INDEX IF NOT EXISTS FOR ()-[r:{kind}]-() ON (r.target, r.last_ms, r.first_ms)"


MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        *(
            f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE"
            for label, key in _UNIQUE
        ),
        *(f"CREATE INDEX IF NOT EXISTS FOR (n:{label}) ON (n.{key})" for label, key in _INDEXED),
    ),
    (
        *(
            f"MATCH ()-[r:{kind}]->(b) WHERE r.target IS NULL CALL (r, b) {{ SET r.target = b.key }} "
            "IN TRANSACTIONS OF 10000 ROWS"
            for kind in _FIRST_TYPES
        ),
        *(_index_of(kind) for kind in _FIRST_TYPES),
    ),
    (_index_of(TYPES[LinkKind.PAID]),),
    (_index_of(TYPES[LinkKind.TRIED]),),
    (_index_of(TYPES[LinkKind.CANCELLED]),),
    (),
    (),
    ("CREATE INDEX IF NOT EXISTS FOR (t:Trip) ON (t.promo_id, t.ts)",),
)
"""The second: links carry the key of their target, so that the newest links of a hub are found in order,
without reading all of them. The next three: kinds of links that came later. Two more: trips carry what
was made of them, and stays in a ring how likely the account belongs there, which an older program would not
write. The last: the trips of a promotion, in order."""
VERSION: Final = len(MIGRATIONS)
_READY_S: Final = 120


def version_of(session: Session) -> int:
    """The schema version of the database, 0 for one that holds no store."""
    found = session.run("MATCH (s:RingfenceStore {name: 'store'}) RETURN s.schema_version").single()
    return 0 if found is None else int(found[0])


def require_version(session: Session, url: str) -> None:
    """Raises BadCall when the database holds no store of our version, Unavailable when it cannot be asked."""
    try:
        found = version_of(session)
    except (DriverError, Neo4jError) as error:
        raise told(error, url) from error
    if found != VERSION:
        raise BadCall(
            f"expected a store of schema version {VERSION} at {url}, found {found}; "
            "fill it with ringfence store rebuild"
        )


def migrate(session: Session, url: str) -> None:
    """Bring the database to the newest schema. Raises Fatal when a newer program made it."""
    found = version_of(session)
    if found > VERSION:
        raise Fatal(
            f"expected a store of schema version {VERSION} or older at {url}, found {found}; "
            "use the newer program, or rebuild the store"
        )
    if found == VERSION:
        return
    for statements in MIGRATIONS[found:]:
        for statement in statements:
            session.run(statement).consume()
    session.run("CALL db.awaitIndexes($seconds)", seconds=_READY_S).consume()
    session.run(
        "MERGE (s:RingfenceStore {name: 'store'}) SET s.schema_version = $version, "
        "s.ledger_entries = coalesce(s.ledger_entries, 0), s.watermark_ms = coalesce(s.watermark_ms, 0), "
        "s.window_ms = coalesce(s.window_ms, 0)",
        version=VERSION,
    ).consume()
