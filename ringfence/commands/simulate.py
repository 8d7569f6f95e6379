"""``ringfence simulate``: a seeded city with planted rings and honest look-alikes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graph.model.errors import BadCall
from ringfence.terminal import output, progress_bar


def command(
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for events and truth; complete or absent.")
    ],
    riders: Annotated[int, typer.Option(help="Rider accounts.")] = 5_600,
    drivers: Annotated[int, typer.Option(help="Driver accounts.")] = 400,
    days: Annotated[int, typer.Option(help="Days to simulate.")] = 28,
    fraud_share: Annotated[float, typer.Option(help="Share of accounts in rings; 0: nobody cheats.")] = 0.06,
    camouflage: Annotated[float, typer.Option(help="How hard rings try to look honest, 0 to 1.")] = 0.3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    gps: Annotated[bool, typer.Option("--gps/--no-gps", help="With the drivers' positions.")] = False,
    ping_interval_s: Annotated[float, typer.Option(help="Seconds between positions on a trip.")] = 30.0,
    trips_per_rider_day: Annotated[float, typer.Option(help="Mean trips per rider and day.")] = 0.4,
    events_per_second: Annotated[
        float | None, typer.Option(help="Scale the trips to this average rate instead.")
    ] = None,
    compression: Annotated[str, typer.Option(help="none, gz or zst.")] = "none",
    habits: Annotated[
        str, typer.Option(help="How people behave: first, second, third, fourth, fifth or sixth.")
    ] = "first",
    transfers: Annotated[
        bool,
        typer.Option("--transfers/--no-transfers", help="All but first: transfers, declines, cancellations."),
    ] = False,
    wave: Annotated[
        bool,
        typer.Option("--wave/--no-wave", help="A wave of stolen cards and disputes, and honest newcomers."),
    ] = False,
    takeovers: Annotated[
        bool,
        typer.Option(
            "--takeovers/--no-takeovers", help="Accounts taken over, each on a new phone of its own."
        ),
    ] = False,
    mishaps: Annotated[
        float | None,
        typer.Option(metavar="SHARE", help="Honest trips and phones that something happens to, 0 to 1."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Write the events of a made-up city, and the truth about who cheats in it."""
    from simulation import (
        BadConfig,
        CityConfig,
        simulate,
        simulate_mishaps,
        simulate_takeovers,
        simulate_wave,
    )

    if wave and takeovers:
        raise BadCall("expected --wave or --takeovers, found both; simulate two cities")
    try:
        config = CityConfig(
            seed=seed,
            riders=riders,
            drivers=drivers,
            days=days,
            fraud_share=fraud_share,
            camouflage=camouflage,
            gps=gps,
            ping_interval_s=ping_interval_s,
            trips_per_rider_day=trips_per_rider_day,
            events_per_second=events_per_second,
            compression=compression,
            habits=habits,
            transfers=transfers,
        )
        with progress_bar("Simulating", "events", quiet) as progress:
            base = simulate_wave if wave else simulate_takeovers if takeovers else simulate
            summary = (
                base(config, out, progress)
                if mishaps is None
                else simulate_mishaps(config, out, progress, share=mishaps, base=base)
            )
    except BadConfig as error:
        raise BadCall(str(error)) from error
    if not quiet:
        output().print(
            f"{summary.events:,} events of {summary.accounts:,} accounts, {summary.ring_accounts:,} "
            f"of them in {summary.rings:,} rings, with {summary.decoys:,} honest look-alikes.\n"
            f"Events are in {summary.events_path}, the truth is in {summary.truth_path}",
            markup=False,
            soft_wrap=True,
        )
