"""Connections are bounded: in the time that a request's head may take, and in number.

uvicorn bounds the pause between two requests of a connection, but not the time a head may take; and whom it
refuses because too many are there it does not tell when to come again.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S: Final = 10.0
AGAIN_S: Final = 30
_BODY: Final = msgspec.json.encode(
    {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "code": "too_many_connections",
        "detail": f"expected a free place, found none; come again in {AGAIN_S} s",
    }
)
REFUSED: Final = (
    f"HTTP/1.1 503 Service Unavailable\r\nRetry-After: {AGAIN_S}\r\nConnection: close\r\n"
    "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"
    f"Content-Length: {len(_BODY)}\r\n\r\n"
).encode() + _BODY
SILENT: Final = 4
"""So many times as many connections may be open before the next ones are closed without a word."""


class ImpatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that waits ``HEAD_WITHIN_S`` for the head of a request, on up to ``most`` connections.

    Requests on more are refused politely (503 with ``Retry-After``), which costs no task and no thread.
    """

    most: ClassVar[int] = 1_000
    _patience: asyncio.TimerHandle | None = None
    _is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The connection is there; a head has to follow."""
        super().connection_made(transport)
        if len(self.connections) > SILENT * self.most:
            transport.abort()
        else:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._wait_for_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stop_waiting()
        if self._is_refused:
            return
        if len(self.connections) > self.most and self.cycle is None:
            self._is_refused = True
            self.transport.write(REFUSED)
            self.transport.close()
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """More of a body; of no interest when the request was refused."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        if not self._is_refused:
            super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._patience = self.loop.call_later(HEAD_WITHIN_S, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        transport: Any = self.transport
        if not transport.is_closing():
            transport.close()


def protocol_for(most: int) -> type[ImpatientProtocol]:
    """The protocol for up to so many connections."""
    return type("BoundedProtocol", (ImpatientProtocol,), {"most": most})
