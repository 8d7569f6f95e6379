"""The verbs of the command line; the module of each is imported when it is called, or when help is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

import typer

VERBS: Final[dict[str, tuple[str, str]]] = {
    "detect": ("detect", "Find the fraud rings in event files."),
    "run": ("run", "Run the service: Kafka in, flags out."),
    "across": ("across", "Tell the owners of regions what others know of theirs."),
    "import": ("import_tables", "Turn Parquet and CSV files into events."),
    "feed": ("feed", "Play event files into Kafka."),
    "backfill": ("backfill", "Replay histories of many regions with Spark."),
    "replay": ("replay", "Feed dead letters again."),
    "simulate": ("simulate", "Write the events of a made-up city and the truth about it."),
    "evaluate": ("evaluate", "Compare results with the truth, beside plain components."),
    "calibrate": ("calibrate", "Gather answered alerts, to keep a promised share of false ones."),
    "serve": ("serve", "Serve a store over HTTP to people and programs."),
    "console": ("console", "Open the investigator's console on a store."),
    "query": ("query", "Ask the store a question."),
    "erase": ("erase", "Forget somebody, everywhere, and prove it."),
    "hold": ("hold", "Forbid to forget an account, or allow it again."),
    "explain": ("explain", "Say which ties make a ring one."),
    "train": ("train", "Train the network on events whose rings are known."),
    "evaluate-model": ("evaluate_model", "Judge a trained model on events it never saw."),
    "promote": ("promote", "Make a model the champion, if it wins."),
    "demo": ("demo", "Simulate, detect and compare in one go."),
    "doctor": ("doctor", "Say what is installed and whether it works."),
    "store": ("store", "Fill a store anew, or compare it with the events."),
    "rules": ("rules", "Propose, try, approve and end short-lived rules against an attack."),
    "audit": ("audit", "Check or export the record of who did what."),
    "webhooks": ("webhooks", "Say what could not be delivered, or send it again."),
}
"""By name, in the order in which help lists them: the module, and what it does in a line."""


class Verbs(Mapping[str, Any]):
    """The commands by name, each made when it is asked for: importing all is slow."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _made(name, *VERBS[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(VERBS)

    def __len__(self) -> int:
        return len(VERBS)


def _made(name: str, module: str, short_help: str) -> Any:
    """The command of a module's ``command``, or the group of its ``app``."""
    verb = typer.Typer(add_completion=False, rich_markup_mode=None)
    found = import_module(f"ringfence.commands.{module}")
    if hasattr(found, "app"):
        verb.add_typer(found.app, name=name, short_help=short_help)
    else:
        verb.command(name, short_help=short_help)(found.command)
    return typer.main.get_group(verb).commands[name]
