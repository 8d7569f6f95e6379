"""Clusters: whom each identifier joins, kept in line with the live links at every change.

A *cluster* is a component of accounts joined through identifiers that connect (see
``graph.updates.sharing``). The links that join are the edges of the forest; their accounts are its nodes, and
so are the identifiers.
"""

from __future__ import annotations

from typing import Any, Final

from graph.components.edges import add_edge, label, remove_edge
from graph.kernels.kernel import kernel
from graph.kernels.rows import below
from graph.links.records import IDENTITIES, USERS
from graph.links.touch import first_link, length
from graph.state.accounts import is_origin
from graph.state.state import DEVICE, IP, PUBLIC, State, account_of
from graph.updates.independence import independence, is_independent, moves
from graph.updates.sharing import CONNECTING, MOST_OWNERS, SETTLED_MS, join_tenures, strength

NO_LINK: Final = -1


@kernel
def is_shared(state: State, account: int) -> bool:
    """Whether the account stands in a cluster with another account."""
    return bool(state.shared[state.entities[account].account] != 0)


@kernel
def is_public(state: State, identifier: int) -> bool:
    """Whether the identifier connects nobody: a crowd with lives of its own, or an analyst said so. O(1).

    An address is public whatever anybody says.
    """
    entity = state.entities[identifier]
    if entity.declared and entity.kind != IP:
        return bool(entity.declared == PUBLIC)
    users = length(state.links, identifier, USERS)
    return is_crowd(state, identifier) and (entity.kind == IP or 2 * entity.independents >= users)


@kernel
def is_crowd(state: State, identifier: int) -> bool:
    """Whether more share the identifier than are one hand by their number alone. O(1)."""
    entity = state.entities[identifier]
    visitors = length(state.links, identifier, USERS) - entity.residents
    return strength(entity.kind, visitors, entity.residents) < CONNECTING


@kernel
def joined_ms(state: State, account: int) -> int:
    """When the account first used an identifier that ties it to its cluster; 0 when none does."""
    records = state.links.links
    first_ms = 0
    found = False
    link = first_link(state.links, account, IDENTITIES)
    while link >= 0:
        if records[link].joins and (not found or records[link].first_ms < first_ms):
            found = True
            first_ms = records[link].first_ms
        link = state.links.hooks[link].next_out
    return first_ms


@kernel
def is_cut(state: State, account: int, identifier: int) -> bool:
    """Whether an analyst has unlinked the account from the identifier. O(log cuts)."""
    cuts = state.cuts
    key = (account << 32) | identifier
    place = below(cuts, len(cuts), key)
    return place < len(cuts) and cuts[place] == key


@kernel
def reconnect(state: State, identifier: int, fallen: int) -> None:
    """Bring the identifier's edges of the forest in line with whom it joins now.

    ``fallen`` is a link of it that has just left the window, ``NO_LINK`` if none. Accounts that come or
    go, and all that were joined before if their cluster fell apart, are noticed as regrouped. Cost: O(users)
    of an identifier that joins, O(1) of one that is public and joined nobody before.
    """
    entity = state.entities[identifier]
    public = is_public(state, identifier)
    if public and entity.joined == 0:
        return
    used = 0 if public else _weigh_users(state, identifier)
    if not _changes(state, used, public, fallen):
        return
    split = False
    if fallen != NO_LINK:
        split = _part(state, entity, fallen) or split
    if public:
        link = first_link(state.links, identifier, USERS)
        while link >= 0:
            if state.links.links[link].joins:
                split = _part(state, entity, link) or split
            link = state.links.hooks[link].next_in
        return
    for place in range(used):
        tenure = state.tenures[place]
        if tenure.was_joined and not tenure.joined:
            split = _part(state, entity, tenure.link) or split
    for place in range(used):
        tenure = state.tenures[place]
        if tenure.was_joined and split:
            notice(state, tenure.account)
        elif tenure.joined and not tenure.was_joined:
            _join(state, entity, tenure.link)


