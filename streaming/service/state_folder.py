"""The folder that holds what the service must not lose: snapshots, the journal, and its identity."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec

from graph.model.errors import BadCall
from streaming.admission.deduplicate import WINDOW_MS
from streaming.contract.ports import DetectionEngine
from streaming.service.core import Tally
from streaming.service.journal import Entry, Journal, drop_before, entries_after, mend
from streaming.service.ports import Arrays
from streaming.snapshots import SnapshotFolder


class PartitionPosition(msgspec.Struct, frozen=True, array_like=True):
    """How far a partition was taken: the next offset, and the newest event time so far."""

    offset: int
    newest_ms: int


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a snapshot holds beside its arrays. Two fields keep their first names on disk."""

    batch: int
    clock_ms: int
    positions: dict[str, PartitionPosition] = msgspec.field(name="places")
    tally: Tally
    model_id: str
    config_digest: str
    order_within_ms: int
    remember_ms: int = WINDOW_MS
    store_offsets: dict[str, int] = msgspec.field(default_factory=dict, name="told")
    """By partition, how far a store was written; the changes since are in the arrays."""

    def misfit(self, engine: DetectionEngine) -> str | None:
        """Why the engine cannot load the arrays, as ``expected A, found B``; None when it can."""
        for what, ours, theirs in (
            ("model", engine.model_id, self.model_id),
            ("configuration", engine.config_digest, self.config_digest),
        ):
            if ours != theirs:
                return f"expected a snapshot made with the {what} {ours}, found {theirs}"
        return None


class StateFolder:
    """One service's folder, locked while in use. Raises ``BadCall`` when another process uses it."""

    def __init__(self, folder: Path, kept: int, warn: Callable[[str], None]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise BadCall(
                f"expected to use {folder} for the state, found: {error.strerror}; choose another --state"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise BadCall(
                f"expected {folder} for ourselves, found it in use by another process; stop that one, or "
                "choose another --state"
            ) from error
        self.folder = folder
        self.snapshots: SnapshotFolder[Header] = SnapshotFolder(folder, Header, kept, warn)
        self.identity = self._identify()
        mend(folder)
        self._journal: Journal | None = None

    def append(self, entry: Entry) -> None:
        """Writes an entry down for good. Raises ``Unavailable`` when the disk refuses."""
        if self._journal is None:
            self._journal = Journal(self.folder, entry.batch)
        self._journal.append(entry)

    def newest(self, keep_going: Callable[[], None]) -> tuple[int, Header, Arrays] | None:
        """The newest whole snapshot; ``keep_going`` is called while it is read and may raise to stop."""
        return self.snapshots.newest(keep_going)

    def entries_after(self, batch: int) -> Iterator[Entry]:
        """What was journalled past ``batch``."""
        return entries_after(self.folder, batch)

    def turn_journal(self) -> None:
        """Lets the next entry begin a new file: a snapshot is being made."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def drop_old_journals(self) -> None:
        """Removes journals that no kept snapshot needs."""
        kept = self.snapshots.numbers()
        if kept:
            drop_before(self.folder, kept[0])

    def close(self) -> None:
        """Lets the folder go."""
        self.snapshots.close()
        self.turn_journal()
        os.close(self._lock)

    def __enter__(self) -> StateFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _identify(self) -> str:
        """Ours, or a new one where the file is a copy: what another folder delivered is not ours."""
        path = self.folder / "identity"
        if path.exists():
            name, _, place = path.read_text().strip().partition(" ")
            with path.open("rb") as file:
                if place == _place_of(file):
                    return name
            # Without a place it is one of an earlier version.
            kept = name if not place else uuid.uuid4().hex
        else:
            kept = uuid.uuid4().hex
        # Whole or not at all, also when we are killed in the middle.
        draft = path.with_suffix(".partial")
        draft.unlink(missing_ok=True)
        with draft.open("w") as file:
            file.write(f"{kept} {_place_of(file)}")
        draft.replace(path)
        return kept


def _place_of(file: IO[Any]) -> str:
    """Which file this is, and on which disk: its copy is another, and renamed or mounted it is the same."""
    return f"{os.fstatvfs(file.fileno()).f_fsid:x}:{os.fstat(file.fileno()).st_ino}"
