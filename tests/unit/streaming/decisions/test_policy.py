"""What a score comes to, and files of policy that are not as described."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.model.errors import BadCall
from graph.model.vocabulary import Advice
from graph.rings.lifecycle import Policy
from streaming.decisions.policy import ASKED, read_policy

ENGINE = Policy(review=0.8, block=0.95)


def policy_file(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_thresholds_are_the_engines():
    rules = read_policy(None).terms(ENGINE)
    assert sorted(rules) == sorted(ASKED)
    assert {(rule.review, rule.block) for rule in rules.values()} == {(0.8, 0.95)}
    rule = rules["promo_redeemed"]
    scores = (0.79, 0.8, 0.949, 0.95)
    assert [rule.advice(score, is_degraded=False) for score in scores] == [
        *(Advice.ALLOW, Advice.REVIEW, Advice.REVIEW, Advice.BLOCK)
    ]


def test_a_type_has_its_own_thresholds_and_leaves_the_rest_to_the_default(tmp_path):
    text = 'budget_ms = 2\nmost_ahead_s = 60\n[default]\nmost = "review"\n'
    text += '[promo_redeemed]\nreview = 0.5\nmost = "block"\n'
    policy = read_policy(policy_file(tmp_path, text))
    assert (policy.budget_s, policy.most_ahead_ms) == (0.002, 60_000)
    rules = policy.terms(ENGINE)
    assert rules["promo_redeemed"].advice(0.5, is_degraded=False) is Advice.REVIEW
    assert rules["promo_redeemed"].advice(1.0, is_degraded=False) is Advice.BLOCK
    assert rules["payout_added"].advice(1.0, is_degraded=False) is Advice.REVIEW


def test_a_degraded_answer_is_no_graver_than_its_limit(tmp_path):
    rules = read_policy(policy_file(tmp_path, '[default]\ndegraded = "review"\n')).terms(ENGINE)
    assert rules["card_added"].advice(1.0, is_degraded=False) is Advice.BLOCK
    assert rules["card_added"].advice(1.0, is_degraded=True) is Advice.REVIEW


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[default", "expected a policy in TOML"),
        ("[gps_ping]\n", "'gps_ping'"),
        ("[verdict]\n", "'verdict'"),
        ("[promo_redeemd]\n", "'promo_redeemd'"),
        ("[default]\nreviews = 0.5\n", "unknown field"),
        ('[default]\nmost = "blocks"\n', "Invalid enum value 'blocks'"),
        ("[default]\nreview = 1.5\n", "1.5"),
        ("[default]\nreview = 0\n", "found 0"),
        ("default = 3\n", "Expected `object`"),
        ("budget_ms = 0\n", "budget_ms from 0.1"),
        ("budget_ms = true\n", "budget_ms from 0.1"),
        ("most_ahead_s = 1e9\n", "most_ahead_s from 0 to 86400"),
    ],
)
def test_a_file_that_is_not_as_described_is_refused_in_one_line(tmp_path, text, found):
    with pytest.raises(BadCall) as refused:
        read_policy(policy_file(tmp_path, text))
    message = str(refused.value)
    assert found in message
    assert "\n" not in message
    assert "expected" in message


def test_a_review_threshold_above_its_block_threshold_is_refused(tmp_path):
    policy = read_policy(policy_file(tmp_path, "[promo_redeemed]\nblock = 0.5\n"))
    with pytest.raises(BadCall, match="promo_redeemed"):
        policy.terms(ENGINE)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadCall, match="No such file"):
        read_policy(tmp_path / "nowhere.toml")
