"""Real servers on loopback for tests, benchmarks and `make servers`: one Kafka broker and one Neo4j,
and where `make flink` was called a Flink cluster.

Their artifacts come from Maven into `.cache/servers` (which git ignores); a JDK 17 and `mvn` are all they
need. Ports are chosen free, data lives in a folder of the caller's, and a server ends with its parent.
"""

from servers.flink import FlinkCluster
from servers.kafka import KafkaServer
from servers.neo4j import Neo4jServer
from servers.process import ServerUnavailable

__all__ = ["FlinkCluster", "KafkaServer", "Neo4jServer", "ServerUnavailable"]
