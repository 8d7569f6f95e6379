"""Machine code of a kernel, called without a look at what it is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph.kernels.journal import Journal
from graph.kernels.journalled import journalled
from graph.kernels.kernel import kernel
from graph.kernels.machine_code import machine_code
from graph.model.event_batch import EVENT, KernelBatch


@kernel
def raised_by(batch: Any, numbers: Any, more: int) -> int:
    """Adds to every time and every number; how many there were."""
    for row in range(len(batch.events)):
        batch.events[row].ts += more
    for place in range(len(numbers)):
        numbers[place] += more
    return len(numbers)


def batch_of(times: list[int]) -> KernelBatch:
    events = np.zeros(len(times), EVENT)
    events["ts"] = times
    return KernelBatch(events=events, text=np.zeros(1, np.uint8))


def test_it_does_what_the_kernel_does_with_other_arguments_of_the_same_types() -> None:
    code = machine_code(raised_by, batch_of([1]), np.zeros(1, np.int64), 0)
    batch, numbers = batch_of([5, 6, 7]), np.arange(4)
    assert code(batch, numbers, 10) == 4
    assert batch.events["ts"].tolist() == [15, 16, 17]
    assert numbers.tolist() == [10, 11, 12, 13]


def test_for_journalled_arrays_it_is_the_code_that_journals() -> None:
    batch, numbers = batch_of([5]), np.arange(1)
    code = machine_code(raised_by, journalled(batch), numbers, 0)
    code(journalled(batch), numbers, 10)
    assert batch.events["ts"].tolist() == [15]
    Journal().roll_back()
    assert batch.events["ts"].tolist() == [5]
    assert numbers.tolist() == [10]
