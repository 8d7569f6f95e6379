"""What goes on in a running service, on the terminal, as it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from streaming.service.status import Status

EVERY_S: Final = 0.5
MOST_PARTITIONS: Final = 12


def picture(status: Status, rate: float) -> Group:
    """One look: the phase, totals, latencies, flags by kind and the partitions that lag most."""
    tally = status.tally
    colour = {"running": "green", "waiting": "red"}.get(status.phase, "yellow")
    head = Text.assemble(
        (f" {status.phase} ", f"bold {colour}"), f" batch {status.batch:,}", (f"  {status.trouble}", "red")
    )
    facts = Table.grid(padding=(0, 3))
    for _ in range(4):
        facts.add_column(justify="right")
        facts.add_column(style="dim")
    facts.add_row(
        *(f"{tally.events:,}", "events", f"{rate:,.0f}", "a second"),
        *(f"{sum(tally.flags.values()):,}", "flags", f"{sum(status.lag.values()):,}", "left to read"),
    )
    facts.add_row(
        *(f"{tally.duplicates:,}", "duplicates", f"{sum(tally.rejected.values()):,}", "rejected"),
        *(f"{status.held:,}", "held back", f"{status.engine.get('live_links', 0):,}", "live links"),
    )
    latency = status.flag_latency
    facts.add_row(
        *(f"{1000 * latency.quantile(0.5):.0f} ms", "to a flag, p50"),
        *(f"{1000 * latency.quantile(0.99):.0f} ms", "p99"),
        *(_moment(status.watermark_ms), "event time", f"{status.snapshot_batch:,}", "last snapshot's batch"),
    )
    flags = Text("  ".join(f"{kind} {count:,}" for kind, count in tally.flags.items()) or "no flags yet")
    partitions = Table("partition", "left", box=None, pad_edge=False, header_style="dim")
    order = sorted(status.lag.items(), key=lambda item: (-item[1], item[0]))
    for partition, left in order[:MOST_PARTITIONS]:
        partitions.add_row(str(partition), f"{left:,}")
    if len(order) > MOST_PARTITIONS:
        partitions.add_row(f"and {len(order) - MOST_PARTITIONS} more", "")
    return Group(head, facts, flags, partitions)


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M}" if ms else "-"


@contextmanager
def watching(status: Status) -> Iterator[None]:
    """Shows the picture on standard error until left."""
    done = threading.Event()

    def show() -> None:
        events, moment = status.tally.events, time.monotonic()
        with Live(console=Console(stderr=True), auto_refresh=False, transient=False) as live:
            while True:
                is_last = done.wait(EVERY_S)
                now = time.monotonic()
                rate = max(0.0, (status.tally.events - events) / (now - moment))
                events, moment = status.tally.events, now
                live.update(picture(status, rate), refresh=True)
                if is_last:
                    return

    thread = threading.Thread(target=show, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
