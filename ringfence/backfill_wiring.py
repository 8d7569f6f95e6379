"""Backfilling put together: a plan in Spark, and engines as they are run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from graph.model.errors import BadCall
from ringfence.alert_terms import AlertTerms
from ringfence.engines import new_engine

if TYPE_CHECKING:
    from streaming.backfill.replay import RegionSummary

Positions = Mapping[str, Mapping[str, int]]


def backfill(
    history: str,
    out: Path,
    *,
    is_parquet: bool,
    mapping: Path | None,
    positions: Path | None,
    master: str,
    options: Mapping[str, str],
    window_days: float,
    model: Path | None,
    terms: AlertTerms,
    max_line_bytes: int,
) -> list[RegionSummary]:
    """Replays a history by region; what came of each. Raises ``BadCall``, ``NoEvents`` and ``Fatal``."""
    try:
        from streaming.backfill.spark import BackfillConfig
        from streaming.backfill.spark import backfill as run
    except ImportError as error:
        raise BadCall(
            f"expected the library of Spark, found {error.name} missing: pip install 'ringfence[spark]'"
        ) from error
    config = BackfillConfig(
        history=history,
        is_parquet=is_parquet,
        mapping=None if mapping is None else _text(mapping),
        positions={} if positions is None else positions_in(positions),
        master=master,
        options=options,
        max_line_bytes=max_line_bytes,
    )
    engine = partial(new_engine, window_days, model, terms)
    return run(config, out.resolve(), engine, time.time_ns() // 1_000_000)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise BadCall(f"expected a readable file at {path}, found: {error}: check the path") from error


def positions_in(path: Path) -> Positions:
    """By region and partition, the offset to read next, from a file. Raises ``BadCall``."""
    try:
        found = msgspec.json.decode(_text(path), type=dict[str, dict[str, int]])
    except msgspec.MsgspecError as error:
        raise BadCall(
            f'expected {{"REGION": {{"TOPIC-PARTITION": OFFSET}}}} in {path}, found: {error}: mend it'
        ) from error
    for offsets in found.values():
        for name, offset in offsets.items():
            topic, dash, number = name.rpartition("-")
            if not (topic and dash and number.isdigit()) or offset < 0:
                raise BadCall(f"expected TOPIC-PARTITION and an offset in {path}, found {name}: {offset}")
    return found
