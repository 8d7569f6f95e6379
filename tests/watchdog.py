"""Ends a test run that nothing inside it can end: a process beside it that kills it and says why.

A test stuck in a C call that keeps the interpreter to itself stops pytest-timeout as well: no signal handler
and no thread of Python runs any more. So the run writes the name of each test that begins into a pipe, and
this program, at its other end, waits only so long for the next. Then it names the test, has the run print
where every thread stands (``SIGABRT``, which faulthandler answers without the interpreter) and kills it.
"""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

KILLED_AFTER_S = 660.0
"""A minute past the longest time that pytest-timeout gives a test, so that it is asked first."""
LAST_WORDS_S = 5.0


class Watchdog:
    """Watches this process until it ends; ``begin`` names what it does next, and how long that may take."""

    def __init__(self) -> None:
        reading, self._pipe = os.pipe()
        # The standard library only, so that it costs a few milliseconds; errors go where ours go.
        command = [sys.executable, "-S", "-E", str(Path(__file__).resolve()), str(os.getpid())]
        self._process = subprocess.Popen(command, stdin=reading)
        os.close(reading)

    def begin(self, name: str, most_s: float = math.inf) -> None:
        """From now on, for so long; by default for as long as it likes."""
        os.write(self._pipe, f"{most_s:.3f} {name!r}\n".encode())


def watch(process: int) -> None:
    """Reads names from standard input until it ends, or until one stays the last for too long."""
    name, deadline = "the start of the run", math.inf
    rest = b""
    while True:
        patience_s = None if deadline == math.inf else max(0.0, deadline - time.monotonic())
        readable, _, _ = select.select([0], [], [], patience_s)
        if not readable:
            break
        piece = os.read(0, 65536)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        if lines:
            most_s, _, name = lines[-1].decode().partition(" ")
            deadline = time.monotonic() + float(most_s)
    if os.getppid() != process:
        # It has ended, and a child of it holds the pipe.
        return
    print(f"\nStuck where no timeout reaches it, so the run is killed: {name}", file=sys.stderr, flush=True)
    try:
        os.kill(process, signal.SIGABRT)
        deadline = time.monotonic() + LAST_WORDS_S
        while time.monotonic() < deadline:
            time.sleep(0.1)
            os.kill(process, 0)
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    watch(int(sys.argv[1]))
