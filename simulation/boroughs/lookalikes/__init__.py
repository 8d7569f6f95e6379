"""Honest groups of the second family that look like crews, by what they share."""
