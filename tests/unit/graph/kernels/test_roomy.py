"""Arrays that grow where they lie."""

from __future__ import annotations

import numpy as np
import pytest

from graph.kernels.roomy import FROM_BYTES, extended, roomy

ROWS = FROM_BYTES
KIND = np.dtype([("a", "i4"), ("b", "u1")])


def test_rows_are_taken_up_with_as_many_again_in_the_same_memory() -> None:
    records = roomy((ROWS, 3), np.dtype(np.int32))
    records[:] = 7
    more = extended(records)
    assert (more.shape, more.dtype, more.ctypes.data) == ((2 * ROWS, 3), records.dtype, records.ctypes.data)
    assert (more[:ROWS] == 7).all()
    assert not more[ROWS:].any()
    more[ROWS - 1] = 8
    assert (records[-1] == 8).all()


def test_rows_seen_as_bytes_or_cut_short_keep_their_room() -> None:
    records = roomy((ROWS,), KIND)
    rows = records.view(np.uint8).reshape(ROWS, KIND.itemsize)
    assert extended(rows).reshape(-1).view(KIND).shape == (2 * ROWS,)
    assert extended(records[:5]).shape == (2 * ROWS,)


@pytest.mark.parametrize(
    "records",
    [np.arange(2 * ROWS)[:ROWS], roomy((4,), KIND), roomy((0, 3), KIND), roomy((ROWS,), KIND)[1:]],
    ids=["another's", "few", "none", "not the first"],
)
def test_what_has_no_room_stays_as_it_is(records) -> None:
    assert extended(records) is records


def test_what_may_not_be_written_to_is_copied() -> None:
    records = np.frombuffer(b"abc", np.uint8)
    found = extended(records)
    assert found.flags.writeable
    assert found.tobytes() == b"abc"
