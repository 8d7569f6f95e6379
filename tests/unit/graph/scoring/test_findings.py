"""What the rules say of a candidate's evidence."""

from graph.scoring.rules import INNOCENT_RULES, RULES
from graph.scoring.rules.finding import percent
from tests.twin import rules as plain
from tests.unit.graph.scenes import HOUR, Scene

RULE_NAMES = [rule.name for rule in (*RULES, *INNOCENT_RULES)]


def test_the_twin_has_every_rule_in_the_same_order():
    assert [rule.__name__ for rule in (*plain.RULES, *plain.INNOCENT_RULES)] == RULE_NAMES


def test_findings_come_in_one_order_with_strengths_in_their_range(side):
    scene = Scene()
    for n, name in enumerate(("ann", "bob", "cat")):
        scene.signs_up(name, 2 + n, "phone", ip="home", referrer="ann" if n else None)
        scene.takes(name, 2 + n + HOUR, "welcome", 10.0)
    findings = side.of(scene).weighed({"ann", "bob", "cat"}).findings
    assert [f.rule for f in findings] == RULE_NAMES
    assert all(0 <= f.strength <= 1 for f in findings)
    assert [f.kind is None for f in findings] == [False] * len(RULES) + [True] * len(INNOCENT_RULES)
    assert all(f.detail for f in findings)
    assert any(f.strength > 0 for f in findings if f.kind is not None)


def test_nobody_who_shares_nothing_is_accused(side):
    scene = Scene()
    names = [f"a{n}" for n in range(5)]
    for n, name in enumerate(names):
        scene.signs_up(name, 1 + n, f"phone{n}")
    findings = side.of(scene).weighed(names).findings
    assert [f.strength for f in findings if f.kind is not None] == [0.0] * len(RULES)


def test_a_ramp_has_no_edge(parts):
    assert [parts.ramp(x, 1, 3) for x in (0, 1, 1.5, 2, 3, 9)] == [0.0, 0.0, 0.25, 0.5, 1.0, 1.0]


def test_a_share_is_spelt_in_whole_percent():
    assert percent(0.256) == "26 %"
