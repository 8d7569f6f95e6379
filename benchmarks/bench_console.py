"""How fast the console is on a graph of a million links with hubs of 100,000 users, on both stores.

One line of JSON for each case:

* ``SQLite PAGE`` and ``Neo4j PAGE``: milliseconds until the answer of every address that is read, of the
  counts that are shown before a hub is unfolded, and of the scene with it unfolded, was there: p50 and p99 of
  ``--asks`` requests one after another over HTTP on loopback, after three that are not counted; ``cpu_ms`` is
  processor time in the middle (ours, client and server together, and that of the database in steps of 10 ms),
  which other work on the machine changes less;
* ``pan 500`` and ``pan 1000``: frames a second while a scene of so many nodes is panned in a real browser;
* ``weight PAGE``: bytes over the wire, compressed, of a page with all that it loads into an empty browser.

A Neo4j is started for the run (see ``servers``); where its artifacts, or Chromium, cannot be had, a line says
so. ``--sqlite`` and ``--neo4j`` name stores that an earlier run of the same seed and links has filled.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import httpx
import numpy as np
from playwright.sync_api import Browser, Page
from store_graph import DAY_MS, START_MS, Synthetic
from surroundings import surroundings

from graph.model.vocabulary import DeskRole
from graph.stores.opening import StoreAddress, open_writer

# Servers and places of tests belong to the repository and not to the installed product.
sys.path.append(str(Path(__file__).resolve().parents[1]))
from servers import Neo4jServer, ServerUnavailable
from tests.browsers import chromium, sign_in
from tests.console_places import console_at
from tests.desk_places import PASSWORD, TEST
from tests.serving_places import Place, at_work

BATCH: Final = 10_000
HUB: Final = "ip:i00000000"
PROMO: Final = "promo:o00000000"
RING: Final = "ring_00003"
MEMBER: Final = "account:a00000036"
PANNED_MS: Final = 3_000
PATIENCE_MS: Final = 120_000
Ask = Callable[[httpx.Client], httpx.Response]


@dataclass
class Bench:
    """A console at work over one filled store, and what every line says."""

    place: Place
    base: str
    name: str
    surroundings: dict[str, object]

    def say(self, case: str, **found: object) -> None:
        """Print one line."""
        print(json.dumps({"bench": "console", "case": case, **found, **self.surroundings}), flush=True)

    def handle(self, key: str) -> str:
        """An entity as the pages name it under a mask."""
        return self.place.desk.masks.masked_key(key)


def fill(address: StoreAddress, graph: Synthetic) -> None:
    """Write the whole graph and its rings."""
    writer = open_writer(address)
    done = 0
    for changes in graph.batches(BATCH):
        done += len(changes.links.kind)
        writer.write(changes, {"all": done})
    writer.write(graph.ring_changes(), {"rings": 1})
    writer.close()


def pages(bench: Bench) -> dict[str, Ask]:
    """What is asked, by its name: every address that is read, and the ways to unfold a hub."""
    hub, promo, member = (bench.handle(key) for key in (HUB, PROMO, MEMBER))
    looked_up = {"headers": {"HX-Request": "true"}}
    other = bench.handle("account:a00000140")

    def get(path: str, **more: Any) -> Ask:
        return lambda client: client.get(path, **more)

    def scene(mode: str | None) -> Ask:
        steps = [] if mode is None else [{"key": hub, "mode": mode}]
        return lambda client: client.post("/scenes", json={"ring_id": RING, "steps": steps})

    return {
        "sign-in": get("/sign-in"),
        "welcome": get("/welcome?code=none"),
        "queue": get("/queue"),
        "queue, further on": get("/queue?standing=all&skip=200"),
        "next ring": get(f"/rings/{RING}/next"),
        "ring": get(f"/rings/{RING}"),
        "ring series": get(f"/rings/{RING}/series"),
        "ring places": get(f"/rings/{RING}/places"),
        "ground of the map": get("/ground?south=52&west=13&north=53&east=14"),
        "ring as of": get(f"/rings/{RING}/moment", params={"at": START_MS + DAY_MS}),
        "dossier": get(f"/rings/{RING}/dossier"),
        "dossier as JSON": get(f"/rings/{RING}/dossier.json"),
        "account": get(f"/things/account/{member.partition(':')[2]}"),
        "trip": get("/things/trip/t3-1"),
        "address of 100,000": get(f"/things/ip/{hub.partition(':')[2]}"),
        "promotion of 100,000": get(f"/things/promo/{promo.partition(':')[2]}"),
        "graph around a hub": get("/graph", params={"start": hub}),
        "search": get("/search?q=ring_00003"),
        "search while one types": get("/search?q=a00", **looked_up),
        "why": get("/why"),
        "why linked": get("/why", params={"a": member, "b": other}),
        "overview": get("/overview"),
        "overview series": get("/overview/series"),
        "model": get("/model"),
        "rules": get("/rules"),
        "health": get("/health"),
        "tokens": get("/tokens"),
        "admin": get("/admin"),
        "scene of a ring": scene(None),
        "hub counted before it is unfolded": get("/scenes/panel", params={"key": hub}),
        "hub unfolded, most connected": scene("most"),
        "hub unfolded, newest": scene("newest"),
        "hub unfolded, drivers": scene("drivers"),
        "hub unfolded, riders": scene("riders"),
        "hub unfolded, all": scene("all"),
    }


def processor_s(pid: int | None) -> float:
    """Processor time that we, and the database, have used."""
    if pid is None:
        return process_time()
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answer_times(bench: Bench, asks: int, only: str, pid: int | None) -> None:
    """Ask every page whose name holds ``only``."""
    cookies = bench.place.sits(DeskRole.ADMIN).cookies
    headers = {
        "Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items()),
        "Sec-Fetch-Site": "same-origin",
        "Accept": "text/html",
    }
    with httpx.Client(base_url=bench.base, headers=headers, timeout=PATIENCE_MS / 1000) as client:
        for title, ask in pages(bench).items():
            if only not in title:
                continue
            for _ in range(3):
                answer = ask(client)
                if answer.is_error:
                    raise SystemExit(
                        f"expected {title} to be answered, found {answer.status_code}: {answer.text[:300]}"
                    )
            took, worked = [], []
            for _ in range(asks):
                begun, used = perf_counter(), processor_s(pid)
                ask(client)
                took.append((perf_counter() - begun) * 1000)
                worked.append((processor_s(pid) - used) * 1000)
            p50, p99 = np.percentile(took, [50, 99]).round(1).tolist()
            bench.say(
                f"{bench.name} {title}",
                store=bench.name,
                p50_ms=p50,
                p99_ms=p99,
                cpu_ms=round(float(np.mean(worked)), 1),
                asks=asks,
            )


def frames(bench: Bench, browser: Browser, name: str) -> None:
    """Pan scenes of about 500 and 1,000 nodes for a while, and count the frames that were painted."""
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    sign_in(page, bench.base, name)
    hub, promo = bench.handle(HUB), bench.handle(PROMO)
    steps = [{"key": hub, "mode": "all"}]
    for wanted in (500, 1_000):
        if wanted > 500:
            # A node of the scene leads to the other hub, whose newest users are others.
            steps = [*steps, {"key": _last_account(page), "mode": "all"}, {"key": promo, "mode": "all"}]
        scene = json.dumps({"steps": steps, "pins": {}, "hidden": []})
        page.goto("about:blank")
        page.goto(f"{bench.base}/graph?start={hub}#scene={scene}")
        page.wait_for_selector("#graph[data-ready]")
        nodes = int(page.inner_text("#told").split()[1].replace(",", ""))
        bench.say(f"pan {wanted}", nodes=nodes, frames_per_second=round(_panned(page), 1))
    page.close()


def _last_account(page: Page) -> str:
    answer = page.evaluate(
        "async body => (await (await fetch('/scenes', {method: 'POST', body, "
        "headers: {'Content-Type': 'application/json'}})).json()).nodes.map(each => each.key)",
        json.dumps({"start": page.url.partition("start=")[2].partition("#")[0], "steps": [_hub_step(page)]}),
    )
    return str(next(key for key in reversed(answer) if key.startswith("account:")))


def _hub_step(page: Page) -> dict[str, str]:
    return {"key": page.url.partition("start=")[2].partition("#")[0], "mode": "all"}


def _panned(page: Page) -> float:
    """Frames a second while the mouse drags the ground of the canvas to and fro."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    before = page.locator("#canvas").screenshot()
    page.evaluate(
        "() => { window.painted = 0; window.begun = performance.now(); "
        "const next = () => { window.painted += 1; requestAnimationFrame(next); }; "
        "requestAnimationFrame(next); }"
    )
    x, y = box["x"] + 6, box["y"] + 6
    page.mouse.move(x, y)
    page.mouse.down()
    end = perf_counter() + PANNED_MS / 1000
    n = 0
    while perf_counter() < end:
        n += 1
        page.mouse.move(x + 5 * (n % 40), y + 3 * (n % 40))
    found = float(page.evaluate("() => window.painted * 1000 / (performance.now() - window.begun)"))
    page.mouse.move(x + 150, y + 90)
    page.mouse.up()
    page.wait_for_timeout(1_000)
    if page.locator("#canvas").screenshot() == before:
        raise SystemExit(
            "expected the scene to be panned, found it where it was: a node lies under the mouse"
        )
    return found


