"""How the command line as a whole behaves: one-line errors, exit codes, signals, closed pipes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from graph.model.errors import BadCall
from ringfence.exits import Terminated, exit_code, nearest, one_line
from ringfence.settings import read_settings
from ringfence.stopping import stops_raised
from ringfence.verbs import Verbs


class RingfenceGroup(TyperGroup):
    """The group of all verbs. ``--debug`` may stand anywhere on the line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = Verbs()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - no verb is made for its name
        """The names of all verbs."""
        return list(self.commands)

    def main(self, args: Sequence[str] | None = None, *_: object, **__: object) -> NoReturn:
        """Run the verb named in ``args`` and leave with the exit code of the contract."""
        words, debug = _without_debug(sys.argv[1:] if args is None else args)
        try:
            with stops_raised():
                debug = debug or read_settings().debug
                code = self._run(words)
            sys.stdout.flush()
        except BrokenPipeError:
            _discard_standard_output()
            sys.exit(0)
        except (Exception, KeyboardInterrupt, Terminated) as error:
            if debug:
                traceback.print_exception(error)
            print(f"ringfence: {one_line(error)}", file=sys.stderr)
            sys.exit(exit_code(error))
        sys.exit(code if words else 2)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb's command; an unknown verb fails with the nearest known one."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            guess = nearest(args[0], self.list_commands(ctx))
            hint = f"did you mean {guess}? " if guess else ""
            raise BadCall(f"expected a verb, found {args[0]}; {hint}see ringfence --help")
        return super().resolve_command(ctx, args)

    def _run(self, words: Sequence[str]) -> int:
        try:
            with self.make_context("ringfence", list(words) or ["--help"]) as context:
                self.invoke(context)
        except typer.Exit as done:
            return done.exit_code
        except typer.Abort as stopped:
            raise KeyboardInterrupt from stopped
        return 0


def _without_debug(words: Sequence[str]) -> tuple[list[str], bool]:
    """The words without ``--debug``, and whether it was there; what follows ``--`` is left alone."""
    end = list(words).index("--") if "--" in words else len(words)
    options = [word for word in words[:end] if word != "--debug"]
    return [*options, *words[end:]], len(options) < end


def _discard_standard_output() -> None:
    """Keep the interpreter's last flush from failing once more on the closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
