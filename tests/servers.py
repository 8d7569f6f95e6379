"""The real servers of a test session: one broker, one database, started when a test first asks.

Addresses in RINGFENCE_TEST_KAFKA and RINGFENCE_TEST_NEO4J win. Where a server can be had neither way, its
tests skip and say why; with CI=true they fail instead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import FlinkCluster, KafkaServer, Neo4jServer, ServerUnavailable


@pytest.fixture(scope="session")
def kafka_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`bootstrap.servers` of a real broker; topics are the caller's to name uniquely."""
    yield from _address("KAFKA", KafkaServer, tmp_path_factory.mktemp("kafka"))


@pytest.fixture(scope="session")
def neo4j_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Bolt address of a real Neo4j without authentication; the caller empties it."""
    yield from _address("NEO4J", Neo4jServer, tmp_path_factory.mktemp("neo4j"))


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaServer]:
    """A running broker of the test's own, to be stopped and started."""
    try:
        server = KafkaServer(tmp_path / "kafka")
        server.start()
    except ServerUnavailable as error:
        _go_without("Kafka", error)
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture
def own_neo4j(tmp_path: Path) -> Iterator[Neo4jServer]:
    """A running Neo4j of the test's own, to be stopped and started."""
    try:
        server = Neo4jServer(tmp_path / "neo4j")
        server.start()
    except ServerUnavailable as error:
        _go_without("Neo4j", error)
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="module")
def flink_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlinkCluster]:
    """A Flink cluster to be killed in parts; skips where `make flink` was not called, in any environment."""
    try:
        cluster = FlinkCluster(tmp_path_factory.mktemp("flink"))
    except ServerUnavailable as error:
        pytest.skip(f"no Flink: {error}")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def _address(name: str, kind: type[KafkaServer] | type[Neo4jServer], folder: Path) -> Iterator[str]:
    given = os.environ.get(f"RINGFENCE_TEST_{name}")
    if given:
        yield given
        return
    try:
        server = kind(folder)
        server.start()
    except ServerUnavailable as error:
        _go_without(name.title(), error)
    try:
        yield server.address
    finally:
        server.kill()


def _go_without(name: str, error: ServerUnavailable) -> None:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"{name} is needed in continuous integration: {error}", pytrace=False)
    pytest.skip(f"no {name}: {error}")
