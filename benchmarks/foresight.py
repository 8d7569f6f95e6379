"""Asking the memory for what will be needed soon, so that a kernel waits for many lines at once.

A lookup in a large store waits for one cache line after the other: slot, record, entities. A caller that
knows its next events names them some events ahead: first ``foresee``, and some events later ``foresee_link``.
"""

from __future__ import annotations

from graph.kernels.kernel import inlined, wide
from graph.kernels.prefetch import fetch
from graph.links.index import mixed
from graph.links.records import LinkState


@inlined
def foresee(s: LinkState, kind: int, source: int, target: int) -> None:
    """A touch of this key is to come: bring near its slot of the index and its two entities."""
    fetch(s.slots, mixed(kind, source, target) & s.index_shape[0].slot_mask)
    fetch(s.entities, source)
    fetch(s.entities, target)


@inlined
def foresee_link(s: LinkState, kind: int, source: int, target: int) -> None:
    """A touch of this key is to come, and its slot is near: bring near the record that it likely leads to."""
    value = wide(s.slots[mixed(kind, source, target) & s.index_shape[0].slot_mask])
    if value != 0:
        link = (value & ((1 << s.index_shape[0].link_bits) - 1)) - 1
        fetch(s.links, link)
