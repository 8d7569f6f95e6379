"""What a compiled kernel was made from: its module and all that it imports of this house, at any depth."""

from __future__ import annotations

import re
import sys
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Final

HOUSES: Final = frozenset({"gnn", "graph", "streaming"})
"""The packages that hold kernels. Named, and not gathered as they are loaded: what was loaded first differs
between programs, and each would compile again what the other has kept."""
_IMPORT: Final = re.compile(r"^\s*(?:from ([\w.]+) import|import ([\w.]+))", re.MULTILINE)


@cache
def digest_of_sources(module: str) -> str:
    """A digest of the sources that the kernels of a loaded module depend on, the same in every program.

    Followed are imports of the packages that hold kernels and of the module's own, and for a module of none
    of them (a benchmark, a test) of what lies beside it: other people's count as one version, which numba
    looks at itself. Cost: every source is read once in a process.
    """
    digest = blake2b(digest_size=16)
    for name in sorted(_reached(module)):
        digest.update(f"{name}\0{_digest(name)}\0".encode())
    return digest.hexdigest()


def _reached(module: str) -> set[str]:
    """The module and what it imports, directly or not."""
    own = module.partition(".")[0]
    beside = None if own in HOUSES else _root(own).parent
    reached = {module}
    waiting = [module]
    while waiting:
        for name in _imported(waiting.pop()):
            if name not in reached and _is_followed(name.partition(".")[0], own, beside):
                reached.add(name)
                waiting.append(name)
    return reached


def _is_followed(package: str, own: str, beside: Path | None) -> bool:
    if package in HOUSES or package == own:
        return True
    return beside is not None and (
        (beside / package / "__init__.py").exists() or (beside / f"{package}.py").exists()
    )


@cache
def _root(package: str) -> Path:
    """The folder of a package, or the file of a script."""
    loaded = sys.modules.get(package)
    if loaded is not None:
        return Path(next(iter(loaded.__path__)) if hasattr(loaded, "__path__") else str(loaded.__file__))
    found = find_spec(package)
    assert found is not None
    return Path(next(iter(found.submodule_search_locations or [str(found.origin)])))


@cache
def _source(module: str) -> str:
    """Found on disk and not among what is loaded, which differs between programs; empty for none."""
    package, *inside = module.split(".")
    place = _root(package)
    if place.is_file():  # A script beside others is a module without a package.
        return place.read_text(encoding="utf-8")
    place = place.joinpath(*inside)
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@cache
def _digest(module: str) -> str:
    return blake2b(_source(module).encode(), digest_size=16).hexdigest()


@cache
def _imported(module: str) -> tuple[str, ...]:
    return tuple(one or other for one, other in _IMPORT.findall(_source(module)))
