"""A port of loopback that stays ours from when it is chosen until nobody needs it."""

from __future__ import annotations

import os
import socket
import weakref


class Port:
    """A free port of 127.0.0.1, kept by a socket that is bound and never listens, for as long as this lives.

    A port that is only looked up can be given away before the server binds it, also as the near end of
    somebody's connection. A server that sets ``SO_REUSEADDR``, as those of Java do, can listen on it all the
    same, and again after it was stopped.
    """

    def __init__(self) -> None:
        with socket.socket() as kept:
            kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kept.bind(("127.0.0.1", 0))
            self.number = int(kept.getsockname()[1])
            weakref.finalize(self, os.close, kept.detach())
