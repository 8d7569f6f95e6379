"""Named arrays and a header in one file, whole or not there, and a folder that keeps the last few."""

from streaming.snapshots.file import Damaged, read_snapshot, write_snapshot
from streaming.snapshots.folder import SnapshotFolder

__all__ = ["Damaged", "SnapshotFolder", "read_snapshot", "write_snapshot"]
