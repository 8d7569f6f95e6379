"""Honest groups that look like rings in some way."""
