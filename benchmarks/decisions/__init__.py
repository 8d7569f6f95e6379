"""Decisions over HTTP under load: the graph, the server, the light client, and two other ways to answer."""
