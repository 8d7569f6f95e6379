"""A service at work in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from streaming.service.service import Service
from tests.integration.waiting import WAIT_S


@contextmanager
def at_work(running: Service) -> Iterator[None]:
    """The service runs in a thread of its own, and is stopped at the end, whatever the test came to."""
    working = threading.Thread(target=running.run)
    working.start()
    try:
        yield
    finally:
        running.stop()
        working.join(WAIT_S)
        assert not working.is_alive()
