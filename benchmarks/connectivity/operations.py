"""The operations that all ways to keep components take: a link comes, is used, ages, or is cut."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

COME, USE, AGE, CUT = range(4)


@njit(cache=True)
def operations(link: Any, cut: Any, window: int, links: int) -> tuple[Any, Any]:
    """What the events of a stream do to links: come, use, age and cut, in order."""
    codes = np.empty(2 * len(link), np.uint8)
    which = np.empty(2 * len(link), np.int32)
    last = np.full(links, -1, np.int64)
    count = 0
    for n in range(len(link)):
        if n > window:
            old = link[n - window - 1]
            if last[old] == n - window - 1:
                last[old] = -1
                codes[count] = AGE
                which[count] = old
                count += 1
        if cut[n]:
            if last[link[n]] >= 0:
                codes[count] = CUT
                which[count] = link[n]
                count += 1
            continue
        codes[count] = USE if last[link[n]] >= 0 else COME
        which[count] = link[n]
        last[link[n]] = n
        count += 1
    return codes[:count], which[:count]
