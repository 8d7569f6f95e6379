"""Honest groups, composed."""
