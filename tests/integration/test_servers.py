"""The servers that the other integration tests stand on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from neo4j import GraphDatabase

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_written_to_the_broker_can_be_read_back(kafka_address: str) -> None:
    admin = AdminClient({"bootstrap.servers": kafka_address})
    admin.create_topics([NewTopic("there-and-back", 1)])["there-and-back"].result(30)
    producer = Producer({"bootstrap.servers": kafka_address})
    producer.produce("there-and-back", b"hello")
    assert producer.flush(30) == 0
    consumer = Consumer(
        {"bootstrap.servers": kafka_address, "group.id": "there", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["there-and-back"])
    message = consumer.poll(30)
    consumer.close()
    assert message is not None
    assert message.value() == b"hello"


def test_the_database_answers(neo4j_address: str) -> None:
    with GraphDatabase.driver(neo4j_address) as driver:
        records, _, _ = driver.execute_query("RETURN 1 + 1 AS two")
    assert records[0]["two"] == 2


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
    for _ in range(200):
        if not _lives(child):
            break
        time.sleep(0.05)
    assert not _lives(child)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
