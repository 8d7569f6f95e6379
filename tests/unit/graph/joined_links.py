"""A link store with its forest, driven from Python: accounts 0 to n - 1, identifiers from n on."""

from graph.components.forest import Forest, add_edge, label, remove_edge, size
from graph.links.interactions import money_of
from graph.links.records import WINDOW
from graph.links.store import (
    LinkStore,
    add_entity,
    advance,
    find,
    first_link,
    next_expired,
    touch,
)

DEVICE, CARD, RODE_WITH, REDEEMED = 0, 1, 6, 8


class JoinedLinks:
    """Calls the kernels as an engine does: age, then touch; joins only what it is told to."""

    def __init__(self, window_ms=20, lateness_ms=10, accounts=10, identifiers=10):
        self.store = LinkStore(window_ms, lateness_ms)
        self.forest = Forest(self.store)
        self.accounts, self.entities = accounts, accounts + identifiers
        self.store.reserve(entities=self.entities, accounts=accounts)
        for entity in range(self.entities):
            add_entity(self.store.state, entity, entity < accounts)

    @property
    def links(self):
        return self.store.state.links

    def age(self, newest_ms):
        """Links that fall, oldest first; those that join are parted."""
        state, fallen = self.store.state, []
        if advance(state, newest_ms):
            link = next_expired(state)
            while link >= 0:
                if state.links[link]["joins"]:
                    remove_edge(state, self.forest.state, link)
                fallen.append(link)
                link = next_expired(state)
        return fallen

    def touch(self, source, target, ts, money=0, kind=DEVICE):
        self.store.reserve(links=1)
        return touch(self.store.state, kind, source, target, ts, money)

    def find(self, source, target, kind=DEVICE):
        return find(self.store.state, kind, source, target)

    def add_edge(self, link):
        return add_edge(self.store.state, self.forest.state, link)

    def remove_edge(self, link):
        return remove_edge(self.store.state, self.forest.state, link)

    def tie(self, source, target, ts=0, kind=DEVICE):
        """Touch and join in one go."""
        self.age(ts)
        link, _ = self.touch(source, target, ts, kind=kind)
        self.add_edge(link)
        return link

    def joins(self):
        """Every link that joins, in the tree or beside it, by its key."""
        return {self.key(link) for link, row in enumerate(self.links) if row["count"] and row["joins"]}

    def label(self, node):
        return label(self.forest.state, node)

    def size(self, node):
        return size(self.forest.state, node)

    def circle(self, node):
        """The members of the node's component, in the order of the circle."""
        nodes, found, at = self.forest.state.nodes, [node], int(self.forest.state.nodes[node]["next_member"])
        while at != node:
            found.append(at)
            at = int(nodes[at]["next_member"])
        return found

    def live(self):
        """Every live link: (kind, source, target) to (first, last, count, money)."""
        names = ("first_ms", "last_ms", "count")
        state = self.store.state
        return {
            self.key(link): (*(int(row[name]) for name in names), money_of(state, link))
            for link, row in enumerate(self.links)
            if row["count"] and row["live"]
        }

    def key(self, link):
        """(kind, source, target) of a link."""
        return tuple(int(self.links[link][name]) for name in ("kind", "source", "target"))

    def around(self, entity, slot=0):
        """The links in one of the entity's lists, in order."""
        state = self.store.state
        follow = "next_out" if entity < self.accounts and slot in {0, 1, 3, 5} else "next_in"
        found, link = [], first_link(state, entity, slot)
        while link >= 0:
            found.append(link)
            link = int(state.hooks[link][follow])
        return found

    def restart(self):
        """Go on from a snapshot."""
        arrays, joins = self.store.arrays(), self.forest.arrays()
        window_ms, lateness_ms, _ = arrays["window"].view(WINDOW)[0, 0].tolist()
        self.store = LinkStore.from_arrays(window_ms, lateness_ms, arrays)
        self.forest = Forest.from_arrays(self.store, joins)
