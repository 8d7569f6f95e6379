"""A read-only session on a Neo4j store; the server itself refuses to write in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from neo4j import READ_ACCESS, Query
from neo4j.exceptions import ClientError, DriverError, Neo4jError

from graph.model.errors import Fatal
from graph.stores.neo4j.schema import require_version
from graph.stores.neo4j.server import Neo4jAddress, told
from graph.stores.port import Language, Table, Value


class Neo4jReader:
    """Reads one database. Raises BadCall when it holds no store of this schema."""

    language = Language.CYPHER

    def __init__(self, address: Neo4jAddress) -> None:
        self._url = address.url
        self._driver = address.driver(connections=1)
        self._session = self._driver.session(database=address.database, default_access_mode=READ_ACCESS)
        try:
            require_version(self._session, self._url)
        except BaseException:
            self.close()
            raise

    def read(self, statement: str, parameters: Mapping[str, Value], timeout_s: float) -> Table:
        """The rows of one statement. Raises Fatal past ``timeout_s`` or on a write."""
        query = Query(statement, timeout=timeout_s)
        try:
            result = self._session.run(query, dict(parameters))
            columns = tuple(result.keys())
            return Table(columns, [tuple(row) for row in result.values()])
        except ClientError as error:
            if "TransactionTimedOut" in str(error.code):
                raise Fatal(
                    f"expected an answer within {timeout_s:g} s, found none; ask for less or raise --timeout"
                ) from error
            raise Fatal(
                f"expected a statement that only reads, found: {str(error.message)[:300]}; correct it"
            ) from error
        except (DriverError, Neo4jError) as error:
            raise told(error, self._url) from error

    def explain(self, statement: str, parameters: Mapping[str, Value]) -> list[str]:
        """Neo4j's plan, indented by depth."""
        try:
            summary = self._session.run(f"EXPLAIN {statement}", dict(parameters)).consume()
        except (DriverError, Neo4jError) as error:
            raise told(error, self._url) from error
        return list(_lines(summary.plan, 0)) if summary.plan else []

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()
        self._driver.close()


def _lines(plan: dict[str, Any], depth: int) -> Iterator[str]:
    details = plan.get("args", {}).get("Details", "")
    yield f"{'  ' * depth}{plan['operatorType'].split('@')[0]} {details}".rstrip()
    for child in plan.get("children", ()):
        yield from _lines(child, depth + 1)
