"""How the service behaves; every field has its setting."""

from __future__ import annotations

from dataclasses import dataclass

from graph.model.errors import BadCall
from streaming.admission.deduplicate import WINDOW_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConfig:
    """Nothing here but ``remember_ms`` changes the final graph; the order of events follows from three.

    ``batch_most``: events applied at once under load; a quiet service takes fewer. ``batch_target_s``:
    how long a batch may take before the next is smaller. ``order_within_ms``: how long, in event time,
    events are held back to be applied in order; 0 applies them as they come. ``arrive_within_s``: by the
    clock, how far apart producers may send partitions what happened at one time, where events are put in
    order. ``max_skew_ms``: how far a partition may run ahead of the others in event time.
    ``snapshot_every``: accepted events between snapshots. ``snapshots_kept``: how many stay.
    ``remember_ms``: in which event time a repeat is known; less than 48 hours only behind what drops
    older repeats, or they count twice. ``until_end``: stop when everything there is has been read.
    """

    batch_most: int = 8192
    batch_target_s: float = 0.05
    order_within_ms: int = 0
    arrive_within_s: float = 1.0
    max_skew_ms: int = 3_600_000
    snapshot_every: int = 1_000_000
    snapshots_kept: int = 3
    remember_ms: int = WINDOW_MS
    until_end: bool = False

    def __post_init__(self) -> None:
        for name in ("batch_most", "snapshot_every", "snapshots_kept", "max_skew_ms", "remember_ms"):
            if getattr(self, name) < 1:
                raise BadCall(
                    f"expected {name} of at least 1, found {getattr(self, name)}: give a larger one"
                )
        for name in ("order_within_ms", "arrive_within_s"):
            if not getattr(self, name) >= 0:
                raise BadCall(f"expected {name} of at least 0, found {getattr(self, name)}: give 0 or more")
