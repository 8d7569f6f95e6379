"""The console in a demonstration: opened on what was found, while decisions are still got ready."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def console_on(store: Path, results: Path, rules: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A console, which prints where it is; it ends with Ctrl-C, and at the latest with the block."""
    command = (
        *(sys.executable, "-m", "ringfence", "console", "--store", str(store)),
        *("--results", str(results), "--rules", str(rules)),
    )
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()
