"""The one writer of the Neo4j store: one transaction a batch, nodes before links, offsets last.

A batch is written quickly first: columns, nodes found by their ids (``graph.stores.neo4j.by_id``), one
statement packed while the server is busy with the one before. Where anything is not as remembered, or
refused, that transaction is undone, the ids are forgotten, and the batch is written by key
(``graph.stores.neo4j.statements``), around what is refused. Both leave the same store.

Two writers cannot deadlock: each locks the store's own node before anything else. A transaction that the
server gives up (a foreign writer held what it needed, a leader changed) is tried again, at most
``MOST_TRIES`` times; then the server counts as away.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final, TypeVar

import numpy as np
from neo4j import Session, Transaction
from neo4j.exceptions import ClientError, DriverError, Neo4jError

from graph.model.changes import Changes
from graph.model.errors import RingfenceError
from graph.stores.bisection import StepRefused, write_around_refusals
from graph.stores.neo4j import statements as cypher
from graph.stores.neo4j.by_id import NotAsKnown, write_graph
from graph.stores.neo4j.known_nodes import KnownNodes
from graph.stores.neo4j.schema import migrate
from graph.stores.neo4j.server import Neo4jAddress, is_passing, told
from graph.stores.plan import Plan, Row, Step, plan_besides, plan_of
from graph.stores.port import Written

ROWS_AT_ONCE: Final = 5_000
MOST_TRIES: Final = 6
FIRST_PAUSE_S: Final = 0.05
_BEFORE_LINKS: Final = frozenset({Step.LINKS_GONE})
_logger = logging.getLogger(__name__)
T = TypeVar("T")
Statement = tuple[Step, str, list[Row]]


class Neo4jWriter:
    """Writes changes into one database; constraints and indexes are made on first use.

    ``pause`` waits between two tries; without ``by_id`` every batch is written by key. Raises Unavailable or
    BadCall when the server cannot be reached.
    """

    def __init__(
        self, address: Neo4jAddress, pause: Callable[[float], None] = time.sleep, *, by_id: bool = True
    ) -> None:
        self._url = address.url
        self._driver = address.driver(connections=2)
        self._pause = pause
        self._draw = random.Random(address.url)
        self._known = KnownNodes() if by_id else None
        self._session: Session = self._driver.session(database=address.database)
        try:
            migrate(self._session, address.url)
        except (DriverError, Neo4jError) as error:
            self.close()
            raise told(error, self._url) from error
        except RingfenceError:
            self.close()
            raise

    def write(self, changes: Changes, offsets: Mapping[str, int]) -> Written:
        """Write changes and the offsets they reach in one transaction (see the port)."""
        known = self.offsets()
        if offsets and all(known.get(source, -1) >= position for source, position in offsets.items()):
            return Written(rows=0, repeated=True)
        entries = self._patiently(self._ledger_entries)
        if self._known is not None:
            nodes, besides = self._known, plan_besides(changes, entries)
            try:
                self._patiently(lambda: self._by_id(nodes, changes, besides, offsets))
            except NotAsKnown as error:
                _logger.info("a batch is written by key: %s", error)
                nodes.forget()
            else:
                graph_rows = len(changes.names) + len(changes.accounts.entity) + len(changes.links.kind)
                return Written(rows=graph_rows + len(besides))
        plan = plan_of(changes, entries)

        def attempt(some: Plan, keep: bool) -> None:
            self._patiently(lambda: self._attempt(some, offsets, keep))

        refused = write_around_refusals(plan, attempt)
        return Written(rows=len(plan) - len(refused), refused=refused)

    def offsets(self) -> dict[str, int]:
        """How far the store has come, by source."""
        return self._patiently(lambda: {row[0]: row[1] for row in self._session.run(cypher.GET_OFFSETS)})

    def close(self) -> None:
        """Give the connections back."""
        with suppress(DriverError, Neo4jError, OSError):
            self._session.close()
        self._driver.close()

    # -- inside ------------------------------------------------------------------------------------

    def _ledger_entries(self) -> int:
        found = self._session.run("MATCH (s:RingfenceStore {name: 'store'}) RETURN s.ledger_entries").single()
        return 0 if found is None or found[0] is None else int(found[0])

    def _patiently(self, work: Callable[[], T]) -> T:
        for attempt in range(MOST_TRIES):
            try:
                return work()
            except (DriverError, Neo4jError, OSError) as error:
                if not is_passing(error) or attempt + 1 == MOST_TRIES:
                    raise told(error, self._url) from error
            self._pause(FIRST_PAUSE_S * 2**attempt * (1 + self._draw.random()))
        raise AssertionError("the loop above returns or raises")

    def _by_id(self, nodes: KnownNodes, changes: Changes, besides: Plan, offsets: Mapping[str, int]) -> None:
        """One transaction, nodes by id. NotAsKnown: only keys will do, and nothing is written."""
        keys = np.array(_keys(besides), object)
        ids = nodes.find(keys.tolist())
        with self._session.begin_transaction() as transaction:
            transaction.run(cypher.TAKE_TURN).consume()
            try:
                self._run_all(transaction, _statements(besides, _BEFORE_LINKS))
                write_graph(transaction, changes, keys, ids)
                self._run_all(transaction, _statements(besides, frozenset(Step) - _BEFORE_LINKS))
            except StepRefused as error:
                raise NotAsKnown(f"{error.step.value} was refused") from error
            self._reach(transaction, besides, offsets)
            transaction.commit()
        nodes.remember(keys.tolist(), ids)

    def _attempt(self, plan: Plan, offsets: Mapping[str, int], keep: bool) -> None:
        with self._session.begin_transaction() as transaction:
            transaction.run(cypher.TAKE_TURN).consume()
            self._run_all(transaction, _statements(plan, frozenset(Step)))
            self._reach(transaction, plan, offsets)
            if keep:
                transaction.commit()
            else:
                transaction.rollback()

    def _reach(self, transaction: Transaction, plan: Plan, offsets: Mapping[str, int]) -> None:
        transaction.run(
            cypher.SET_META,
            watermark_ms=plan.watermark_ms,
            window_ms=plan.window_ms,
            ledger_entries=plan.ledger_entries,
        ).consume()
        transaction.run(cypher.SET_OFFSETS, rows=[list(each) for each in sorted(offsets.items())]).consume()

    def _run_all(self, transaction: Transaction, statements: Iterable[Statement]) -> None:
        for step, statement, rows in statements:
            for start in range(0, len(rows), ROWS_AT_ONCE):
                self._run(transaction, step, statement, rows[start : start + ROWS_AT_ONCE])

    def _run(self, transaction: Transaction, step: Step, statement: str, rows: list[Row]) -> None:
        try:
            found = transaction.run(statement, rows=[list(row) for row in rows]).single(strict=False)
        except ClientError as error:
            if is_passing(error):
                raise
            raise StepRefused(step, str(error.message)[:200]) from error
        except (ValueError, OverflowError, TypeError) as error:
            raise StepRefused(step, f"{type(error).__name__}: {error}") from error
        if found is not None and found[0] != len(rows):
            raise StepRefused(step, f"{len(rows) - found[0]} rows name something that is not in the store")


def _keys(plan: Plan) -> list[str]:
    return [f"{kind.value}:{name}" for kind, name in zip(plan.kind, plan.names, strict=True)]


def _statements(plan: Plan, steps: frozenset[Step]) -> Iterator[Statement]:
    """Every statement of these steps of a plan with its rows, keys in place of local numbers."""
    keys = _keys(plan)
    for step in [each for each in Step if each in steps]:
        rows = plan.rows[step]
        if step is Step.CUTS and plan.replaces_cuts:
            yield step, cypher.FORGET_CUTS, [()]
        if step is Step.DECLARED_PUBLIC and plan.replaces_public:
            yield step, cypher.FORGET_PUBLIC, [()]
        if not rows:
            continue
        if step is Step.ENTITIES:
            named = [(kind, keys[number], name) for number, kind, name in rows]
            yield from _by_kind(step, cypher.BY_ENTITY_KIND, sorted(named))
        elif step is Step.LINKS:
            linked = [(kind, keys[s], keys[t], *rest) for kind, s, t, *rest in rows]
            yield from _by_kind(step, cypher.BY_LINK_KIND, sorted(linked))
        elif step is Step.LINKS_GONE:
            gone = [(kind, keys[s], keys[t]) for kind, s, t in rows]
            yield from _by_kind(step, cypher.GONE_BY_LINK_KIND, sorted(gone))
        else:
            if step in (Step.CUTS, Step.DECLARED_PUBLIC):
                rows = [tuple(keys[number] for number in row) for row in rows]
            elif step is Step.ACCOUNTS:
                rows = [(keys[row[0]], *row[1:]) for row in rows]
            for statement in cypher.STATEMENTS[step]:
                yield step, statement, rows


def _by_kind(step: Step, statements: Mapping[str, str], rows: list[tuple[str, ...]]) -> Iterator[Statement]:
    for kind, statement in statements.items():
        of_kind: list[Row] = [row[1:] for row in rows if row[0] == kind]
        if of_kind:
            yield step, statement, of_kind
