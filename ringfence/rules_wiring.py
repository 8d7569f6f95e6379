"""What the verbs of ``ringfence rules`` need: the folder, a moment, recent history, a run's reports."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from graph.model.errors import BadCall, Missing
from ringfence.settings import settings_with

if TYPE_CHECKING:
    from rules.book.folder import RuleFolder
    from rules.onset.watch import Onset
    from rules.proposing.history import History
    from rules.running.runner import RuleReport

RECENT_MS = 7 * 86_400_000


def rule_folder(place: Path | None) -> RuleFolder:
    """The folder of rules named in the call or in the settings. Raises ``BadCall`` when there is none."""
    from rules.book.folder import RuleFolder

    place = settings_with({"rules": place}).rules
    if place is None:
        raise BadCall("expected a folder of rules, found none named; give --rules DIR or set RINGFENCE_RULES")
    return RuleFolder(place)


def now_or(moment: str | None) -> int:
    """A moment as epoch ms: digits are that already, else ISO 8601, UTC without a zone; None is now."""
    if moment is None:
        return time.time_ns() // 1_000_000
    if moment.isdigit():
        return int(moment)
    try:
        read = datetime.fromisoformat(moment)
    except ValueError as error:
        raise BadCall(
            f"expected a time such as 2026-03-01T12:00 or epoch ms, found {moment!r}; write it so"
        ) from error
    return round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def read_history(events: Sequence[str], at: str | None, days: float, quiet: bool) -> History:
    """Recent history in event files, as detection would take them."""
    from ringfence.history import in_order
    from ringfence.terminal import progress_bar
    from rules.proposing.history import history_of

    with progress_bar("Reading", "bytes", quiet) as reading:
        batches = in_order(events, reading)
        each = (event for batch in batches for event in batch.events())
        history = history_of(each, None if at is None else now_or(at), days)
    if not len(history):
        raise BadCall(
            f"expected payments in the {days:g} days before the moment meant, found none; give another --at"
        )
    return history


def onset_of(history: History, wanted: str | None) -> Onset | None:
    """The onset of that id, or the newest of the last seven days. Raises ``Missing`` for an unknown id."""
    if wanted is None:
        recent = [each for each in history.onsets if each.found_ms > history.at_ms - RECENT_MS]
        return recent[-1] if recent else None
    for onset in history.onsets:
        if onset.onset_id == wanted:
            return onset
    raise Missing(
        f"expected the onset {wanted} in the events, found {len(history.onsets)} others; check the id"
    )


def read_reports(results: Path) -> dict[str, RuleReport]:
    """What rules did in a run, by name. Raises ``Missing`` for a folder without it."""
    import msgspec

    from rules.running.runner import RuleReport

    path = results / "rules.ndjson"
    if not path.exists():
        raise Missing(f"expected rules.ndjson in {results}, found none; run detect with --rules")
    try:
        lines = path.read_bytes().splitlines()
        reports = [msgspec.json.decode(line, type=RuleReport) for line in lines]
    except msgspec.DecodeError as error:
        raise BadCall(f"expected reports of rules in {path}, found: {error}; run detect again") from error
    return {each.rule: each for each in reports}
