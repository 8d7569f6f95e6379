"""The logistic score, which a network starts from and trees have to beat, and what all scores learn from."""
