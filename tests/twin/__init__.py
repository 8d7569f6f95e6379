"""The engine in plain Python: the oracle that the kernels are held to.

One object for each account, dictionaries for every adjacency, one function for each rule: slow, and easy
to read. ``tests/properties/test_engine_equals_twin.py`` feeds it and ``graph.engine.engine`` the same events
and expects the same flags, ledger, rings, scores and columns of both. Words, events, results, weights and
thresholds are the product's own, so that a threshold that moves moves in both; what is done with them is
written down twice.
"""
