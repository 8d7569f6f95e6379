"""What a network has to beat: boosted trees over neighbour aggregates, and FRAUDAR's dense blocks.

Used by benchmarks and data scientists; nothing in production imports it.
"""
