"""Compiles what tests call, before several workers would each compile the same: ``python -m tests.kernels``.

Cost: four minutes of a processor in a fresh clone, seconds where everything is compiled.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ringfence.warming import warm_up

NETWORK: Final = Path(__file__).resolve().parents[1] / "gnn" / "weights" / "network"


def main() -> None:
    """The kernels of the engine, and those of the network that comes with it."""
    warm_up(asking=True)
    warm_up(NETWORK, asking=True)


if __name__ == "__main__":
    main()