def weights(bench: Bench, browser: Browser, name: str) -> None:
    """Bytes over the wire of the first page after signing in, and of a ring, each into an empty browser."""
    for title, path in (("queue", "/queue"), ("ring", f"/rings/{RING}")):
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        sign_in(page, bench.base, name)
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.clearBrowserCache")
        loaded: list[int] = []
        session.on("Network.loadingFinished", lambda each: loaded.append(each["encodedDataLength"]))  # noqa: B023
        page.goto(bench.base + path, wait_until="load")
        page.wait_for_timeout(2_000)
        bench.say(f"weight {title}", kilobytes=round(sum(loaded) / 1000, 1), requests=len(loaded))
        context.close()


@contextmanager
def opened(folder: Path, store: Path | str, name: str) -> Iterator[Bench]:
    """A console over a store."""
    folder.mkdir()
    with console_at(folder, store) as place, at_work(place) as base:
        yield Bench(place, base, name, surroundings(["neo4j"]))


def on_sqlite(folder: Path, graph: Synthetic, options: argparse.Namespace) -> None:
    """Everything on the embedded store."""
    path = options.sqlite or folder / "store.db"
    if options.sqlite is None:
        fill(StoreAddress(str(path)), graph)
    with opened(folder / "sqlite", path, "SQLite") as bench:
        answer_times(bench, options.asks, options.only, None)
        if shutil.which("chromium") is None:
            bench.say("browser", skipped="expected chromium, found none; install it for frames and weights")
            return
        person, _ = bench.place.desk.add_person(TEST, "ann", DeskRole.INVESTIGATOR)
        bench.place.desk.redeem_link(bench.place.desk.new_link(TEST, person.name), PASSWORD, "")
        with chromium() as browser:
            frames(bench, browser, "ann")
            weights(bench, browser, "ann")


