"""What a figure depends on besides the code: versions, machine, load. Every benchmark prints it."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median


def surroundings(packages: Sequence[str]) -> dict[str, object]:
    """Versions of Python and ``packages``, processor, cores, and the load of the last minute."""
    return {
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "processor": _processor(),
            "cores": os.cpu_count(),
            "load_of_last_minute": round(os.getloadavg()[0], 2),
        },
    }


def free_cores(over_s: float = 2.0) -> float | None:
    """How many cores nobody used over the next seconds, of those that we may use; None where nobody knows."""
    before = _idle_ticks()
    if before is None:
        return None
    time.sleep(over_s)
    after = _idle_ticks()
    assert after is not None
    ours = os.sched_getaffinity(0) & before.keys()
    idle = sum(after[core] - before[core] for core in ours)
    return round(min(len(ours), idle / os.sysconf("SC_CLK_TCK") / over_s), 1)


def used_ticks() -> tuple[int, int] | None:
    """Ticks that programs have used of the cores that we may use, and that the host of this machine took.

    The host takes what it gives to other machines: work waits then, though no program here is seen to run.
    None where nobody knows.
    """
    ticks = _ticks()
    if ticks is None:
        return None
    ours = [ticks[core] for core in os.sched_getaffinity(0) & ticks.keys()]
    return sum(each[0] + each[1] + each[2] + each[5] + each[6] for each in ours), sum(
        each[7] for each in ours
    )


def host_took(before: tuple[int, int] | None) -> float | None:
    """The share of what programs wanted since ``before`` (``used_ticks``) that the host took."""
    now = used_ticks()
    if before is None or now is None:
        return None
    used, taken = now[0] - before[0], now[1] - before[1]
    return round(taken / max(1, used + taken), 3)


def _idle_ticks() -> dict[int, int] | None:
    """By core, the ticks in which it was idle or waited for a disk."""
    ticks = _ticks()
    return None if ticks is None else {core: each[3] + each[4] for core, each in ticks.items()}


def _ticks() -> dict[int, list[int]] | None:
    """By core: user, nice, system, idle, waiting for a disk, two of interrupts, taken by the host."""
    try:
        lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    cores = (line.split() for line in lines if line.startswith("cpu") and line[3].isdigit())
    return {int(name[3:]): [int(each) for each in ticks[:8]] for name, *ticks in cores}


def rate(done: int, seconds: Sequence[float]) -> dict[str, object]:
    """Repeated runs of the same work: median seconds and ``done`` per second of it."""
    middle = median(seconds)
    return {
        "done": done,
        "per_second": round(done / middle, 1),
        "median_seconds": round(middle, 4),
        "runs_seconds": [round(each, 4) for each in seconds],
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
