"""What every request passes first and every answer last: host, sizes, patience, security headers, metrics.

An ASGI middleware (https://asgi.readthedocs.io), outermost, so that it also holds for answers that no route
gave. Times out who sends a body too slowly (408) or does not take the answer (the connection is closed).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from queries.serving.measures import Measures
from queries.serving.problems import Refusal, problem_response

MOST_BODY_BYTES: Final = 65_536
BODY_WITHIN_S: Final = 10.0
TAKEN_WITHIN_S: Final = 30.0
HEADERS: Final[Sequence[tuple[str, str]]] = (
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
NOT_TAKEN: Final = 499
"""Noted as the status of an answer that was not given or not taken."""
TLS_HEADER: Final = ("Strict-Transport-Security", "max-age=31536000")


class Edges:
    """The middleware. ``hosts``: the names under which it answers, without ports; ``body_bytes``: by path,
    how large a body may be where it is not ``MOST_BODY_BYTES``.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Collection[str],
        has_tls: bool,
        measures: Measures,
        body_bytes: Mapping[str, int],
    ) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._hosts = frozenset(hosts)
        headers = (*HEADERS, TLS_HEADER) if has_tls else HEADERS
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers]
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = NOT_TAKEN
        most = self._body_bytes.get(scope["path"], MOST_BODY_BYTES)
        body = _BoundedBody(receive, most)

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = message.setdefault("headers", [])
                names = {name.lower() for name, _ in given}
                message["headers"] = [*given, *(each for each in self._headers if each[0] not in names)]
            async with asyncio.timeout(TAKEN_WITHIN_S):
                await send(message)

        async def send_unless_refused(message: Message) -> None:
            # What a route makes of a body that was cut short is of no interest.
            if body.refusal is None:
                await send_on(message)

        try:
            body.refusal = self._refusal(Headers(scope=scope), most)
            if body.refusal is None:
                await self._app(scope, body, send_unless_refused)
            if body.refusal is not None:
                await problem_response(body.refusal)(scope, receive, send_on)
        except TimeoutError:
            # Whoever does not take the answer is let go; uvicorn closes an answer that was not finished.
            status = NOT_TAKEN
        finally:
            self._measures.answered(scope, status, time.perf_counter() - begun)

    def _refusal(self, headers: Headers, most: int) -> Refusal | None:
        host = headers.get("host", "")
        if _without_port(host) not in self._hosts:
            return Refusal(
                HTTPStatus.MISDIRECTED_REQUEST,
                "unknown_host",
                "expected a host that is served here, found another; see RINGFENCE_SERVE_ORIGIN",
            )
        size = headers.get("content-length", "0")
        if not size.isascii() or not size.isdigit() or int(size) > most:
            return _too_large(most)
        return None


class _BoundedBody:
    """Gives a body of so many bytes within so many seconds; beyond either there is a refusal, and no more."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.refusal: Refusal | None = None
        self._most = most
        self._receive = receive
        self._bytes = 0
        self._until: float | None = None
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:
            # What comes now is the end of the connection, which may be far.
            return await self._receive()
        if self.refusal is None:
            self._until = self._until or asyncio.get_running_loop().time() + BODY_WITHIN_S
            try:
                async with asyncio.timeout_at(self._until):
                    message = await self._receive()
            except TimeoutError:
                self.refusal = _too_slow()
            else:
                self._bytes += len(message.get("body", b""))
                if self._bytes <= self._most:
                    self._is_whole = not message.get("more_body", False)
                    return message
                self.refusal = _too_large(self._most)
        return {"type": "http.disconnect"}


def _too_slow() -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_TIMEOUT,
        "too_slow",
        f"expected the whole request within {BODY_WITHIN_S:g} s, found part of it; send it again",
        {"Connection": "close"},
    )


def _too_large(most: int) -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_large",
        f"expected a body of {most:,} bytes at most, found more; send less",
        {"Connection": "close"},
    )


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
