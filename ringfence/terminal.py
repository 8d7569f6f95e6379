"""Where the command line prints: results to standard output, progress to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console

BAR_STEPS_PER_S = 4


class Advance(Protocol):
    """Told how much is done and, where it is known, how much there is."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Move the bar there."""


def output() -> Console:
    """The console for results: as wide as the terminal, 80 columns without one."""
    from ringfence.output_console import OutputConsole

    return OutputConsole(highlight=False)


@contextmanager
def progress_bar(label: str, unit: str, quiet: bool = False) -> Iterator[Advance | None]:
    """A function that moves a bar on standard error; None when quiet or standard error is no terminal.

    ``unit`` names what is counted: ``bytes`` are shown as a percentage, anything else as a number.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    amount = TaskProgressColumn() if unit == "bytes" else TextColumn(f"{{task.completed:>11,.0f}} {unit}")
    columns = (TextColumn(f"   {label:12}"), BarColumn(), amount, TimeElapsedColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True, refresh_per_second=BAR_STEPS_PER_S
    ) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
