"""A stored model at work in an engine: vectors kept current in kernels, without torch."""
