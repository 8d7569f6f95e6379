"""Snapshots written by a copy of the process: what is in them, and what a killed one leaves."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from graph.model.errors import BadCall
from streaming.service.state_folder import StateFolder
from streaming.snapshots import ForkedWrite, NotWritten, SnapshotFolder, read_snapshot

LONG_S = 60.0


class Number(msgspec.Struct):
    """A header."""

    batch: int


def test_what_the_process_does_later_is_in_no_snapshot(tmp_path: Path) -> None:
    """The copy has not read an array when the process changes all of them and lets one go."""
    path, ready = tmp_path / "one", tmp_path / "changed"
    arrays = {"a": np.arange(100_000), "b": np.ones(3)}

    def contents():
        until_s = time.monotonic() + LONG_S
        while not ready.exists() and time.monotonic() < until_s:
            time.sleep(0.01)
        return Number(batch=header["batch"]), arrays

    header = {"batch": 7}
    forked = ForkedWrite(path, contents)
    arrays["a"][:] = -1
    del arrays["b"]
    header["batch"] = 8
    ready.touch()
    size = forked.finish(LONG_S)
    found, saved = read_snapshot(path, Number)
    assert (found.batch, sorted(saved), path.stat().st_size) == (7, ["a", "b"], size)
    assert np.array_equal(saved["a"], np.arange(100_000))


def test_it_has_the_bytes_of_one_that_the_process_writes_itself(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, Number, 5, print)
    arrays = {"a": np.arange(10), "b": np.zeros((2, 3), np.float32)}
    folder.write(1, Number(batch=1), arrays)
    folder.keep(folder.fork(2, lambda: (Number(batch=1), arrays)), LONG_S)
    one, other = sorted(tmp_path.glob("*.rfsnap"))
    assert one.read_bytes() == other.read_bytes()


def test_the_oldest_goes_when_a_new_one_is_whole_and_not_before(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, Number, 1, print)
    folder.write(1, Number(batch=1), {})
    forked = folder.fork(2, lambda: (Number(batch=2), {}))
    assert folder.numbers() == [1]
    folder.keep(forked, LONG_S)
    assert folder.numbers() == [2]


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (ZeroDivisionError("no such luck"), "ZeroDivisionError: no such luck"),
    ],
)
def test_a_copy_that_fails_says_why_and_leaves_nothing(
    tmp_path: Path, failing: Exception, reason: str
) -> None:
    def contents():
        raise failing

    with pytest.raises(NotWritten, match=reason):
        ForkedWrite(tmp_path / "one", contents).finish(LONG_S)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    def contents():
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(NotWritten, match="its writer killed"):
        ForkedWrite(tmp_path / "one", contents).finish(LONG_S)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    def contents():
        time.sleep(LONG_S)

    forked = ForkedWrite(tmp_path / "one", contents)
    with pytest.raises(NotWritten, match=r"its writer at work still after 0.1 s"):
        forked.finish(0.1)
    assert list(tmp_path.iterdir()) == []


def test_no_copy_where_the_system_refuses_one(tmp_path: Path, monkeypatch) -> None:
    def refused():
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    with pytest.raises(NotWritten, match="temporarily unavailable"):
        ForkedWrite(tmp_path / "one", lambda: (Number(batch=1), {}))
    assert list(tmp_path.iterdir()) == []


def test_it_is_written_while_other_threads_hold_locks(tmp_path: Path) -> None:
    """They hold them for ever in the copy."""
    held, done = threading.Event(), threading.Event()
    lock = threading.Lock()

    def hold() -> None:
        with lock:
            held.set()
            done.wait(LONG_S)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(LONG_S)
    try:
        forked = ForkedWrite(tmp_path / "one", lambda: (Number(batch=1), {"a": np.arange(9)}))
        assert forked.finish(LONG_S) > 0
    finally:
        done.set()
        thread.join()


def test_the_copy_holds_neither_the_folder_nor_a_port(tmp_path: Path) -> None:
    """So that a process that takes the place of a killed one need not wait for the copy."""
    held, gone = tmp_path / "held", tmp_path / "gone"

    def contents():
        held.touch()
        until_s = time.monotonic() + LONG_S
        while not gone.exists() and time.monotonic() < until_s:
            time.sleep(0.01)
        return Number(batch=1), {}

    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    with StateFolder(tmp_path / "state", 3, print):
        forked = ForkedWrite(tmp_path / "one", contents)
        _wait_until(held.exists)
        with pytest.raises(BadCall):
            StateFolder(tmp_path / "state", 3, print)
    listening.close()
    StateFolder(tmp_path / "state", 3, print).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    gone.touch()
    forked.finish(LONG_S)


PROCESS = """
import os, sys, time
from pathlib import Path
from streaming.snapshots import ForkedWrite

path, begun = map(Path, sys.argv[1:])

def at_work():
    begun.with_name("draft").write_text(str(os.getpid()))
    begun.with_name("draft").rename(begun)
    while os.getppid() == process:
        time.sleep(0.01)
    return None, {}

process = os.getpid()
ForkedWrite(path, at_work).finish(60)
"""


def test_a_copy_whose_process_was_killed_leaves_no_snapshot(tmp_path: Path) -> None:
    """The process is one of its own, killed while its copy is at work; the copy goes on and writes."""
    path, begun = tmp_path / "snapshot-1.rfsnap", tmp_path / "begun"
    with subprocess.Popen([sys.executable, "-c", PROCESS, path, begun]) as process:
        _wait_until(begun.exists)
        process.kill()
    _wait_until(lambda: _has_ended(int(begun.read_text())))
    assert not path.exists()
    assert SnapshotFolder(tmp_path, Number, 1, print).numbers() == []
    assert not list(tmp_path.glob(".*"))


def _has_ended(process: int) -> bool:
    """Also where nobody asks how it ended."""
    status = Path(f"/proc/{process}/status")
    return not status.exists() or "State:\tZ" in status.read_text()


def _wait_until(happened: Callable[[], bool]) -> None:
    until_s = time.monotonic() + LONG_S
    while not happened() and time.monotonic() < until_s:
        time.sleep(0.01)
    assert happened()
