"""What goes in and comes out, and the words for it: events, batches, results, changes, views, vocabulary,
errors.

Knows no array of the engine and how nothing is decided.
"""
