"""How the service starts, stops and makes do: as a process, on a real broker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.model.changes import Look
from graph.stores.opening import StoreAddress, open_reader
from graph.stores.verification import verify
from servers import Neo4jServer
from tests.integration.chaos import reference, the_city
from tests.integration.journals import batches
from tests.integration.service_child import run_here, start
from tests.integration.test_service_kafka import feed, given
from tests.integration.waiting import WAIT_S, until

PROGRAM = Path(sys.executable).with_name("ringfence")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[bytes], str]:
    """Events in order, and the digest of an undisturbed run."""
    folder = tmp_path_factory.mktemp("lifecycle-city")
    lines = the_city(folder / "city")
    return lines, reference(lines, folder / "reference")[0]


@pytest.mark.slow
@pytest.mark.parametrize("pause_s", [0.2, 1.0, 2.0])
def test_a_stop_in_a_cold_start_is_heeded_and_costs_nothing(
    pause_s: float, kafka_address: str, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    run = given(kafka_address, tmp_path / "state")
    feed(run, city[0])
    environment = {**os.environ, "RINGFENCE_KAFKA_PREFIX": run.prefix, "RINGFENCE_KAFKA_GROUP": run.group}
    words = [PROGRAM, "run", "--kafka", kafka_address, "--state", run.state, "--http-port", "0"]
    process = subprocess.Popen(
        [*map(str, words)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(pause_s)
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=WAIT_S)
    # Before the service has taken over, the command ends as any other does.
    assert process.returncode in (0, 143, -signal.SIGTERM), log[-2000:]
    assert "Traceback" not in log
    running, status = run_here(run)
    assert running.core.engine.state_digest() == city[1]
    assert status.tally.events == len(city[0])


@pytest.mark.slow
def test_a_disk_without_room_for_snapshots_costs_snapshots_only(
    kafka_address: str, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    lines, digest = city
    run = given(kafka_address, tmp_path / "state", snapshot_every=1000, largest_file=1 << 20)
    feed(run, lines)
    log = tmp_path / "log"
    process = start(run, log, until_end=True)
    process.join(WAIT_S)
    assert process.exitcode == 0, log.read_text()[-2000:]
    assert "expected to write the snapshot" in log.read_text()
    assert not list(run.state.glob("*.rfsnap"))
    assert not list(run.state.glob(".*.partial"))
    totals = json.loads((run.state / "totals.json").read_bytes())
    assert (totals["events"], totals["state_digest"]) == (len(lines), digest)
    assert run_here(run)[0].core.engine.state_digest() == digest


@pytest.mark.slow
def test_a_store_that_stops_and_starts_is_caught_up(
    kafka_address: str, own_neo4j: Neo4jServer, tmp_path: Path, city: tuple[list[bytes], str]
) -> None:
    lines, digest = city
    run = given(kafka_address, tmp_path / "state", store=StoreAddress(own_neo4j.address))
    feed(run, lines[:1500])
    process = start(run, tmp_path / "log")
    until(lambda: batches(run.state), "the service to begin")
    own_neo4j.stop()
    before = batches(run.state)
    feed(run, lines[1500:3000])
    until(lambda: batches(run.state) > before, "the service to go on without its store")
    own_neo4j.start()
    feed(run, lines[3000:])
    process.terminate()
    process.join(WAIT_S)
    assert process.exitcode == 0, (tmp_path / "log").read_text()[-2000:]
    running, _ = run_here(run)
    engine = running.core.engine
    assert engine.state_digest() == digest
    reader = open_reader(StoreAddress(own_neo4j.address))
    look = Look.at(engine._engine.view(), engine.rings())
    assert [(p.part, p.differences[:3]) for p in verify(reader, look) if p.differing] == []
    reader.close()
