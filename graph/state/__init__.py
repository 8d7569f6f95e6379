"""The engine's arrays and their owner: records, room, interning, saving and loading, digests and views of
them.

Knows how everything is laid out; decides nothing.
"""
