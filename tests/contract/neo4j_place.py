"""A Neo4j that a test may fill: emptied first."""

from __future__ import annotations

from neo4j import GraphDatabase


def emptied(address: str) -> None:
    """Remove every node; constraints and indexes stay."""
    with GraphDatabase.driver(address) as driver, driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS").consume()
