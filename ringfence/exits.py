"""From any exception to one line on standard error and the exit code of the contract.

==== =======================================================
code meaning
==== =======================================================
0    done (also when the reader of our output went away)
1    anything not named here
2    the call is wrong: unknown option, no such file, bad value
3    the input was read, but nothing in it was a valid event
4    a server that is needed does not answer
130  stopped with Ctrl-C; 143: stopped by a termination signal
==== =======================================================
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

import typer
from typer.exceptions import TyperException

from graph.model.errors import RingfenceError

INTERRUPTED: Final = 130
TERMINATED: Final = 143


class Terminated(BaseException):
    """The process was asked to stop; raised where it was running, so that everything is cleaned up."""


def exit_code(error: BaseException) -> int:
    """The exit code that says what kind of failure ``error`` is."""
    if isinstance(error, RingfenceError | TyperException):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    return TERMINATED if isinstance(error, Terminated) else 1


def one_line(error: BaseException) -> str:
    """What went wrong and what to do, on one line."""
    if isinstance(error, TyperException):
        text = _wrong_call(error)
    elif isinstance(error, RingfenceError):
        text = str(error)
    elif isinstance(error, KeyboardInterrupt):
        text = "expected to run to the end, found Ctrl-C; nothing half-written was left, start again at will"
    elif isinstance(error, Terminated):
        text = "expected to run to the end, found a request to stop; nothing half-written was left"
    elif isinstance(error, MemoryError):
        text = "expected enough memory, found none left; shorten --window-days or use a larger machine"
    elif isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        text = (
            f"expected the system to allow it, found {error.strerror or error}{where}; mend that, try again"
        )
    else:
        text = (
            f"expected no such failure, found {type(error).__name__}: {error}; run again with --debug "
            f"for the traceback and report it"
        )
    return " ".join(text.split())


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` most like ``word``, None when none is like it."""
    close = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.5)
    return close[0] if close else None


def _wrong_call(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "ringfence"
    option = getattr(error, "option_name", None)
    is_unknown_option = option is not None and hasattr(error, "possibilities")
    if is_unknown_option and context is not None:
        known = [name for parameter in context.command.params for name in parameter.opts]
        return _unknown("an option", f"{option}", [name for name in known if name.startswith("--")], command)
    if isinstance(error, typer.BadParameter) and error.param is not None:
        name = next((name for name in error.param.opts if name.startswith("--")), error.param.metavar)
        if hasattr(error, "param_type"):
            return f"expected {name} in the call, found none; see {command} --help"
        return f"expected a good value for {name}, found a bad one: {error.message}; see {command} --help"
    return f"expected a valid call, found: {error.format_message().rstrip('.')}; see {command} --help"


def _unknown(what: str, found: str, known: list[str], command: str) -> str:
    guess = nearest(found, known)
    hint = f"did you mean {guess}? " if guess else ""
    return f"expected {what} of `{command}`, found {found}; {hint}see {command} --help"
