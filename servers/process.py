"""A server process: started under a guard, polled until ready, ended politely or at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

STOP_WITHIN_S = 20
POLL_S = 0.1


class ServerUnavailable(Exception):
    """A server cannot be had on this machine; the message says why."""


class ServerProcess:
    """One child that ends when this process ends, however it ends."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("guard.py")), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment,
            )

    @property
    def is_running(self) -> bool:
        """Whether the child lives."""
        return self._child.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    def wait_until(self, ready: Callable[[], bool], within_s: float) -> None:
        """Polls until `ready`; raises `ServerUnavailable` with the end of the log when it is not in time."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and self.is_running:
            if ready():
                return
            time.sleep(POLL_S)
        self.kill()
        tail = " | ".join(self._log.read_text(errors="replace").splitlines()[-5:])
        raise ServerUnavailable(f"expected the server ready in {within_s:.0f} s, found: {tail[-1000:]}")

    def stop(self) -> None:
        """Asks it to end, and ends it when it does not."""
        self._child.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(STOP_WITHIN_S)
            return
        self.kill()

    def kill(self) -> None:
        """Ends it at once."""
        self._child.kill()
        self._child.wait()

    def kill_family(self) -> None:
        """Ends it and what it started, also where that outlived it."""
        if self._child.returncode is not None and Path(f"/proc/{self._child.pid}").exists():
            # Its number is a stranger's by now.
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()


class Server:
    """What a server of a kind is made from: a process that may be stopped and started again."""

    _process: ServerProcess | None = None

    @property
    def pid(self) -> int | None:
        """The process id, None while it is stopped."""
        return None if self._process is None else self._process.pid

    def stop(self) -> None:
        """Stops it politely; nothing happens when it is stopped already."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """Stops it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process = None
