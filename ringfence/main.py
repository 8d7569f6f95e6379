"""The command line: one verb per module of ``ringfence.commands``."""

from __future__ import annotations

import gc
from typing import Annotated, Final

import typer

from ringfence import __version__
from ringfence.command_group import RingfenceGroup

COLLECTED_AFTER: Final = 200_000
"""New objects after which Python looks for cycles among them: what a verb loads are fewer, and they stay."""

app = typer.Typer(
    name="ringfence",
    cls=RingfenceGroup,
    add_completion=False,
    rich_markup_mode=None,
    help="Finds fraud rings on ride-hailing and delivery platforms, while they form.",
    epilog="--debug, anywhere on the line, shows a traceback with an error.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ringfence {__version__}")
        raise typer.Exit


@app.callback()
def everything(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Finds fraud rings on ride-hailing and delivery platforms, while they form."""


def main() -> None:
    """The entry point of the ``ringfence`` command."""
    gc.set_threshold(COLLECTED_AFTER)
    app()
