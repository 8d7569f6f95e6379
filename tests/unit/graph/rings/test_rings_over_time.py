"""The life of a ring: born, grown, merged, split, closed, under an id that stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph.engine import Engine, EngineConfig
from graph.model.results import LedgerEntry
from graph.model.vocabulary import Decision, EntityKind, LedgerChange, VerdictOutcome
from tests.unit.graph.fakes import in_batches
from tests.unit.graph.ledger_replay import replay
from tests.unit.graph.scenes import Scene, moment

BORN, GREW, MERGED = LedgerChange.BORN, LedgerChange.GREW, LedgerChange.MERGED
SPLIT, CLOSED = LedgerChange.SPLIT, LedgerChange.CLOSED


def sign_ups(scene: Scene, day: float, phone: str, *accounts: str) -> None:
    for n, account in enumerate(accounts):
        scene.signs_up(account, day + n / 1000, phone)


def told(ledger: list[LedgerEntry]) -> list[tuple]:
    return [(e.change, e.accounts.added, e.accounts.removed) for e in ledger]


def members(engine) -> list[list[str]]:
    return sorted(ring.accounts for ring in engine.rings())


def test_three_accounts_made_on_one_phone_are_a_ring_and_two_are_not(side):
    scene = Scene()
    sign_ups(scene, 1, "phone", "a", "b", "c")
    engine = side()
    assert in_batches(engine, scene.events[:2], 1).flags == []
    outcome = engine.apply(scene.events[2:])
    (flag,) = outcome.flags
    assert (flag.accounts, flag.event_id, flag.ts) == (["a", "b", "c"], "e2", scene.events[2].ts)
    assert (flag.score, flag.decision) == (0.9, Decision.REVIEW)
    assert told(outcome.ledger) == [(BORN, ["a", "b", "c"], [])]
    (ring,) = engine.rings()
    assert (ring.ring_id, ring.flagged_ts, ring.entities) == (flag.ring_id, flag.ts, ["device:phone"])
    assert {a.account_id: a.ring_id for a in engine.accounts()} == dict.fromkeys("abc", ring.ring_id)


def test_a_ring_keeps_its_id_as_it_grows_and_only_the_new_are_flagged(side):
    scene = Scene()
    sign_ups(scene, 1, "phone", "a", "b", "c", "d", "e")
    outcome = in_batches(engine := side(), scene.events, 1)
    assert told(outcome.ledger) == [(BORN, ["a", "b", "c"], []), (GREW, ["d"], []), (GREW, ["e"], [])]
    assert [flag.accounts for flag in outcome.flags] == [["a", "b", "c"], ["d"], ["e"]]
    assert len({flag.ring_id for flag in outcome.flags}) == 1
    assert members(engine) == [["a", "b", "c", "d", "e"]]


def two_rings_that_meet(older: int, younger: int) -> Scene:
    scene = Scene()
    sign_ups(scene, 1, "phone 1", *(f"a{n}" for n in range(older)))
    sign_ups(scene, 2, "phone 2", *(f"b{n}" for n in range(younger)))
    scene.adds_card("a0", 3, "card")
    scene.adds_card("b0", 3.1, "card")
    return scene


def test_two_rings_that_meet_merge_into_the_larger(side):
    for older, younger, survivor in ((3, 5, 1), (5, 3, 0)):
        scene = two_rings_that_meet(older, younger)
        outcome = side().apply(scene.events)
        ids = [entry.ring_id for entry in outcome.ledger if entry.change is BORN]
        last = outcome.ledger[-1]
        swallowed = ids[1 - survivor]
        assert (last.change, last.ring_id, last.from_) == (MERGED, ids[survivor], [swallowed])
        joining = [f"a{n}" for n in range(older)] if survivor else [f"b{n}" for n in range(younger)]
        assert (last.accounts.added, last.accounts.removed) == (joining, [])


def test_two_rings_of_one_size_merge_into_the_older(side):
    outcome = side().apply(two_rings_that_meet(4, 4).events)
    older, younger = (entry.ring_id for entry in outcome.ledger if entry.change is BORN)
    assert (outcome.ledger[-1].ring_id, outcome.ledger[-1].from_) == (older, [younger])


def test_accounts_that_were_flagged_before_a_merger_are_not_flagged_again(side):
    outcome = side().apply(two_rings_that_meet(4, 4).events)
    flagged = [account for flag in outcome.flags for account in flag.accounts]
    assert sorted(flagged) == sorted(set(flagged))


def bridged(left: int, right: int) -> Scene:
    """Two phones whose accounts are one ring through a card that two of them use."""
    scene = Scene()
    sign_ups(scene, 1, "phone 1", *(f"a{n}" for n in range(left)))
    scene.adds_card("a0", 1.1, "card")
    scene.signs_up("b0", 1.2, "phone 2")
    scene.adds_card("b0", 1.3, "card")
    sign_ups(scene, 1.4, "phone 2", *(f"b{n}" for n in range(1, right)))
    return scene


def test_an_analysts_cut_splits_a_ring_and_the_larger_part_keeps_the_id(side):
    for left, right in ((5, 4), (4, 5)):
        engine = side()
        ledger = engine.apply(bridged(left, right).events).ledger
        (ring,) = engine.rings()
        assert len(ring.accounts) == 9
        outcome = engine.cut("b0", EntityKind.CARD, "card", moment(2, "cut"))
        larger, smaller = ("a", "b") if left > right else ("b", "a")
        stay, leave = ([f"{name}{n}" for n in range(size)] for name, size in ((larger, 5), (smaller, 4)))
        assert [(e.change, e.from_, e.accounts.added, e.accounts.removed) for e in outcome.ledger] == [
            (SPLIT, [], [], leave),
            (SPLIT, [ring.ring_id], leave, []),
        ]
        assert {tuple(r.accounts): r.ring_id for r in engine.rings()}[tuple(stay)] == ring.ring_id
        assert replay([*ledger, *outcome.ledger]) == {r.ring_id: set(r.accounts) for r in engine.rings()}


def test_a_part_too_small_to_be_a_ring_is_let_go(side):
    engine = side()
    engine.apply(bridged(5, 1).events)
    outcome = engine.cut("b0", EntityKind.CARD, "card", moment(2, "cut"))
    assert told(outcome.ledger) == [(SPLIT, [], ["b0"])]
    assert members(engine) == [["a0", "a1", "a2", "a3", "a4"]]


def test_a_phone_declared_public_closes_the_ring_it_made(side):
    scene = Scene()
    sign_ups(scene, 1, "phone", "a", "b", "c")
    engine = side()
    ledger = engine.apply(scene.events).ledger
    outcome = engine.declare_public(EntityKind.DEVICE, "phone", moment(2, "word"))
    assert outcome.ledger[-1].change is CLOSED
    assert engine.rings() == []
    assert replay([*ledger, *outcome.ledger]) == {}
    assert all(account.score == 0.01 for account in engine.accounts())


def test_a_phone_that_gathers_visitors_closes_what_it_decided(side):
    scene = Scene()
    for n in range(26):
        scene.logs_in(f"v{n:02}", 1 + n / 100, "kiosk")
        scene.logs_in(f"v{n:02}", 2 + n / 100, f"phone of v{n:02}")
    engine = side()
    outcome = in_batches(engine, scene.events, 1)
    assert outcome.ledger[0].change is BORN
    assert outcome.ledger[-1].change is CLOSED
    assert engine.rings() == []


def test_a_card_that_turns_public_splits_the_ring_it_held_together(side):
    scene = bridged(4, 4)
    for n in range(12):
        stranger = f"stranger{n:02}"
        scene.logs_in(stranger, 2, f"phone of {stranger}")
        for ride in range(3):
            scene.rides(stranger, f"driver {ride} of {stranger}", 2 + ride / 10)
        scene.adds_card(stranger, 3 + n / 100, "card")
    engine = side()
    ledger = engine.apply(scene.events).ledger
    assert members(engine) == [["a0", "a1", "a2", "a3"], ["b0", "b1", "b2", "b3"]]
    assert replay(ledger) == {r.ring_id: set(r.accounts) for r in engine.rings()}


def test_a_ring_closes_when_its_links_age_out_of_the_window(side):
    scene = Scene()
    sign_ups(scene, 1, "phone", "a", "b", "c")
    engine = side()
    engine.apply(scene.events)
    later = Scene()
    later.logs_in("stranger", 91.5, "elsewhere")
    outcome = engine.apply(later.events)
    assert outcome.ledger[-1].change is CLOSED
    assert outcome.ledger[-1].ts == later.events[0].ts
    assert engine.rings() == []


def test_a_ring_closes_when_a_verdict_on_somebody_unknown_moves_the_window_past_it(side):
    scene = Scene()
    sign_ups(scene, 1, "phone", "a", "b", "c")
    engine = side()
    engine.apply(scene.events)
    later = Scene()
    later.is_answered("nobody", 91.5, VerdictOutcome.LEGIT)
    assert engine.apply(later.events).ledger[-1].change is CLOSED
    assert engine.rings() == []


def test_a_ring_outlives_the_links_of_those_who_left_it(side):
    scene = Scene()
    sign_ups(scene, 1, "phone", "a", "b", "c", "d")
    for account in ("a", "b", "c"):
        scene.logs_in(account, 60, "phone")
    scene.logs_in("stranger", 92, "elsewhere")
    engine = side()
    ledger = engine.apply(scene.events).ledger
    assert members(engine) == [["a", "b", "c"]]
    assert len({entry.ring_id for entry in ledger}) == 1


def test_a_replay_of_the_same_events_gives_the_same_ids(side):
    scene = two_rings_that_meet(4, 5)
    first, second = side().apply(scene.events), side().apply(scene.events)
    assert first == second
    assert len({flag.flag_id for flag in first.flags}) == len(first.flags)


@dataclass
class Told:
    """A scorer that says what it is told."""

    says: float
    model_id: str = "told"
    prior: float = 0.01

    def score(self, _features: Sequence[float]) -> float:
        return self.says


def rings_left(*told: tuple[float, list[str]]) -> list[int]:
    """How many rings there are after accounts came to one phone at each score."""
    scorer, scene, left = Told(0.0), Scene(), []
    engine = Engine(EngineConfig(), scorer)
    for day, (score, accounts) in enumerate(told):
        scorer.says, seen = score, len(scene.events)
        sign_ups(scene, 1 + day, "phone", *accounts)
        engine.apply(scene.events[seen:])
        left.append(len(engine.rings()))
    return left


def test_what_was_seen_of_a_ring_once_is_not_undone_by_half_a_doubt():
    abc, sure = ["a", "b", "c"], 0.99
    assert rings_left((sure, abc), (0.4, ["d"]), (0.05, ["e"]), (0.04, ["f"])) == [1, 1, 1, 0]
    assert rings_left((0.86, abc), (0.2, ["d"]), (0.15, ["e"])) == [1, 1, 0]


def test_a_ring_that_has_outgrown_its_best_judgement_is_judged_by_what_it_is_now():
    abc, more = ["a", "b", "c"], ["d", "e", "f", "g"]
    assert rings_left((0.99, abc), (0.86, more[:3]), (0.1, ["x"])) == [1, 1, 1]
    assert rings_left((0.99, abc), (0.86, more), (0.1, ["x"])) == [1, 1, 0]
