"""The watch over a city: every early sign in every segment, and the onsets that they show."""

from __future__ import annotations

from typing import Final

import msgspec

from graph.model.events import EventBase, TripCompleted
from graph.model.vocabulary import EarlySign, SegmentKind
from graph.state.digest import content_id
from rules.facts.gathering import HOUR_MS
from rules.facts.names import Observation
from rules.onset.baseline import HISTORY_DAYS, HOURS_A_WEEK, LAG_DAYS, WEEKLY_KEPT, rate_bound, season
from rules.onset.detector import RiseDetector
from rules.onset.signs import Segment, SignReader

WARM_UP_DAYS: Final = 14
"""Days with trips before anything is called a rise."""
STATED_DAYS: Final = 60
FALSE_ONSETS: Final = 0.5
"""The most false onsets expected in ``STATED_DAYS`` while no sign comes more often than its bound."""
MOST_SEGMENTS: Final = 32
"""Segments of one kind watched for one sign, the first that come; one unseen for 28 days makes room."""
STREAMS: Final = len(EarlySign) * (1 + (len(SegmentKind) - 1) * MOST_SEGMENTS)
WHOLE_SHARE: Final = 0.25
"""What a sign's stream of the whole city weighs of the sign's share; its segments share the rest."""
THRESHOLD: Final = STATED_DAYS * 24 / FALSE_ONSETS
"""Weighted evidence of all streams from which on a rise is called: hours over the false onsets allowed."""
TELLING: Final = THRESHOLD / 1_000
"""A stream that adds less than that is left out of the sum."""
SAME_ATTACK_HOURS: Final = 72
"""A rise so soon after another one belongs to the same attack."""
SWELLING: Final = frozenset({EarlySign.NEW_CARDS, EarlySign.DECLINES, EarlySign.LARGE_FARES})
"""Signs that an honest campaign raises everywhere: only where one segment outgrows the rest do they count."""
FAMILIES: Final = (
    frozenset(EarlySign) - {EarlySign.CROWDED_PROMOS, EarlySign.DISPUTES},
    frozenset({EarlySign.CROWDED_PROMOS}),
    frozenset({EarlySign.DISPUTES}),
)
"""Signs of cards, of promotions and of disputes: an attack on one is no news about another."""
MOST_ONSETS: Final = 1_000
"""The newest onsets that are kept."""


class Onset(msgspec.Struct, frozen=True, kw_only=True):
    """An attack that began: found at ``found_ms``, likely begun at ``began_ms`` (epoch ms).

    ``count`` accounts showed ``sign`` in the segment since it began, where at most ``expected`` were to be.
    """

    onset_id: str
    found_ms: int
    began_ms: int
    sign: EarlySign
    segment: SegmentKind
    word: str
    count: int
    expected: float
    evidence: float


class _Stream(msgspec.Struct):
    """One sign in one segment: counts of this hour, of today and of the days before, and its detector."""

    hour: int = 0
    today: int = 0
    daily: list[int] = []
    bound: float = 0.0
    """Of its rate a day, from the days before; worked out once a day."""
    detector: RiseDetector = msgspec.field(default_factory=RiseDetector)
    settled: float = 0.0
    """Up to which of the watched seasons its detector has taken in the hours."""
    evidence: float = 0.0
    """What it adds to the evidence of all, as of then."""
    risen_hour: int = -(10**9)


class _Watched(msgspec.Struct):
    """Everything a watch knows, as a snapshot keeps it."""

    streams: dict[str, _Stream] = {}
    hour: int = -1
    days: int = 0
    watched: float = 0.0
    """The seasons of all hours watched so far, in days."""
    has_trips: bool = False
    season: list[float] = msgspec.field(default_factory=lambda: [0.0] * HOURS_A_WEEK)
    this_hour: int = 0
    attacked_hours: list[int] = msgspec.field(default_factory=lambda: [-(10**9)] * len(FAMILIES))
    unwatched: int = 0
    onsets: list[Onset] = []


