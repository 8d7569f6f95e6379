"""The composition root: real parts put together for one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.settings import Settings
from ringfence.terminal import Advance

if TYPE_CHECKING:
    from streaming import Summary


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """What the caller may choose about a run of detection."""

    batch_size: int
    window_days: float
    max_line_bytes: int
    pseudonym_key: bytes | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> DetectOptions:
        """The options as the settings give them, without pseudonyms."""
        return cls(
            batch_size=settings.batch_size,
            window_days=settings.window_days,
            max_line_bytes=settings.max_line_bytes,
        )


def run_detection(
    events: Sequence[str], out: Path, options: DetectOptions, progress: Advance | None
) -> Summary:
    """Detect rings in ``events`` and write the results to ``out``; gives the run's summary."""
    from gnn.scorer import load_scorer
    from graph.engine import Engine, EngineConfig
    from streaming import DetectConfig, detect

    engine = Engine(EngineConfig(window_days=options.window_days), load_scorer())
    config = DetectConfig(
        batch_size=options.batch_size,
        max_line_bytes=options.max_line_bytes,
        pseudonym_key=options.pseudonym_key,
    )
    return detect(events, out, engine, config, progress)
