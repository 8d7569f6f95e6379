"""An engine as it is run: with the configuration given, and the score that ships or a stored model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.alert_terms import AlertTerms
from ringfence.model_choice import scorer_at

if TYPE_CHECKING:
    from graph.engine import CandidateLog, Engine, Observer
    from graph.rings.lifecycle import Policy
    from graph.scoring.member_scorer import MemberScorer
    from graph.scoring.scorer import Scorer
    from rules.book.decisions import RuleEntry
    from rules.running.engine import RuledEngine

NO_TERMS = AlertTerms()


def new_engine(
    window_days: float,
    model: Path | None = None,
    terms: AlertTerms = NO_TERMS,
    observer: Observer | None = None,
) -> Engine:
    """An empty engine scored by the model that lies there, under a contract; None is the score that ships.

    ``observer`` is told of every judgement.
    """
    scorer = scorer_at(model)
    return engine_with(window_days, scorer, terms.policy(scorer.model_id), observer)


def engine_with(
    window_days: float,
    scorer: Scorer | MemberScorer,
    policy: Policy | None = None,
    observer: Observer | None = None,
) -> Engine:
    """An empty engine with a scorer and a policy that are at hand; None is the usual policy."""
    from graph.engine import Engine, EngineConfig
    from graph.rings.lifecycle import Policy

    return Engine(EngineConfig(window_days=window_days, policy=policy or Policy()), scorer, observer)


def rules_in(folder: Path | None) -> list[RuleEntry] | None:
    """The rules of a folder with what was decided about them; None without a folder. Raises ``BadCall``."""
    if folder is None:
        return None
    from rules.book.folder import RuleFolder

    return RuleFolder(folder).entries()


def with_rules(engine: Engine, entries: Sequence[RuleEntry] | None) -> Engine | RuledEngine:
    """The engine with rules beside it; without any (None) as it is."""
    if entries is None:
        return engine
    from rules.running.engine import RuledEngine

    return RuledEngine(engine, entries)


def logged_engine_with(
    window_days: float, scorer: Scorer | MemberScorer, policy: Policy
) -> tuple[Engine, CandidateLog]:
    """As ``engine_with``, with a log of everything that the engine judges."""
    from graph.engine import EngineConfig, logged_engine

    return logged_engine(EngineConfig(window_days=window_days, policy=policy), scorer)
