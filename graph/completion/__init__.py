"""Completion: who of a candidate's accounts, and of those around it, belongs, read from marks that spread."""
