"""Everything a service is put together from."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from streaming.service.core import Core
from streaming.service.partition_buffers import Decode
from streaming.service.ports import Committed, DeliveryNote, Offsets, Partition, Sink, Source, StoreBehind
from streaming.service.recovery import OpenSource
from streaming.service.state_folder import StateFolder

if TYPE_CHECKING:
    from rules.running.runner import RuleReport


class AssignmentListener(Protocol):
    """Is called when partitions are assigned or revoked."""

    def assigned(self, partitions: list[Partition]) -> dict[Partition, int]:
        """These are ours now; gives where to read each from."""

    def revoked(self, partitions: list[Partition]) -> None:
        """These are no longer ours."""


class Group(Source, Protocol):
    """A source whose partitions come and go; the listener is called in the thread that polls."""

    @property
    def leads(self) -> bool:
        """Whether results and offsets are ours to give; a warm member that stands by applies events only."""

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, Committed]:
        """By partition, up to where whoever leads has committed."""

    def join(self, listener: AssignmentListener) -> None:
        """Subscribes. The listener gives the offsets to read from."""

    def commit(self, offsets: Offsets, note: DeliveryNote) -> None:
        """Commits offsets for the group; the note says which batch they belong to."""

    def lags(self, taken: Offsets) -> dict[Partition, int]:
        """For each partition, how many records are left as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What differs between a real service and one in a test."""

    state: StateFolder
    new_core: Callable[[int], Core]
    decode: Decode
    group: Group
    open_source: OpenSource
    sink: Sink
    store: StoreBehind | None = None
    store_reached: Mapping[str, int] = field(default_factory=dict)
    """How far the store had come at the start, by partition."""
    warn: Callable[[str], None] = lambda _: None
    note: Callable[[str, Mapping[str, object]], None] = lambda _event, _facts: None
    drift: Callable[[], Mapping[str, float]] = dict
    """By quantity, population stability of what the model sees against its training; empty where unknown."""
    rules: Callable[[], Sequence[RuleReport]] = tuple
    """What people's rules did so far; empty without any."""
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000


class Stopped(Exception):
    """Asked to stop while waiting."""
