"""Rings: born, growing, merging, splitting, closing, and the ledger that records it.

Knows judgements; looks at no link.
"""
