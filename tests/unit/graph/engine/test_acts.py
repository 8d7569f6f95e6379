"""What an analyst's act does, for how long, and what is left when it is undone."""

import pytest

from graph.model.vocabulary import ActKind, LedgerChange, VerdictOutcome
from tests.unit.graph.scenes import Scene, at

CUT, PUBLIC, PRIVATE = ActKind.CUT, ActKind.DECLARE_PUBLIC, ActKind.DECLARE_PRIVATE
HOUSEHOLD, UNDO = ActKind.HOUSEHOLD, ActKind.UNDO
CREW = ("a", "b", "c", "d")
TOGETHER = {frozenset(CREW)}


def crew_on_a_phone() -> Scene:
    scene = Scene()
    for n, account in enumerate(CREW):
        scene.signs_up(account, 1 + n / 1000, "phone")
    return scene


def test_a_cut_parts_an_account_from_an_identifier(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("a", 2, CUT, "device:phone")
    scene.logs_in("a", 3, "phone")
    assert side.of(scene).clusters() == {frozenset({"b", "c", "d"})}


def test_a_cut_may_name_the_identifier_first(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("device:phone", 2, CUT, "a")
    assert side.of(scene).clusters() == {frozenset({"b", "c", "d"})}


def test_a_cut_between_accounts_is_one_from_all_that_they_share(side):
    scene = Scene()
    scene.signs_up("a", 1, "phone")
    scene.signs_up("b", 1, "phone")
    scene.adds_card("a", 1.1, "card")
    scene.adds_card("b", 1.1, "card")
    scene.is_acted_on("a", 2, CUT, "b")
    assert side.of(scene).clusters() == set()


def test_an_act_ends_a_ring_at_its_event(side):
    scene = crew_on_a_phone()
    engine = side()
    engine.apply(scene.events)
    assert len(engine.rings()) == 1
    act = Scene()
    act.is_acted_on("device:phone", 2, PUBLIC)
    outcome = engine.apply(act.events)
    assert {entry.ts for entry in outcome.ledger} == {at(2)}
    assert outcome.ledger[-1].change is LedgerChange.CLOSED
    assert engine.rings() == []


@pytest.mark.parametrize("act", [CUT, PUBLIC])
def test_an_act_that_is_undone_leaves_no_trace(side, act):
    scene = crew_on_a_phone()
    subject, other = ("a", "device:phone") if act is CUT else ("device:phone", None)
    scene.is_acted_on(subject, 2, act, other, act_id="it")
    scene.logs_in("a", 2.5, "phone")
    scene.is_acted_on(subject, 3, UNDO, "it")
    seen = side.of(scene)
    assert seen.clusters() == TOGETHER
    assert (seen.view().cuts, seen.view().declared_public) == ((), ())


def test_of_two_acts_that_say_the_same_one_is_left_when_the_other_is_undone(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("a", 2, CUT, "device:phone", act_id="one")
    scene.is_acted_on("a", 2.1, CUT, "device:phone", act_id="two")
    scene.is_acted_on("a", 3, UNDO, "one")
    assert side.of(scene).clusters() == {frozenset({"b", "c", "d"})}


def test_an_act_whose_undoing_comes_first_never_holds(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("a", 2, UNDO, "it")
    scene.is_acted_on("a", 3, CUT, "device:phone", act_id="it")
    assert side.of(scene).clusters() == TOGETHER


def test_an_act_ends_before_the_first_event_after_its_time(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("device:phone", 2, PUBLIC, until=5)
    engine = side()
    engine.apply(scene.events)
    last = Scene()
    last.logs_in("stranger", 5, "strange phone")
    engine.apply(last.events)
    assert engine.clusters() == set()
    over = Scene()
    over.logs_in("stranger", 5.1, "strange phone")
    outcome = engine.apply(over.events)
    assert engine.clusters() == TOGETHER
    assert [(entry.change, entry.ts) for entry in outcome.ledger] == [(LedgerChange.BORN, at(5.1))]


def test_an_act_that_comes_after_its_own_end_never_holds(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("device:phone", 6, PUBLIC, until=5)
    assert side.of(scene).clusters() == TOGETHER


def test_what_is_declared_private_joins_whom_it_would_not_join_as_a_crowd(side):
    scene = Scene()
    names = [f"n{n:02}" for n in range(30)]
    for n, name in enumerate(names):
        scene.signs_up(name, n / 100, device=f"own {name}")
        if n < 16:
            for driver in range(3):
                scene.rides(name, f"driver {driver}", 1 + n / 100 + driver / 10)
        scene.adds_card(name, 3 + n / 100, "company card")
    # Sixteen of thirty live by themselves: the card is nobody's, until an analyst knows better.
    assert side.of(scene).clusters() == set()
    scene.is_acted_on("card:company card", 5, PRIVATE)
    assert side.of(scene).clusters() == {frozenset(names[16:])}


def test_the_newest_declaration_holds(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("device:phone", 2, PUBLIC)
    scene.is_acted_on("device:phone", 3, PRIVATE)
    assert side.of(scene).clusters() == TOGETHER


def test_an_address_is_public_whatever_is_said_of_it(side):
    scene = Scene()
    scene.signs_up("a", 1, ip="home")
    scene.signs_up("b", 1, ip="home")
    scene.is_acted_on("ip:home", 2, PRIVATE)
    assert side.of(scene).clusters() == set()


def score_of(engine, account: str) -> float:
    return next(a.score for a in engine.accounts() if a.account_id == account)


def test_a_household_is_cleared_and_what_a_person_said_before_comes_back_after_it(side):
    scene = crew_on_a_phone()
    engine = side()
    engine.apply(scene.events)
    (ring,) = engine.rings()
    before = score_of(engine, "a")
    act = Scene()
    act.is_acted_on(ring.ring_id, 2, HOUSEHOLD, act_id="home")
    engine.apply(act.events)
    assert engine.rings() == []
    assert score_of(engine, "a") < 0.25
    undo = Scene()
    undo.is_acted_on("a", 3, UNDO, "home")
    engine.apply(undo.events)
    assert score_of(engine, "a") == before
    assert len(engine.rings()) == 1


def test_a_verdict_comes_before_a_household(side):
    scene = crew_on_a_phone()
    for account in CREW:
        scene.is_acted_on(account, 2, HOUSEHOLD)
        scene.is_answered(account, 3, VerdictOutcome.FRAUD)
    engine = side.of(scene)
    assert score_of(engine, "a") > 0.9
    taken_back = Scene()
    for account in CREW:
        taken_back.is_answered(account, 4, VerdictOutcome.UNSURE)
    engine.apply(taken_back.events)
    assert score_of(engine, "a") < 0.25


def test_what_nobody_has_seen_is_nothing_to_act_on(side):
    scene = crew_on_a_phone()
    scene.is_acted_on("nobody", 2, CUT, "device:phone")
    scene.is_acted_on("device:unseen", 2, PUBLIC)
    scene.is_acted_on("nobody", 2, HOUSEHOLD)
    scene.is_acted_on("a", 2, UNDO, "nothing")
    assert side.of(scene).clusters() == TOGETHER
