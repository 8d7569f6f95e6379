"""From the bytes of one record to an event, or to the reason why not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec

from graph.model.errors import Rejected
from graph.model.events import EVENT_TYPES, Event, EventBase
from graph.model.vocabulary import RejectionReason
from streaming.contract.fields import FIELDS
from streaming.contract.rejection import MAX_LINE_BYTES, MAX_NESTING, find_fault

_STRING_AND_COLON: Final = re.compile(rb'"([^"]*)"([ \t\n\r]*:)?')

_DECODING_FAILED: Final = (msgspec.MsgspecError, ValueError, RecursionError)

Record = Event | Rejected
"""What became of one line."""


class Decoder:
    """Turns records into events by the contract's rules for one record.

    The one rule that needs other events (``ts`` at most a day ahead of the newest) is applied by
    ``Admission``. Refuses any record longer than ``max_line_bytes``. A clean record costs about a
    microsecond and a half.

    How repeated keys are noticed without parsing twice: in a record without a backslash, every quote
    sign opens or closes a key or a text. Each field that the event carries accounts for 2 of them (a
    number) or 4 (a text). A line with exactly that many has no repeated, unknown or null field, and
    no line can have fewer, so one count over many lines answers for all of them.
    """

    def __init__(self, max_line_bytes: int = MAX_LINE_BYTES) -> None:
        self.max_line_bytes = max_line_bytes
        self._decode: Callable[[bytes], Event] = msgspec.json.Decoder(Event).decode
        # Lines that needed a closer look last time: where there are some, there are more.
        self._dirty = 0

    def decode(self, line: bytes) -> Event:
        """The event in ``line``; raises ``Rejected`` with the reason otherwise."""
        record = self.decode_lines((line,))[0]
        if isinstance(record, Rejected):
            raise record
        return record

    def decode_lines(self, lines: Sequence[bytes]) -> Sequence[Record]:
        """What became of each line, in their order."""
        if self._dirty == 0:
            events = self._decode_clean(lines)
            if events is not None:
                return events
        self._dirty = 0
        return [self._decode_one(line) for line in lines]

    def _decode_clean(self, lines: Sequence[bytes]) -> list[Event] | None:
        """The events when every line is plainly in order, otherwise None."""
        together = b"".join(lines)
        if b"\\" in together or max(map(len, lines), default=0) > self.max_line_bytes:
            return None
        try:
            events = [self._decode(line) for line in lines]
        except _DECODING_FAILED:
            return None
        return events if together.count(b'"') == _quotes_of_many(events) else None

    def _decode_one(self, line: bytes) -> Record:
        try:
            event = self._decode(line)
        except _DECODING_FAILED as error:
            return self._refuse(line, error)
        if line.count(b'"') == _quotes_of(event) and b"\\" not in line and len(line) <= self.max_line_bytes:
            return event
        return self._look_closer(line, event)

    def _refuse(self, line: bytes, error: Exception) -> Rejected:
        self._dirty += 1
        fault = find_fault(line, self.max_line_bytes)
        return fault or Rejected(RejectionReason.INVALID_JSON, " ".join(str(error).split()))

    def _look_closer(self, line: bytes, event: Event) -> Record:
        self._dirty += 1
        flat = line.count(b"{") == 1 and line.count(b"[") < MAX_NESTING
        if flat and b"\\" not in line and line.isascii() and len(line) <= self.max_line_bytes:
            keys = [text for text, colon in _STRING_AND_COLON.findall(line) if colon]
            if len(set(keys)) == len(keys):
                return event
        return find_fault(line, self.max_line_bytes) or event


def _optional_getter(
    event_type: type[EventBase], *, strings: bool
) -> Callable[[Any], tuple[object, ...]] | None:
    names = [f.name for f in FIELDS[event_type] if not f.required and f.is_string is strings]
    # attrgetter answers a tuple only for two names or more; event_id is never None, so it does not count.
    return attrgetter("event_id", "event_id", *names) if names else None


def _quotes_of_all(event_type: type[EventBase]) -> int:
    return 4 + sum(4 if field.is_string else 2 for field in FIELDS[event_type])


_ALL_QUOTES: Final = {kind: _quotes_of_all(kind) for kind in EVENT_TYPES}
_FIXED_QUOTES: Final[dict[type, int]] = {
    kind: _ALL_QUOTES[kind] for kind in EVENT_TYPES if all(field.required for field in FIELDS[kind])
}
_OPTIONAL_STRINGS: Final = {kind: _optional_getter(kind, strings=True) for kind in EVENT_TYPES}
_OPTIONAL_NUMBERS: Final = {kind: _optional_getter(kind, strings=False) for kind in EVENT_TYPES}


def _quotes_of(event: Event) -> int:
    """How many quote signs a record takes that carries what ``event`` carries and nothing else."""
    kind = type(event)
    quotes = _ALL_QUOTES[kind]
    strings, numbers = _OPTIONAL_STRINGS[kind], _OPTIONAL_NUMBERS[kind]
    if strings is not None:
        quotes -= 4 * strings(event).count(None)
    if numbers is not None:
        quotes -= 2 * numbers(event).count(None)
    return quotes


def _quotes_of_many(events: Sequence[Event]) -> int:
    kinds = Counter(map(type, events))
    fixed = sum(quotes * kinds[kind] for kind, quotes in _FIXED_QUOTES.items())
    return fixed + sum(_quotes_of(event) for event in events if type(event) not in _FIXED_QUOTES)
