"""Backfilling put together: a plan in Spark, and engines as they are run."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from graph.model.errors import BadCall
from ringfence.alert_terms import AlertTerms
from ringfence.engines import new_engine

if TYPE_CHECKING:
    from streaming.backfill.components import ComponentsSummary
    from streaming.backfill.history import BackfillConfig
    from streaming.backfill.replay import RegionSummary

Positions = Mapping[str, Mapping[str, int]]
DELTA_LOG: Final = "_delta_log"


def history_of(
    history: str,
    *,
    is_parquet: bool,
    mapping: Path | None,
    positions: Path | None,
    master: str,
    options: Mapping[str, str],
    max_line_bytes: int,
) -> BackfillConfig:
    """What is read, and how. Raises ``BadCall``, also where Spark is not installed."""
    if (Path(history) / DELTA_LOG).exists():
        raise BadCall(
            f"expected Parquet or NDJSON in {history}, found a Delta table, whose files hold removed rows "
            "too: write what it holds as Parquet by region first"
        )
    try:
        from streaming.backfill.history import BackfillConfig
    except ImportError as error:
        raise BadCall(
            f"expected the library of Spark, found {error.name} missing: pip install 'ringfence[spark]'"
        ) from error
    return BackfillConfig(
        history=history,
        is_parquet=is_parquet,
        mapping=None if mapping is None else _text(mapping),
        positions={} if positions is None else positions_in(positions),
        master=master,
        options=options,
        max_line_bytes=max_line_bytes,
    )


def backfill(
    config: BackfillConfig,
    out: Path,
    *,
    window_days: float,
    model: Path | None,
    terms: AlertTerms,
    evidence: bool,
    truth: Path | None,
) -> list[RegionSummary]:
    """Replays a history by region; what came of each. Raises ``BadCall``, ``NoEvents`` and ``Fatal``.

    With ``evidence`` judgements are written too, labelled by the folder ``truth`` where there is one.
    """
    from streaming.backfill.spark import EvidenceConfig
    from streaming.backfill.spark import backfill as run

    if truth is not None and not truth.is_dir():
        raise BadCall(f"expected a folder of region=NAME/truth.json at {truth}, found none: correct --truth")
    engine = partial(new_engine, window_days, model, terms)
    judged = EvidenceConfig(truth=None if truth is None else truth.resolve()) if evidence else None
    return run(config, out.resolve(), engine, _now_ms(), judged)


def components(
    config: BackfillConfig, out: Path, *, most_users: int | None, most_links_here: int, most_rounds: int
) -> ComponentsSummary:
    """Writes the components over all regions of a history. Raises ``BadCall`` and ``Fatal``."""
    from streaming.backfill.components import ComponentsConfig, write_components

    how = ComponentsConfig(most_users=most_users, most_links_here=most_links_here, most_rounds=most_rounds)
    return write_components(config, out.resolve(), _now_ms(), how)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


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
