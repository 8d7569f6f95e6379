"""One Neo4j Community server on loopback, reached by Bolt, without a password."""

from __future__ import annotations

from pathlib import Path

from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from servers.artifacts import HERE, jars
from servers.port import Port
from servers.process import Server, ServerProcess

READY_WITHIN_S = 180.0
OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.util.concurrent")


class Neo4jServer(Server):
    """A server whose data lives in `folder`; `stop` and `start` keep its port and its data.

    Half of its heap is for what a transaction leaves at once: what ten thousand new links hold until they are
    committed was copied from one generation of the heap into the next, by a third of the server's time.

    One that is not `lasting` compiles its code once and not again for speed: half the processor time, as long
    as it lives for a minute.
    """

    def __init__(self, folder: Path, *, lasting: bool = False) -> None:
        self._compiling = () if lasting else ("-XX:TieredStopAtLevel=1",)
        self._folder = folder
        self._classpath = f"{jars('neo4j')}/*"
        self._port = Port()
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        """What `GraphDatabase.driver` takes; no authentication."""
        return f"bolt://127.0.0.1:{self._port.number}"

    def start(self) -> None:
        """Starts the server and returns when it answers."""
        opens = [word for name in OPENED for word in ("--add-opens", f"{name}=ALL-UNNAMED")]
        self._process = ServerProcess(
            [
                *("java", "-Xmx1g", "-Xmn512m", "-XX:+UseSerialGC", *self._compiling, *opens),
                *("-cp", self._classpath),
                *(str(HERE / "Neo4jOnLoopback.java"), str(self._folder), str(self._port.number)),
            ],
            self._folder / "neo4j.log",
        )
        self._process.wait_until(self._answers, READY_WITHIN_S)

    def _answers(self) -> bool:
        try:
            with GraphDatabase.driver(self.address, connection_timeout=2) as driver:
                driver.verify_connectivity()
        except (DriverError, Neo4jError, OSError):
            return False
        return True
