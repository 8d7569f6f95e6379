"""Compiled kernels and what is imported late, loaded before the first fork, so that every child has them."""

import pytest  # noqa: F401  (a child imports the program that its parent runs)

import streaming.decoding.columns
import streaming.kafka.following  # noqa: F401
from ringfence.warming import warm_up

warm_up()