class OnsetWatch:
    """Follows events and says when an attack begins. An event that comes late counts in the hour it comes in.

    The weighted sum of the evidence of a family's streams decides. Each stream's is a supermartingale once
    the hours are taken off (see ``rules.onset.detector``), so their weighted sum is one too, whatever the
    streams have to do with each other, and the weights of all families come to 1: in any ``STATED_DAYS`` days
    the expected number of onsets in a city whose signs stay below their bounds is at most ``FALSE_ONSETS``.
    Several streams that rise a little call what none would call alone. Memory: at most ``STREAMS`` streams.
    """

    def __init__(self, signs: SignReader) -> None:
        self._signs = signs
        self._state = _Watched()

    @property
    def onsets(self) -> list[Onset]:
        """The newest ``MOST_ONSETS`` onsets in the order found."""
        return list(self._state.onsets)

    @property
    def unwatched(self) -> int:
        """Sightings in segments for which there was no room."""
        return self._state.unwatched

    def observe(self, event: EventBase, observed: Observation | None) -> list[Onset]:
        """Follow one event, with its facts; the onsets found at the hours that ended before it."""
        state = self._state
        found = self._move_on(event.ts // HOUR_MS)
        state.has_trips = state.has_trips or isinstance(event, TripCompleted)
        if observed is not None:
            state.this_hour += 1
        for sign, segment in self._signs.read(event, observed):
            if segment.kind is SegmentKind.EVERYTHING or self._has_room(sign, segment):
                self._stream(_key(sign, segment)).hour += 1
            else:
                state.unwatched += 1
        return found

    def reach(self, ts: int) -> list[Onset]:
        """Nothing more comes before ``ts``: the onsets found at the hours that end by then."""
        return self._move_on(ts // HOUR_MS)

    def save(self) -> bytes:
        """Everything, for a snapshot."""
        return msgspec.msgpack.encode(self._state)

    def load(self, saved: bytes) -> None:
        """Becomes what ``save`` gave."""
        self._state = msgspec.msgpack.decode(saved, type=_Watched)

    # -- time --------------------------------------------------------------------------------------

    def _move_on(self, hour: int) -> list[Onset]:
        """End the hours before this one."""
        state = self._state
        if state.hour < 0:
            state.hour = hour
        if hour - state.hour > HISTORY_DAYS * 24:
            # Nothing was heard for so long that nothing is known: begin anew.
            self._state = state = _Watched(hour=hour, onsets=state.onsets)
        found: list[Onset] = []
        while state.hour < hour:
            found += self._end_hour(state.hour)
            state.hour += 1
            if state.hour % 24 == 0:
                self._end_day()
        return found

    def _end_hour(self, hour: int) -> list[Onset]:
        state = self._state
        found: list[Onset] = []
        if state.days >= WARM_UP_DAYS:
            of_day = season(state.season, hour) / 24
            shown = {sign for sign in EarlySign if self._whole(sign).hour}
            for name, stream in state.streams.items():
                sign, segment = _of_key(name)
                if sign in shown:
                    self._settle(stream)
                    self._weigh(stream, sign, segment, hour, of_day)
                    stream.settled = state.watched + of_day
            state.watched += of_day
            for family, signs in enumerate(FAMILIES):
                if shown & signs:
                    found += self._called(hour, family)
        for stream in state.streams.values():
            stream.today += stream.hour
            stream.hour = 0
        state.season[hour % HOURS_A_WEEK] += state.this_hour
        state.this_hour = 0
        return found

    def _settle(self, stream: _Stream) -> None:
        """Have the hours in which nobody showed the sign taken in."""
        idle = stream.bound * (self._state.watched - stream.settled)
        if idle:
            before = sum(stream.detector.evidence)
            stream.detector.idle(idle)
            stream.evidence *= sum(stream.detector.evidence) / before if before else 0.0
        stream.settled = self._state.watched

    def _whole(self, sign: EarlySign) -> _Stream:
        """The stream of a sign in the whole city."""
        return self._stream(_key(sign, Segment(SegmentKind.EVERYTHING, "")))

    def _weigh(self, stream: _Stream, sign: EarlySign, segment: Segment, hour: int, of_day: float) -> None:
        """Take the hour's count into the stream's evidence."""
        if stream_weight(sign, segment) == 0:
            return
        expected = stream.bound * of_day
        if segment.kind is not SegmentKind.EVERYTHING:
            # The segment's share of what the whole city showed: a surge everywhere is no attack on it.
            whole = self._whole(sign)
            expected = max(expected, whole.hour * min(1.0, stream.bound / whole.bound))
        stream.evidence = stream_weight(sign, segment) * stream.detector.add(hour, stream.hour, expected)

    def _called(self, hour: int, family: int) -> list[Onset]:
        """The onset that the streams of a family together call at the end of an hour, if they do."""
        state = self._state
        streams = {name: s for name, s in state.streams.items() if _of_key(name)[0] in FAMILIES[family]}
        telling = {name: each for name, each in streams.items() if each.evidence > TELLING}
        if sum(each.evidence for each in telling.values()) < THRESHOLD:
            return []
        for stream in telling.values():
            self._settle(stream)
        evidence = sum(each.evidence for each in telling.values())
        if evidence < THRESHOLD:
            return []
        name, best = max(telling.items(), key=lambda item: (item[1].evidence, item[0]))
        began, count, likely = best.detector.rise()
        for stream in streams.values():
            if stream.evidence > TELLING:
                stream.risen_hour = hour
            stream.detector.start_over()
            stream.evidence = 0.0
        is_new = hour - state.attacked_hours[family] > SAME_ATTACK_HOURS
        state.attacked_hours[family] = hour
        if not is_new:
            return []
        sign, segment = _of_key(name)
        onset = Onset(
            onset_id=content_id("onset", name, str(hour)),
            found_ms=(hour + 1) * HOUR_MS,
            began_ms=began * HOUR_MS,
            sign=sign,
            segment=segment.kind,
            word=segment.word,
            count=count,
            expected=round(likely, 3),
            evidence=round(evidence, 1),
        )
        state.onsets = [*state.onsets, onset][-MOST_ONSETS:]
        return [onset]

    def _end_day(self) -> None:
        """A day is over; one during a rise is not learnt."""
        state = self._state
        if not state.has_trips:
            for stream in state.streams.values():
                stream.today = 0
            return
        state.days = min(state.days + 1, 10**6)
        for stream in state.streams.values():
            if state.hour - stream.risen_hour > SAME_ATTACK_HOURS:
                stream.daily = [*stream.daily, stream.today][-(HISTORY_DAYS + LAG_DAYS) :]
            stream.today = 0
            self._settle(stream)
            stream.bound = rate_bound(stream.daily, state.days)
        if state.days % 7 == 0:
            state.season = [count * WEEKLY_KEPT for count in state.season]
        state.streams = {
            name: stream
            for name, stream in state.streams.items()
            if any(stream.daily)
            or state.hour - stream.risen_hour <= SAME_ATTACK_HOURS
            or _of_key(name)[1].kind is SegmentKind.EVERYTHING
        }

    def _stream(self, name: str) -> _Stream:
        """The stream of that name; a new one was never seen in all the days that are known."""
        streams = self._state.streams
        if name not in streams:
            bound = rate_bound([], self._state.days)
            streams[name] = _Stream(bound=bound, settled=self._state.watched)
        return streams[name]

    def _has_room(self, sign: EarlySign, segment: Segment) -> bool:
        streams = self._state.streams
        if _key(sign, segment) in streams:
            return True
        beginning = f"{sign.value}|{segment.kind.value}|"
        return sum(1 for name in streams if name.startswith(beginning)) < MOST_SEGMENTS


def stream_weight(sign: EarlySign, segment: Segment) -> float:
    """What a stream's evidence weighs; all weights together come to 1 at most."""
    is_whole = segment.kind is SegmentKind.EVERYTHING
    whole = 0.0 if sign in SWELLING else WHOLE_SHARE
    return (whole if is_whole else (1 - whole) / ((len(SegmentKind) - 1) * MOST_SEGMENTS)) / len(EarlySign)


def _key(sign: EarlySign, segment: Segment) -> str:
    return f"{sign.value}|{segment.kind.value}|{segment.word}"


def _of_key(name: str) -> tuple[EarlySign, Segment]:
    sign, kind, word = name.split("|", 2)
    return EarlySign(sign), Segment(SegmentKind(kind), word)
