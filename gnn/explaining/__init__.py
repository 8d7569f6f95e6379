"""Why a ring is one: ties without which it would be none, and what moved its score."""
