"""The numba substrate: typed arrays handed over as one pointer, compiling and caching, hashing, rows,
geometry.

Knows numbers and bytes, and nothing of fraud, accounts or links.
"""

from graph.kernels import lean_numba as _lean_numba  # noqa: F401  (before any other module asks for numba)
