"""``ringfence serve`` as a process: it starts, lets the first admin in, is patient with nobody, and ends."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from ringfence.impatience import HEAD_WITHIN_S
from ringfence.main import app
from tests.desk_places import PASSWORD
from tests.serving_places import write_store

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Served:
    process: subprocess.Popen[str]
    origin: str
    link: str
    store: Path

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])


def started(store: Path, *words: str) -> Served:
    call = [sys.executable, "-m", "ringfence", "serve", "--store", str(store), "--port", "0", *words]
    process = subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = re.search(r"on (\S+);", process.stdout.readline())
    assert told is not None
    link = process.stdout.readline().split()[-1]
    return Served(process, told[1], link, store)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    store = tmp_path_factory.mktemp("served") / "s.db"
    write_store(store)
    running = started(store)
    yield running
    running.process.send_signal(signal.SIGTERM)
    _, errors = running.process.communicate(timeout=60)
    assert running.process.returncode == 0, errors
    assert "Traceback" not in errors


def test_the_first_admin_comes_by_the_link_makes_a_token_and_asks(served):
    code = served.link.rpartition("=")[2]
    with httpx.Client(base_url=served.origin, headers={"Origin": served.origin}) as client:
        assert client.get("/readyz").json() == {"status": "ok"}
        assert client.get("/v1/rings").status_code == 401, "nobody is known yet"
        done = client.post("/v1/links", json={"code": code, "password": PASSWORD})
        cookie = done.headers["set-cookie"].partition(";")[0]
        made = client.post("/v1/tokens", json={"label": "test"}, headers={"Cookie": cookie})
        token = {"Authorization": f"Bearer {made.json()['secret']}"}
        assert client.get("/v1/rings", headers=token).json()["total"] == 1
        assert "server" not in done.headers


@pytest.mark.slow
def test_a_client_that_sends_no_whole_head_is_let_go(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=HEAD_WITHIN_S * 6) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        begun = time.monotonic()
        assert slow.recv(100) == b""
        assert time.monotonic() - begun >= HEAD_WITHIN_S / 2


@pytest.mark.slow
def test_a_client_that_sends_its_body_too_slowly_is_told_so(served):
    head = b"POST /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as slow:
        slow.sendall(head + b'Content-Length: 50\r\n\r\n{"name": ')
        assert slow.recv(100).startswith(b"HTTP/1.1 408")
    assert httpx.get(f"{served.origin}/healthz").status_code == 200


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 100]
)
def test_bytes_that_are_no_request_break_nothing(served, raw):
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as odd:
        odd.sendall(raw)
        assert odd.recv(12) in (b"HTTP/1.1 400", b"")
    assert httpx.get(f"{served.origin}/healthz").status_code == 200


def test_headers_of_a_proxy_count_for_nothing_unless_it_was_named(served):
    claims = {"X-Forwarded-For": "10.1.2.3", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.test"}
    wrong = {"name": "admin", "password": "wrong"}
    assert httpx.post(f"{served.origin}/v1/sessions", json=wrong, headers=claims).status_code == 401
    with closing(sqlite3.connect(f"{served.store}.desk")) as desk:
        (address,) = desk.execute("SELECT address FROM audit WHERE action = 'session.refused'").fetchone()
    assert address == "127.0.0.1"


def test_a_second_start_prints_another_link_while_nobody_manages_it(tmp_path):
    store = tmp_path / "s.db"
    write_store(store)
    links = []
    for _ in range(2):
        running = started(store)
        links.append(running.link)
        running.process.send_signal(signal.SIGINT)
        running.process.communicate(timeout=60)
        assert running.process.returncode == 0
    assert len(set(links)) == 2
    assert {path.name for path in tmp_path.iterdir()} >= {
        "s.db.desk",
        "s.db.desk.key",
        "s.db.desk.checkpoints",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "expected TLS"),
        (["--host", "example.com"], "expected the address of an interface"),
        (["--tls-cert", "c.pem"], "expected a certificate and its key"),
        (["--tls-cert", "no.pem", "--tls-key", "no.pem"], "expected a certificate and its key at"),
        (["--origin", "desk.test"], "expected an origin"),
        (["--store", "nowhere.db"], "expected a store at"),
    ],
)
def test_a_call_that_cannot_be_served_is_refused_on_one_line(tmp_path, words, said):
    store = tmp_path / "s.db"
    write_store(store)
    call = ["serve", "--store", str(store), "--port", "0", "--desk", str(tmp_path / "d"), *words]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_refused(served, tmp_path):
    call = ["serve", "--store", str(served.store), "--port", str(served.port), "--desk", str(tmp_path / "d")]
    result = CliRunner().invoke(app, call)
    assert (result.exit_code, "to be free" in result.stderr) == (2, True)
