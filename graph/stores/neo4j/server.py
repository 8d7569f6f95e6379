"""Where a Neo4j is, and what its errors mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError, ServiceUnavailable

from graph.model.errors import BadCall, Fatal, RingfenceError, Unavailable

RETRY_AFTER_S = 1.0
CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class Neo4jAddress:
    """A server (``bolt://host:7687`` or ``neo4j://...``), a database and who we are there."""

    url: str
    database: str = "neo4j"
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def driver(self, connections: int) -> Driver:
        """A driver that has reached the server. Raises Unavailable or BadCall."""
        auth = None if self.user is None else (self.user, self.password or "")
        try:
            driver = GraphDatabase.driver(
                self.url,
                auth=auth,
                max_connection_pool_size=connections,
                connection_timeout=CONNECT_S,
                connection_acquisition_timeout=2 * CONNECT_S,
                max_transaction_retry_time=0,
                notifications_min_severity="OFF",
            )
        except (ConfigurationError, ValueError) as error:
            raise BadCall(
                f"expected a Neo4j address such as bolt://127.0.0.1:7687, found {self.url}: {error}; "
                "correct it"
            ) from error
        try:
            driver.verify_connectivity()
        except (DriverError, Neo4jError, OSError) as error:
            driver.close()
            raise told(error, self.url) from error
        return driver


def told(error: Exception, url: str) -> RingfenceError:
    """The error as the reaction that it asks for."""
    if isinstance(error, AuthError):
        return BadCall(
            f"expected {url} to accept our name and password, found it refuses; set RINGFENCE_NEO4J_USER and "
            "RINGFENCE_NEO4J_PASSWORD"
        )
    if isinstance(error, DriverError | OSError | ServiceUnavailable) or is_passing(error):
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        return Unavailable(f"expected Neo4j to answer at {url}, found: {said}; start it", RETRY_AFTER_S)
    return Fatal(f"expected Neo4j at {url} to do as asked, found: {str(error)[:300]}; see its log")


def is_passing(error: Exception) -> bool:
    """Whether the server says that the same may work later."""
    return isinstance(error, Neo4jError | DriverError) and error.is_retryable()
