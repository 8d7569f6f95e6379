"""Honest groups of the third family that look like a ring in some way."""
