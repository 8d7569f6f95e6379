"""The scorer that ships: boosted trees held to the signs of the evidence, and how they are fitted."""
