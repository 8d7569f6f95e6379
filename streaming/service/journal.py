"""What each batch was made of, written down before the batch has any effect.

The order in which partitions are read differs from run to run; a batch is the same again only when it is
made of the same records. So every batch is one line: its number, the offsets up to which it took from
each partition, and the event time up to which events left the reorder buffer. Recovery makes the same
batches again, and so emits the same flags, byte for byte.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from graph.model.errors import Fatal, Unavailable
from streaming.admission.deduplicate import WINDOW_MS
from streaming.service.ports import Partition

PATTERN: Final = "journal-*.ndjson"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. ``clock_ms`` begins a run; ``to`` a batch; ``excluded`` names records a batch leaves out."""

    batch: int
    clock_ms: int = 0
    remember_ms: int = WINDOW_MS
    """With the clock: the event time in which this run knows repeats."""
    to: dict[str, int] = {}
    release_ms: int = 0
    excluded: list[tuple[str, int]] = []
    probe: bool = False
    """The batch broke the engine: make it again with care, to see which records it was."""

    @property
    def is_batch(self) -> bool:
        """Whether this line makes a batch."""
        return not (self.clock_ms or self.excluded or self.probe)

    def offsets(self) -> dict[Partition, int]:
        """``to`` with typed partitions."""
        return {Partition.named(name): offset for name, offset in self.to.items()}


class Journal:
    """Appends entries to ``journal-<first batch>.ndjson`` in ``folder``; durable when ``append`` returns.

    Raises ``Unavailable`` when the disk refuses: without the journal a batch must not have effects.
    """

    def __init__(self, folder: Path, first_batch: int) -> None:
        self._path = folder / f"journal-{first_batch:020d}.ndjson"
        try:
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise self._failure(error) from error
        self._good = os.fstat(self._file).st_size

    def append(self, entry: Entry) -> None:
        """Writes one line down for good. Costs one flush of the disk."""
        line = msgspec.json.encode(entry) + b"\n"
        try:
            written = os.write(self._file, line)
            if written < len(line):
                os.ftruncate(self._file, self._good)
                raise OSError(28, "No space left on device")
            os.fdatasync(self._file)
        except OSError as error:
            raise self._failure(error) from error
        self._good += len(line)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._file)

    def _failure(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"expected to write {self._path.name}, found: {error.strerror}: free some space there",
            retry_after_s=1.0,
        )


def entries_after(folder: Path, batch: int) -> Iterator[Entry]:
    """Every entry past ``batch``, in the order written. A last line that a crash cut short is left out."""
    decode = msgspec.json.Decoder(Entry).decode
    for path in sorted(folder.glob(PATTERN)):
        lines = path.read_bytes().split(b"\n")
        for number, line in enumerate(lines):
            is_last = number >= len(lines) - 1
            if is_last:
                # Whole lines end with a line end, so what follows the last one was never durable.
                break
            try:
                entry = decode(line)
            except msgspec.MsgspecError as error:
                raise Fatal(
                    f"expected an entry in line {number + 1} of {path.name}, found damage: restore the state "
                    "folder from a copy, or begin with an empty one"
                ) from error
            if entry.batch > batch:
                yield entry


def mend(folder: Path) -> None:
    """Cuts off last lines that a crash left unfinished, so that appending goes on at a line's beginning."""
    for path in folder.glob(PATTERN):
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(path, whole)


def drop_before(folder: Path, batch: int) -> None:
    """Removes journals that hold only batches up to ``batch``."""
    paths = sorted(folder.glob(PATTERN))
    for path, following in pairwise(paths):
        if int(following.stem.split("-")[1]) <= batch + 1:
            path.unlink()
