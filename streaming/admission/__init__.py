"""Which events are let in, and under which names: repeats, events from the future, pseudonyms.

Knows decoded events and event time; reads no source.
"""
