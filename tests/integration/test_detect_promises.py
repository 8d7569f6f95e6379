"""What `detect` promises, with the real engine and the shipped model, on a small simulated city."""

import json
import random

import pytest

from gnn.boosted.scorer import load_scorer
from graph.engine import Engine, EngineConfig
from simulation import CityConfig, simulate
from streaming import DetectConfig, detect

SEED = 20_261
TIMINGS = ("seconds", "events_per_second", "peak_memory_mb")
RESULTS = ("flags.ndjson", "rings.ndjson", "accounts.ndjson", "ledger.ndjson", "dead_letters.ndjson")


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "city"
    simulate(CityConfig(seed=SEED, riders=900, drivers=90, days=14, fraud_share=0.12, camouflage=0.1), folder)
    return folder / "events.ndjson"


def run(inputs, out, batch_size=1000):
    engine = Engine(EngineConfig(), load_scorer())
    detect([str(path) for path in inputs], out, engine, DetectConfig(batch_size=batch_size))
    summary = json.loads((out / "summary.json").read_text())
    for name in TIMINGS:
        del summary[name]
    return {name: (out / name).read_bytes() for name in RESULTS}, summary


@pytest.fixture(scope="module")
def undisturbed(city, tmp_path_factory):
    return run([city], tmp_path_factory.mktemp("out") / "undisturbed")


def test_the_city_has_rings_to_find(undisturbed):
    results, summary = undisturbed
    assert results["flags.ndjson"]
    assert summary["rings"] >= 3


@pytest.mark.parametrize("batch_size", [1, 17, 100_000])
def test_the_batch_size_changes_no_byte(city, undisturbed, tmp_path, batch_size):
    assert run([city], tmp_path / "out", batch_size) == undisturbed


def test_the_same_file_twice_changes_nothing_but_the_count_of_duplicates(city, undisturbed, tmp_path):
    results, summary = run([city, city], tmp_path / "out")
    expected, before = undisturbed
    assert results == expected
    assert summary.pop("duplicates") == before["events"]
    assert summary == {key: value for key, value in before.items() if key != "duplicates"}


def test_corrupted_lines_are_dead_letters_and_the_rest_is_as_if_they_had_never_been(city, tmp_path):
    draw = random.Random(SEED)
    lines = city.read_bytes().splitlines(keepends=True)
    chosen = set(draw.sample(range(len(lines)), len(lines) // 100))
    spoilers = [
        lambda line: line[: len(line) // 2] + b"\n",
        lambda line: line.replace(b'"ts":', b'"ts":"', 1),
        lambda line: b"\xff\xfe" + line,
        lambda line: line.replace(b'"event_id"', b'"event"', 1),
        lambda line: line.replace(b"{", b'{"type":"gps_ping",', 1),
        lambda line: b"\x00" * 10 + b"\n",
        lambda line: b"[" + line.rstrip() + b"]\n",
    ]
    spoilt, clean = tmp_path / "spoilt.ndjson", tmp_path / "clean.ndjson"
    spoilt.write_bytes(
        b"".join(draw.choice(spoilers)(line) if n in chosen else line for n, line in enumerate(lines))
    )
    clean.write_bytes(b"".join(line for n, line in enumerate(lines) if n not in chosen))
    found, summary = run([spoilt], tmp_path / "a")
    expected, before = run([clean], tmp_path / "b")
    dead = found.pop("dead_letters.ndjson").splitlines()
    expected.pop("dead_letters.ndjson")
    assert found == expected
    assert len(dead) == len(chosen) == summary["rejected"]["total"]
    assert summary["state_digest"] == before["state_digest"]


def test_reordering_inside_the_lateness_leaves_the_state_digest(city, undisturbed, tmp_path):
    draw = random.Random(SEED)
    lines = city.read_bytes().splitlines(keepends=True)
    late = {n: json.loads(line)["ts"] + draw.randrange(36 * 3_600_000) for n, line in enumerate(lines)}
    shuffled = tmp_path / "shuffled.ndjson"
    shuffled.write_bytes(b"".join(lines[n] for n in sorted(late, key=lambda n: (late[n], n))))
    _, summary = run([shuffled], tmp_path / "out")
    assert summary["state_digest"] == undisturbed[1]["state_digest"]
