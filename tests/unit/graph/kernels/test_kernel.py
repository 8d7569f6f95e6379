"""Kernels are told to numba when they are called, and numba loads nothing that they do not need."""

from __future__ import annotations

import subprocess
import sys

NONE_TOLD = """
import sys
import graph.engine
from graph.kernels.kernel import Kernel
known = [each for name, module in list(sys.modules.items()) if name.startswith("graph.")
         for each in vars(module).values() if isinstance(each, Kernel)]
assert len(known) > 300, len(known)
assert not [each.__name__ for each in known if "dispatcher" in vars(each)]
assert all(each.__doc__ or each.__name__.startswith("_") for each in known)
"""
NOTHING_ELSE = """
import sys
import graph.engine
assert not {"cffi", "scipy", "yaml"} & set(sys.modules)
import cffi, scipy.linalg.cython_blas, yaml
"""


def outcome(code: str) -> tuple[int, str]:
    """How a program of its own ended, and what it complained of."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_no_kernel_is_told_to_numba_before_it_is_called() -> None:
    assert outcome(NONE_TOLD) == (0, "")


def test_numba_loads_nothing_that_no_kernel_needs_and_others_still_can() -> None:
    assert outcome(NOTHING_ELSE) == (0, "")
