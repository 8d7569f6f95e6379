"""Snapshots read by a thread before anybody asks for them."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

import streaming.snapshots.file as snapshot_file
from graph.model.errors import Fatal
from streaming.snapshots import SnapshotFolder, write_snapshot

LONG_S = 60.0


class Number(msgspec.Struct):
    """A header."""

    batch: int


class Enough(Exception):
    """Somebody does not want to wait."""


def some_arrays() -> dict[str, np.ndarray]:
    return {"many": np.arange(70, dtype=np.int64), "few": np.array([1, 2, 3], np.uint8)}


def assert_same(found: dict, wanted: dict) -> None:
    assert sorted(found) == sorted(wanted)
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


def a_folder(tmp_path: Path, warned: list[str]) -> SnapshotFolder[Number]:
    folder = SnapshotFolder(tmp_path, Number, 3, warned.append)
    for number in (1, 2):
        folder.write(number, Number(batch=number), some_arrays())
    return folder


def test_what_was_read_ahead_is_given_once_and_read_again_after_that(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, [])
    folder.read_ahead()
    for _ in range(2):
        found = folder.newest()
        assert found is not None
        assert found[:2] == (2, Number(batch=2))
        assert_same(found[2], some_arrays())
        found[2]["many"][:] = 0


def test_a_newer_one_than_was_read_ahead_is_read(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, [])
    folder.read_ahead()
    folder.write(3, Number(batch=3), {})
    found = folder.newest()
    assert found is not None
    assert found[0] == 3


def test_a_damaged_one_that_was_read_ahead_is_set_aside(tmp_path: Path) -> None:
    warned: list[str] = []
    folder = a_folder(tmp_path, warned)
    path = max(tmp_path.glob("*.rfsnap"))
    path.write_bytes(path.read_bytes()[:-100])
    folder.read_ahead()
    found = folder.newest()
    assert found is not None
    assert found[0] == 1
    assert path.with_suffix(".damaged").exists()
    assert ["set aside" in each for each in warned] == [True]


def test_nothing_is_read_ahead_of_an_empty_folder(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, Number, 3, print)
    folder.read_ahead()
    assert folder.newest() is None
    folder.close()


def test_who_does_not_want_to_wait_stops_the_reading(tmp_path: Path, monkeypatch) -> None:
    """Neither does closing the folder wait for the rest, nor does a thread go on."""
    folder, going = a_folder(tmp_path, []), threading.Event()
    read = snapshot_file._read

    def slowly(file: int, stretch) -> None:
        going.wait(LONG_S)
        read(file, stretch)

    def stop() -> None:
        going.set()
        raise Enough

    monkeypatch.setattr(snapshot_file, "_read", slowly)
    folder.read_ahead()
    with pytest.raises(Enough):
        folder.newest(stop)
    going.clear()
    folder.read_ahead()
    threading.Timer(0.05, going.set).start()
    folder.close()
    assert not [each for each in threading.enumerate() if each.name.startswith(("reading", "snapshot"))]


READER = """
import sys, time
from pathlib import Path
import msgspec
import streaming.snapshots.file as file
from streaming.snapshots import SnapshotFolder

folder, begun = map(Path, sys.argv[1:])

class Number(msgspec.Struct):
    batch: int

def for_ever(*_):
    begun.touch()
    time.sleep(60)

file._read = for_ever
SnapshotFolder(folder, Number, 3, print).read_ahead()
time.sleep(60)
"""


def test_a_process_killed_while_it_reads_leaves_the_snapshot_to_the_next(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "state", [])
    before = {path: path.read_bytes() for path in tmp_path.glob("state/*.rfsnap")}
    begun = tmp_path / "begun"
    with subprocess.Popen([sys.executable, "-c", READER, tmp_path / "state", begun]) as process:
        until_s = time.monotonic() + LONG_S
        while not begun.exists() and time.monotonic() < until_s:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert begun.exists()
    assert {path: path.read_bytes() for path in tmp_path.glob("state/*.rfsnap")} == before
    found = folder.newest()
    assert found is not None
    assert_same(found[2], some_arrays())


def test_one_of_another_version_is_refused_and_left_where_it_is(tmp_path: Path, monkeypatch) -> None:
    """What it holds may be all there is: it is neither read otherwise nor set aside for an older one."""
    folder = SnapshotFolder(tmp_path, Number, 3, print)
    folder.write(1, Number(batch=1), some_arrays())
    path = tmp_path / f"snapshot-{2:020d}.rfsnap"
    with monkeypatch.context() as before:
        before.setattr(snapshot_file, "VERSION", 1)
        write_snapshot(path, Number(batch=2), some_arrays())
    for begin in (folder.read_ahead, folder.close):
        begin()
        with pytest.raises(Fatal, match=rf"version 2, found 1 in {path.name}, .*: go on with that version"):
            folder.newest()
    assert folder.numbers() == [1, 2]
