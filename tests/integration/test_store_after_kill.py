"""kill -9 of the writer and of the server in mid-batch: nothing lost, nothing twice, nothing half-written."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.errors import RingfenceError
from graph.stores.opening import StoreAddress, open_reader, open_writer
from graph.stores.verification import verify
from tests.contract.neo4j_place import emptied
from tests.store_streams import stream

ROOT = Path(__file__).resolve().parents[2]
SEEDS = range(10)
BATCHES = 12
CHANGED = 1500
MOST_PAUSE_S = 0.08


def write_and_die(place: str, seed: int) -> bool:
    """Run a writer and kill it inside a batch drawn by the seed; whether it was still at it."""
    draw = random.Random(seed)
    victim = draw.randrange(1, BATCHES)
    command = [sys.executable, "-m", "tests.store_writer_process", place, *map(str, (seed, BATCHES, CHANGED))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if line.strip() == "done":
                return False
            if int(line) >= victim:
                break
        time.sleep(draw.random() * MOST_PAUSE_S)
        writer.send_signal(signal.SIGKILL)
        return writer.wait() == -signal.SIGKILL


def write_rest(address: StoreAddress, seed: int) -> None:
    """Go on in this process from where the store stands, one batch repeated."""
    writer = open_writer(address)
    try:
        reached = writer.offsets().get("stream", 0)
        for number, (_, changes) in enumerate(stream(seed, BATCHES, CHANGED), 1):
            if number >= reached:
                writer.write(changes, {"stream": number})
        assert writer.offsets() == {"stream": BATCHES}
    finally:
        writer.close()


def differences(address: StoreAddress, seed: int, batches: int = BATCHES) -> list[str]:
    *_, (look, _) = stream(seed, batches, CHANGED)
    reader = open_reader(address)
    try:
        return [line for part in verify(reader, look) for line in part.differences]
    finally:
        reader.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_an_embedded_store_survives_a_killed_writer(tmp_path, seed):
    address = StoreAddress(str(tmp_path / "store.db"))
    write_and_die(address.place, seed)
    if address.path is not None and address.path.exists():
        writer = open_writer(address)
        reached = writer.offsets().get("stream", 0)
        writer.close()
        assert reached == 0 or differences(address, seed, reached) == [], "a batch was written in part"
    write_rest(address, seed)
    assert differences(address, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_server_survives_a_killed_writer(neo4j_address, seed):
    emptied(neo4j_address)
    address = StoreAddress(neo4j_address)
    write_and_die(address.place, seed)
    write_rest(address, seed)
    assert differences(address, seed) == []


@pytest.mark.slow
def test_a_killed_server_comes_back_whole(own_neo4j):
    for seed in SEEDS:
        emptied(own_neo4j.address)
        draw = random.Random(seed)
        victim = draw.randrange(2, BATCHES)
        address = StoreAddress(own_neo4j.address)
        writer = open_writer(address)
        command = [sys.executable, "-m", "tests.store_writer_process", address.place]
        with subprocess.Popen(
            [*command, *map(str, (seed, BATCHES, CHANGED))],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.strip() == "done" or int(line) >= victim:
                    break
            time.sleep(draw.random() * MOST_PAUSE_S)
            own_neo4j.kill()
            process.kill()
        with pytest.raises(RingfenceError):
            writer.offsets()
        writer.close()
        own_neo4j.start()
        write_rest(address, seed)
        assert differences(address, seed) == [], f"seed {seed}"
