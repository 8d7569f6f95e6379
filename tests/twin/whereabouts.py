"""Where drivers and riders were last, and what that says of a trip."""

from __future__ import annotations

import math
from dataclasses import dataclass

from graph.model.events import TripCompleted
from graph.model.vocabulary import TripReason
from graph.updates.sketches import APPROACH, HERE, OVERLAP, PHONE
from graph.updates.whereabouts import (
    AWAY_FAR_KM,
    AWAY_NEAR_KM,
    COMPANY_UNUSUAL,
    COMPANY_USUAL,
    GRACE_S,
    HERE_KM,
    HERE_UNUSUAL,
    HERE_USUAL,
    NEAR_KM,
    OVERLAP_LONG_S,
    OVERLAP_SHORT_S,
    PHONE_FAR_KM,
    PHONE_NEAR_KM,
    REACH_KMH,
    STALE_S,
)
from tests.twin.habits import distance_km
from tests.twin.places import Place, is_place
from tests.twin.ramp import ramp
from tests.twin.signs import Signs, share_of
from tests.twin.sketches import Sketch


@dataclass(slots=True)
class Person:
    """The newest trip of somebody, where it ended, and where the phone was at the newest login."""

    began: int = 0
    ended: int = 0
    place: Place | None = None
    seen: int = 0
    phone: Place | None = None


class Whereabouts:
    """Everybody, for ever: a test has few people."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._sketches = {number: Sketch(number) for number in (OVERLAP, APPROACH, PHONE, HERE)}

    def login(self, who: str, ts: int, place: Place | None) -> None:
        """Remember where a phone was."""
        if place is None or not is_place(place):
            return
        person = self._people.setdefault(who, Person())
        if ts >= person.seen:
            person.seen, person.phone = ts, place

    def judge(self, signs: Signs, trip: TripCompleted, pickup: Place | None, dropoff: Place | None) -> None:
        """Add the signs of a trip in which somebody cannot have been; its ends are None if no places."""
        began = trip.ts - int(1000 * trip.duration_s) if trip.duration_s else trip.ts
        drives = self._judge_driver(signs, self._of(trip.driver_id), began, trip.ts, pickup)
        rides = 0.0
        people = [trip.driver_id]
        if trip.rider_id != trip.driver_id:
            rides = self._judge_rider(signs, self._of(trip.rider_id), began, trip.ts, pickup, dropoff)
            people.append(trip.rider_id)
        signs.add(TripReason.OVERLAPS, max(drives, rides) * (1 - share_of(signs, TripReason.TOO_SLOW)))
        for who in people:
            person = self._of(who)
            if trip.ts >= person.ended:
                person.began, person.ended, person.place = began, trip.ts, dropoff

    def _of(self, who: str) -> Person:
        return self._people.setdefault(who, Person())

    def _judge_driver(self, signs: Signs, person: Person, began: int, ts: int, pickup: Place | None) -> float:
        if person.ended == 0:
            return 0.0
        overlap = self._overlap(person, began, ts)
        gap = (began - person.ended) / 1000
        if overlap == 0 and pickup and person.place and -GRACE_S <= gap <= STALE_S:
            km = distance_km(*person.place, *pickup)
            slack = GRACE_S + slack_s(ts) + slack_s(person.ended)
            beyond = max(km - REACH_KMH * (max(gap, 0.0) + slack) / 3600, 0.0)
            away = self._unusual(APPROACH, math.log(beyond + 0.05))
            signs.add(TripReason.DRIVER_AWAY, away * ramp(beyond, AWAY_NEAR_KM, AWAY_FAR_KM))
            usual, log_km = self._sketches[HERE], math.log(km + 0.02)
            here = ramp(usual.below(log_km), HERE_USUAL, HERE_UNUSUAL)
            signs.add(TripReason.ALREADY_THERE, here * (1 - ramp(km, HERE_KM, NEAR_KM)))
            usual.learn(log_km)
        return overlap

    def _judge_rider(
        self, signs: Signs, person: Person, began: int, ts: int, pickup: Place | None, dropoff: Place | None
    ) -> float:
        overlap = self._overlap(person, began, ts) if person.ended else 0.0
        gap = (began - person.seen) / 1000
        if pickup and person.phone and person.seen <= ts and gap <= STALE_S:
            km = distance_km(*person.phone, *pickup)
            if gap < 0 and dropoff:
                km = min(km, distance_km(*person.phone, *dropoff))
            beyond = max(km - REACH_KMH * (max(gap, 0.0) + GRACE_S + slack_s(ts)) / 3600, 0.0)
            away = self._unusual(PHONE, math.log(beyond + 0.05)) * ramp(beyond, PHONE_NEAR_KM, PHONE_FAR_KM)
            signs.add(TripReason.PHONE_AWAY, away * (1 - overlap))
        return overlap

    def _overlap(self, person: Person, began: int, ts: int) -> float:
        ms = min(ts, person.ended) - max(began, person.began)
        seconds = max(ms / 1000 - slack_s(ts) - slack_s(person.ended), 0.0)
        unusual = self._unusual(OVERLAP, math.log(1 + seconds / 60))
        return unusual * ramp(seconds, OVERLAP_SHORT_S, OVERLAP_LONG_S)

    def _unusual(self, sketch: int, value: float) -> float:
        usual = self._sketches[sketch]
        strength = ramp(usual.above(value), COMPANY_USUAL, COMPANY_UNUSUAL)
        usual.learn(value)
        return strength


def slack_s(ts: int) -> float:
    """What a clock hides that tells whole quarters of an hour, or whole minutes."""
    return 900.0 if ts % 900_000 == 0 else 60.0 if ts % 60_000 == 0 else 0.0
