"""The assembly: a seeded city from its settings to its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from simulation.agenda import NewPhone, Ride
from simulation.assembly import Lived, assembled
from simulation.biography import write_biographies
from simulation.config import DAY_MS, CityConfig
from simulation.decoys import plan_decoys
from simulation.demand import Demand
from simulation.driving import Driving
from simulation.outbox import Outbox
from simulation.pace import Pace
from simulation.population import settle
from simulation.rings import plan_rings
from simulation.standing import rides_of_day
from simulation.summary import Summary
from simulation.town import Town

_BATCH = 100_000


def simulate(config: CityConfig, out: Path, progress: Callable[[int], None] | None = None) -> Summary:
    """Write ``events.ndjson`` (suffix by compression) in order of time and ``truth.json`` into ``out``.

    ``out`` is complete or absent. ``progress`` is called now and then with the number of events written.
    The same settings give the same bytes. Memory: about 3 KB an account and the events of the rides under
    way, not the file. Raises ``BadConfig`` when ``out`` holds anything else than an earlier simulation.
    """
    town = plan(config)
    return assembled(config, out, lambda outbox: _live(town, outbox, progress))


def plan(config: CityConfig) -> Town:
    """Return the town with everybody in it and every story planned, before its first day."""
    town = Town(config)
    settle(town)
    town.open_casting()
    plan_rings(town)
    plan_decoys(town)
    write_biographies(town)
    return town


def _live(town: Town, outbox: Outbox, progress: Callable[[int], None] | None) -> Lived:
    config = town.config
    demand = Demand(town)
    driving = Driving(town, demand, outbox)
    pace = Pace(town, demand)

    def release(before_ms: int) -> None:
        outbox.release(before_ms)
        if progress is not None:
            progress(outbox.written)

    for old_lines in town.agenda.history():
        outbox.put_all(old_lines)
        release(config.start_ms)
    for day in range(config.days):
        day_ms = config.start_ms + day * DAY_MS
        driving.dispatch.new_day(day_ms, day_ms + DAY_MS)
        outbox.put_all(town.agenda.lines(day))
        scripted: list[Ride | NewPhone] = [*town.agenda.actions(day), *rides_of_day(town, day)]
        scripted.sort(key=lambda action: action.ts)
        scripted.reverse()
        written = outbox.written + len(outbox)
        times, riders = demand.day(day_ms, pace.scale(day, written, driving.tally.trips))
        for ts, rider in zip(times.tolist(), riders.tolist(), strict=True):
            while scripted and scripted[-1].ts <= ts:
                _act(driving, scripted.pop())
            driving.wish(ts, rider)
            if len(outbox) >= _BATCH:
                release(ts)
        while scripted:
            _act(driving, scripted.pop())
        release(day_ms + DAY_MS)
    return Lived(driving.tally, len(town.accounts), town.rings, town.decoys)


def _act(driving: Driving, action: Ride | NewPhone) -> None:
    if isinstance(action, Ride):
        driving.ride(action)
    else:
        driving.change_phone(action)
