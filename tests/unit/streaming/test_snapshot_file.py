"""What a snapshot file holds, and that nothing else than what was written comes out of it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import numpy as np
import pytest

import streaming.snapshots.file as snapshot_file
from graph.kernels.roomy import FROM_BYTES, extended
from streaming.snapshots import Damaged, read_snapshot, write_snapshot
from streaming.snapshots.file import NewerFormat


class Number(msgspec.Struct):
    """A header."""

    batch: int


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 64 bytes, two of them read at once."""
    monkeypatch.setattr(snapshot_file, "PIECE", 64)
    monkeypatch.setattr(snapshot_file, "_AT_ONCE", 128)


def some_arrays() -> dict[str, np.ndarray]:
    records = np.zeros(5, [("who", "i4"), ("where", "f4", (2,))])
    records["who"] = range(5)
    return {
        "many": np.arange(70, dtype=np.int64),
        "few": np.array([1, 2, 3], np.uint8),
        "records": records,
        "table": np.arange(6, dtype=np.int32).reshape(2, 3),
        "empty": np.zeros((0, 3), np.int32),
        "zz": np.zeros(0, np.uint8),
        "fixed": np.frombuffer(b"not to be written to", np.uint8),
    }


def assert_same(found: dict, wanted: dict) -> None:
    assert sorted(found) == sorted(wanted)
    for name, array in wanted.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()
        assert found[name].flags.writeable


@pytest.mark.usefixtures("small_pieces")
def test_what_was_written_is_read(tmp_path: Path) -> None:
    size = write_snapshot(tmp_path / "one", Number(batch=3), some_arrays())
    header, arrays = read_snapshot(tmp_path / "one", Number)
    assert (header.batch, size) == (3, (tmp_path / "one").stat().st_size)
    assert_same(arrays, some_arrays())


def test_pieces_of_the_usual_size_are_read_in_order(tmp_path: Path) -> None:
    """Several stretches of several pieces, and a last one that is not full."""
    large = np.arange(2 * snapshot_file._AT_ONCE // 8 + snapshot_file.PIECE // 8 + 5)
    write_snapshot(tmp_path / "one", Number(batch=3), {"large": large, "other": large[:9]})
    _, arrays = read_snapshot(tmp_path / "one", Number)
    assert np.array_equal(arrays["large"], large)
    assert np.array_equal(arrays["other"], large[:9])


def test_what_is_read_has_room_to_grow(tmp_path: Path) -> None:
    array = np.ones(FROM_BYTES, np.uint8)
    write_snapshot(tmp_path / "one", Number(batch=3), {"a": array})
    _, arrays = read_snapshot(tmp_path / "one", Number)
    assert len(extended(arrays["a"])) == 2 * len(array)


@pytest.mark.usefixtures("small_pieces")
def test_no_flipped_bit_goes_unseen(tmp_path: Path) -> None:
    """Of every byte in turn; what lies between arrays belongs to none."""
    path = tmp_path / "one"
    write_snapshot(path, Number(batch=3), some_arrays())
    whole, seen = path.read_bytes(), 0
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        try:
            header, arrays = read_snapshot(path, Number)
        except Damaged:
            seen += 1
        else:
            assert whole[at] == 0
            assert header.batch == 3
            assert_same(arrays, some_arrays())
    assert seen > len(whole) / 2


@pytest.mark.usefixtures("small_pieces")
def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one"
    write_snapshot(path, Number(batch=3), some_arrays())
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(Damaged, match="expected"):
            read_snapshot(path, Number)


@pytest.mark.usefixtures("small_pieces")
def test_a_file_that_is_cut_short_while_it_is_read_is_refused(tmp_path: Path, monkeypatch) -> None:
    """Its size was enough when reading began."""
    path = tmp_path / "one"
    write_snapshot(path, Number(batch=3), some_arrays())
    read = snapshot_file._read

    def cut(file: int, stretch) -> None:
        os.truncate(path, 700)
        read(file, stretch)

    monkeypatch.setattr(snapshot_file, "_read", cut)
    with pytest.raises(Damaged, match="found the end of the file"):
        read_snapshot(path, Number)


def test_a_disk_that_gives_few_bytes_at_once_is_asked_again(tmp_path: Path, monkeypatch) -> None:
    write_snapshot(tmp_path / "one", Number(batch=3), some_arrays())
    preadv = os.preadv
    monkeypatch.setattr(os, "preadv", lambda file, into, at: preadv(file, [into[0][:7]], at))
    _, arrays = read_snapshot(tmp_path / "one", Number)
    assert_same(arrays, some_arrays())


def test_one_of_another_version_is_not_read(tmp_path: Path, monkeypatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(snapshot_file, "VERSION", 1)
        write_snapshot(tmp_path / "one", Number(batch=3), some_arrays())
    with pytest.raises(NewerFormat, match="expected version 2, found 1"):
        read_snapshot(tmp_path / "one", Number)
