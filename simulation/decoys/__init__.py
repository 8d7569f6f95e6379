"""Honest groups that look like rings: every way in which strangers come to share something."""

from simulation.decoys.casting import plan_decoys

__all__ = ["plan_decoys"]
