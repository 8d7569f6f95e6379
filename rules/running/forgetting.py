"""Renames somebody in what a snapshot keeps of the rules: whom they met, and the facts they go by.

Rules also remember cards and phones that no store knows, as those of a payment that was declined: where only
these accounts used them, they become ghosts too. The order of what is remembered stays, so that the same is
forgotten first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from graph.model.renaming import Renaming, ghosts_of
from graph.model.vocabulary import EntityKind
from rules.facts.gathering import CardPast, DevicePast, Gathered
from rules.facts.windows import RecentThings
from rules.running.runner import SavedRules

Kept = TypeVar("Kept")


def without(saved: bytes, renaming: Renaming) -> bytes:
    """What ``RuleRunner.save`` gave, under the new names. O(bytes); a second call changes nothing.

    >>> from graph.model.renaming import ghosts_of
    >>> from rules.running.runner import RuleRunner
    >>> without(RuleRunner([]).save(), ghosts_of([("account", "ann-1")])) == RuleRunner([]).save()
    True
    """
    rules = msgspec.msgpack.decode(saved, type=SavedRules)
    for record in rules.records.values():
        record.accounts = _renamed(record.accounts, EntityKind.ACCOUNT, renaming)
    facts = msgspec.msgpack.decode(rules.facts, type=Gathered)
    renaming = _with_what_only_they_used(facts, renaming)
    facts.accounts = _renamed(facts.accounts, EntityKind.ACCOUNT, renaming)
    facts.devices = _renamed(facts.devices, EntityKind.DEVICE, renaming)
    facts.cards = _renamed(facts.cards, EntityKind.CARD, renaming)
    for account in facts.accounts.values():
        account.device_id = renaming.of(EntityKind.DEVICE, account.device_id)
        _rename_things(account.cards, EntityKind.CARD, renaming)
    for device in facts.devices.values():
        _rename_things(device.accounts, EntityKind.ACCOUNT, renaming)
        _rename_things(device.cards, EntityKind.CARD, renaming)
    for card in facts.cards.values():
        _rename_things(card.accounts, EntityKind.ACCOUNT, renaming)
    rules.facts = msgspec.msgpack.encode(facts)
    return msgspec.msgpack.encode(rules)


def _with_what_only_they_used(facts: Gathered, renaming: Renaming) -> Renaming:
    people = {name for kind, name in renaming.names if kind == EntityKind.ACCOUNT}
    kinds: tuple[tuple[EntityKind, Mapping[str, DevicePast | CardPast]], ...] = (
        (EntityKind.DEVICE, facts.devices),
        (EntityKind.CARD, facts.cards),
    )
    theirs = [
        (kind.value, name)
        for kind, kept in kinds
        for name, past in kept.items()
        if past.accounts.seen and past.accounts.seen.keys() <= people
    ]
    return Renaming({**ghosts_of(theirs).names, **renaming.names})


def _rename_things(things: RecentThings, kind: EntityKind, renaming: Renaming) -> None:
    things.seen = _renamed(things.seen, kind, renaming)


def _renamed(kept: dict[str, Kept], kind: EntityKind, renaming: Renaming) -> dict[str, Kept]:
    if not any(kept_kind == kind and name in kept for kept_kind, name in renaming.names):
        return kept
    return {renaming.of(kind, name): each for name, each in kept.items()}
