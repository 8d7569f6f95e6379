"""What an engine judged, for whoever asks afterwards whether a ring was ever a candidate.

The log is the engine's observer. It keeps every set of accounts once, as it stood when it was first judged,
and gives what is new when it is drained. What it gives depends on the judgements alone, never on how events
were cut into batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final

import numpy as np

from graph.engine.engine import Engine, EngineConfig
from graph.model.results import Candidate
from graph.rings.judgement import Judgement
from graph.rings.lifecycle import Moment
from graph.scoring.member_scorer import MemberScorer
from graph.scoring.scorer import Scorer

MOST_SETS: Final = 1_000_000
"""Sets kept apart; each costs about a hundred bytes of memory, for a digest of 16."""
MOST_NAMES: Final = 20_000_000
"""Names of accounts written in all, a few hundred megabytes of text."""
_DIGEST_BYTES: Final = 16

Names = Callable[[Sequence[int]], list[str]]


class CandidateLog:
    """Every distinct set of accounts that was judged, the first time it was.

    ``names`` gives the identifiers of accounts. Once ``most_sets`` sets are kept, or ``most_names`` names
    would be exceeded, nothing new is taken; ``left_out`` then counts the judgements of sets that are not in
    the log. Memory: the digests, and what was not drained yet.
    """

    def __init__(self, names: Names, most_sets: int = MOST_SETS, most_names: int = MOST_NAMES) -> None:
        self.written = 0
        self.left_out = 0
        self._names = names
        self._most_sets = most_sets
        self._names_left = most_names
        self._is_full = False
        self._seen: set[bytes] = set()
        self._waiting: list[tuple[Judgement, Moment]] = []

    def observe(self, judgement: Judgement, _values: list[float], at: Moment) -> None:
        """Take a judgement; the engine's observer."""
        members = np.array(judgement.accounts, np.int32).tobytes()
        digest = blake2b(members, digest_size=_DIGEST_BYTES).digest()
        if digest in self._seen:
            return
        size = len(judgement.accounts)
        self._is_full = self._is_full or len(self._seen) >= self._most_sets or size > self._names_left
        if self._is_full:
            self.left_out += 1
            return
        self._seen.add(digest)
        self._names_left -= size
        self._waiting.append((judgement, at))

    def drain(self) -> list[Candidate]:
        """What is new since the last call, in the order judged."""
        drained = [
            Candidate(
                ts=at.ts,
                event_id=at.event_id,
                shape=judgement.shape,
                score=round(judgement.score, 6),
                accounts=sorted(self._names(list(judgement.accounts))),
            )
            for judgement, at in self._waiting
        ]
        self._waiting.clear()
        self.written += len(drained)
        return drained


def logged_engine(config: EngineConfig, scorer: Scorer | MemberScorer) -> tuple[Engine, CandidateLog]:
    """An empty engine and the log of what it judges. The log changes no result; every judgement is slower."""

    def names(accounts: Sequence[int]) -> list[str]:
        return engine.entity_index.names(accounts)

    log = CandidateLog(names)
    engine = Engine(config, scorer, log.observe)
    return engine, log
