"""What the table of all benchmarks says of a figure, and what it takes for events."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def _scripts_find_each_other(monkeypatch):
    """As when they are started from a shell."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.parametrize(
    ("value", "wanted", "free", "taken", "verdict"),
    [
        (0.4, 0.3, 2.0, 0.0, "met"),
        (0.2, 0.3, 1.7, 0.01, "short"),
        (0.2, 0.3, 1.1, None, "short (1.1 of 2 cores were free)"),
        (4.0, -3, 0.2, 0.02, "short (0.2 of 2 cores were free)"),
        (2.0, -3, None, None, "met"),
        (2.0, -3, 2.0, 0.12, "met (the host took 12%)"),
        (4.0, -3, 1.0, 0.12, "short (1 of 2 cores were free, the host took 12%)"),
    ],
)
def test_a_figure_that_needs_two_cores_is_marked_where_there_were_fewer(value, wanted, free, taken, verdict):
    from benchmarks.held_to import Around, Row

    assert Row("share", value, wanted, 2).verdict(Around(free, taken)) == verdict


def test_a_figure_that_needs_one_is_not():
    from benchmarks.held_to import Around, Row

    assert Row("times", 3.0, 2).verdict(Around(0.1, 0.0)) == "met"


def test_what_the_host_took_is_a_share_of_what_programs_wanted(monkeypatch):
    from benchmarks import surroundings

    before = surroundings.used_ticks()
    assert before is not None
    used, taken = before
    monkeypatch.setattr(surroundings, "used_ticks", lambda: (used + 75, taken + 25))
    assert surroundings.host_took(before) == 0.25
    assert surroundings.host_took(None) is None


def test_free_cores_are_those_that_we_may_use_and_nobody_does():
    from benchmarks.surroundings import free_cores

    ours = sorted(os.sched_getaffinity(0))
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        os.sched_setaffinity(busy.pid, ours[:1])
        os.sched_setaffinity(0, ours[:1])
        found = free_cores(0.5)
    finally:
        os.sched_setaffinity(0, ours)
        busy.kill()
        busy.wait()
    assert found is not None
    assert 0 <= found < 0.5


def test_packed_events_are_measured_as_plain_ones(tmp_path):
    from benchmarks.bench_detect import unpacked

    lines = b'{"event_id":"a"}\n' * 1000
    packed = tmp_path / "events.ndjson.gz"
    packed.write_bytes(gzip.compress(lines))
    assert unpacked(packed, tmp_path).read_bytes() == lines


def test_one_that_fails_is_named_in_the_end_and_a_resumed_run_runs_only_what_is_lacking(tmp_path):
    folder, out = tmp_path / "benchmarks", tmp_path / "lines.jsonl"
    folder.mkdir()
    for name in ("run_all.py", "held_to.py"):
        (folder / name).write_bytes((BENCHMARKS / name).read_bytes())
    nothing_to_wait_for = (
        "def free_cores(): return 2.0\n"
        "def used_ticks(): return None\n"
        "def host_took(before): return None\n"
        "def surroundings(packages): return {}\n"
    )
    (folder / "surroundings.py").write_text(nothing_to_wait_for)
    said = 'print(\'{"bench": "detect", "case": "growth", "last_over_first": 1.5}\')\n'
    (folder / "bench_detect.py").write_text(said)
    (folder / "bench_lists.py").write_text("raise SystemExit(3)")
    (folder / "bench_peeling.py").write_text('print(\'{"bench": "peeling"}\')')

    def run_all(*options):
        command = [sys.executable, str(folder / "run_all.py"), "--out", str(out), *options]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    first = run_all()
    assert first.returncode == 1
    assert "bench_lists.py (exit status 3)" in first.stderr
    assert "bench_peeling.py (a line without its bench or case)" in first.stderr
    assert "graph a hundredfold" in first.stdout
    (folder / "bench_detect.py").write_text("raise SystemExit(4)")
    (folder / "bench_lists.py").write_text(said.replace("detect", "lists"))
    (folder / "bench_peeling.py").unlink()
    second = run_all("--resume")
    assert second.returncode == 0
    assert "== bench_detect.py" not in second.stdout
    assert "graph a hundredfold" in second.stdout
    assert "== bench_lists.py" in second.stdout
