"""How likely an account belongs with marked ones, where no analyst has cut it off; the members of a ring."""

from __future__ import annotations

from graph.completion.belonging import belonging
from graph.completion.membership import describe, is_parted
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.state.sizes import COMPLETED
from graph.state.state import State


@kernel
def probability(state: State, account: int, place: int, stamp: int, least: float) -> float:
    """How likely the account at a place of those just described belongs; 0 where an analyst has cut it.

    And 0 where it is less than ``least``.
    """
    return 0.0 if is_parted(state, account, stamp) else belonging(state, place, least)


@kernel
def member_probabilities(state: State, members: Int32s, shape: int) -> bool:
    """Put the probability that each member belongs into ``state.completing.belonging``, in their order.

    False, and nothing put there, where nobody says who belongs, or there are more than ``COMPLETED``. Who was
    cut off by an analyst has 0. Cost: one turn of a completion, O(links of the members).
    """
    if len(state.member_trees.leaves) == 0 or len(members) > COMPLETED:
        return False
    stamp = describe(state, members, members, shape)
    for place in range(len(members)):
        state.completing.belonging[place] = probability(state, members[place], place, stamp, 0.0)
    return True
