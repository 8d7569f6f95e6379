"""Entities, accounts and links as columns, nodes found by the ids that the server gave them.

The statements do what those of ``graph.stores.neo4j.statements`` do by key, row by row, and leave the same
store. What differs is the cost: a node whose id is known is read and not looked for, an account is made with
its facts at once, and columns are packed sooner than rows.

An id counts only together with the key: every statement finds a node by its id *and* its key, and says how
many it found. Fewer than asked for, and the transaction has to be undone (``NotAsKnown``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from neo4j import Result, Transaction
from neo4j.exceptions import ClientError

from graph.model.changes import Changes
from graph.model.entities import KIND_CODE, KINDS
from graph.model.link_keys import LINK_KINDS
from graph.model.view import AccountColumns, LinkColumns
from graph.model.vocabulary import EntityKind, LinkKind
from graph.stores.neo4j import statements as cypher
from graph.stores.neo4j.known_nodes import UNKNOWN, Ids
from graph.stores.neo4j.schema import LABELS, TYPES
from graph.stores.neo4j.server import is_passing
from graph.stores.plan import FIELDS, Step, account_lists

ROWS_AT_ONCE: Final = 5_000
Keys = npt.NDArray[np.object_]
_ROWS: Final = "CYPHER 5 UNWIND range(0, size($c[0]) - 1) AS i "
"""``id`` is of Cypher 5, whatever the server takes a statement for by itself."""
_FACTS: Final = FIELDS[Step.ACCOUNTS][1:]
_LINK_COLUMNS: Final = FIELDS[Step.LINKS][3:]


class NotAsKnown(Exception):
    """A node is not where it was remembered, or the server would not take a row.

    It is logged, so it says nothing of what the row holds.
    """


@dataclass(frozen=True, slots=True)
class Call:
    """A statement with its columns; it answers how many rows it found, or their ids."""

    statement: str
    columns: list[list[Any]]
    entities: npt.NDArray[np.int64] | None = None
    """Whose ids the answer is, by local number, in the order of the columns; None where it counts."""

    @property
    def rows(self) -> int:
        """How many rows the columns have."""
        return len(self.columns[0])


def _sets(variable: str, names: Sequence[str], first: int) -> str:
    return ", ".join(f"{variable}.{name} = $c[{n}][i]" for n, name in enumerate(names, first))


def _by_id(variable: str, number: int, key: int) -> str:
    return f"MATCH ({variable}) WHERE id({variable}) = $c[{number}][i] AND {variable}.key = $c[{key}][i] "


def meet_statement(kind: EntityKind) -> str:
    """Columns: key, identifier. Gives ids."""
    return (
        f"{_ROWS}MERGE (e:Entity {{key: $c[0][i]}}) ON CREATE SET e.id = $c[1][i], e:{LABELS[kind]} "
        "RETURN collect(id(e))"
    )


_SET_FACTS: Final = f"SET a.is_seen = true, {_sets('a', _FACTS, 2)} {cypher.role_labels('a', '$c[2][i]')} "
MEET_ACCOUNTS: Final = (
    f"{_ROWS}MERGE (a:Entity {{key: $c[0][i]}}) "
    f"ON CREATE SET a.id = $c[1][i], a:{LABELS[EntityKind.ACCOUNT]} {_SET_FACTS}RETURN collect(id(a))"
)
"""Columns: key, identifier, facts. Gives ids."""
KNOWN_ACCOUNTS: Final = f"{_ROWS}{_by_id('a', 1, 0)}{_SET_FACTS}RETURN count(*)"
"""Columns: key, id, facts."""


def link_statement(kind: LinkKind) -> str:
    """Columns: key and id of the source, key and id of the target, properties."""
    return (
        f"{_ROWS}{_by_id('a', 1, 0)}{_by_id('b', 3, 2)}MERGE (a)-[r:{TYPES[kind]}]->(b) "
        f"{cypher.former_spell(kind, '$c[4][i]', '$c[2][i]')}"
        f"SET r.target = $c[2][i], {_sets('r', cypher.LINK_FIELDS, 4)} RETURN count(*)"
    )


_MEET: Final = tuple(meet_statement(kind) for kind in KINDS)
_LINK: Final = tuple(link_statement(kind) for kind in LINK_KINDS)


def write_graph(transaction: Transaction, changes: Changes, keys: Keys, ids: Ids) -> None:
    """Write entities, facts of accounts and links; afterwards ``ids`` holds the id of every entity.

    ``keys`` and ``ids``: of every entity in ``changes``, ``UNKNOWN`` where nothing is remembered. Raises
    NotAsKnown, or an error of the driver that may pass.
    """
    _run(transaction, _entity_calls(changes, keys, ids), ids)
    _run(transaction, _link_calls(changes.links, keys, ids), ids)


def _run(transaction: Transaction, calls: Iterable[Call], ids: Ids) -> None:
    """Run every call, each packed and sent while the server is busy with the one before."""
    under_way: list[tuple[Call, Result]] = []
    try:
        for call in calls:
            under_way.append((call, transaction.run(call.statement, c=call.columns)))
            if len(under_way) > 1:
                _check(*under_way.pop(0), ids)
        for each in under_way:
            _check(*each, ids)
    except ClientError as error:
        if is_passing(error):
            raise
        raise NotAsKnown(f"the server refused a row: {error.code}") from error
    except (ValueError, OverflowError, TypeError) as error:
        raise NotAsKnown(f"a row could not be packed: {type(error).__name__}") from error


def _check(call: Call, result: Result, ids: Ids) -> None:
    found = result.single(strict=True)[0]
    count = found if call.entities is None else len(found)
    if count != call.rows:
        raise NotAsKnown(f"expected {call.rows} rows to find their nodes, found {count}")
    if call.entities is not None:
        ids[call.entities] = found


def _entity_calls(changes: Changes, keys: Keys, ids: Ids) -> Iterator[Call]:
    """Entities that are not known, and the facts of all accounts that have some."""
    entity = changes.accounts.entity.astype(np.int64)
    if (changes.kind[entity] != KIND_CODE[EntityKind.ACCOUNT]).any():
        raise NotAsKnown("expected facts of accounts only, found them of another entity")
    is_bare = ids == UNKNOWN
    is_bare[entity] = False
    order = np.argsort(entity, kind="stable")
    is_known = ids[entity[order]] != UNKNOWN
    for code in range(len(KINDS)):
        for part in _parts(np.flatnonzero(is_bare & (changes.kind == code))):
            yield Call(_MEET[code], [keys[part].tolist(), _names(changes, part)], part)
    for part in _parts(order[~is_known]):
        named = entity[part]
        columns = [keys[named].tolist(), _names(changes, named), *_facts(changes.accounts, part)]
        yield Call(MEET_ACCOUNTS, columns, named)
    for part in _parts(order[is_known]):
        named = entity[part]
        yield Call(
            KNOWN_ACCOUNTS, [keys[named].tolist(), ids[named].tolist(), *_facts(changes.accounts, part)]
        )


def _link_calls(links: LinkColumns, keys: Keys, ids: Ids) -> Iterator[Call]:
    """Links, kind by kind, by source and target; every end has its id by now."""
    order = np.lexsort((links.target, links.source))
    columns = [getattr(links, name) for name in _LINK_COLUMNS]
    for code in range(len(LINK_KINDS)):
        for part in _parts(order[links.kind[order] == code]):
            ends = [end[part] for end in (links.source, links.target)]
            named = [column.tolist() for end in ends for column in (keys[end], ids[end])]
            yield Call(_LINK[code], [*named, *(column[part].tolist() for column in columns)])


def _parts(rows: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        yield rows[start : start + ROWS_AT_ONCE]


def _names(changes: Changes, entities: npt.NDArray[np.int64]) -> list[str]:
    return [changes.names[entity] for entity in entities.tolist()]


def _facts(accounts: AccountColumns, rows: npt.NDArray[np.int64]) -> list[list[Any]]:
    some = AccountColumns(**{each.name: getattr(accounts, each.name)[rows] for each in fields(accounts)})
    _, *facts = account_lists(some).values()
    return facts
