"""A kernel for journalled arrays is never called with plain ones, nor the other way round."""

from __future__ import annotations

import numpy as np
from numba.core.registry import cpu_target
from numba.np.numpy_support import from_dtype

from graph.kernels.journalled import JournalledRecord

RECORD = from_dtype(np.dtype([("amount", "i8"), ("count", "i4")]))


def test_a_plain_record_is_no_journalled_one_and_a_journalled_one_no_plain_one():
    context = cpu_target.typing_context
    assert context.can_convert(RECORD, RECORD) is not None
    assert context.can_convert(RECORD, JournalledRecord(RECORD)) is None
    assert context.can_convert(JournalledRecord(RECORD), RECORD) is None
