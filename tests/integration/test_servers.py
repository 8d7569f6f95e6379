"""The servers that the other integration tests stand on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from neo4j import GraphDatabase

from servers import FlinkCluster, ServerUnavailable, artifacts
from servers.port import Port
from streaming.kafka.closing import Departure, close_within
from tests.integration.waiting import WAIT_S, until

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_written_to_the_broker_can_be_read_back(kafka_address: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka_address})
    topic = f"there-and-back-{uuid.uuid4().hex[:8]}"
    admin.create_topics([NewTopic(topic, 1)])[topic].result(WAIT_S)
    producer = Producer({"bootstrap.servers": kafka_address})
    producer.produce(topic, b"hello")
    assert producer.flush(WAIT_S) == 0
    consumer = Consumer(
        {"bootstrap.servers": kafka_address, "group.id": topic, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe([topic])
    message = consumer.poll(WAIT_S)
    close_within(WAIT_S, print, reader=lambda: Departure().leave(consumer))
    assert message is not None
    assert message.value() == b"hello"


def test_the_database_answers(neo4j_address: str) -> None:
    with GraphDatabase.driver(neo4j_address) as driver:
        records, _, _ = driver.execute_query("RETURN 1 + 1 AS two")
    assert records[0]["two"] == 2


def test_a_port_is_kept_until_its_server_listens_and_after_it_has_ended() -> None:
    port = Port()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port.number)):
            socket.create_connection(("127.0.0.1", port.number)).close()
        with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port.number))


@pytest.mark.parametrize("missing", ["java", "mvn"])
def test_jars_that_cannot_be_fetched_are_told_in_one_line(
    missing: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    for name in {"java", "mvn"} - {missing}:
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("servers.artifacts.CACHE", tmp_path / "cache")
    monkeypatch.setattr("sys.argv", ["artifacts", "flink"])
    assert artifacts.main() == 4
    said = f"servers: expected {missing} on the path, found none; install a JDK 17 and Maven\n"
    assert capsys.readouterr().err == said


def test_a_flink_cluster_without_its_environment_says_what_to_call(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("servers.flink.ENVIRONMENT", tmp_path)
    with pytest.raises(
        ServerUnavailable, match=r"expected the environment flink/\.venv, found none; call make"
    ):
        FlinkCluster(tmp_path)


PARENT = """
import sys, time
from pathlib import Path
from servers.process import ServerProcess
child = ServerProcess([sys.executable, "-c", "import time; time.sleep(600)"], Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_server_ends_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not _lives(child), "the server to end")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
