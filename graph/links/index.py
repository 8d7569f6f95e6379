"""From (kind, source, target) to a link number: open addressing, four bytes a slot.

A slot holds a link number and, in the bits above it, a tag of the key's hash: a probe reads a record only
when the tag fits. Linear probing, at most three quarters full; deletion shifts back what probed past the
hole (Knuth, The Art of Computer Programming 3, 6.4, algorithm R), so nothing is ever cleaned up.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from graph.kernels.kernel import inlined, kernel, wide
from graph.kernels.prefetch import fetch
from graph.links.records import LinkState, Records

_AHEAD: Final = 24
"""How many links before its turn the slot of one is fetched."""


@inlined
def mixed(kind: int, source: int, target: int) -> int:
    """A hash of the key, all bits of it usable."""
    h = source * 0x1E3779B97F4A7C15 + target * 0x42B2AE3D27D4EB4F + kind * 0x165667B19E3779F9
    h ^= h >> 32
    h *= 0x2545F4914F6CDD1D
    return h ^ (h >> 29)


@inlined
def locate(s: LinkState, kind: int, source: int, target: int) -> int:
    """The link of the key, live or only remembered; -1 when there is none."""
    h = mixed(kind, source, target)
    mask = s.index_shape[0].slot_mask
    bits = s.index_shape[0].link_bits
    tag = (h >> 31) & ((1 << (32 - bits)) - 1)
    at = h & mask
    while True:
        value = wide(s.slots[at])
        if value == 0:
            return -1
        if value >> bits == tag:
            link = wide((value & ((1 << bits) - 1)) - 1)
            record = s.links[link]
            if record.source == source and record.target == target and record.kind == kind:
                return link
        at = (at + 1) & mask


@inlined
def insert(slots: npt.NDArray[np.uint32], bits: int, mask: int, h: int, link: int) -> None:
    """Put a link into the index under its hash. The key must not be there."""
    at = h & mask
    while slots[at] != 0:
        at = (at + 1) & mask
    tag = (h >> 31) & ((1 << (32 - bits)) - 1)
    slots[at] = np.uint32((tag << bits) | (link + 1))


@kernel
def remove(s: LinkState, link: int) -> None:
    """Take a link out of the index. Its record must still hold its key."""
    mask = s.index_shape[0].slot_mask
    low = (1 << s.index_shape[0].link_bits) - 1
    record = s.links[link]
    hole = mixed(wide(record.kind), wide(record.source), wide(record.target)) & mask
    while (wide(s.slots[hole]) & low) - 1 != link:
        hole = (hole + 1) & mask
    at = (hole + 1) & mask
    while s.slots[at] != 0:
        other = s.links[(wide(s.slots[at]) & low) - 1]
        home = mixed(wide(other.kind), wide(other.source), wide(other.target)) & mask
        if (at - home) & mask >= (at - hole) & mask:
            s.slots[hole] = s.slots[at]
            hole = at
        at = (at + 1) & mask
    s.slots[hole] = 0


@kernel
def foresee_removal(s: LinkState, first: int) -> None:
    """Bring near what removing the links of a bucket will read: their slots, and the records around those."""
    mask = s.index_shape[0].slot_mask
    low = (1 << s.index_shape[0].link_bits) - 1
    link = first
    while link >= 0:
        record = s.links[link]
        fetch(s.slots, mixed(wide(record.kind), wide(record.source), wide(record.target)) & mask)
        link = wide(s.hooks[link].next_in_bucket)
    link = first
    while link >= 0:
        record = s.links[link]
        at = mixed(wide(record.kind), wide(record.source), wide(record.target)) & mask
        for step in range(4):
            value = wide(s.slots[(at + step) & mask])
            if value == 0:
                break
            fetch(s.links, (value & low) - 1)
        link = wide(s.hooks[link].next_in_bucket)


@kernel
def index_all(slots: npt.NDArray[np.uint32], bits: int, links: Records, used: int) -> None:
    """Fill an empty index with every record in use among the first ``used``. Slots are fetched ahead."""
    for link in range(used):
        if link + _AHEAD < used:
            coming = links[link + _AHEAD]
            h = mixed(wide(coming.kind), wide(coming.source), wide(coming.target))
            fetch(slots, h & (slots.shape[0] - 1))
        record = links[link]
        if record.count != 0:
            h = mixed(wide(record.kind), wide(record.source), wide(record.target))
            insert(slots, bits, slots.shape[0] - 1, h, link)
