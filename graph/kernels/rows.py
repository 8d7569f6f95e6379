"""Rows of numbers, for kernels: sorted in place, looked up, copied without making an array."""

from __future__ import annotations

from typing import Any

from graph.kernels.kernel import kernel


@kernel
def sort(row: Any) -> None:
    """Put an array in ascending order (Shell, CACM 2(7), 1959, with Knuth's gaps).

    Most of what kernels sort has a few dozen numbers; a million take a third of a second.
    """
    gap = 1
    while gap < len(row) // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for start in range(gap, len(row)):
            place, number = start, row[start]
            while place >= gap and row[place - gap] > number:
                row[place] = row[place - gap]
                place -= gap
            row[place] = number
        gap //= 3


@kernel
def below(row: Any, count: int, number: int) -> int:
    """How many of the first numbers of an ascending array are less. O(log count)."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if row[middle] < number:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def copy(source: Any, into: Any, count: int) -> None:
    """Put the first numbers of one array into another."""
    for place in range(count):
        into[place] = source[place]
