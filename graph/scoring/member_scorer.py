"""The port of a scorer that reads, beside the evidence, a candidate's accounts and what is around them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from graph.kernels.arrays import Int32s
from graph.state.state import State


class MemberReader(Protocol):
    """Scores the candidates of one engine; it may keep what it read of the graph."""

    def score(self, state: State, members: Int32s) -> float:
        """Probability in [0, 1] that the candidate at hand is a ring.

        ``members`` are its entities, ascending; its features are ``state.features``. Facts and links are read
        from ``state``, which is another object after the engine made room, and are not to be changed. While
        ``touched`` of an entity (``graph.links.change_log``) is below the tick of the reader's last look, its
        facts and links are as they were then; the reader moves the tick with each look. The answer has to be
        a function of the state alone, whatever was asked before: engines are saved and loaded between any two
        events.
        """
        ...

    def on_trial(self) -> MemberReader:
        """The same for a ``state`` whose kernels journal (``graph.kernels.journalled``), and that is taken
        back: it journals what it writes itself, and is thrown away once everything was taken back.
        """
        ...


@runtime_checkable
class MemberScorer(Protocol):
    """A scorer of candidates by their accounts. One may serve many engines."""

    @property
    def model_id(self) -> str:
        """Names the model; made from its content."""
        ...

    @property
    def prior(self) -> float:
        """The probability of an account that is part of no candidate."""
        ...

    def reader(self) -> MemberReader:
        """A reader that has read nothing yet, for one engine and one life of its arrays."""
        ...
