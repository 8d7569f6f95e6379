"""`make servers`: starts the broker and the database, says where they are, and stops them on Ctrl-C.

With ``FLINK=1`` in the environment a Flink cluster, too; with ``FLINK=standby`` one of two
JobManagers and two TaskManagers.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from servers import FlinkCluster, KafkaServer, Neo4jServer, ServerUnavailable


def main() -> int:
    """Runs until told to stop; starts nothing where the environment gives an address already."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="ringfence-servers-") as scratch:
        started: list[KafkaServer | Neo4jServer | FlinkCluster] = []
        kinds: dict[str, Callable[[Path], KafkaServer | Neo4jServer | FlinkCluster]] = {
            "KAFKA": KafkaServer,
            "NEO4J": partial(Neo4jServer, lasting=True),
        }
        flink = os.environ.get("FLINK", "0")
        if flink not in ("", "0"):
            kinds["FLINK"] = partial(FlinkCluster, lasting=True, standby=flink == "standby")
        try:
            for name, kind in kinds.items():
                variable = f"RINGFENCE_TEST_{name}"
                address = os.environ.get(variable)
                if not address:
                    server = kind(Path(scratch) / name.lower())
                    started.append(server)
                    server.start()
                    address = server.address
                print(f"export {variable}={address}", flush=True)
            print("# running until Ctrl-C; the tests and benchmarks use these addresses", flush=True)
            signal.pause()
        except ServerUnavailable as error:
            print(f"servers: {error}", file=sys.stderr)
            return 4
        except KeyboardInterrupt:
            return 0
        finally:
            for server in reversed(started):
                server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
