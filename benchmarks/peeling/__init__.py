"""The greedy peeling of the weighted rider-driver graph, kept exact under every change of an edge."""
