"""What of a run goes to one worker together, and which worker takes what first.

`make test` has two workers, each a process with fixtures of its own. Tests of one file stay together, so that
what a file makes once is made once. All tests on real servers stay together too: one broker and one database
are started, nobody empties the database under somebody else's test, and while one worker waits for a server
the other computes.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Final

from xdist.scheduler import LoadScopeScheduling

SERVERS: Final = "servers"
"""The share of whatever runs on a real server."""
_ROOMS: Final = ("tests/contract", "tests/integration")
_ALONE: Final = frozenset({"test_detect_promises.py", "test_notebooks.py"})


def share_of(nodeid: str) -> str:
    """The file of a test, or `SERVERS`; tests of the same share run in the same process."""
    file = PurePosixPath(nodeid.partition("::")[0])
    on_servers = str(file.parent) in _ROOMS and file.name not in _ALONE
    return SERVERS if on_servers else str(file)


def order(nodeid: str, with_slow: Collection[str]) -> int:
    """The turn of a test's share: servers, then files with slow tests (`with_slow`), then the others.

    A long share that is begun last would keep one worker busy while the others have nothing left to do.
    """
    share = share_of(nodeid)
    return 0 if share == SERVERS else 1 if share in with_slow else 2


class Sharing(LoadScopeScheduling):
    """Gives every worker one share after another, in the order in which the tests were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)
