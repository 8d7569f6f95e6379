"""A receiver of webhooks: a real HTTP server on loopback that does what a test wants of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext

Answer = tuple[int, dict[str, str]]


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``answer`` gives the status and headers for the n-th request, from 0."""

    answer: Callable[[int], Answer]
    url: str = ""
    requests: list[Received] = field(default_factory=list)
    drips_s: float = 0
    """Seconds for which it sends one byte after the other of an answer that never ends."""


@contextmanager
def receiving(
    answer: Callable[[int], Answer] = lambda _n: (204, {}),
    *,
    drips_s: float = 0,
    tls: SSLContext | None = None,
) -> Iterator[Receiver]:
    receiver = Receiver(answer, drips_s=drips_s)
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen = Received(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            receiver.requests.append(seen)
            if receiver.drips_s:
                self._drip()
                return
            status, headers = receiver.answer(len(receiver.requests) - 1)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def _drip(self) -> None:
            until = time.monotonic() + receiver.drips_s
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while time.monotonic() < until and not ended.wait(0.05):
                    self.wfile.write(b"x")
            except OSError:
                pass
            self.close_connection = True

        def log_message(self, *_words: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_words: object) -> None:
            """A client that lets go is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/hook?key=s3cret"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
