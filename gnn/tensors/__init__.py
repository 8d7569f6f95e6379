"""The graph as numbers to learn from: features, snapshots, relations, sampling, labelled candidates.

Knows views and judgements of the engine; fits nothing.
"""
