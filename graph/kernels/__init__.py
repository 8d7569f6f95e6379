"""The numba substrate: typed arrays handed over as one pointer, compiling and caching, hashing, rows,
geometry.

Knows numbers and bytes, and nothing of fraud, accounts or links.
"""
