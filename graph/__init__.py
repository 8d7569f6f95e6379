"""The core: vocabulary, entity graph, clusters, circles, evidence, rings and their ledger.

Pure: no clock, no environment, no disk, no server. ``graph.engine.Engine`` is the way in.
"""
