"""How long the service takes to be back from a snapshot with many live links.

Run as ``PYTHONPATH=. .venv/bin/python benchmarks/service_recovery.py``. Accounts are created, each with a
device, a phone and an email of its own but for one in fifty, which shares its device with the one before:
three identity links an event. The state is written as the service writes it; then ``ringfence run`` is
started on it as a process, beside a broker whose topics are empty.

* ``snapshot``: seconds to copy the state, to write it, and its bytes;
* ``recovery``: seconds from the start of the process until ``/readyz`` says 200, of which recovering from the
  snapshot took so many; the process then stops, and its digest is that of the engine that was saved.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from surroundings import surroundings

from graph.engine import Engine
from ringfence.engines import new_engine
from ringfence.settings import read_settings
from servers import KafkaServer
from servers.port import Port
from streaming.decoding.columns import ColumnDecoder
from streaming.kafka.feeding import create_topics
from streaming.kafka.options import KafkaOptions
from streaming.service.core import Core, Tally
from streaming.service.state_folder import Header, StateFolder

FIRST_MS = 1_767_268_800_000
BATCH = 4096
LINKS_PER_EVENT = 3
WITHIN_S = 300.0


def event(number: int) -> bytes:
    """The account with that number, one every ten milliseconds."""
    device = number - 1 if number % 50 == 49 else number
    return (
        b'{"event_id":"e%d","type":"account_created","ts":%d,"account_id":"account-%d","role":"rider",'
        b'"device_id":"device-%d","phone_hash":"phone-%d","email_hash":"email-%d"}'
    ) % (number, FIRST_MS + 10 * number, number, device, number, number)


def build(links: int, folder: Path) -> dict[str, object]:
    """A state folder with one snapshot of so many live links."""
    engine = new_engine(read_settings().window_days)
    assert isinstance(engine, Engine)
    core, decoder = Core(engine, FIRST_MS), ColumnDecoder()
    began = time.perf_counter()
    events = links // LINKS_PER_EVENT
    for first in range(0, events, BATCH):
        values = [event(number) for number in range(first, min(first + BATCH, events))]
        batch = decoder.decode_values(values).batch
        core.admission.admit(batch)
        engine.apply(batch)
    built = time.perf_counter()
    header = Header(
        batch=1,
        clock_ms=FIRST_MS,
        positions={},
        tally=Tally(events=events),
        model_id=engine.model_id,
        config_digest=engine.config_digest,
        order_within_ms=0,
    )
    arrays = core.save()
    copied = time.perf_counter()
    with StateFolder(folder, 1, print) as state:
        size = state.snapshots.write(1, header, arrays)
    return {
        "counts": engine.counts(),
        "digest": engine.state_digest(),
        "build_s": round(built - began, 1),
        "copy_s": round(copied - built, 2),
        "write_s": round(time.perf_counter() - copied, 2),
        "bytes": size,
    }


def recover(folder: Path, address: str) -> dict[str, object]:
    """Starts the service on the folder; how long until it is ready, and what it holds."""
    kept = Port()
    port = kept.number
    program = Path(sys.executable).with_name("ringfence")
    words = [program, "run", "--kafka", address, "--state", folder, "--http-port", str(port)]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    try:
        while not is_ready(port):
            if process.poll() is not None or time.perf_counter() - began > WITHIN_S:
                raise SystemExit(f"the service did not get ready: {process.communicate()[1][-2000:]}")
            time.sleep(0.05)
        ready_s = time.perf_counter() - began
        process.send_signal(signal.SIGTERM)
        out, log = process.communicate(timeout=60)
    finally:
        process.kill()
    lines = [json.loads(line) for line in log.splitlines() if '"recovered"' in line]
    totals = json.loads(out)
    return {
        "ready_s": round(ready_s, 2),
        "recovered_s": lines[0]["seconds"],
        "live_links": totals["engine"]["live_links"],
        "digest": totals["state_digest"],
    }


def is_ready(port: int) -> bool:
    """Whether ``/readyz`` says so."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def say(case: str, **facts: object) -> None:
    """One line."""
    print(json.dumps({"bench": "service_recovery", "case": case, **facts}), flush=True)


def main() -> None:
    """Builds and recovers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--links", type=int, default=10_000_000)
    parser.add_argument("--build-only", metavar="DIR", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.build_only:
        print(json.dumps(build(words.links, Path(words.build_only))))
        return
    say("surroundings", **surroundings(["confluent-kafka", "numba"]))
    with tempfile.TemporaryDirectory(prefix="ringfence-recovery-") as name:
        folder = Path(name)
        server = KafkaServer(folder / "kafka")
        server.start()
        create_topics(KafkaOptions(bootstrap=server.address), 1)
        # In a process of its own, so that its memory is free again when the service starts.
        command = [
            sys.executable,
            __file__,
            "--links",
            str(words.links),
            "--build-only",
            str(folder / "state"),
        ]
        built = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        say("snapshot", **built)
        found = recover(folder / "state", server.address)
        say("recovery", same=found["digest"] == built["digest"], **found)
        server.kill()


if __name__ == "__main__":
    main()