@kernel
def reconnect_use(state: State, identifier: int, link: int) -> None:
    """As ``reconnect``, when nothing changed but one use of the identifier: O(1) in a crowd.

    Among more than ``MOST_OWNERS`` users that were a crowd before this use too, each use is decided by
    itself, while at least two others are joined.
    """
    entity = state.entities[identifier]
    users = length(state.links, identifier, USERS)
    visitors = users - entity.residents
    was_crowd = strength(entity.kind, max(visitors - 1, 0), max(entity.residents - 1, 0)) < CONNECTING
    if users <= MOST_OWNERS + 1 or not was_crowd or entity.joined <= 2 or is_public(state, identifier):
        reconnect(state, identifier, NO_LINK)
        return
    use = state.links.links[link]
    account = account_of(state, use.source)
    wanted = not is_cut(state, use.source, identifier) and _is_eligible(
        state, account, identifier, entity.kind, use.first_ms
    )
    if wanted and not use.joins:
        _join(state, entity, link)
    elif use.joins and not wanted:
        _part(state, entity, link)


@kernel
def refresh_independence(state: State, account: int) -> None:
    """Work out anew whether an account leads a life of its own, and what that changes for what it shares."""
    facts = account_of(state, account)
    old, new = facts.independence, independence(state, account)
    if new == old:
        return
    facts.independence = new
    links = state.links
    link = first_link(links, account, IDENTITIES)
    while link >= 0:
        identifier = links.links[link].target
        entity = state.entities[identifier]
        moved = moves(old, new, entity.kind)
        if moved != 0:
            was_public = is_public(state, identifier)
            entity.independents += moved
            if length(links, identifier, USERS) > 1:
                if was_public == is_public(state, identifier):
                    reconnect_use(state, identifier, link)
                else:
                    reconnect(state, identifier, NO_LINK)
        link = links.hooks[link].next_out


@kernel
def met(state: State, identifier: int) -> None:
    """The second user came to an identifier, or the last but one left: both users may live otherwise now."""
    link = first_link(state.links, identifier, USERS)
    while link >= 0:
        account = state.links.links[link].source
        account_of(state, account).met = 1
        refresh_independence(state, account)
        link = state.links.hooks[link].next_in


@kernel
def notice(state: State, account: int) -> None:
    """Remember that the event at hand changed the account's cluster."""
    facts = account_of(state, account)
    if facts.noticed != state.counters[0].event:
        facts.noticed = state.counters[0].event
        state.regrouped[state.cursor[0].regrouped] = account
        state.cursor[0].regrouped += 1


@kernel
def _join(state: State, entity: Any, link: int) -> None:
    """Add an edge: the link's account belongs to the identifier's cluster from now on."""
    account = state.links.links[link].source
    add_edge(state.links, state.forest, link)
    entity.joined += 1
    state.shared[state.entities[account].account] = 1
    notice(state, account)


@kernel
def _part(state: State, entity: Any, link: int) -> bool:
    """Take an edge away if it is one; returns whether its cluster fell apart."""
    if not state.links.links[link].joins:
        return False
    entity.joined -= 1
    account = state.links.links[link].source
    notice(state, account)
    split = remove_edge(state.links, state.forest, link)
    state.shared[state.entities[account].account] = label(state.forest, account) >= 0
    return split


@kernel
def _weigh_users(state: State, identifier: int) -> int:
    """Puts the identifier's users into ``state.tenures``, marked with whether it joins them; how many."""
    records = state.links.links
    kind = state.entities[identifier].kind
    used = 0
    link = first_link(state.links, identifier, USERS)
    while link >= 0:
        use = records[link]
        cut = is_cut(state, use.source, identifier)
        if not cut or use.joins:
            account = account_of(state, use.source)
            tenure = state.tenures[used]
            tenure.link = link
            tenure.account = use.source
            tenure.first_ms = use.first_ms
            tenure.last_ms = use.last_ms
            tenure.eligible = _is_eligible(state, account, identifier, kind, use.first_ms)
            tenure.was_joined = use.joins
            tenure.cut = cut
            used += 1
        link = state.links.hooks[link].next_in
    join_tenures(kind, state.tenures[:used])
    return used


@kernel
def _is_eligible(state: State, account: Any, identifier: int, kind: int, first_ms: int) -> bool:
    """Whether nothing says that the account only visits the identifier, or is one of a crowd by chance."""
    if is_independent(account, kind) and is_crowd(state, identifier):
        return False
    settled = first_ms - account.first_ms >= SETTLED_MS
    return bool(kind != DEVICE or not settled or is_origin(state, account, identifier))


@kernel
def _changes(state: State, used: int, public: bool, fallen: int) -> bool:
    """Whether whom the identifier joins differs from whom it joined."""
    if public or (fallen != NO_LINK and state.links.links[fallen].joins):
        return True
    for place in range(used):
        if state.tenures[place].was_joined != state.tenures[place].joined:
            return True
    return False
