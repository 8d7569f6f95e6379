"""Waiting for what another process or thread does: for the thing itself, never for a while."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

WAIT_S = 180.0
"""Far longer than anything takes, also on a slow machine with other work: only what never comes takes it."""
LOOK_EVERY_S = 0.02


def until(condition: Callable[[], object], expected: str, found: object = "it not so") -> None:
    """Returns when the condition holds; fails, saying what was expected and found, when it never does."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"expected {expected} within {WAIT_S:.0f} s, found {found}", pytrace=False)
        time.sleep(LOOK_EVERY_S)
