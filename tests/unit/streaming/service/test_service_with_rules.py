"""The service follows people's rules as a run over the same events does, whenever it is killed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from graph.stores.recorder import TellingEngine
from rules.book.decisions import RuleEntry
from rules.running.engine import RuledEngine
from rules.running.runner import RULE_PREFIX
from streaming.service.config import ServiceConfig
from tests.unit.graph.fakes import new_engine
from tests.unit.rules.attacks import DAY, START, attack, quiet_city, together
from tests.unit.rules.test_book import approvals, rule
from tests.unit.streaming.service.fakes import Broker, Delivery, World

EVENTS = together(quiet_city(1, newcomers=2), attack(START + DAY // 2, 0.4))


class Crash(BaseException):
    """The process is gone."""


def ruled_engine() -> RuledEngine:
    return RuledEngine(new_engine(), [RuleEntry(rule(), "d", approvals("ann"))])


class RuledWorld(World):
    """Its services have the real engine with a rule, told to a store."""

    def new_engine(self) -> TellingEngine:
        return TellingEngine(ruled_engine())


def sent() -> Broker:
    broker = Broker()
    broker.send("payments", *map(msgspec.json.encode, EVENTS))
    return broker


@pytest.mark.parametrize("until", [2, 9])
def test_a_rule_flags_the_same_after_a_crash_and_raises_no_alert_of_the_contract(
    tmp_path: Path, until: int
) -> None:
    expected = ruled_engine()
    said = expected.apply(EVENTS)
    by_rule = [flag.flag_id for flag in said.flags if flag.ring_id.startswith(RULE_PREFIX)]
    assert len(by_rule) >= 10
    config = ServiceConfig(until_end=True, batch_most=16, snapshot_every=40)
    here = RuledWorld(sent(), tmp_path / "state", config, portion=8)

    class Mortal(Delivery):
        left = until

        def deliver(self, outcome, refused, offsets, note):
            self.left -= 1
            if self.left < 0:
                raise Crash
            return super().deliver(outcome, refused, offsets, note)

    with pytest.raises(Crash):
        here.run(Mortal(here.broker))
    service = here.run()
    assert set(here.broker.flags) == {flag.flag_id for flag in said.flags}
    assert not any(ring_id.startswith(RULE_PREFIX) for ring_id in service.core.tally.alerts)
    drained = service.core.engine.drain()
    assert {flag.flag_id for flag in drained.flags} >= set(by_rule)
