"""Rings: born, growing, merging, splitting, closing, and the ledger that says so.

Knows judgements; looks at no link.
"""
