"""Kernels that answer questions loaded before the first fork, so that every follower has them."""

from ringfence.warming import warm_up

warm_up(None, asking=True)
