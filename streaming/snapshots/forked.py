"""A snapshot written by a copy of the process, while the process itself goes on.

``fork`` gives the copy the memory as it is at that moment; the system copies a page when one of the two
writes to it. So nothing is copied while the caller waits, and nothing that it does later is in the snapshot.
The copy reads arrays and writes one file, and nothing else: the other threads of the process do not exist in
it, and what they held (locks, connections) is left alone.

The file gets its name from the process, never from the copy. A copy whose process was killed ends by itself
and leaves a part of a file that is no snapshot.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import numpy.typing as npt

from streaming.snapshots.file import discard, keep, partial_of, prepare, write_into

NICENESS: Final = 5
"""Added to that of the process: the copy lets it go first."""
SOONER_KILLED: Final = b"500"
"""Where memory runs out, the system ends the copy rather than the process (oom_score_adj)."""

Contents = tuple[msgspec.Struct, Mapping[str, npt.NDArray[Any]]]


class NotWritten(Exception):
    """There is no snapshot; says why not."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the copy says when it is done: the bytes written, or why not."""

    size: int = 0
    why_not: str = ""


class ForkedWrite:
    """A snapshot that a copy of the process writes to ``path``. Cost for the caller: the fork.

    ``contents`` gives the header and the arrays; it is called in the copy, where it may read what the
    process knew, and may neither take a lock nor speak to a server. Raises ``NotWritten`` when there can be
    no copy.
    """

    def __init__(self, path: Path, contents: Callable[[], Contents]) -> None:
        self._path = path
        prepare()
        try:
            # Opened here, so that a copy whose process was killed writes to no file of the next one.
            with partial_of(path).open("wb") as file:
                process = os.getpid()
                self._answer, answer = os.pipe()
                try:
                    self._process = _forked()
                except OSError:
                    os.close(self._answer)
                    os.close(answer)
                    raise
                if self._process == 0:
                    _write_and_exit(file, answer, contents, process)
                os.close(answer)
        except OSError as error:
            discard(path)
            raise NotWritten(error.strerror or str(error)) from error

    def finish(self, within_s: float) -> int:
        """Waits for the copy and gives the file its name; gives the bytes written.

        Raises ``NotWritten`` when the disk refused, and when the copy was killed or took longer than that.
        """
        answer = self._told(within_s)
        try:
            if answer.why_not:
                raise NotWritten(answer.why_not)
            keep(self._path)
        except (OSError, NotWritten) as error:
            discard(self._path)
            if isinstance(error, OSError):
                raise NotWritten(error.strerror or str(error)) from error
            raise
        return answer.size

    def _told(self, within_s: float) -> Answer:
        """What the copy said; by then it has ended."""
        until_s = time.monotonic() + within_s
        said = b""
        ready = select.poll()
        ready.register(self._answer, select.POLLIN)
        try:
            while ready.poll(max(0.0, until_s - time.monotonic()) * 1000):
                more = os.read(self._answer, 1 << 12)
                if not more:
                    break
                said += more
            else:
                os.kill(self._process, signal.SIGKILL)
                said = msgspec.json.encode(Answer(why_not=f"its writer at work still after {within_s:g} s"))
        finally:
            os.close(self._answer)
            with suppress(ChildProcessError):
                os.waitpid(self._process, 0)
        return msgspec.json.decode(said, type=Answer) if said else Answer(why_not="its writer killed")


def _forked() -> int:
    """``fork``; the copy takes no signals, which are meant for the process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    process = -1
    try:
        with warnings.catch_warnings():
            # Python 3.12 warns of threads; see above for what the copy keeps its hands off.
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
        return process
    finally:
        if process != 0:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _write_and_exit(file: BinaryIO, answer: int, contents: Callable[[], Contents], process: int) -> None:
    """All that happens in the copy; never returns, so that nothing of the process is cleaned up twice."""
    told = Answer(why_not="its writer broken")
    try:
        gc.disable()
        _let_go(file.fileno(), answer)
        os.nice(NICENESS)

        def go_on() -> None:
            if os.getppid() != process:
                os._exit(1)

        size = write_into(file, *contents(), go_on)
        told = Answer(size=size)
    except OSError as error:
        told = Answer(why_not=error.strerror or str(error))
    except BaseException as error:
        told = Answer(why_not=f"{type(error).__name__}: {error}"[:1000])
    finally:
        try:
            os.write(answer, msgspec.json.encode(told))
        finally:
            os._exit(0)


def _let_go(*kept: int) -> None:
    """Leave connections, ports and locks to the process: they end with it and not with the copy."""
    low, high = sorted(kept)
    os.closerange(0, low)
    os.closerange(low + 1, high)
    os.closerange(high + 1, os.sysconf("SC_OPEN_MAX"))
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb") as score:
        score.write(SOONER_KILLED)
