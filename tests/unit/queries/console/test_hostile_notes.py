"""A note that would be markup, or a formula, elsewhere is a note on every page that shows it."""

from __future__ import annotations

import html

import pytest

from graph.model.vocabulary import DeskRole
from tests.unit.queries.console.test_answering import sits

HOSTILE = ("<script>alert(2)</script>", "<img src=x onerror=alert(2)>", "=cmd|' /C calc'!A0", "{{ 7 * 191 }}")


@pytest.mark.parametrize("note", HOSTILE)
def test_a_note_that_would_hurt_elsewhere_is_a_note_here(place, note):
    client = sits(place, DeskRole.LEAD)
    client.post(f"/rings/{place.ring_id}/verdict", data={"outcome": "unsure", "note": note})
    pages = [client.get(path).text for path in (f"/rings/{place.ring_id}", "/queue?standing=answered")]
    assert note in html.unescape(pages[0]), "the note is shown"
    for page in pages:
        assert "<script>alert(2)" not in page
        assert "<img src=x" not in page
        assert "1337" not in page
