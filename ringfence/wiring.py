"""The composition root: real parts put together for one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graph.stores.opening import StoreAddress
from ringfence.engines import logged, new_engine
from ringfence.settings import Settings
from ringfence.store_wiring import recorded
from ringfence.terminal import Advance

if TYPE_CHECKING:
    from graph.engine import Engine
    from streaming import Summary


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """What the caller may choose about a run of detection."""

    batch_size: int
    window_days: float
    max_line_bytes: int
    model: Path | None = None
    """Where the model that scores lies; None is the score that ships."""
    pseudonym_key: bytes | None = None
    candidates: bool = False
    """Whether what was judged is written too."""

    @classmethod
    def from_settings(cls, settings: Settings) -> DetectOptions:
        """The options as the settings give them, without pseudonyms."""
        return cls(
            batch_size=settings.batch_size,
            window_days=settings.window_days,
            max_line_bytes=settings.max_line_bytes,
            model=settings.model,
        )


def run_detection(
    events: Sequence[str],
    out: Path,
    options: DetectOptions,
    progress: Advance | None,
    store: StoreAddress | None = None,
) -> Summary:
    """Detect rings in ``events``; results go to ``out``, what is asked later to ``store``. The summary."""
    return run_engine(events, out, options, progress, store)[1]


def run_engine(
    events: Sequence[str],
    out: Path,
    options: DetectOptions,
    progress: Advance | None,
    store: StoreAddress | None = None,
) -> tuple[Engine, Summary]:
    """As ``run_detection``, with the engine as it stands after the last event."""
    from streaming import DetectConfig, detect

    engine, candidates = (
        logged(options.window_days, options.model)
        if options.candidates
        else (new_engine(options.window_days, options.model), None)
    )
    config = DetectConfig(
        batch_size=options.batch_size,
        max_line_bytes=options.max_line_bytes,
        pseudonym_key=options.pseudonym_key,
    )
    if store is None:
        return engine, detect(events, out, engine, config, progress, candidates=candidates)
    with recorded(engine, store) as followed:
        return engine, detect(events, out, followed, config, progress, candidates=candidates)
