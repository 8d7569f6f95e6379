"""Bytes to columns: the parsing kernel, its tables, and the slow decoder that judges one record in words.

Knows the contract; keeps nothing from one record to the next.
"""
