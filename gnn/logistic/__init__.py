"""The logistic scorer that ships: its stored weights, and how they are fitted on simulated cities."""
