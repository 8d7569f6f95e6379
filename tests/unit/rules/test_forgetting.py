"""What rules remember of somebody who is forgotten: nothing, and of everybody else the same as before."""

from __future__ import annotations

import msgspec

from graph.model.renaming import Renaming, ghosts_of
from rules.running.forgetting import without
from rules.running.runner import RuleRunner
from tests.unit.rules.attacks import DAY, HOUR, START, account, attack, card, declined, quiet_city, trip
from tests.unit.rules.test_running import approved

GONE = "gone-1"
OWN = (("account", GONE), ("card", "good-gone"), ("card", "bad-gone"), ("device", "phone-gone"))


def events(renaming: Renaming) -> list:
    """A city with an attack, and somebody in it who is called as a renaming says."""
    name = renaming.account(GONE)
    phone = renaming.of("device", "phone-gone")
    bad, good = (renaming.of("card", each) for each in ("bad-gone", "good-gone"))
    theirs = [
        account(name, START + 7 * HOUR, phone, "3.0"),
        declined(name, START + 8 * HOUR, bad, phone, "stolen"),
        card(name, START + 9 * HOUR, good, phone, "stolen"),
        card(name, START + 10 * HOUR, "good-shared", phone, "stolen"),
        card("friend-1", START + 11 * HOUR, "good-shared", "phone-of-a-friend", "stolen"),
        trip(name, START + 12 * HOUR, 9.0, good),
    ]
    found = [*quiet_city(3), *attack(START + DAY, 1.0), *theirs]
    return sorted(found, key=lambda event: event.ts)


def followed(renaming: Renaming) -> bytes:
    runner = RuleRunner([approved()])
    for event in events(renaming):
        runner.follow(event)
    return runner.save()


def test_rules_that_forgot_somebody_are_those_that_knew_them_by_another_name():
    renaming = ghosts_of(OWN)
    forgot = without(followed(Renaming({})), renaming)
    assert forgot == followed(renaming)
    assert without(forgot, renaming) == forgot


def test_what_only_they_used_goes_though_nobody_named_it_and_what_others_used_stays():
    before = followed(Renaming({}))
    after = without(before, ghosts_of([("account", GONE)]))
    assert [name for _, name in OWN if name.encode() in before] == [name for _, name in OWN]
    assert [name for _, name in OWN if name.encode() in after] == []
    assert all(name.encode() in after for name in ("good-shared", "friend-1", "phone-of-a-friend"))
    ghosts = {kind: sum(name.startswith("ghost_") for name in kept) for kind, kept in facts(after).items()}
    assert ghosts == {"accounts": 1, "devices": 1, "cards": 2}


def facts(saved: bytes) -> dict:
    known = msgspec.msgpack.decode(msgspec.msgpack.decode(saved)["facts"])
    return {kind: known[kind] for kind in ("accounts", "devices", "cards")}
