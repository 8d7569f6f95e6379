"""Rows of numbers, for kernels: sorted in place, copied without making an array."""

from __future__ import annotations

from typing import Any

from graph.kernels.kernel import kernel


@kernel
def sort(numbers: Any) -> None:
    """Put an array in ascending order (Shell, CACM 2(7), 1959, with Knuth's gaps).

    Most of what kernels sort has a few dozen numbers; a million take a third of a second.
    """
    gap = 1
    while gap < len(numbers) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for start in range(gap, len(numbers)):
            place, number = start, numbers[start]
            while place >= gap and numbers[place - gap] > number:
                numbers[place] = numbers[place - gap]
                place -= gap
            numbers[place] = number
        gap //= 3


@kernel
def copy(source: Any, into: Any, count: int) -> None:
    """Put the first numbers of one array into another."""
    for place in range(count):
        into[place] = source[place]
