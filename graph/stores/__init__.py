"""Stores: the projection of an engine that investigators read, behind one port; embedded (SQLite) or Neo4j.

Nothing outside this package imports a database, and the core never imports this package.
"""
