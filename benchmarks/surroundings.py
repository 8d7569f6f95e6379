"""What a figure depends on besides the code: versions, machine, load. Every benchmark prints it."""

from __future__ import annotations

import os
import platform
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
