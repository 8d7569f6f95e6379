"""How likely each account of a ring belongs with the others: the question of completion, of who is in."""

from __future__ import annotations

from graph.completion.belonging import begin_belonging, belonging
from graph.completion.membership import describe, is_parted
from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.state.sizes import COMPLETED
from graph.state.state import State


@kernel
def member_probabilities(state: State, members: Int32s, shape: int) -> bool:
    """Put the probability that each member belongs into ``state.completing.belonging``, in their order.

    False, and nothing put there, where nobody says who belongs, or there are more than ``COMPLETED``. Who was
    cut off by an analyst has 0. Cost: one turn of a completion, O(links of the members).
    """
    if len(state.member_trees.leaves) == 0 or len(members) > COMPLETED:
        return False
    stamp = describe(state, members, members, shape)
    begin_belonging(state)
    for place in range(len(members)):
        parted = is_parted(state, members[place], stamp)
        state.completing.belonging[place] = 0.0 if parted else belonging(state, place)
    return True
