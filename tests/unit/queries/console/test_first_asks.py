"""A console asks every question once when it starts, and nothing comes of it."""

from __future__ import annotations

from graph.model.errors import Unavailable
from queries.catalogue import catalogue
from queries.console.first_asks import ask_first


class Asked:
    """A store that notes what it is asked; of one question it is away."""

    def __init__(self, store=None, away: str = "") -> None:
        self.store, self.away, self.names, self.answers = store, away, [], {}

    def ask(self, name, **given):
        self.names.append(name)
        if name == self.away:
            raise Unavailable("expected an answer, found none; ask again", 1.0)
        if self.store is not None:
            self.answers[name] = self.store.ask(name, **given)


def test_every_question_is_asked_in_a_way_that_the_store_answers(place):
    asked = Asked(place.store)
    ask_first(asked).join(60)
    assert asked.names == sorted(catalogue())
    assert sorted(asked.answers) == sorted(catalogue())


def test_a_question_that_is_not_answered_keeps_no_other_from_being_asked():
    asked = Asked(away="counts")
    ask_first(asked).join(60)
    assert asked.names == sorted(catalogue())
