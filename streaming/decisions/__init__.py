"""Decisions before the fact: a read-only follower of the service's state, and the routes that ask it."""
