"""Forgets somebody in the Neo4j store; its transaction logs keep what was for as long as they are told to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from neo4j import Transaction
from neo4j.exceptions import DriverError, Neo4jError

from graph.model.renaming import Named, Renaming
from graph.model.vocabulary import EntityKind
from graph.stores.erasing import PLACES, TEXTS, Holds, replacements, rewritten, sought
from graph.stores.neo4j.schema import LABELS, require_version
from graph.stores.neo4j.server import Neo4jAddress, told
from graph.stores.neo4j.statements import TAKE_TURN

_ACCOUNT: Final = LABELS[EntityKind.ACCOUNT]
_OWN: Final = f"MATCH (a:{_ACCOUNT}) WHERE a.id IN $accounts "
IDENTIFIERS: Final = (
    f"{_OWN}RETURN '{EntityKind.ACCOUNT.value}' AS kind, a.id AS name UNION {_OWN}"
    f"MATCH (a)-->(e:Entity) WHERE NOT e:{_ACCOUNT} AND NOT e:{LABELS[EntityKind.PROMO]} "
    f"WITH DISTINCT e WHERE NOT EXISTS {{ MATCH (o:{_ACCOUNT})-->(e) WHERE NOT o.id IN $accounts }} "
    "RETURN split(e.key, ':')[0] AS kind, e.id AS name UNION "
    # A card that was only ever disowned is linked to nobody.
    "MATCH (t:Taking) WHERE t.account_id IN $accounts AND t.card_id IS NOT NULL AND NOT EXISTS { "
    "MATCH (o:Taking {card_id: t.card_id}) WHERE NOT o.account_id IN $accounts } AND NOT EXISTS { "
    f"MATCH (o:{_ACCOUNT})-->(:Entity {{key: 'card:' + t.card_id}}) WHERE NOT o.id IN $accounts }} "
    "RETURN DISTINCT 'card' AS kind, t.card_id AS name"
)
ACTIVE: Final = f"{_OWN}RETURN min(a.first_ms), max(a.last_ms)"
CONTAINING: Final = (
    "MATCH (e:Entity) WHERE e.id CONTAINS $identifier AND e.id <> $identifier "
    "RETURN DISTINCT e.id ORDER BY e.id"
)
FORGET_PLACES: Final = (
    "UNWIND $rows AS old MATCH (t:Trip {{{0}: old}}) WHERE "
    + " OR ".join(f"t.{place} IS NOT NULL" for place in PLACES)
    + " SET "
    + ", ".join(f"t.{place} = null" for place in PLACES)
    + " RETURN count(*)"
)
RENAME: Final = (
    "UNWIND $rows AS row MATCH (e:Entity {key: row[0]}) SET e.key = row[1], e.id = row[2] RETURN count(*)"
)
RENAME_TARGETS: Final = (
    "UNWIND $rows AS row MATCH (:Entity)-[r]->(:Entity {key: row[1]}) WHERE r.target = row[0] "
    "SET r.target = row[1] RETURN count(*)"
)


class Neo4jEraser:
    """Forgets people in one database. Raises Unavailable or BadCall when there is no store to reach."""

    def __init__(self, address: Neo4jAddress) -> None:
        self._url = address.url
        self._driver = address.driver(connections=1)
        self._session = self._driver.session(database=address.database)
        try:
            require_version(self._session, self._url)
        except BaseException:
            self.close()
            raise

    def identifiers_of(self, accounts: Sequence[str]) -> list[Named]:
        """See the port. Cost: the links of the accounts, and those who share their ends."""
        return sorted(
            (str(kind), str(name)) for kind, name in self._rows(IDENTIFIERS, accounts=list(accounts))
        )

    def active(self, accounts: Sequence[str]) -> tuple[int, int] | None:
        """See the port."""
        ((first, last),) = self._rows(ACTIVE, accounts=list(accounts))
        return None if first is None else (int(first), int(last))

    def containing(self, identifier: str) -> list[str]:
        """See the port. Looks at every entity."""
        return [str(row[0]) for row in self._rows(CONTAINING, identifier=identifier)]

    def erase(self, renaming: Renaming) -> int:
        """See the port. Looks into every list and note."""
        try:
            with self._session.begin_transaction() as transaction:
                transaction.run(TAKE_TURN).consume()
                changed = _renamed(transaction, renaming)
                changed += sum(
                    _rewritten(transaction, label, key, column, holds, renaming)
                    for label, (key, columns) in TEXTS.items()
                    for column, holds in columns.items()
                )
                transaction.commit()
        except (DriverError, Neo4jError) as error:
            raise told(error, self._url) from error
        return changed

    def close(self) -> None:
        """See the port."""
        self._session.close()
        self._driver.close()

    def _rows(self, statement: str, **given: Any) -> list[tuple[Any, ...]]:
        try:
            return [tuple(record.values()) for record in self._session.run(statement, given)]
        except (DriverError, Neo4jError) as error:
            raise told(error, self._url) from error


def _renamed(transaction: Transaction, renaming: Renaming) -> int:
    rows = [[f"{kind}:{old}", f"{kind}:{new}", new] for (kind, old), new in renaming.names.items()]
    accounts = [old for kind, old in renaming.names if kind == EntityKind.ACCOUNT]
    calls: list[tuple[str, list[Any]]] = [
        (FORGET_PLACES.format("rider_id"), accounts),
        (FORGET_PLACES.format("driver_id"), accounts),
        (RENAME, rows),
        (RENAME_TARGETS, rows),
    ]
    return sum(_count(transaction, statement, given) for statement, given in calls)


def _rewritten(
    transaction: Transaction, label: str, key: str, column: str, holds: Holds, renaming: Renaming
) -> int:
    exact = replacements(renaming, holds)
    if exact is not None:
        statement = f"UNWIND $rows AS row MATCH (n:{label} {{{column}: row[1]}}) SET n.{column} = row[0] "
        return _count(transaction, f"{statement}RETURN count(*)", [list(each) for each in exact])
    found = transaction.run(
        f"MATCH (n:{label}) WHERE any(each IN $sought WHERE n.{column} CONTAINS each) "
        f"RETURN n.{key}, n.{column}",
        sought=sought(renaming),
    )
    rows = [(number, text, rewritten(renaming, holds, text)) for number, text in found]
    changed = [[number, new] for number, old, new in rows if new != old]
    statement = (
        f"UNWIND $rows AS row MATCH (n:{label} {{{key}: row[0]}}) SET n.{column} = row[1] RETURN count(*)"
    )
    return _count(transaction, statement, changed)


def _count(transaction: Transaction, statement: str, rows: list[Any]) -> int:
    found = transaction.run(statement, rows=rows).single(strict=True)
    return int(found[0])
