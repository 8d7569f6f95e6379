"""Waves of disputes in simulated cities: when the onset is found, what a rule catches of the rest.

For each seed a city (families of habits by turns, nobody cheats in it otherwise) with honest newcomers,
campaigns and outages gets one wave. The watch runs over all events. At the first onset within the wave a rule
is proposed from what was known then, again every six hours while nothing is sure enough, and once a day for
``--days`` days after; a person approves each two hours later; they run in shadow for six hours and then live.
Beside the rules stand doing nothing (no money prevented) and a perfect rule, which would stop every account
of the wave at the moment the onset is found. Money counts as prevented when it is taken after the account
was flagged, not at that very event.

``python -m benchmarks.dispute_waves --seeds 20``
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, median

import msgspec

from graph.model.events import Event, EventBase
from graph.model.vocabulary import EarlySign, RuleAct
from rules.book.folder import RuleFolder
from rules.book.rule import Rule
from rules.facts.gathering import DAY_MS, HOUR_MS, FactGatherer
from rules.onset.signs import SignReader
from rules.onset.watch import Onset, OnsetWatch
from rules.proposing.backtest import Backtest, backtest
from rules.proposing.history import History, HistoryReader
from rules.proposing.search import propose
from rules.running.runner import RuleRunner
from simulation.config import CityConfig
from simulation.waves.building import simulate_wave

APPROVED_AFTER_MS = 2 * HOUR_MS
HISTORY_DAYS = 28.0
AGAIN_AFTER_MS = 6 * HOUR_MS
MOST_TRIES = 9
"""Times that a first rule is asked for."""
DAYS_AFTER = 3
"""Days after the first rule on which another is asked for."""


@dataclass(frozen=True, slots=True)
class Wave:
    """The truth about one wave: its accounts, and what each of its events took."""

    first_ms: int
    last_ms: int
    accounts: frozenset[str]
    takings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of one seed. Shares are of the wave's accounts and money after the onset was found."""

    seed: int
    accounts_a_day: float
    found_after_days: float | None
    sign: str
    false_onsets: int
    rules: int
    caught: float
    precision: float
    prevented: float
    taken_after: float
    foretold: float | None
    waited_h: float


def city_of(seed: int) -> CityConfig:
    """The settings of one seed's city."""
    return CityConfig(
        seed=seed,
        riders=4_000,
        drivers=200,
        days=75,
        trips_per_rider_day=0.2,
        fraud_share=0.0,
        habits="second" if seed % 2 else "first",
        transfers=bool(seed % 2),
    )


def events_in(path: Path) -> Iterator[EventBase]:
    """The events of a file, in its order."""
    decode = msgspec.json.Decoder(Event).decode
    with path.open("rb") as lines:
        for line in lines:
            yield decode(line)


def onsets_in(events: Sequence[EventBase]) -> list[Onset]:
    """Every onset that the watch finds."""
    facts = FactGatherer()
    watch = OnsetWatch(SignReader(facts))
    return [onset for event in events for onset in watch.observe(event, facts.observe(event))]


def wave_in(truth: dict) -> Wave:
    """The wave as the truth holds it."""
    ring = truth["rings"][-1]
    times = truth["waves"][0]
    takings = dict(ring["fraud_events"])
    return Wave(times["first_ts"], times["last_ts"], frozenset(ring["accounts"]), takings)


