"""Across regions: identifiers seen in two or more of them, and what each owner is told of the others."""
