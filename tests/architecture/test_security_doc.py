"""docs/security.md names tests that exist, in files that are run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(
    r"^\| ([^|]+) \| `([^`]+)` \| `([^`]+)` \|$", (ROOT / "docs" / "security.md").read_text(), re.M
)
NEEDED = (
    "CSRF",
    "SSRF",
    "oversized",
    "malformed",
    "forged",
    "expired",
    "revoked",
    "signing out",
    "Cypher",
    "HTML",
)
NEEDED += ("formulas", "replayed", "slow", "ten thousand", "SQL", "every route")


@pytest.mark.parametrize(("attack", "file", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_what_holds_an_attack_exists(attack: str, file: str, test: str) -> None:
    assert attack
    assert (ROOT / file).name.startswith("test_")
    assert re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_no_row_is_left_out_and_no_attack_forgotten() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    assert len(ROWS) == len(re.findall(r"^\| (?!attack|---)", text, re.MULTILINE)) > 40
    told = " ".join(row[0] for row in ROWS)
    assert [each for each in NEEDED if each not in told] == []
