"""Compiled kernels loaded before the first fork, so that every child has them."""

from ringfence.warming import warm_up

warm_up()
