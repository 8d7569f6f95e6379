"""What an analyst does to the graph by hand: unlinks an account from an identifier, declares one public."""

from __future__ import annotations

import numpy as np

from graph.kernels.kernel import kernel
from graph.state.memory import Memory
from graph.state.state import State
from graph.updates.apply import begin_event
from graph.updates.clusters import NO_LINK, reconnect


def cut_link(memory: Memory, account: int, identifier: int) -> None:
    """The identifier no longer connects the account, whatever comes."""
    cuts = memory.state.cuts
    memory.set_cuts(np.union1d(cuts, np.array([(account << 32) | identifier], np.int64)))
    begin_event(memory.state)
    reconnect(memory.state, identifier, NO_LINK)


@kernel
def declare_public(state: State, identifier: int) -> None:
    """The identifier belongs to nobody: it connects no one, also backwards."""
    state.entities[identifier].declared_public = 1
    state.links.change_log.status[0].declared += 1
    begin_event(state)
    reconnect(state, identifier, NO_LINK)
