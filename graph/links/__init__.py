"""The windowed multigraph: links as records, their index, lists, sessions, expiry and change log.

Knows entities as numbers and links by kind; knows no cluster, account fact or ring.
"""
