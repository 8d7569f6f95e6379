"""What is compiled is kept by one process at a time."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import types

import pytest

from graph.kernels.kept import KeptKernel


def test_what_was_kept_is_found_again_for_its_types_alone(tmp_path):
    KeptKernel(str(tmp_path), "kernel", "sources").save(("int64",), "code")
    again = KeptKernel(str(tmp_path), "kernel", "sources")
    assert again.load(("int64",)) == "code"
    assert again.load(("float64",)) is None
    assert KeptKernel(str(tmp_path), "kernel", "other sources").load(("int64",)) is None


def test_without_a_folder_nothing_was_kept(tmp_path):
    assert KeptKernel(str(tmp_path / "none"), "kernel", "sources").load(("int64",)) is None


def test_an_index_of_types_that_are_gone_is_none(tmp_path, monkeypatch):
    gone = types.ModuleType("gone")
    gone.Kind = type("Kind", (), {"__module__": "gone"})
    monkeypatch.setitem(sys.modules, "gone", gone)
    KeptKernel(str(tmp_path), "kernel", "sources").save((gone.Kind,), "code")
    monkeypatch.delitem(sys.modules, "gone")
    kept = KeptKernel(str(tmp_path), "kernel", "sources of the next version")
    assert kept.load(("int64",)) is None
    kept.save(("int64",), "code")
    assert kept.load(("int64",)) == "code"


@pytest.mark.parametrize("left", [0, 40])
def test_an_index_that_was_cut_short_is_none(tmp_path, left):
    kept = KeptKernel(str(tmp_path), "kernel", "sources")
    kept.save(("int64",), "code")
    index = next(tmp_path.glob("*.nbi"))
    index.write_bytes(index.read_bytes()[:left])
    assert kept.load(("int64",)) is None


def test_what_another_process_writes_is_waited_for(tmp_path):
    kept = KeptKernel(str(tmp_path), "kernel", "sources")
    kept.save(("int64",), "code")
    found: list[object] = []
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    reading = threading.Thread(target=lambda: found.append(kept.load(("int64",))))
    reading.start()
    reading.join(0.2)
    assert found == []
    os.close(handle)
    reading.join(10)
    assert found == ["code"]
