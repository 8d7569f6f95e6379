"""When an attack begins: found soon, seldom found where there is none, the same after a snapshot."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from graph.model.vocabulary import EarlySign, SegmentKind
from rules.facts.gathering import FactGatherer
from rules.onset.baseline import rate_bound, season
from rules.onset.detector import RISES, RiseDetector
from rules.onset.signs import Segment, SignReader
from rules.onset.watch import MOST_SEGMENTS, THRESHOLD, OnsetWatch, stream_weight
from tests.unit.rules.attacks import DAY, START, account, attack, card, declined, quiet_city, together, trip


def watched(events) -> list:
    facts = FactGatherer()
    watch = OnsetWatch(SignReader(facts))
    return [onset for event in events for onset in watch.observe(event, facts.observe(event))]


def test_an_attack_is_found_within_a_day_and_dated_to_its_beginning():
    begins = START + 25 * DAY
    (onset,) = watched(together(quiet_city(32), attack(begins, 5)))
    assert begins < onset.found_ms <= begins + DAY
    assert abs(onset.began_ms - begins) <= DAY / 2
    assert onset.evidence >= THRESHOLD
    assert onset.count > 3 * onset.expected


@pytest.mark.parametrize("seed", range(4))
def test_two_quiet_months_have_no_onset(seed):
    assert watched(quiet_city(62, seed)) == []


def test_a_campaign_that_brings_many_of_every_issuer_is_no_attack():
    crowd = quiet_city(4, seed=5, newcomers=40)
    moved = [
        type(e)(**{**{f: getattr(e, f) for f in e.__struct_fields__}, "ts": e.ts + 25 * DAY}) for e in crowd
    ]
    honest = [e for e in moved if not e.event_id.startswith(("declined", "trip-regular"))]
    assert watched(together(quiet_city(40), honest)) == []


def test_nothing_is_called_a_rise_before_two_weeks_are_known():
    assert watched(together(quiet_city(12), attack(START + 5 * DAY, 5))) == []


def test_the_signs_of_a_thief_count_once_in_every_segment():
    facts = FactGatherer()
    reader = SignReader(facts)
    found = []
    for event in (
        account("thief", START, "burner", "3.0"),
        declined("thief", START + 1, "c1", "burner", "bank"),
        declined("thief", START + 2, "c2", "burner", "bank"),
        card("thief", START + 3, "c3", "burner", "bank"),
    ):
        found += [(s.sign, s.segment.kind) for s in reader.read(event, facts.observe(event))]
    in_all = [SegmentKind.EVERYTHING, SegmentKind.CARD_ISSUER, SegmentKind.APP_VERSION]
    signs = [EarlySign.DECLINES, EarlySign.NEW_CARDS, EarlySign.MANY_CARDS, EarlySign.CROWDED_DEVICES]
    signs.append(EarlySign.SEVERAL_SIGNS)
    assert found == [(sign, kind) for sign in signs for kind in in_all]


def test_signs_of_one_sort_are_not_several():
    facts = FactGatherer()
    reader = SignReader(facts)
    found = set()
    events = [
        account("tourist", START, "phone"),
        *(card("tourist", START + n, f"c{n}", "phone") for n in range(4)),
    ]
    for event in events:
        found |= {s.sign for s in reader.read(event, facts.observe(event))}
    assert {EarlySign.MANY_CARDS, EarlySign.CROWDED_DEVICES} <= found
    assert EarlySign.SEVERAL_SIGNS not in found
    (late,) = (declined("tourist", START + 8 * DAY, "c9", "phone"),)
    assert reader.read(late, facts.observe(late)) == []


def test_only_a_large_fare_of_a_young_account_is_a_sign():
    facts = FactGatherer()
    reader = SignReader(facts)
    for hour in range(200):
        event = trip("regular", START + hour, 10.0)
        reader.read(event, facts.observe(event))
    facts.observe(account("new", START + 300, "phone"))
    usual, large = trip("new", START + 400, 10.0), trip("new", START + 500, 40.0)
    assert reader.read(usual, facts.observe(usual)) == []
    assert {s.sign for s in reader.read(large, facts.observe(large))} == {EarlySign.LARGE_FARES}


def test_the_evidence_seldom_passes_a_threshold_while_counts_stay_below_what_is_expected():
    dice = np.random.default_rng(3)
    hours, runs, threshold = 300, 150, 1_000.0
    alarms = 0
    for _ in range(runs):
        detector = RiseDetector()
        alarms += any(detector.add(h, int(dice.poisson(0.2)), 0.2) >= threshold for h in range(hours))
    # The bound is hours / threshold of the runs; three standard deviations above it.
    bound = hours / threshold
    assert alarms / runs <= bound + 3 * (bound * (1 - bound) / runs) ** 0.5


def test_hours_without_a_count_at_once_equal_them_one_by_one_but_for_new_beginnings():
    one = RiseDetector()
    one.add(0, 3, 0.1)
    before = list(one.evidence)
    one.idle(0.5)
    assert one.evidence == [e * exp(-0.5 * (rise - 1)) for e, rise in zip(before, RISES, strict=True)]


def test_a_rate_bound_covers_a_poisson_count_and_follows_growth():
    assert rate_bound([], 29) == 4 / 28
    assert rate_bound([0] * 22 + [10] * 7 + [99], 30) == 10.0
    dice = np.random.default_rng(1)
    below = [rate_bound([*dice.poisson(2.0, 28).tolist(), 0], 29) < 2.0 for _ in range(500)]
    assert sum(below) / 500 < 0.05


def test_a_season_has_a_mean_of_one():
    counts = [float(hour % 24) for hour in range(168)]
    assert abs(sum(season(counts, hour) for hour in range(168)) / 168 - 1) < 1e-9
    assert season([0.0] * 168, 5) == 1.0


def test_a_watch_that_was_saved_goes_on_as_if_nothing_had_been():
    events = together(quiet_city(30), attack(START + 25 * DAY, 4))
    whole = watched(events)
    cut = next(n for n, event in enumerate(events) if event.ts > START + 25 * DAY)
    facts = FactGatherer()
    signs = SignReader(facts)
    watch = OnsetWatch(signs)
    for event in events[:cut]:
        watch.observe(event, facts.observe(event))
    facts_again = FactGatherer()
    signs_again = SignReader(facts_again)
    watch_again = OnsetWatch(signs_again)
    for one, other in ((facts, facts_again), (signs, signs_again), (watch, watch_again)):
        other.load(one.save())
    for event in events[cut:]:
        watch_again.observe(event, facts_again.observe(event))
    assert watch_again.onsets == whole


def test_more_segments_than_there_is_room_for_are_counted_as_unwatched():
    facts = FactGatherer()
    watch = OnsetWatch(SignReader(facts))
    for n in range(MOST_SEGMENTS + 3):
        for event in (account(f"a{n}", START, f"d{n}"), card(f"a{n}", START, f"c{n}", f"d{n}", f"bank{n}")):
            watch.observe(event, facts.observe(event))
    assert watch.unwatched == 3


def test_the_weights_of_all_streams_come_to_one():
    total = 0.0
    for sign in EarlySign:
        total += stream_weight(sign, Segment(SegmentKind.EVERYTHING, ""))
        for kind in SegmentKind:
            if kind is not SegmentKind.EVERYTHING:
                total += MOST_SEGMENTS * stream_weight(sign, Segment(kind, "word"))
    assert abs(total - 1) < 1e-12


def test_poisson_counts_at_their_bound_call_hardly_ever_over_all_streams_together():
    dice = np.random.default_rng(5)
    hours, streams, threshold = 200, 12, 1_000.0
    alarms = 0
    for _ in range(100):
        detectors = [RiseDetector() for _ in range(streams)]
        for hour in range(hours):
            # The same accounts show several signs: every stream sees the same counts.
            count = int(dice.poisson(0.1))
            if sum(each.add(hour, count, 0.1) for each in detectors) / streams >= threshold:
                alarms += 1
                break
    bound = hours / threshold
    assert alarms / 100 <= bound + 3 * (bound * (1 - bound) / 100) ** 0.5
