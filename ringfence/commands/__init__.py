"""The verbs of the command line, one module each.

Modules that load slowly are imported by the verb that needs them, when it runs, so that every other
verb starts at once.
"""
