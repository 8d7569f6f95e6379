"""``ringfence demo``: the whole product on a made-up city, in one go."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import BadCall
from graph.stores.opening import StoreAddress
from ringfence.settings import read_settings
from ringfence.terminal import output, progress_bar
from ringfence.wiring import DetectOptions, run_detection

PING_S = 60.0
"""Seconds between positions on a trip: enough to see a phone that stands still, few enough for a demo."""


def command(
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the city and the results.")],
    riders: Annotated[int, typer.Option(help="Rider accounts.")] = 6000,
    drivers: Annotated[int, typer.Option(help="Driver accounts.")] = 500,
    days: Annotated[int, typer.Option(help="Days to simulate.")] = 28,
    seed: Annotated[int, typer.Option(help="Another seed, another city.")] = 11,
    open_console: Annotated[
        bool, typer.Option("--console", help="Open the console on what was found, until Ctrl-C.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")] = False,
) -> None:
    """Simulate a city with planted rings, find them, and compare with the truth."""
    from queries import open_results
    from ringfence.demo_console import console_on
    from ringfence.demo_decisions import serving, show_decisions
    from ringfence.demo_questions import examples
    from ringfence.demo_service import show_service
    from ringfence.demo_story import compare
    from simulation import BadConfig, CityConfig, simulate

    console = output()
    city, found, store = out / "city", out / "results", out / "store.db"
    console.print(f"1. A city of {riders:,} riders and {drivers:,} drivers lives {days} days (seed {seed}).")
    try:
        config = CityConfig(
            seed=seed, riders=riders, drivers=drivers, days=days, gps=True, ping_interval_s=PING_S
        )
        with progress_bar("Simulating", "events", quiet) as progress:
            simulate(config, city, progress)
    except BadConfig as error:
        raise BadCall(str(error)) from error
    events = str(city / "events.ndjson")

    console.print("2. Its events go in, in the order they happened; rings come out.")
    with progress_bar("Detecting", "bytes", quiet) as progress:
        summary = run_detection(
            [events], found, DetectOptions.from_settings(read_settings()), progress, StoreAddress(str(store))
        )
    console.print(
        f"   {summary.events:,} events in {summary.seconds:.1f} s, {summary.flags:,} flags, "
        f"{summary.rings:,} rings.\n"
    )

    with ExitStack() as stack:
        # Asked at the end: it reads the events, and compiles what it needs, while the rest is told.
        begun = stack.enter_context(serving(store, Path(events), out / "asking"))
        console.print("3. As a service: a smaller city's events into a broker, flags as they come.")
        simulate(CityConfig(seed=seed, riders=1000, drivers=80, days=16), out / "service")
        lines = (out / "service" / "events.ndjson").read_bytes().splitlines()
        if not show_service(lines, console, read_settings().window_days):
            console.print("   (stopped before everything was applied: the machine is busy)")
        console.print()

        results = open_results(found)
        rings = list(results.rings())
        compare(console, results, rings, city, quiet=quiet)
        console.print(
            f"Events and truth are in {city}, results in {found}, what investigators ask in {store}. "
            f"Try next:\n{examples(store, rings)}"
            f"  .venv/bin/ringfence evaluate {found} --truth {city}/truth.json --events {events}\n"
            f"  .venv/bin/ringfence demo --out out/another --seed {seed + 1}\n",
            soft_wrap=True,
            markup=False,
        )
        opened = None
        if open_console:
            console.print("The console on what was found, until Ctrl-C:")
            opened = stack.enter_context(console_on(store, found, out / "rules"))
        console.print("4. Before the fact: may these two have a promotion? Asked over HTTP, nothing changes.")
        console.print("   The first time this takes minutes. To ask again, serve it, and call what is")
        console.print("   printed from another terminal:")
        if not show_decisions(begun, summary.last_ts, rings, results.accounts(), console):
            console.print("   (there was nobody to ask about, or no answer in time)")
        if opened is not None:
            with suppress(KeyboardInterrupt):
                opened.wait()
