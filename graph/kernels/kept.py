"""Compiled kernels on disk, written and read by one process at a time.

numba writes the index of a kernel before the code that it names. A second process that reads between, or that
compiles the same kernel for other types at the same moment, would take other code for what it asked for.
"""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from numba.core import caching

_caching: Any = caching


class KeptKernel(_caching.IndexDataCacheFile):  # type: ignore[misc]
    """As numba keeps what it compiles of one kernel, with the folder locked meanwhile."""

    def save(self, key: Any, data: Any) -> None:
        """Keep what was compiled for some types."""
        with _locked(self._cache_path, fcntl.LOCK_EX):
            super().save(key, data)

    def load(self, key: Any) -> Any:
        """What was kept for these types; None when nothing was."""
        try:
            with _locked(self._cache_path, fcntl.LOCK_SH):
                return super().load(key)
        except FileNotFoundError:
            return None

    def _load_index(self) -> Any:
        """What was kept, by types; nothing where it names types that the program no longer has.

        An upgrade in place leaves the index of the version before, and its stamp is read only after the
        types. An index that was cut short is none either.
        """
        try:
            return super()._load_index()
        except (ImportError, AttributeError, EOFError, pickle.UnpicklingError):
            return {}


@contextmanager
def _locked(folder: str, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        # A file system without such locks keeps kernels as numba does.
        with suppress(OSError):
            fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
