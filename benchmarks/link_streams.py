"""Made-up streams of identity links for the benchmarks of connectivity, in steady state.

``groups``: what identity links look like. An account has four of them; about three quarters of the
identifiers are its own, the others it shares with accounts of a group of six, so that clusters stay small. Of
a hundred events thirty bring a new link, one is an analyst's cut and the rest use a recent link again.

``giant``: accounts and identifiers joined anyhow, three links for each pair of them, so that one component
holds nearly everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

WINDOW_MS = 90 * 86_400_000
LATENESS_MS = 48 * 3_600_000
NEW, CUTS = 0.3, 0.01
LINKS_OF_ACCOUNT, GROUP, OWN = 4, 6, 0.74
ACTIVE = 0.15
"""Of the events of a window: how many links are recent enough to be used again."""
LIVE = 0.3663
"""Live links for each event of a window, once a window and a half has gone by (measured)."""


@dataclass(frozen=True)
class Stream:
    """Events in order: the pair each is on, and whether it is a cut."""

    source: npt.NDArray[np.int32]
    """Accounts, 0 to ``accounts`` - 1."""
    target: npt.NDArray[np.int32]
    """Identifiers, ``accounts`` to ``entities`` - 1."""
    cut: npt.NDArray[np.uint8]
    accounts: int
    entities: int
    step_ms: float
    """Between two events."""
    warm: int
    """Events before the steady state."""


def groups(live: int, events: int, seed: int) -> Stream:
    """A stream with ``events`` events in a steady state of about ``live`` live links."""
    window = round(live / LIVE)
    warm = round(1.55 * window)
    pair, cut = _uses(seed, warm + events, round(ACTIVE * window), NEW, CUTS)
    account, identifier = _members(int(pair.max()) + 1, np.random.default_rng(seed))
    accounts = int(account[-1]) + 1
    return Stream(
        source=account[pair],
        target=identifier[pair] + np.int32(accounts),
        cut=cut,
        accounts=accounts,
        entities=accounts + int(identifier.max()) + 1,
        step_ms=WINDOW_MS / window,
        warm=warm,
    )


def giant(live: int, events: int, seed: int) -> Stream:
    """A stream of ``live`` links anywhere: every event brings a link and lets one fall."""
    draw = np.random.default_rng(seed)
    warm, half = live, live // 3
    source = draw.integers(0, half, warm + events, np.int32)
    target = draw.integers(half, 2 * half, warm + events, np.int32)
    return Stream(source, target, np.zeros(len(source), np.uint8), half, 2 * half, WINDOW_MS / live, warm)


def _members(pairs: int, draw: np.random.Generator) -> tuple[Any, Any]:
    """Account and identifier of every pair: own identifiers, or one used before in the same group."""
    size = LINKS_OF_ACCOUNT * GROUP
    pair = np.arange(pairs)
    own = draw.random(pairs) < OWN
    own[::size] = True
    number = np.cumsum(own) - 1
    first = number[pair // size * size]
    shared = first + (draw.random(pairs) * (number - first + 1)).astype(np.int64)
    identifier = np.where(own, number, shared)
    return (pair // LINKS_OF_ACCOUNT).astype(np.int32), identifier.astype(np.int32)


@njit(cache=True)
def _uses(seed: int, events: int, active: int, new: float, cuts: float) -> tuple[Any, Any]:
    np.random.seed(seed)
    pair = np.empty(events, np.int32)
    cut = np.zeros(events, np.uint8)
    following = 1
    pair[0] = 0
    for n in range(1, events):
        drawn = np.random.random()
        if drawn < new:
            pair[n] = following
            following += 1
        else:
            pair[n] = following - 1 - np.random.randint(min(active, following))
            cut[n] = drawn > 1 - cuts
    return pair, cut
