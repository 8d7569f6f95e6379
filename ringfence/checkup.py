"""What is installed on this machine and whether it works."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from ringfence import __version__

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its state in words, and whether the product can work with it."""

    what: str
    state: str
    well: bool


def checkup() -> list[Finding]:
    """Every finding, in a fixed order. Cost: seconds, since the large libraries are really imported."""
    return [
        Finding("ringfence", __version__, True),
        _python(),
        Finding(
            "processor cores",
            f"{len(os.sched_getaffinity(0))}" if _has_affinity() else f"{os.cpu_count()}",
            True,
        ),
        Finding("memory", _memory(), True),
        _temporary_folder(),
        *(_package(name) for name in _declared()),
        _tried("numba cache", _numba_cache),
        _tried("torch", _torch),
        _tried("model", _model),
    ]


def _has_affinity() -> bool:
    return hasattr(os, "sched_getaffinity")


def _python() -> Finding:
    found = platform.python_version()
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", f"{found}; install 3.11 or newer", False)
    return Finding("python", found, True)


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return "size not told by this system"
    return f"{size / 2**30:.1f} GiB"


def _temporary_folder() -> Finding:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free / 2**30
    return Finding("temporary folder", f"{folder}, {free:.1f} GiB free", True)


def _declared() -> list[str]:
    """The packages the product says it needs, without the optional ones."""
    try:
        lines = requires("ringfence") or []
    except PackageNotFoundError:
        return []
    return sorted(line.split(";")[0].strip() for line in lines if "extra ==" not in line)


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name), True)
    except PackageNotFoundError:
        return Finding(name, "not installed; run make setup", False)


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, look(), True)
    except Exception as error:
        return Finding(what, f"{type(error).__name__}: {error}", False)


def _numba_cache() -> str:
    """Where compiled kernels are kept; raises when nothing can be written there."""
    graph = importlib.import_module("graph")
    folder = Path(importlib.import_module("numba").config.CACHE_DIR or Path(str(graph.__file__)).parent)
    with tempfile.TemporaryFile(dir=folder):
        return f"{folder} can be written"


def _torch() -> str:
    torch = importlib.import_module("torch")
    total = float(torch.ones(2, 2).sum())
    if total != 4.0:
        raise ArithmeticError(f"expected a sum of 4.0, found {total}; reinstall torch")
    return f"works on the processor; CUDA {'present' if torch.cuda.is_available() else 'absent, not needed'}"


def _model() -> str:
    scorer = importlib.import_module("gnn.boosted.scorer").load_scorer()
    return f"{scorer.model_id} loads"
