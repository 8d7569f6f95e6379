"""What a compiled kernel was made from: its module and all that it imports of this house, at any depth."""

from __future__ import annotations

import re
import sys
from functools import cache
from hashlib import blake2b
from pathlib import Path

_IMPORT = re.compile(r"^\s*(?:from ([\w.]+) import|import ([\w.]+))", re.MULTILINE)
_houses: set[str] = set()


def digest_of_sources(module: str) -> str:
    """A digest of the sources that the kernels of a loaded module depend on.

    Followed are imports of packages that hold kernels themselves: those of other people, numpy among them,
    count as one version, which numba looks at itself. Cost: every source is read once in a process.
    """
    _houses.add(module.partition(".")[0])
    return _digest_of_all(module, frozenset(_houses))


@cache
def _digest_of_all(module: str, houses: frozenset[str]) -> str:
    digest = blake2b(digest_size=16)
    for name in sorted(_reached(module, houses)):
        digest.update(f"{name}\0{_digest(name)}\0".encode())
    return digest.hexdigest()


def _reached(module: str, houses: frozenset[str]) -> set[str]:
    """The module and what it imports of the houses, directly or not."""
    reached = {module}
    waiting = [module]
    while waiting:
        for name in _imported(waiting.pop()):
            if name not in reached and name.partition(".")[0] in houses:
                reached.add(name)
                waiting.append(name)
    return reached


@cache
def _source(module: str) -> str:
    """Found on disk and not among what is loaded, which differs between programs; empty for none."""
    package, *inside = module.split(".")
    outermost = sys.modules[package]
    if not hasattr(outermost, "__path__"):  # A script beside others is a module without a package.
        return Path(str(outermost.__file__)).read_text(encoding="utf-8")
    place = Path(next(iter(outermost.__path__))).joinpath(*inside)
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@cache
def _digest(module: str) -> str:
    return blake2b(_source(module).encode(), digest_size=16).hexdigest()


@cache
def _imported(module: str) -> tuple[str, ...]:
    return tuple(one or other for one, other in _IMPORT.findall(_source(module)))
