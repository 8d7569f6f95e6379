"""The console put together: what lies beside the store, and dead letters that can be fed from a page."""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from graph.model.errors import BadCall
from graph.model.vocabulary import RejectionReason
from queries.console.places import Letter, Letters, LettersFed, LettersSeen, Places
from queries.desk.event_file import EventFile
from queries.desk.outbox import OutgoingEvent
from ringfence.desk_wiring import beside
from ringfence.rules_wiring import read_reports, rule_folder
from ringfence.settings import Settings
from ringfence.store_wiring import store_address

MOST_LETTERS: Final = 100_000
"""Looked at in one go."""
SHOWN: Final = 100
BATCH: Final = 500
LETTERS_FILE: Final = "dead_letters.ndjson"


def console_places(settings: Settings, results: Path | None, models: Path | None) -> Places:
    """What the settings and the call name. Raises BadCall and Missing for what is not there."""
    promised, model_id, reports, letters = settings.max_false_alerts, None, {}, None
    if results is not None:
        from ringfence.judgement import read_summary
        from streaming.files.summary import ContractTerms

        summary = read_summary(results)
        model_id = summary.model_id
        if promised is None and isinstance(summary.contract, ContractTerms):
            promised = summary.contract.max_false_alerts
        if (results / "rules.ndjson").is_file():
            reports = read_reports(results)
        letters = _file_letters(settings, results / LETTERS_FILE)
    elif settings.kafka is not None:
        letters = TopicLetters(settings)
    if models is not None and not models.is_dir():
        raise BadCall(f"expected a folder of models at {models}, found none; correct --models")
    return Places(
        rules=None if settings.rules is None else rule_folder(settings.rules),
        reports=reports,
        letters=letters,
        models=models,
        promised=promised,
        model_id=model_id,
    )


def _file_letters(settings: Settings, path: Path) -> Letters:
    """The letters of a run; they are fed to the topics, or where the desk's answers go without Kafka."""
    if settings.kafka is not None:
        return FileLetters(path, None, settings)
    store = store_address(settings, None)
    events = settings.serve_events or (None if store.path is None else beside(store.path, "events.ndjson"))
    return FileLetters(path, events, settings)


class FileLetters:
    """Dead letters in a file, fed to a file of events or, where none is given, to Kafka."""

    def __init__(self, path: Path, events: Path | None, settings: Settings) -> None:
        self.place = str(path)
        self._path = path
        self._events = events
        self._settings = settings

    def seen(self) -> LettersSeen:
        """The newest letters. Raises BadCall. O(file), ``MOST_LETTERS`` lines at most."""
        from streaming.contract.dead_letters import DeadLetter

        newest: deque[Letter] = deque(maxlen=SHOWN)
        by_reason: Counter[str] = Counter()
        for line in self._lines():
            try:
                each = msgspec.json.decode(line, type=DeadLetter)
            except msgspec.MsgspecError:
                by_reason["no letter"] += 1
                continue
            by_reason[each.reason.value] += 1
            detail = "" if each.detail is msgspec.UNSET else str(each.detail)
            newest.append(Letter(each.source, each.offset, each.reason.value, detail))
        return LettersSeen(list(reversed(newest)), by_reason.total(), dict(by_reason))

    def feed(self, reason: str) -> LettersFed:
        """Feed them again. Raises BadCall and Unavailable; what was fed twice is a repetition."""
        from streaming.files.replay import Again, Replay

        chosen = Replay(self._settings.max_line_bytes, [RejectionReason(reason)] if reason else ())
        found: list[Again] = []
        for line in self._lines():
            record = chosen.again(line)
            if record is not None:
                found.append(record)
        if self._events is None:
            from ringfence.serve_wiring import kafka_of
            from streaming.kafka.feeding import Feeder

            feeder = Feeder(kafka_of(self._settings))
            for each in found:
                feeder.put(each.topic, each.key, each.value, each.headers)
            feeder.close()
        else:
            carrier = EventFile(self._events)
            for start in range(0, len(found), BATCH):
                carrier.carry(
                    [
                        OutgoingEvent("", "", b" ".join(each.value.splitlines()))
                        for each in found[start : start + BATCH]
                    ]
                )
        done = chosen.done
        return LettersFed(done.letters, done.fed.total(), dict(done.left), done.letters >= MOST_LETTERS)

    def _lines(self) -> Iterator[bytes]:
        from streaming.files.replay import letters_in

        if not self._path.is_file():
            return
        yield from islice(letters_in(str(self._path), sys.stdin.buffer), MOST_LETTERS)


class TopicLetters:
    """Dead letters on their topic; reading them would read them away, so they are fed and not shown."""

    place = "the topic dead-letters"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def seen(self) -> None:
        """Nothing."""

    def feed(self, reason: str) -> LettersFed:
        """Feed those that were not read before. Raises Unavailable."""
        from ringfence.replay_wiring import replay
        from ringfence.serve_wiring import kafka_of

        done = replay(
            [],
            kafka_of(self._settings),
            None,
            reasons=[RejectionReason(reason)] if reason else [],
            limit=MOST_LETTERS,
            from_the_beginning=False,
            max_line_bytes=self._settings.max_line_bytes,
        )
        return LettersFed(done.letters, done.fed.total(), dict(done.left), done.reached_limit)
