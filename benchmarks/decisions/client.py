"""A client that costs little: requests made beforehand, bytes over a few connections, at random moments.

Open loop: a late answer delays no question, and a latency counts from when its question was due. A connection
carries one question at a time; when all are busy, the question waits here, and its latency goes on.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from typing import Any

import numpy as np
import uvloop

CONNECTIONS = 64
GIVEN_UP_S = 60.0


def request_bytes(path: str, token: str, port: int, body: bytes) -> bytes:
    """One whole request."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


class _Connection(asyncio.Protocol):
    """Sends a request, and notes when its answer was whole."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._due = 0.0
        self._received = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._load.free.append(self)

    def ask(self, due: float, request: bytes) -> None:
        self._due, self._received = due, b""
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, mark, body = self._received.partition(b"\r\n\r\n")
        if not mark:
            return
        at = head.lower().index(b"content-length:") + 15
        if len(body) < int(head[at:].split(b"\r\n", 1)[0]):
            return
        self._load.answered(self, self._due, head[9:12] == b"200", body)

    def connection_lost(self, _error: Exception | None) -> None:
        self._load.lost += 1

    def close(self) -> None:
        self._transport.close()


class _Load:
    """The connections, the questions that wait for one, and what came of all."""

    def __init__(self) -> None:
        self.free: deque[_Connection] = deque()
        self._waiting: deque[tuple[float, bytes]] = deque()
        self.latencies: list[float] = []
        self.failed = self.lost = 0
        self.newest = b""

    def put(self, due: float, request: bytes) -> None:
        if self.free:
            self.free.popleft().ask(due, request)
        else:
            self._waiting.append((due, request))

    def answered(self, connection: _Connection, due: float, is_good: bool, body: bytes) -> None:
        self.latencies.append(time.perf_counter() - due)
        self.failed += not is_good
        self.newest = body
        if self._waiting:
            connection.ask(*self._waiting.popleft())
        else:
            self.free.append(connection)


def load(port: int, path: str, token: str, bodies: list[bytes], rate: int, seed: int) -> dict[str, Any]:
    """Ask each of the bodies at ``rate`` a second (Poisson); figures of the answers, in milliseconds.

    ``rate`` 0: asks nothing and waits ``len(bodies)`` seconds. Raises RuntimeError when answers are missing.
    """
    return uvloop.run(_load(port, path, token, bodies, rate, seed))


async def _load(
    port: int, path: str, token: str, bodies: list[bytes], rate: int, seed: int
) -> dict[str, Any]:
    chance = random.Random(seed)
    requests = [request_bytes(path, token, port, body) for body in bodies]
    moments = np.cumsum([chance.expovariate(rate) for _ in bodies]).tolist() if rate else []
    state, loop = _Load(), asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: _Connection(state), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS if rate else 1)
    ]
    before = await _spent(state, token, port)
    machine, begun = processor(), time.perf_counter()
    own = time.process_time()
    for moment, request in zip(moments, requests, strict=False):
        ahead = begun + moment - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        state.put(begun + moment, request)
    if not rate:
        await asyncio.sleep(len(bodies))
    until = time.perf_counter() + GIVEN_UP_S
    while len(state.latencies) < len(moments):
        if state.lost or time.perf_counter() > until:
            raise RuntimeError(f"expected {len(moments)} answers, found {len(state.latencies)}")
        await asyncio.sleep(0.001)
    spent_s, idle, own = (
        time.perf_counter() - begun,
        idle_share(machine, processor()),
        time.process_time() - own,
    )
    latencies, failed = list(state.latencies), state.failed
    after = await _spent(state, token, port)
    for connection in made:
        connection.close()
    told = {
        "path": path,
        "rate": rate,
        "answers": len(latencies),
        "failed": failed,
        "seconds": round(spent_s, 2),
        "events_applied": after["applied"] - before["applied"],
        "events_applied_a_second": round((after["applied"] - before["applied"]) / spent_s),
        "server_cpu_s": round(after["cpu_s"] - before["cpu_s"], 4),
        "client_cpu_s": round(own, 4),
        "idle_share": round(idle, 3),
    }
    if latencies:
        found = np.percentile(np.array(latencies) * 1000, (50, 99, 99.9)).round(3).tolist()
        told |= dict(zip(("p50_ms", "p99_ms", "p999_ms"), found, strict=True))
    return told


async def _spent(state: _Load, token: str, port: int) -> dict[str, float]:
    """What the server spent so far."""
    number = len(state.latencies)
    state.put(time.perf_counter(), request_bytes("/v1/spent", token, port, b"{}"))
    while len(state.latencies) == number:
        await asyncio.sleep(0.001)
    state.latencies.pop()
    told: dict[str, float] = json.loads(state.newest)
    return told


def processor() -> list[int]:
    """Processor time of the machine by what it was spent on."""
    with open("/proc/stat", encoding="ascii") as file:
        return [int(each) for each in file.readline().split()[1:9]]


def idle_share(before: list[int], after: list[int]) -> float:
    """The share of processor time that was idle between two looks at /proc/stat."""
    spent = [b - a for a, b in zip(before, after, strict=True)]
    return (spent[3] + spent[4]) / max(1, sum(spent))
