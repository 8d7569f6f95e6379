"""The reading workers of a service, seen from outside: who they are."""

from __future__ import annotations

from pathlib import Path


def is_worker(place: Path) -> bool:
    """Whether a folder of /proc is that of a reading worker."""
    try:
        return b"workers.process" in (place / "cmdline").read_bytes()
    except OSError:
        return False


def workers_of(pid: int) -> list[int]:
    """The processes that read for a service, ascending."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid and is_worker(place):
            found.append(int(place.name))
    return sorted(found)
