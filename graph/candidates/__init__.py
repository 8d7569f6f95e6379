"""Candidate generation: which accounts may be one ring, by clusters, circles, visits and what ties them.

Reads the state; measures and scores nothing.
"""
