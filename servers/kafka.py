"""One Apache Kafka broker in KRaft mode on loopback."""

from __future__ import annotations

import base64
import subprocess
import uuid
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from servers.artifacts import jars
from servers.port import Port
from servers.process import Server, ServerProcess, ServerUnavailable

READY_WITHIN_S = 180.0
HEAP = "-Xmx512m"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
log.dirs={data}
num.partitions=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=30000
auto.create.topics.enable=false
log.retention.ms=-1
"""


class KafkaServer(Server):
    """A broker whose data lives in `folder`; `stop` and `start` keep its port and its data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._classpath = f"{jars('kafka')}/*"
        self._port, self._controller = Port(), Port()
        folder.mkdir(parents=True, exist_ok=True)
        self._settings = folder / "server.properties"
        self._settings.write_text(
            PROPERTIES.format(
                port=self._port.number, controller=self._controller.number, data=folder / "data"
            )
        )
        self._format()

    @property
    def address(self) -> str:
        """What clients take as `bootstrap.servers`."""
        return f"127.0.0.1:{self._port.number}"

    def start(self) -> None:
        """Starts the broker and returns when it answers."""
        command = ["java", HEAP, "-Xms256m", *self._logging(), "-cp", self._classpath, "kafka.Kafka"]
        self._process = ServerProcess([*command, str(self._settings)], self._folder / "kafka.log")
        self._process.wait_until(self._answers, READY_WITHIN_S)

    def _answers(self) -> bool:
        client = AdminClient({"bootstrap.servers": self.address, "log_level": 0, "socket.timeout.ms": 2000})
        try:
            return bool(client.list_topics(timeout=2).brokers)
        except KafkaException:
            return False

    def _format(self) -> None:
        # One that began with a dash, as every sixty-fourth does, would be taken for an option.
        cluster = "R" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        done = subprocess.run(
            [
                *("java", HEAP, *self._logging(), "-cp", self._classpath, "kafka.tools.StorageTool"),
                *("format", "--standalone", "-t", cluster, "-c", str(self._settings)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stdout + done.stderr).strip()[-500:] or f"exit status {done.returncode}, no word"
            raise ServerUnavailable(f"expected Kafka to format its folder, found: {said}")

    def _logging(self) -> list[str]:
        return [
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
        ]
