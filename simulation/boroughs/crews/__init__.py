"""Crews of the second family: a drawn recipe, the tools it works with, and seven trades."""
