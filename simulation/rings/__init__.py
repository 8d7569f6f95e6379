"""The seven kinds of ring, one file each, and the casting that decides how many there are."""

from simulation.rings.casting import plan_rings

__all__ = ["plan_rings"]
