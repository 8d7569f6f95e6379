"""The core: the entity graph, who may be a ring, the evidence, the score, the rings and their ledger.

Pure: no clock, no environment, no disk, no server, but for ``graph.stores``. ``graph.engine.Engine`` is the
way in. The rooms, bottom up: kernels, model, links, components, state, updates, candidates, evidence,
scoring, rings, engine, stores.
"""
