"""From evidence to a probability: rules for and against in words, and the scorers' ports and linear kernel.

Knows evidence by name; knows no graph beside what a member scorer is handed.
"""
