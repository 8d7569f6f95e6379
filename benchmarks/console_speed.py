"""How long pages of the console and the unfolding of a hub take, beside a page that asks nothing.

    .venv/bin/python -m benchmarks.console_speed --links 1000000 --asks 50

A graph of ``--links`` links with a hub that a tenth of the accounts share is written into an store file; a
console is served over it, and pages are asked for one after another over HTTP on loopback. Prints a line of
JSON for each, with the ratio to the sign-in page of the same run.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from graph.model.vocabulary import DeskRole
from tests.console_places import console_at
from tests.serving_places import at_work, write_store


def fill(store: Path, links: int) -> str:
    """A store with one ring, grown by accounts of their own devices and one address that a tenth share."""
    write_store(store)
    hub = "hub"
    with sqlite3.connect(store) as connection:
        kinds = dict(connection.execute("SELECT name, code FROM entity_kind"))
        ways = dict(connection.execute("SELECT name, code FROM link_kind"))
        (last,) = connection.execute("SELECT max(id) FROM entity").fetchone()
        (now,) = connection.execute("SELECT value FROM meta WHERE name = 'watermark_ms'").fetchone()
        count = links * 10 // 11
        entity = "INSERT INTO entity (id, kind, name) VALUES (?, ?, ?)"
        connection.execute(entity, (last + 1, kinds["ip"], hub))
        first = last + 2
        connection.executemany(entity, ((first + n, kinds["account"], f"grown {n}") for n in range(count)))
        connection.executemany(
            "INSERT INTO account (entity, role, score) VALUES (?, 'rider', 0.01)",
            ((first + n,) for n in range(count)),
        )
        connection.executemany(
            entity, ((first + count + n, kinds["device"], f"phone {n}") for n in range(count))
        )
        link = "INSERT INTO link VALUES (?, ?, ?, ?, ?, 1, 0, 0, 0, 0.0, 0.0, 1)"
        connection.executemany(
            link,
            (
                (first + n, ways["uses_device"], first + count + n, now - 9, now - n % 1000)
                for n in range(count)
            ),
        )
        connection.executemany(
            link,
            ((first + n, ways["uses_ip"], last + 1, now - 9, now - n % 1000) for n in range(links - count)),
        )
        # The hub also serves the ring, so that it may be unfolded there.
        member = "SELECT id FROM entity WHERE kind = ? AND name IN (SELECT account_id FROM member)"
        for (number,) in connection.execute(member, (kinds["account"],)).fetchall():
            connection.execute(link, (number, ways["uses_ip"], last + 1, now - 9, now))
    return hub


def timed(ask: Callable[[], httpx.Response], asks: int) -> tuple[list[float], float]:
    """Milliseconds by the clock of each of ``asks`` answers, after three that are not counted; and of the
    processor, of client and server together, in the middle: what a busy machine does not change.
    """
    took, worked = [], []
    for n in range(asks + 3):
        begun, at_work = time.perf_counter(), time.process_time()
        ask().raise_for_status()
        if n >= 3:
            took.append((time.perf_counter() - begun) * 1000)
            worked.append((time.process_time() - at_work) * 1000)
    return sorted(took), statistics.median(worked)


def main() -> None:
    """Fill, serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=1_000_000)
    parser.add_argument("--asks", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hub = fill(folder / "s.db", given.links)
        with console_at(folder, folder / "s.db") as place, at_work(place) as base:
            session = place.sits(DeskRole.INVESTIGATOR).cookies
            cookie = "; ".join(f"{key}={value}" for key, value in session.items())
            headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
            client = httpx.Client(base_url=base, headers=headers, timeout=60)
            ring, key = place.ring_id, place.desk.masks.masked_key(f"ip:{hub}")
            member = place.desk.masks.masked("account", "ann")
            wanted = {
                "ring_id": ring,
                "steps": [
                    {"key": place.desk.masks.masked_key("account:ann"), "mode": "all"},
                    {"key": key, "mode": "most"},
                ],
            }
            pages: dict[str, Callable[[], httpx.Response]] = {
                "sign-in": lambda: client.get("/sign-in"),
                "queue": lambda: client.get("/queue"),
                "ring": lambda: client.get(f"/rings/{ring}"),
                "account": lambda: client.get(f"/things/account/{member}"),
                "hub": lambda: client.get(f"/things/ip/{key.partition(':')[2]}"),
                "overview": lambda: client.get("/overview"),
                "counts of the hub": lambda: client.get("/scenes/panel", params={"key": key}),
                "scene with the hub unfolded": lambda: client.post("/scenes", json=wanted),
            }
            plain = 0.0
            for title, ask in pages.items():
                took, worked = timed(ask, given.asks)
                middle = statistics.median(took)
                plain = plain or middle
                told = {"bench": "console", "case": title, "links": given.links, "p50_ms": round(middle, 1)}
                told |= {
                    "cpu_ms": round(worked, 1),
                    "p99_ms": round(took[min(len(took) - 1, int(len(took) * 0.99))], 1),
                    "times_sign_in": round(middle / plain, 1),
                }
                print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
