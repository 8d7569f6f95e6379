"""Why a ring is one: the links without which it would be none (counterfactuals), and what moved its score."""
