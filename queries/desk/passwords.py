"""Passwords: argon2id (RFC 9106, its second recommended setting: 64 MiB, three passes), two at a time.

Call from a thread of its own: one check takes tens of milliseconds of processor and 64 MiB.
"""

from __future__ import annotations

from functools import cached_property
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from graph.model.errors import BadCall, Unavailable

SHORTEST: Final = 12
LONGEST: Final = 1_024
AT_ONCE: Final = 2
WAIT_S: Final = 5.0


class Passwords:
    """Hashes and checks; more than ``AT_ONCE`` wait, and are refused with Unavailable after ``WAIT_S``."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._free = BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str, name: str) -> str:
        """What is kept of a password. Raises BadCall when it is too short, too long or the name."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadCall(
                f"expected a password of {SHORTEST} to {LONGEST} characters, found {len(password)}; "
                "choose another"
            )
        if name.lower() in password.lower() and len(password) < 2 * len(name):
            raise BadCall("expected a password that is not the name, found one that is; choose another")
        with self._one_of_few():
            return self._hasher.hash(password)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Whether it is the password that was kept; takes as long where nothing was kept."""
        with self._one_of_few():
            try:
                return self._hasher.verify(kept or self._nobodys, password[:LONGEST]) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    @cached_property
    def _nobodys(self) -> str:
        """What is checked where nothing was kept."""
        return self._hasher.hash("the password of nobody")

    def _one_of_few(self) -> _Turn:
        return _Turn(self._free)


class _Turn:
    """One of the few that may work at once."""

    def __init__(self, free: BoundedSemaphore) -> None:
        self._free = free

    def __enter__(self) -> None:
        if not self._free.acquire(timeout=WAIT_S):
            raise Unavailable(
                f"expected a free place to check a password within {WAIT_S:g} s, found none; try again", 2.0
            )

    def __exit__(self, *_error: object) -> None:
        self._free.release()
