"""Parts that share nothing: by time and by ring, and the check that proves it.

Examples that share an account, a device, a card or a ring, directly or through others, are one *family* and stay on
one side. Families are laid out by when they began: the earliest make the training part, the next the
check part, the newest the test part. A training example whose moment is not before the check part begins is
dropped, and so is one whose label would not have been known by then (``label_delay_ms``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gnn.features import DAY_MS
from gnn.snapshot import Example, Snapshot
from graph.errors import Fatal

PARTS: Final = ("train", "check", "test")


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """Shares of the families, by their beginning, and how long a label takes to be known."""

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
    """Snapshots of each part; ``dropped`` examples were of two parts at once in time."""

    train: tuple[Snapshot, ...]
    check: tuple[Snapshot, ...]
    test: tuple[Snapshot, ...]
    dropped: int


def families_of(examples: Sequence[Example]) -> list[int]:
    """The family of each example, numbered by the first example of each. Nearly O(things owned)."""
    parent = list(range(len(examples)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = n = parent[parent[n]]
        return n

    holder: dict[str, int] = {}
    for n, example in enumerate(examples):
        for thing in (f"group {example.group}", *sorted(example.owned)):
            first = holder.setdefault(thing, n)
            a, b = root(first), root(n)
            parent[max(a, b)] = min(a, b)
    return [root(n) for n in range(len(examples))]


def split(snapshots: Sequence[Snapshot], config: SplitConfig | None = None) -> Split:
    """The parts of one world's snapshots, checked by :func:`assert_no_leakage`."""
    config = config or SplitConfig()
    examples = [example for snapshot in snapshots for example in snapshot.examples]
    family = families_of(examples)
    began: dict[int, int] = {}
    for n, example in zip(family, examples, strict=True):
        began[n] = min(began.get(n, example.moment_ms), example.moment_ms)
    order = sorted(began, key=lambda n: (began[n], n))
    bounds = [round(len(order) * share) for share in (config.train, config.train + config.check)]
    if not 0 < bounds[0] < bounds[1] < len(order):
        raise Fatal(
            f"expected families of candidates for three parts, found {len(order)} in all; give more events"
        )
    place = {n: sum(at >= bound for bound in bounds) for at, n in enumerate(order)}
    starts = [began[order[bound]] for bound in bounds]
    ends = [starts[0] - config.label_delay_ms, starts[1], 1 << 62]
    kept: list[list[Snapshot]] = [[], [], []]
    at = 0
    for snapshot in snapshots:
        own: list[list[Example]] = [[], [], []]
        for example in snapshot.examples:
            part = place[family[at]]
            at += 1
            # The graph that an example is read from is of the snapshot's moment.
            if snapshot.moment_ms < ends[part]:
                own[part].append(example)
        for part, chosen in enumerate(own):
            if chosen:
                kept[part].append(
                    Snapshot(
                        snapshot.moment_ms,
                        snapshot.features,
                        snapshot.means,
                        tuple(chosen),
                        snapshot.fraudulent,
                    )
                )
    found = Split(
        tuple(kept[0]),
        tuple(kept[1]),
        tuple(kept[2]),
        len(examples) - sum(len(snapshot.examples) for part in kept for snapshot in part),
    )
    assert_no_leakage(found.train, found.check, by_time=True)
    assert_no_leakage(found.check, found.test, by_time=True)
    assert_no_leakage(found.train, found.test, by_time=True)
    return found


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

    With ``by_time`` also when the earlier part's graph holds anything of the time of the later part's candidates.
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
