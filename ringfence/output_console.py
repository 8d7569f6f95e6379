"""The console that results are printed on."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console


class OutputConsole(Console):
    """A console that leaves a closed pipe to the caller instead of ending the process."""

    def on_broken_pipe(self) -> NoReturn:
        """Raise ``BrokenPipeError``."""
        raise BrokenPipeError