def on_neo4j(folder: Path, graph: Synthetic, options: argparse.Namespace) -> None:
    """The pages on a real Neo4j."""
    if options.neo4j is not None:
        with opened(folder / "neo4j-desk", options.neo4j, "Neo4j") as bench:
            answer_times(bench, options.asks, options.only, options.pid)
        return
    try:
        server = Neo4jServer(folder / "neo4j", lasting=True)
        server.start()
    except ServerUnavailable as error:
        print(json.dumps({"bench": "console", "case": "Neo4j", "skipped": str(error)}), flush=True)
        return
    try:
        fill(StoreAddress(server.address), graph)
        with opened(folder / "neo4j-desk", server.address, "Neo4j") as bench:
            answer_times(bench, options.asks, options.only, server.pid)
    finally:
        server.stop()


def main() -> None:
    """Fill, serve, ask, print; ends by itself."""
    parser = argparse.ArgumentParser(description="The console on a graph of a million links.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--links", type=int, default=1_000_000)
    parser.add_argument("--asks", type=int, default=100)
    parser.add_argument("--only", default="", help="what the names of pages hold that are asked")
    parser.add_argument("--stores", nargs="+", default=["SQLite", "Neo4j"], choices=["SQLite", "Neo4j"])
    parser.add_argument("--sqlite", type=Path, help="a store as an earlier run has filled it")
    parser.add_argument("--neo4j", help="address of a Neo4j as an earlier run has filled it")
    parser.add_argument("--pid", type=int, help="its process id, for processor time")
    options = parser.parse_args()
    graph = Synthetic(options.links, options.seed)
    with tempfile.TemporaryDirectory() as name:
        for store, run in (("SQLite", on_sqlite), ("Neo4j", on_neo4j)):
            if store in options.stores:
                run(Path(name), graph, options)


if __name__ == "__main__":
    main()