def shown_by(seed: int, days_after: int = DAYS_AFTER) -> Shown:
    """One seed, from its city to what its rules prevented."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        simulate_wave(city_of(seed), place / "city")
        events = list(events_in(place / "city" / "events.ndjson"))
        wave = wave_in(json.loads((place / "city" / "truth.json").read_bytes()))
        onsets = onsets_in(events)
        # A wave works cards: a rise in promotions is false whenever it is called. What is disputed after the
        # wave was in it: no false onset.
        within = [
            each
            for each in onsets
            if wave.first_ms <= each.found_ms <= wave.last_ms and each.sign != EarlySign.CROWDED_PROMOS
        ]
        false = [
            each
            for each in onsets
            if each not in within and not (each.found_ms > wave.last_ms and each.sign == EarlySign.DISPUTES)
        ]
        days = max((wave.last_ms - wave.first_ms) / DAY_MS, 1.0)
        if not within:
            return Shown(seed, len(wave.accounts) / days, None, "", len(false), 0, 0, 0, 0, 0, None, 0)
        onset = within[0]
        tried, at_ms = _proposed(events, onset, place / "rules", days_after)
        flagged = _flagged(events, place / "rules")
        waited_h = (at_ms - onset.found_ms) / HOUR_MS
        return _weighed(seed, events, wave, onset, len(false), tried, waited_h, flagged)


def _proposed(
    events: Sequence[EventBase], onset: Onset, folder: Path, days_after: int
) -> tuple[list[Backtest], int]:
    """Propose rules for an onset, again every six hours while none is sure enough, then once a day.

    A person approves each. Gives their backtests and when the first was proposed.
    """
    book = RuleFolder(folder)
    known = _Known(events)
    tried: list[Backtest] = []
    rules: list[Rule] = []
    first_ms = onset.found_ms
    history = known.at(first_ms)
    found = propose(history, onset)
    while not found and first_ms < onset.found_ms + (MOST_TRIES - 1) * AGAIN_AFTER_MS:
        first_ms += AGAIN_AFTER_MS
        history = known.at(first_ms)
        found = propose(history, onset)
    for day in range(1, days_after + 2 if found else 1):
        rules += found
        for rule in found:
            book.add(rule)
            book.decide(rule.name, RuleAct.APPROVE, "an analyst", rule.proposed_ms + APPROVED_AFTER_MS)
        tried += [backtest(rule, history, onset.began_ms) for rule in found]
        if day <= days_after:
            history = known.at(first_ms + day * DAY_MS)
            found = propose(history, onset, rules)
    return tried, first_ms


class _Known:
    """The recent history at one moment after another, in one pass over events in their order."""

    def __init__(self, events: Sequence[EventBase]) -> None:
        self._events = sorted(events, key=lambda event: event.ts)
        self._reader = HistoryReader(HISTORY_DAYS)
        self._read = 0

    def at(self, at_ms: int) -> History:
        """What is known at a moment, later than the last one."""
        while self._read < len(self._events) and self._events[self._read].ts <= at_ms:
            self._reader.follow(self._events[self._read])
            self._read += 1
        return self._reader.at(at_ms)


def _flagged(events: Sequence[EventBase], folder: Path) -> dict[str, int]:
    """When each account was first flagged."""
    runner = RuleRunner(RuleFolder(folder).entries() if folder.exists() else [])
    first: dict[str, int] = {}
    for event in events:
        for flag in runner.follow(event):
            first.setdefault(flag.accounts[0], flag.ts)
    return first


def _weighed(
    seed: int,
    events: Sequence[EventBase],
    wave: Wave,
    onset: Onset,
    false: int,
    tried: list[Backtest],
    waited_h: float,
    flagged: dict[str, int],
) -> Shown:
    rest: set[str] = set()
    taken = prevented = 0.0
    for event in events:
        money = wave.takings.get(event.event_id)
        if money is None or event.ts <= onset.found_ms:
            continue
        account_id = event.rider_id  # type: ignore[attr-defined]
        rest.add(account_id)
        taken += money
        prevented += money * (event.ts > flagged.get(account_id, event.ts))
    right = len(wave.accounts & flagged.keys())
    accounts = sum(each.accounts for each in tried)
    sure = [each.accounts * (each.precision_by_contrast or 0.0) for each in tried]
    return Shown(
        seed=seed,
        accounts_a_day=len(wave.accounts) / max((wave.last_ms - wave.first_ms) / DAY_MS, 1.0),
        found_after_days=(onset.found_ms - wave.first_ms) / DAY_MS,
        sign=f"{onset.sign.value} {onset.segment.value}",
        false_onsets=false,
        rules=len(tried),
        caught=len(rest & flagged.keys()) / max(len(rest), 1),
        precision=right / max(len(flagged), 1),
        prevented=prevented / taken if taken else 0.0,
        taken_after=taken,
        foretold=sum(sure) / accounts if accounts else None,
        waited_h=waited_h,
    )


def main() -> None:
    """Print one line for each seed and what they show together."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--days", type=int, default=DAYS_AFTER, help="days on which another rule is asked for"
    )
    options = parser.parse_args()
    print("seed  a day  found false rules caught precise foretold waited prevented       of  by")
    shown = []
    with ProcessPoolExecutor(options.processes) as pool:
        for each in pool.map(
            partial(shown_by, days_after=options.days), range(options.first, options.first + options.seeds)
        ):
            shown.append(each)
            print(_line(each), flush=True)
    in_time = sum(each.found_after_days is not None and each.found_after_days <= 1 for each in shown)
    good = sum(each.caught >= 0.7 and each.precision >= 0.9 for each in shown)
    false = [each.false_onsets for each in shown]
    prevented = [each.prevented for each in shown]
    print(
        f"onset within a day: {in_time} of {len(shown)}; at most one false onset: "
        f"{sum(each <= 1 for each in false)}, {sum(false)} in all; rules that catch 70 % at 90 %: {good}; "
        f"money prevented: mean {mean(prevented):.2f}, median {median(prevented):.2f} "
        "of what a perfect rule prevents, 0 by doing nothing"
    )


def _line(each: Shown) -> str:
    found = "never" if each.found_after_days is None else f"{each.found_after_days:.2f}"
    foretold = "-" if each.foretold is None else f"{each.foretold:.2f}"
    return (
        f"{each.seed:>4} {each.accounts_a_day:>6.1f} {found:>6} {each.false_onsets:>5} {each.rules:>5} "
        f"{each.caught:>6.2f} {each.precision:>7.2f} {foretold:>8} {each.waited_h:>6.0f} "
        f"{each.prevented:>9.2f} {each.taken_after:>8.0f}  {each.sign}"
    )


if __name__ == "__main__":
    main()
