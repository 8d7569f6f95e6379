"""Finite inputs: files and standard input in, result folders out, and dead letters fed again.

Knows disks and compression; knows no broker.
"""
