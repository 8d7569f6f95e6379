"""Crews of the fourth family: nineteen trades, each crew with habits of its own."""
