"""Requests that schemathesis makes from the OpenAPI description: none is a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.any_request import sent
from tests.serving_places import Place

EXAMPLES = int(os.environ.get("RINGFENCE_TEST_EXAMPLES", "5"))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_no_request_made_from_the_description_is_a_failure(place: Place, tmp_path: Path) -> None:
    assert sent(place, tmp_path, 1, EXAMPLES) > 500
