"""kill -9 of the writer and of the server in mid-batch: nothing lost, nothing twice, nothing half-written."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.model.errors import RingfenceError
from graph.stores.opening import StoreAddress, open_reader, open_writer
from graph.stores.verification import verify
from tests.contract.neo4j_place import emptied
from tests.store_streams import stream

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(10)
SERVER_SEEDS = range(int(os.environ.get("RINGFENCE_SERVER_KILLS", "3")))
"""Of a server that starts for seconds each time; `make soak` takes ten."""
BATCHES = 12
CHANGED, CHANGED_ON_SERVER = 500, 200
"""Links that a batch changes: as many as take hundredths of a second to write, so that a kill hits one."""
MOST_PAUSE_S = 0.04


def changed(place: str) -> int:
    """Links that each batch changes in a store at this place."""
    return CHANGED_ON_SERVER if "://" in place else CHANGED


def start_writer(place: str, seed: int) -> subprocess.Popen[str]:
    """A process that writes the stream of a seed and says which batch is next."""
    numbers = map(str, (seed, BATCHES, changed(place)))
    command = [sys.executable, "-m", "tests.store_writer_process", place, *numbers]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def reached_batch(writer: subprocess.Popen[str], number: int) -> bool:
    """Wait until the writer is at a batch; whether it had finished instead."""
    assert writer.stdout is not None
    return not any(line.strip() != "done" and int(line) >= number for line in writer.stdout)


def write_and_die(place: str, seed: int) -> bool:
    """Run a writer and kill it inside a batch drawn by the seed; whether it was still at it."""
    draw = random.Random(seed)
    with start_writer(place, seed) as writer:
        if reached_batch(writer, draw.randrange(1, BATCHES)):
            return False
        time.sleep(draw.random() * MOST_PAUSE_S)
        writer.send_signal(signal.SIGKILL)
        return writer.wait() == -signal.SIGKILL


def write_rest(address: StoreAddress, seed: int) -> None:
    """Go on in this process from where the store stands, one batch repeated."""
    writer = open_writer(address)
    try:
        reached = writer.offsets().get("stream", 0)
        for number, (_, changes) in enumerate(stream(seed, BATCHES, changed(address.place)), 1):
            if number >= reached:
                writer.write(changes, {"stream": number})
        assert writer.offsets() == {"stream": BATCHES}
    finally:
        writer.close()


def differences(address: StoreAddress, seed: int, batches: int = BATCHES) -> list[str]:
    *_, (look, _) = stream(seed, batches, changed(address.place))
    reader = open_reader(address)
    try:
        return [line for part in verify(reader, look) for line in part.differences]
    finally:
        reader.close()


def reached_in(address: StoreAddress) -> int:
    writer = open_writer(address)
    try:
        return writer.offsets().get("stream", 0)
    finally:
        writer.close()


def assert_whole_batches(address: StoreAddress, seed: int) -> int:
    """The store holds some number of batches, and nothing of the next; how many.

    A server may still be committing what its dead writer asked for: then it is looked at again.
    """
    while True:
        reached = reached_in(address)
        found = differences(address, seed, reached) if reached else []
        if reached == reached_in(address):
            assert found == [], f"seed {seed}: a batch was written in part"
            return reached


def report(seed: int, killed: bool, reached: int) -> None:
    """What came of a seed; ``pytest -rP`` shows it."""
    print(
        f"seed {seed}: killed {'at work' if killed else 'when it was done'}, {reached} of {BATCHES} batches"
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_an_embedded_store_survives_a_killed_writer(tmp_path, seed):
    address = StoreAddress(str(tmp_path / "store.db"))
    killed = write_and_die(address.place, seed)
    report(seed, killed, assert_whole_batches(address, seed))
    write_rest(address, seed)
    assert differences(address, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_server_survives_a_killed_writer(neo4j_address, seed):
    emptied(neo4j_address)
    address = StoreAddress(neo4j_address)
    killed = write_and_die(address.place, seed)
    report(seed, killed, assert_whole_batches(address, seed))
    write_rest(address, seed)
    assert differences(address, seed) == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_killed_server_comes_back_whole(own_neo4j):
    address = StoreAddress(own_neo4j.address)
    kills = 0
    for seed in SERVER_SEEDS:
        emptied(own_neo4j.address)
        draw = random.Random(seed)
        victim = draw.randrange(2, BATCHES)
        writer = open_writer(address)
        with start_writer(address.place, seed) as process:
            finished = reached_batch(process, victim)
            time.sleep(draw.random() * MOST_PAUSE_S)
            own_neo4j.kill()
            process.kill()
        kills += not finished
        with pytest.raises(RingfenceError):
            writer.offsets()
        writer.close()
        own_neo4j.start()
        report(seed, not finished, assert_whole_batches(address, seed))
        write_rest(address, seed)
        assert differences(address, seed) == [], f"seed {seed}"
    print(f"{kills} of {len(SERVER_SEEDS)} kills hit the server while a batch was written or just after")
    assert kills > len(SERVER_SEEDS) // 2
