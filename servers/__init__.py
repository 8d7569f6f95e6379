"""Real servers on loopback for tests, benchmarks and `make servers`: one Kafka broker and one Neo4j.

Their artifacts come from Maven into `.cache/servers` (which git ignores); a JDK 17 and `mvn` are all they
need. Ports are chosen free, data lives in a folder of the caller's, and a server ends with its parent.
"""

from servers.kafka import KafkaServer
from servers.neo4j import Neo4jServer
from servers.process import ServerUnavailable

__all__ = ["KafkaServer", "Neo4jServer", "ServerUnavailable"]
