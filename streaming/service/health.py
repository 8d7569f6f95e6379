"""Health and metrics over HTTP, on loopback unless another address is given.

``/healthz``: 200 while the loop goes round, 503 when it has stood still for a minute. ``/readyz``: 200 while
events are taken and everything needed answers, 503 with the reason otherwise. ``/metrics``: Prometheus text.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import msgspec

from graph.model.errors import BadCall
from streaming.service.metrics import exposition
from streaming.service.status import Status

STANDSTILL_S: Final = 60.0
LOOPBACK: Final = "127.0.0.1"


def answer(path: str, status: Status, now_s: float) -> tuple[int, str, bytes]:
    """Code, content type and body for a path; ``now_s`` is monotonic."""
    if path == "/metrics":
        return 200, "text/plain; version=0.0.4; charset=utf-8", exposition(status, now_s)
    if path == "/healthz":
        is_well = status.phase in ("starting", "recovering") or now_s - status.beat_s < STANDSTILL_S
        return _facts(is_well, status, now_s)
    if path == "/readyz":
        return _facts(status.is_ready, status, now_s)
    return 404, "text/plain; charset=utf-8", b"expected /healthz, /readyz or /metrics\n"


def _facts(is_well: bool, status: Status, now_s: float) -> tuple[int, str, bytes]:
    facts = {
        "phase": status.phase,
        "trouble": status.trouble,
        "partitions": status.partitions_held,
        "lag": sum(status.lag.values()),
        "store_lag_batches": status.store_behind,
        "store_is_away": status.store_is_away,
        "seconds_since_last_round": round(now_s - status.beat_s, 3) if status.beat_s else None,
    }
    return (200 if is_well else 503), "application/json", msgspec.json.encode(facts) + b"\n"


@contextmanager
def serve(status: Status, port: int, host: str = LOOPBACK) -> Iterator[int]:
    """Answers on ``host`` while inside; gives the port (a free one for 0). Raises ``BadCall`` when taken."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            code, kind, body = answer(self.path.split("?")[0], status, time.monotonic())
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Logs nothing: a scrape every few seconds is no news."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise BadCall(
            f"expected port {port} of {host} to be free, found: {error.strerror}; choose another "
            "--http-port, or another RINGFENCE_HTTP_HOST"
        ) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
