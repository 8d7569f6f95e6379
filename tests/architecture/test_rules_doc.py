"""docs/rules.md: its facts, signs, constants and example are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from graph.model.vocabulary import EarlySign, RuleAct
from rules.book.rule import MOST_SCORED
from rules.book.toml import decode_rule, encode_rule
from rules.facts.names import NUMBERS, WORDS
from rules.facts.windows import MOST_AMOUNTS, MOST_DISTINCT
from rules.onset.baseline import HISTORY_DAYS, rate_bound
from rules.onset.detector import RISES
from rules.onset.signs import LARGE_SHARE, YOUNG_H
from rules.onset.watch import (
    FALSE_ONSETS,
    MOST_SEGMENTS,
    SAME_ATTACK_HOURS,
    STATED_DAYS,
    WARM_UP_DAYS,
    WHOLE_SHARE,
)
from rules.proposing.scorecard import FOLDS, MOST_ON_CARD
from rules.running.watching import FALSELY_RETIRED

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text()


def test_the_facts_are_those_that_a_rule_may_name():
    made = re.search(r"<!-- made: facts -->\n(.*?)<!-- end -->", TEXT, flags=re.DOTALL)
    assert made is not None
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", made[1], flags=re.MULTILINE))
    assert rows == {name.value: text for name, text in (NUMBERS | WORDS).items()}
    assert len(NUMBERS) == 12


def test_every_sign_and_every_act_is_told():
    assert re.findall(r"^\| `([a-z_]+)` \| (?:a card added|its|a chargeback)", TEXT, flags=re.MULTILINE) == [
        sign.value for sign in EarlySign
    ]
    assert all(f"`rules {act.value}`" in TEXT for act in RuleAct)


def test_the_example_is_a_rule_as_it_is_written():
    example = re.search(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    assert example is not None
    rule = decode_rule(example[1].encode(), "docs/rules.md")
    assert encode_rule(rule).decode() == example[1]


def test_the_constants_are_those_of_the_code():
    assert f"{MOST_DISTINCT} different things and {MOST_AMOUNTS} amounts" in TEXT
    assert f"an account of at most {YOUNG_H:g} hours" in TEXT
    assert f"above {LARGE_SHARE:.0%}".replace("%", " %") in TEXT
    assert f"at most {MOST_SEGMENTS} of each" in TEXT
    assert f"the {HISTORY_DAYS} days before" in TEXT
    assert f"for `r` of {', '.join(f'{r:g}' for r in RISES[:-1])} and {RISES[-1]:g}" in TEXT
    assert f"{STATED_DAYS} days over {FALSE_ONSETS:g}" in TEXT
    assert WHOLE_SHARE == 0.25  # "a quarter of it"
    assert f"in the first {WARM_UP_DAYS} days with trips" in TEXT
    assert f"within {SAME_ATTACK_HOURS} hours" in TEXT
    assert f"reaches {1 / FALSELY_RETIRED:g} to 1" in TEXT
    assert f"split into {FOLDS} parts" in TEXT
    assert f"at most {MOST_ON_CARD} conditions" in TEXT
    assert MOST_ON_CARD <= MOST_SCORED


def test_the_limit_of_a_rate_is_the_formula():
    assert rate_bound([3, 0, 1, *[0] * 25, 9], 40) == (4 + 2 * 5**0.5 + 2) / HISTORY_DAYS
