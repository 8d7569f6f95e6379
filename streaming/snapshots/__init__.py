"""Named arrays and a header in one file, whole or not there, and a folder that keeps the last few."""

from streaming.snapshots.file import Damaged, read_snapshot, write_snapshot
from streaming.snapshots.folder import SnapshotFolder
from streaming.snapshots.forked import ForkedWrite, NotWritten
from streaming.snapshots.huge_pages import HugePages

__all__ = [
    "Damaged",
    "ForkedWrite",
    "HugePages",
    "NotWritten",
    "SnapshotFolder",
    "read_snapshot",
    "write_snapshot",
]
