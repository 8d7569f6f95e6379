"""Every error the product raises on purpose, by the reaction it asks for.

::

    RingfenceError
    |-- Rejected      one record breaks the contract: dead-letter it, go on
    |-- Unavailable   a server does not answer: wait ``retry_after_s`` and try again
    `-- Fatal         stop and say why
        |-- BadCall     the call is wrong (exit code 2)
        |   `-- Missing     what it names is not there
        `-- NoEvents    the input holds no valid event (exit code 3)

A message is one line that says what was expected, what was found and what to do.
"""

from __future__ import annotations

from graph.model.vocabulary import RejectionReason


class RingfenceError(Exception):
    """The root: never raised itself."""

    exit_code = 1


class Rejected(RingfenceError):
    """One record breaks a rule of the contract; the ones around it are unharmed."""

    def __init__(self, reason: RejectionReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


class Unavailable(RingfenceError):
    """A server that is needed does not answer; carries the pause before the next try."""

    exit_code = 4

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Fatal(RingfenceError):
    """The run cannot go on."""


class BadCall(Fatal):
    """An option or a path is wrong."""

    exit_code = 2


class Missing(BadCall):
    """What the call names is not there."""


class NoEvents(Fatal):
    """The input was read, but nothing in it was a valid event."""

    exit_code = 3
