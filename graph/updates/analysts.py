"""What an analyst does to the graph by hand, followed: whom identifiers join now, and who is judged again."""

from __future__ import annotations

from graph.kernels.arrays import Int32s
from graph.kernels.kernel import kernel
from graph.state.state import State
from graph.updates.apply import begin_event
from graph.updates.clusters import NO_LINK, notice, reconnect


@kernel
def establish(state: State, identifiers: Int32s, accounts: Int32s) -> None:
    """Follow cuts from identifiers, declarations about them, and accounts that are to be judged again."""
    state.links.change_log.status[0].declared += 1
    begin_event(state)
    for identifier in identifiers:
        reconnect(state, identifier, NO_LINK)
    for account in accounts:
        notice(state, account)
