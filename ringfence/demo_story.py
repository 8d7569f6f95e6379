"""The rings of a run told one by one, each beside the truth: who, why, money, score, how early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from gnn.evaluation import TrueRing, Truth, best_matches, detection_of, evaluate
from gnn.evaluation.timeliness import first_flag_of
from graph.model.results import Ring
from queries.results import Results
from ringfence.evaluation_tables import HEADLINE, methods_table
from ringfence.judgement import read_history, read_truth
from ringfence.terminal import progress_bar

MATCH = 0.5
COLUMNS = f"{'ring':9}{'kind':15}{'who':24}{'money':>9}{'score':>8}{'after':>13}"
INDENT = 9


@dataclass(frozen=True, slots=True)
class Told:
    """One reported ring with what the truth says about it."""

    ring: Ring
    true: TrueRing | None
    verdict: str
    events_before_flag: str


def compare(console: Console, results: Results, rings: Sequence[Ring], city: Path, *, quiet: bool) -> None:
    """Every reported ring beside the truth of a simulated city, what was missed, and the figures."""
    truth = read_truth(city / "truth.json")
    with progress_bar("Comparing", "bytes", quiet) as progress:
        history = read_history(truth, [str(city / "events.ndjson")], progress)
    detection = detection_of("ringfence", rings, results.accounts(), results.flags())
    told = tell(rings, truth, detection.first_flag_ms or {}, history.event_ms)
    print_rings(console, told)
    console.print("\nafter: fraud events that had happened when the ring was first flagged.\n", style="dim")
    print_missed(console, told, truth)
    console.print()
    console.print(methods_table(evaluate(detection, truth, history), HEADLINE))


def tell(
    rings: Sequence[Ring],
    truth: Truth,
    first_flag_ms: Mapping[str, int],
    event_ms: Mapping[str, int],
) -> list[Told]:
    """Every reported ring beside the true ring it overlaps most, surest first."""
    matches = best_matches(
        [frozenset(ring.accounts) for ring in rings], [frozenset(ring.accounts) for ring in truth.rings]
    )
    told = []
    for ring, match in zip(rings, matches, strict=True):
        true = truth.rings[match.other] if match.other is not None else None
        told.append(
            Told(
                ring=ring,
                true=true if match.holds_at(MATCH) else None,
                verdict=_verdict(ring, true, match.jaccard, truth),
                events_before_flag=_events_before(true, first_flag_ms, event_ms),
            )
        )
    return sorted(told, key=lambda each: (-each.ring.score, each.ring.ring_id))


def print_rings(console: Console, told: Sequence[Told]) -> None:
    """Two or more lines per ring, readable from 80 columns on."""
    console.print(Text(COLUMNS, style="bold"))
    for each in told:
        ring = each.ring
        console.print(
            Text(
                f"{short(ring.ring_id):9}{ring.kind.value:15}{who(ring):24}"
                f"{ring.exposure:>9,.0f}{ring.score:>8.2f}{each.events_before_flag:>13}"
            )
        )
        lines = wrap(f"{each.verdict}. {why(ring)}", max(40, console.width - INDENT))
        for number, part in enumerate(lines):
            line = Text(" " * INDENT + part)
            if number == 0:
                line.stylize(
                    "green" if each.true is not None else "yellow", INDENT, INDENT + len(each.verdict)
                )
            console.print(line)


def print_missed(console: Console, told: Sequence[Told], truth: Truth) -> None:
    """The true rings that no reported ring overlaps by half, one line each."""
    found = {each.true.ring for each in told if each.true is not None}
    missed = [ring for ring in truth.rings if ring.ring not in found]
    if not missed:
        console.print(f"None of the {len(truth.rings)} true rings was missed.")
        return
    console.print(f"Missed {len(missed)} of {len(truth.rings)} true rings:")
    for ring in missed:
        money = sum(amount for _, amount in ring.fraud_events)
        console.print(
            f"  {short(ring.ring):10}{ring.kind:15}{len(ring.accounts):>3} accounts, {money:,.0f} taken",
            soft_wrap=True,
        )


def short(ring_id: str) -> str:
    """A ring id short enough for a column."""
    return ring_id.removeprefix("ring_")[:8]


def why(ring: Ring) -> str:
    """The reason that belongs to the ring's kind, or else its strongest; percentages hold together."""
    fitting = [reason for reason in ring.reasons if reason.rule == ring.kind.value]
    chosen = (fitting or ring.reasons)[:1]
    return chosen[0].detail.replace(" %", "\N{NO-BREAK SPACE}%") if chosen else "no reason given"


def who(ring: Ring) -> str:
    """Drivers and riders in words."""
    parts = [(len(ring.drivers), "driver"), (len(ring.riders), "rider")]
    return " + ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in parts if count)


def _verdict(ring: Ring, true: TrueRing | None, jaccard: float, truth: Truth) -> str:
    if true is not None and jaccard >= MATCH:
        as_other = "" if true.kind == ring.kind.value else f", planted as {true.kind}"
        return f"True ring {short(true.ring)}{as_other}"
    members = frozenset(ring.accounts)
    if true is not None and 2 * len(members & truth.fraudulent()) >= len(members):
        return f"Part of true ring {short(true.ring)}"
    hits = Counter(
        {
            f"{decoy.kind} {position}": len(members.intersection(decoy.accounts))
            for position, decoy in enumerate(truth.decoys)
        }
    )
    likeness, count = min(hits.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    return f"False alarm: {likeness.split()[0]}" if count >= 2 else "False alarm"


def _events_before(
    true: TrueRing | None, first_flag_ms: Mapping[str, int], event_ms: Mapping[str, int]
) -> str:
    if true is None:
        return "-"
    flagged_ms = first_flag_of(true, first_flag_ms)
    timed = [event_ms[event] for event, _ in true.fraud_events if event in event_ms]
    if flagged_ms is None or not timed:
        return "-"
    return f"{sum(ms <= flagged_ms for ms in timed)} of {len(timed)}"
