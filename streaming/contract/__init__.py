"""The product's contract as code: fields, topics, value formats, reasons for rejection, dead letters, ports.

Knows no bytes being parsed, no file and no server.
"""
