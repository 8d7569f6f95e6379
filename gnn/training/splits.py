"""Parts by time and by ring, and the check that they share nothing.

A ring belongs to the part in whose time it began: the training part ends where half of the rings have
begun, the check part where another fifth has, the test part takes the rest. An honest candidate, which
has no beginning worth the name, belongs to a part by a hash of its group. Each part holds only candidates
of snapshots within its time, and the training part none whose label would not have been known at its end
(``label_delay_ms``). What would stand on two sides is left out (``gnn.training.claims``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from gnn.tensors.features import DAY_MS
from gnn.tensors.snapshot import Example, Snapshot
from gnn.training.claims import kept_apart
from graph.model.errors import Fatal

PARTS: Final = ("train", "check", "test")
NO_PART: Final = -1


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """Shares of the rings, by their beginning, and how long a label takes to be known."""

    train: float = 0.5
    check: float = 0.2
    label_delay_ms: int = DAY_MS

    def __post_init__(self) -> None:
        if not (self.train > 0 and self.check > 0 and self.train + self.check < 1):
            raise Fatal(
                f"expected shares above 0 that leave some for the test, found {self.train} and {self.check}; "
                "give smaller ones"
            )


@dataclass(frozen=True, slots=True)
class Split:
    """Snapshots of each part; ``dropped`` examples were left out of all."""

    train: tuple[Snapshot, ...]
    check: tuple[Snapshot, ...]
    test: tuple[Snapshot, ...]
    dropped: int


def split(snapshots: Sequence[Snapshot], config: SplitConfig | None = None) -> Split:
    """The parts of one world's snapshots, checked by :func:`assert_no_leakage`."""
    config = config or SplitConfig()
    shares = (config.train, config.train + config.check)
    examples = [example for snapshot in snapshots for example in snapshot.examples]
    moments = [snapshot.moment_ms for snapshot in snapshots for _ in snapshot.examples]
    began: dict[str, int] = {}
    for example in examples:
        if example.is_ring:
            began[example.group] = min(began.get(example.group, example.moment_ms), example.moment_ms)
    order = sorted(began.values())
    if len(order) < len(PARTS):
        raise Fatal(f"expected a ring for each of {len(PARTS)} parts, found {len(order)}; give more events")
    first, second = (
        order[min(max(round(len(order) * share), n + 1), len(order) - 2 + n)]
        for n, share in enumerate(shares)
    )
    starts, ends = (0, first, second), (first - config.label_delay_ms, second, 1 << 62)
    part = []
    for example, moment_ms in zip(examples, moments, strict=True):
        if example.is_ring:
            own = sum(began[example.group] >= bound for bound in (first, second))
        else:
            own = sum(_lot(example.group) >= share for share in shares)
        # An example's graph is of its snapshot's moment, which must lie in the part's time as well.
        within = starts[own] <= example.moment_ms and moment_ms < ends[own]
        part.append(own if within else NO_PART)
    keep = kept_apart(examples, part)
    chosen = [
        tuple(
            replace(snapshot, examples=own)
            for snapshot, own in zip(
                snapshots, _by_snapshot(snapshots, keep & (np.array(part) == n)), strict=True
            )
            if own
        )
        for n in range(len(PARTS))
    ]
    for name, found in zip(PARTS, chosen, strict=True):
        if not found:
            raise Fatal(
                f"expected candidates in every part, found none in the time of the {name} part; "
                "give more events, or take snapshots more often"
            )
    train, check, test = chosen
    assert_no_leakage(train, check, by_time=True)
    assert_no_leakage(check, test, by_time=True)
    assert_no_leakage(train, test, by_time=True)
    return Split(train, check, test, int((~keep).sum()))


def _by_snapshot(snapshots: Sequence[Snapshot], keep: npt.NDArray[np.bool_]) -> list[tuple[Example, ...]]:
    chosen, at = [], 0
    for snapshot in snapshots:
        chosen.append(
            tuple(
                e for e, k in zip(snapshot.examples, keep[at : at + len(snapshot.examples)], strict=True) if k
            )
        )
        at += len(snapshot.examples)
    return chosen


def _lot(group: str) -> float:
    """A number in [0, 1) that only the name decides."""
    return int.from_bytes(hashlib.blake2b(group.encode(), digest_size=4).digest(), "big") / 2**32


class Judged(Protocol):
    """Anything that holds examples: a snapshot or a lesson."""

    @property
    def examples(self) -> Sequence[Example]:
        """The candidates."""
        ...

    @property
    def moment_ms(self) -> int:
        """The newest that its graph may hold."""
        ...


def assert_no_leakage(earlier: Sequence[Judged], later: Sequence[Judged], *, by_time: bool = False) -> None:
    """Raise Fatal when two parts share a ring, an account, a device or a card.

    With ``by_time`` also when the earlier part's graph holds anything of the time of the later part's
    candidates.
    """
    left = [example for part in earlier for example in part.examples]
    right = [example for part in later for example in part.examples]
    things = {example.group for example in left}.union(*(example.owned for example in left))
    others = {example.group for example in right}.union(*(example.owned for example in right))
    common = sorted(things & others)
    if common:
        raise Fatal(
            f"expected nothing on both sides of the split, found {len(common)} things there, the first "
            f"of kind {common[0].split(' ')[-2] if ' ' in common[0] else 'ring'}; split by family"
        )
    if by_time and left and right:
        newest = max(part.moment_ms for part in earlier)
        first = min(example.moment_ms for example in right)
        if newest >= first:
            raise Fatal(
                f"expected the earlier part to end before {first}, found a graph of {newest}; split by time"
            )
