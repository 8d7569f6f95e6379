"""Honest groups of the fourth family that look like a crew in some way."""
