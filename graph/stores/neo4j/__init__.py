"""The store for teams: Neo4j 5.26 or newer, Community included, through the official driver."""

from graph.stores.neo4j.reader import Neo4jReader
from graph.stores.neo4j.server import Neo4jAddress
from graph.stores.neo4j.writer import Neo4jWriter

__all__ = ["Neo4jAddress", "Neo4jReader", "Neo4jWriter"]
