"""One event into the graph: entities, links, account facts, clusters, tracks and the city's habits.

Knows what an event changes; does not judge anybody.
"""
