"""Decisions in a demonstration: a serve of its own follows the city's events, and is asked over HTTP.

Its desk and a token that may ask stay in a folder of the owner's alone, so that what is printed can be called
again as it stands.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import httpx
import msgspec
from rich.console import Console

from graph.model.results import AccountScore, Ring

WITHIN_S: Final = 900.0
"""The first start compiles the kernels that take back what they write."""
ASK: Final = "/v1/decisions"
DESK, TOKEN = "desk", "token"
"""What is left in the folder."""
PORT: Final = 8471
"""Not that of the console, which is open meanwhile."""
_LINES: Final = (re.compile(r" on (http://\S+);"), re.compile(r"code=(\S+)"))


@dataclass(frozen=True, slots=True)
class Serving:
    """A serve at work: its address, and a token that may ask."""

    address: str
    token: str

    def ask(self, event: dict[str, Any]) -> dict[str, Any]:
        """The decision about an event. Raises httpx.HTTPError."""
        answer = httpx.post(
            self.address + ASK, json=event, headers={"Authorization": f"Bearer {self.token}"}, timeout=30
        )
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def show_decisions(
    begun: Begun,
    last_ts: int,
    rings: Sequence[Ring],
    accounts: Iterator[AccountScore],
    console: Console,
) -> bool:
    """Ask about two promotions, one of a ring's account; whether both were answered in time."""
    ring = max(rings, key=lambda each: (each.score, each.ring_id), default=None)
    honest = next((each for each in accounts if each.ring_id is None and each.score < 0.1), None)
    if ring is None or honest is None:
        return False
    at = begun.when_it_has_read()
    if at is None:
        return False
    with os.fdopen(os.open(begun.folder / TOKEN, os.O_CREAT | os.O_WRONLY, 0o600), "w") as kept:
        kept.write(at.token)
    console.print(f"   {begun.again()}", markup=False, highlight=False, soft_wrap=True)
    for account_id in (ring.accounts[0], honest.account_id):
        event = {
            "event_id": f"ask-{account_id}",
            "type": "promo_redeemed",
            "ts": last_ts,
            "account_id": account_id,
            "promo_id": "WELCOME",
            "amount": 10.0,
        }
        body = msgspec.json.encode(event).decode()
        bearer = f'"Authorization: Bearer $(cat {shlex.quote(str(begun.folder / TOKEN))})"'
        call = f"curl -H {bearer} -d {shlex.quote(body)} http://127.0.0.1:{PORT}{ASK}"
        console.print(f"   {call}", markup=False, highlight=False, soft_wrap=True)
        _print(at.ask(event), console)
    return True


def _print(told: dict[str, Any], console: Console) -> None:
    reasons = [reason["detail"] for reason in told["reasons"][:2]]
    why = "; ".join(reasons) or "nothing is known against it"
    said = f"   {told['decision']}, score {told['score']:.2f}: {why}"
    console.print(said, markup=False, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Begun:
    """A serve that has begun to read the events, on a free port."""

    store: Path
    events: Path
    folder: Path
    output: IO[str]
    until_s: float

    def when_it_has_read(self) -> Serving | None:
        """It, once it has read them; None when it has not in time."""
        address, code = _told(self.output)
        at = Serving(address, _token(address, code))
        probe = {"event_id": "probe", "type": "chargeback", "ts": 1_000_000_000_000, "account_id": "nobody"}
        while time.monotonic() < self.until_s:
            if at.ask(probe | {"amount": 1.0})["lag"] == 0:
                return at
            time.sleep(0.2)
        return None

    def again(self) -> str:
        """The call that serves what was asked, where the printed questions go."""
        words = ("serve", "--port", str(PORT), "--store", str(self.store), "--follow", str(self.events))
        return shlex.join((".venv/bin/ringfence", *words, "--desk", str(self.folder / DESK)))


@contextmanager
def serving(store: Path, events: Path, folder: Path) -> Iterator[Begun]:
    """A serve until the block ends. ``folder`` is made anew for its desk and token.

    It reads ``WITHIN_S`` at most.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    command = (
        *(sys.executable, "-m", "ringfence", "serve", "--port", "0"),
        *("--store", str(store), "--follow", str(events), "--desk", str(folder / DESK)),
    )
    until_s = time.monotonic() + WITHIN_S
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            yield Begun(store, events, folder, process.stdout, until_s)
        finally:
            process.terminate()


def _told(output: IO[str]) -> tuple[str, str]:
    """The address and the one-time code in the first two lines."""
    found = [pattern.search(output.readline()) for pattern in _LINES]
    address, code = found
    if address is None or code is None:
        raise RuntimeError("expected serve to print its address and a link, found something else")
    return address[1], code[1]


def _token(address: str, code: str) -> str:
    """A token that may ask, of the first admin, who sets a password that nobody knows."""
    with httpx.Client(base_url=address, headers={"Origin": address}, timeout=30) as client:
        begun = client.post("/v1/links", json={"code": code, "password": secrets.token_urlsafe(24)})
        begun.raise_for_status()
        cookie = {"Cookie": begun.headers["set-cookie"].partition(";")[0]}
        scope = {"label": "demo", "scope": ["decisions_ask"]}
        made = client.post("/v1/tokens", json=scope, headers=cookie)
        made.raise_for_status()
        return str(made.json()["secret"])
