"""``ringfence serve`` while ten thousand come at once: whoever finds no place is told when to come again."""

from __future__ import annotations

import asyncio
import resource
import signal
from collections import Counter

import httpx
import pytest

from tests.desk_places import PASSWORD
from tests.serving_places import write_store
from tests.unit.ringfence.test_serve_verb import started

CROWD = 10_000
AT_ONCE = 200
STREAMS = 3
WITHIN_S = 300


def crowd() -> int:
    """Ten thousand, or as many as this process may have files open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(CROWD, soft - 500)


async def streams_asked(port: int, token: str, count: int) -> list[tuple[int, dict[str, str]]]:
    """Status and headers for each client that asks for a stream; all stay until the last has asked."""
    places = asyncio.Semaphore(AT_ONCE)
    writers = []
    head = f"GET /v1/flags/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"

    async def ask() -> tuple[int, dict[str, str]]:
        async with places:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n\r\n")
        first, *lines = answer.decode().strip().split("\r\n")
        pairs = (line.split(": ", 1) for line in lines)
        return int(first.split()[1]), {name.lower(): value for name, value in pairs}

    async with asyncio.timeout(WITHIN_S):
        answers = await asyncio.gather(*(ask() for _ in range(count)))
    for writer in writers:
        writer.transport.abort()
    return answers


@pytest.mark.slow
def test_ten_thousand_streams_are_refused_politely(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGFENCE_SERVE_RATE", "10000000/minute")
    monkeypatch.setenv("RINGFENCE_SERVE_ADDRESS_RATE", "10000000/minute")
    monkeypatch.setenv("RINGFENCE_SERVE_STREAMS", str(STREAMS))
    write_store(tmp_path / "s.db")
    running = started(tmp_path / "s.db")
    with httpx.Client(base_url=running.origin, headers={"Origin": running.origin}) as client:
        code = running.link.rpartition("=")[2]
        cookie = client.post("/v1/links", json={"code": code, "password": PASSWORD}).headers["set-cookie"]
        headers = {"Cookie": cookie.partition(";")[0]}
        token = client.post("/v1/tokens", json={"label": "test"}, headers=headers).json()["secret"]
    answers = asyncio.run(streams_asked(running.port, token, crowd()))
    counted = Counter(status for status, _ in answers)
    assert counted[200] == STREAMS
    assert counted[503] == crowd() - STREAMS
    for status, headers in answers:
        if status == 503:
            assert int(headers["retry-after"]) > 0
            assert headers["content-type"] == "application/problem+json"
    assert httpx.get(f"{running.origin}/readyz", timeout=60).status_code == 200
    running.process.send_signal(signal.SIGTERM)
    _, errors = running.process.communicate(timeout=60)
    assert running.process.returncode == 0, errors
    assert "Traceback" not in errors
