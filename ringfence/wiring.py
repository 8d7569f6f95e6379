"""The composition root: real parts put together for one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from graph.stores.opening import StoreAddress
from ringfence.alert_terms import AlertTerms
from ringfence.engines import engine_with, logged_engine_with, rules_in, with_rules
from ringfence.model_choice import scorer_at
from ringfence.settings import Settings
from ringfence.store_wiring import recorded
from ringfence.terminal import Advance

if TYPE_CHECKING:
    from graph.engine import Engine
    from streaming import Summary
    from streaming.files.sources.files import Input


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
    terms: AlertTerms = field(default_factory=AlertTerms)
    finishing: Callable[[Path], object] | None = None
    """Adds to the folder of results before it appears."""
    rules: Path | None = None
    """The folder of rules that run beside the engine."""

    @classmethod
    def from_settings(cls, settings: Settings) -> DetectOptions:
        """The options as the settings give them, without pseudonyms."""
        return cls(
            batch_size=settings.batch_size,
            window_days=settings.window_days,
            max_line_bytes=settings.max_line_bytes,
            model=settings.model,
            terms=AlertTerms.from_settings(settings),
            rules=settings.rules,
        )


def run_detection(
    events: Sequence[str | Input],
    out: Path,
    options: DetectOptions,
    progress: Advance | None,
    store: StoreAddress | None = None,
) -> Summary:
    """Detect rings in ``events``; results go to ``out``, what is asked later to ``store``. The summary."""
    return run_engine(events, out, options, progress, store)[1]


def run_engine(
    events: Sequence[str | Input],
    out: Path,
    options: DetectOptions,
    progress: Advance | None,
    store: StoreAddress | None = None,
) -> tuple[Engine, Summary]:
    """As ``run_detection``, with the engine as it stands after the last event."""
    from graph.engine import Engine
    from streaming import DetectConfig, detect

    scorer = scorer_at(options.model)
    policy = options.terms.policy(scorer.model_id)
    engine, candidates = (
        logged_engine_with(options.window_days, scorer, policy)
        if options.candidates
        else (engine_with(options.window_days, scorer, policy), None)
    )
    config = DetectConfig(
        batch_size=options.batch_size,
        max_line_bytes=options.max_line_bytes,
        pseudonym_key=options.pseudonym_key,
        contract=options.terms.written(policy),
    )
    ruled = with_rules(engine, rules_in(options.rules))
    rules = None if isinstance(ruled, Engine) else ruled
    if store is None:
        return engine, detect(
            events,
            out,
            ruled,
            config,
            progress,
            candidates=candidates,
            rules=rules,
            finishing=options.finishing,
        )
    with recorded(ruled, store) as followed:
        return engine, detect(
            events,
            out,
            followed,
            config,
            progress,
            candidates=candidates,
            rules=rules,
            finishing=options.finishing,
        )
