"""numba without what it looks for and we never use, which takes as long to load as all the rest of it.

numba looks once for each of these packages, and does without those that are missing: a file of settings in
YAML, functions of C declared through cffi, and scipy's BLAS for ``np.dot`` in kernels, which is then refused.
Programs that import them by themselves still can.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

_UNUSED: Final = ("cffi", "scipy", "scipy.linalg.cython_blas", "yaml")
_LOOKING: Final = ("numba", "numba.core.typing.cffi_utils", "numba.np.arraymath")
"""The modules of numba that look for them."""


@contextmanager
def _missing(*names: str) -> Iterator[None]:
    """Inside, importing these fails as if they were not installed; those loaded before are left alone."""
    modules: dict[str, Any] = sys.modules
    hidden = [name for name in names if name not in modules]
    modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]


with _missing(*_UNUSED):
    for _name in _LOOKING:
        import_module(_name)
