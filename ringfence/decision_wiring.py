"""Decisions put together: what is followed, the policy, and the routes as the desk lets people in to them."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from graph.model.errors import BadCall
from graph.model.event_batch import EventBatch
from graph.model.vocabulary import EntityKind, Permission
from queries.serving.measures import Measures
from queries.serving.parts import Mounted
from queries.serving.visits import QuicklyAllowed
from ringfence.alert_terms import AlertTerms
from ringfence.engines import engine_with, rules_in, with_rules
from ringfence.model_choice import scorer_at
from ringfence.settings import Settings, kafka_options, pseudonym_key
from ringfence.warming import warm_up
from streaming.admission.pseudonyms import Pseudonyms
from streaming.decisions.decider import Decider
from streaming.decisions.follower import FileFeed, Follower, StreamFeed
from streaming.decisions.measures import DecisionMeasures
from streaming.decisions.newest_state import LoadedState, newest_state
from streaming.decisions.policy import read_policy
from streaming.decisions.routes import (
    BATCH,
    MOST_BATCH_BYTES,
    components,
    decision_router,
    follow,
)

if TYPE_CHECKING:
    from graph.engine import Engine
    from rules.running.engine import RuledEngine

_LOG: Final = logging.getLogger(__name__)


@contextmanager
def followed(settings: Settings) -> Iterator[Follower | None]:
    """A follower of the state folder or of the files in the settings; None when neither is named.

    Raises BadCall (both are named, or a file cannot be read), Fatal (a snapshot that does not fit) and
    Unavailable (no whole snapshot).
    """
    if settings.serve_state is None and not settings.serve_follow:
        yield None
        return
    if settings.serve_state is not None and settings.serve_follow:
        raise BadCall("expected a state folder or files to follow, found both; give --state or --follow")
    if settings.serve_state is not None and settings.kafka is None:
        raise BadCall("expected the brokers to follow, found none: give --kafka HOST:PORT")
    # Before anything is loaded, so that a policy with a mistake is told at once.
    read_policy(settings.serve_policy)
    warm_up(settings.model, asking=True)
    with ExitStack() as stack:
        make = _Making(settings)
        if settings.serve_state is not None:
            feed: Any = make.stream_feed(settings.serve_state)
        else:
            feed = FileFeed(make.engine(), make.admitted(settings.serve_follow, stack))
        follower = Follower(feed)
        stack.callback(follower.close)
        # What is loaded by now stays: the collector need not walk through it while questions wait.
        gc.collect()
        gc.freeze()
        stack.callback(gc.unfreeze)
        yield follower


def mounted(settings: Settings, follower: Follower | None, measures: Measures) -> Mounted:
    """The routes, and the follower's slices beside them. Raises BadCall when the policy is not right."""
    if follower is None:
        return mounted_without()
    decider = Decider(
        follower,
        read_policy(settings.serve_policy),
        DecisionMeasures(measures.registry),
        _pseudonyms(settings),
    )
    return mounted_around(decider, lambda: follow(follower, _failed))


def mounted_without() -> Mounted:
    """The routes with nobody to ask: for the description, and for a ``serve`` that follows nothing."""
    return mounted_around(None)


def mounted_around(decider: Decider | None, *tasks: Callable[[], Any]) -> Mounted:
    """The routes that ask ``decider``, and what goes on beside them."""
    router = decision_router(QuicklyAllowed(Permission.DECISIONS_ASK), lambda _request: decider, _shows)
    return Mounted(routers=(router,), schemas=components(), body_bytes={BATCH: MOST_BATCH_BYTES}, tasks=tasks)


def _shows(visit: Any) -> Callable[[str], str] | None:
    """How a visit is shown account ids: as they are when its scope or its reason says so, or masked."""
    if not visit.is_masked:
        return None
    return lambda account_id: visit.desk.masks.masked(EntityKind.ACCOUNT.value, account_id)


def _failed(error: Exception) -> None:
    _LOG.error("the follower cannot go on: %s", error, exc_info=error)


def _pseudonyms(settings: Settings) -> Pseudonyms | None:
    key = pseudonym_key(settings, None)
    return None if key is None else Pseudonyms(key)


class _Making:
    """Makes what follows, as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._scorer = scorer_at(settings.model)
        self._policy = AlertTerms.from_settings(settings).policy(self._scorer.model_id)
        self._pseudonyms = _pseudonyms(settings)
        # Read once, as the service does: what begins anew goes on with the same rules.
        self._entries = rules_in(settings.rules)

    def engine(self) -> Engine | RuledEngine:
        """An empty engine, with the rules beside it where there is a folder of them."""
        return with_rules(engine_with(self._settings.window_days, self._scorer, self._policy), self._entries)

    def admitted(self, paths: tuple[str, ...], stack: ExitStack) -> Iterator[EventBatch]:
        """The events of files that are admitted, merged by event time; decoded a block ahead in a thread."""
        from streaming.admission.pipeline import AdmissionPipeline
        from streaming.decoding.columns import ColumnDecoder
        from streaming.files.sources.files import InputFiles
        from streaming.files.sources.merge import merged
        from streaming.files.sources.read_ahead import read_ahead

        files = stack.enter_context(InputFiles(list(paths)))
        clock_ms = time.time_ns() // 1_000_000
        pipeline = AdmissionPipeline(clock_ms, self._pseudonyms)
        decoder = ColumnDecoder(self._settings.max_line_bytes)
        portions = merged(files.files, decoder, clock_ms)
        return read_ahead(pipeline.admit(each.batch, each.record).batch for each in portions)

    def stream_feed(self, folder: Path) -> StreamFeed:
        """The topics from where the newest snapshot of a folder ends."""
        from streaming.decoding.columns import ColumnDecoder
        from streaming.kafka.following import FollowedPartitions, FollowingOptions
        from streaming.service.core import Core

        settings = self._settings
        assert settings.kafka is not None
        options = FollowingOptions(
            bootstrap=settings.kafka,
            group=settings.kafka_group,
            topics=settings.kafka_topics,
            prefix=settings.kafka_prefix,
            passed=kafka_options(settings, []),
        )

        def load() -> LoadedState:
            return newest_state(
                folder, lambda clock_ms, order_ms: Core(self.engine(), clock_ms, order_ms, self._pseudonyms)
            )

        return StreamFeed(
            load,
            lambda offsets: FollowedPartitions(options, lambda text: _LOG.warning("%s", text), offsets),
            ColumnDecoder(settings.max_line_bytes).decode_values,
            round(1000 * settings.max_skew_s),
        )
