"""Crews, composed."""
