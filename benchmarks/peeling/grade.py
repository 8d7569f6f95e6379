"""Grades: weights in classes of a constant ratio, read off the binary form of the number.

A grade is a weight's binary exponent and the first ``GRADE_BITS`` bits after its leading one, so the least
weights of two neighbouring grades differ by a factor of 4/3 to 3/2. Grades are ordered as weights are, and
doubling every weight moves every grade by the same step.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.kernels.kernel import kernel

GRADE_BITS: Final = 1
GRADES: Final = (1023 + 64) << GRADE_BITS
"""Every grade of a 64-bit weight is below this."""


@kernel
def grade(weight: int) -> int:
    """The grade of a weight; 0 for 0, and at least 1023 << GRADE_BITS for a positive one."""
    return int(np.float64(weight).view(np.int64) >> (52 - GRADE_BITS))


def least_weight(grade: int) -> int:
    """The least weight of a grade."""
    bits = np.array([grade << (52 - GRADE_BITS)], np.int64)
    return int(np.ceil(bits.view(np.float64)[0]))
