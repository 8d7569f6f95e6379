"""A request to stop is heard wherever it falls."""

from __future__ import annotations

import os
import signal
import time

import pytest

from ringfence.exits import Terminated
from ringfence.stopping import stops_raised


def hear(number: signal.Signals) -> None:
    """Sends a signal to ourselves and waits far longer than it takes; the exception ends it."""
    os.kill(os.getpid(), number)
    time.sleep(60)


@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGTERM, Terminated), (signal.SIGINT, KeyboardInterrupt)]
)
def test_a_signal_is_raised_where_the_program_is(number: signal.Signals, kind: type[BaseException]) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(kind), stops_raised():
            hear(number)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_signal_that_falls_where_nothing_can_be_raised_comes_again() -> None:
    class Dying:
        passed = False

        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0)
            Dying.passed = True

    def die_and_wait() -> None:
        Dying()
        time.sleep(60)

    with pytest.raises(Terminated), stops_raised():
        die_and_wait()
    assert Dying.passed


def test_a_ctrl_c_that_is_ignored_stays_ignored_and_handlers_are_put_back() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN), signal.getsignal(signal.SIGTERM)
    try:
        with stops_raised():
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is before[1]
    finally:
        signal.signal(signal.SIGINT, before[0])
