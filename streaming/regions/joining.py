"""Joins what regions hold: groups of accounts that span several, and what each owner is told of the others.

Accounts are tied by the identifiers they used, and an account that appears in a second region is tied to
itself. A group with uses in two or more regions spans them. Then

* every region of the group is told the events of its accounts that happened in the others: those that are
  kept, and from then on each as it comes; so the owner's engine joins and judges them as it does its own;
* the second level, an engine of the same code that has no events of its own, is told all of them;
* the rows of identifiers that were seen in two or more regions are published, each absolute, and taken back
  when the window leaves them.

Nothing here judges: what ties and what does not is the engine's to say. Therefore only volume is bounded: of
an identifier the first ``most_users`` uses count, and a group ends at ``most_accounts``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from graph.model.errors import BadCall
from graph.model.event_batch import EventBatch
from streaming.admission.deduplicate import DAY_MS, HOUR_MS
from streaming.admission.pseudonyms import Pseudonyms
from streaming.contract.topics import IDENTIFIERS, TOLD
from streaming.regions.memory import RegionsMemory, Use
from streaming.regions.sightings import Sighting, identifier_hash, sightings
from streaming.service.ports import Offsets

SECOND_LEVEL: Final = 0
"""The number of the target that is told of everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoiningOptions:
    """What the caller may choose.

    ``regions``: by name, what stands before the names of its topics; ``second_level`` stands before those of
    the second level. ``window_ms`` is that of the engines. ``keep``: of each account, how many newest events
    can be told later, beside the newest of each use. ``fresh_ms``: a published row is written again when it
    grew by so much.
    """

    regions: Mapping[str, str]
    second_level: str
    window_ms: int
    keep: int = 200
    most_users: int = 100
    most_accounts: int = 1000
    fresh_ms: int = DAY_MS


class SharedIdentifier(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the compacted topic: an identifier seen in two or more regions, used by an account in one.

    ``identifier`` is a hash that says nothing without the key; ``kind`` is that of the identifier, and
    ``account`` where an account itself was seen in several regions. Times are epoch ms.
    """

    identifier: str
    kind: str
    account: str
    region: str
    first_ts: int
    last_ts: int


@dataclass(slots=True)
class Joined:
    """What happened since the start: events taken, records told, groups that were cut short."""

    events: int = 0
    too_far_ahead: int = 0
    told: int = 0
    cut_short: int = 0


class Joining:
    """Takes events of regions in any order, and leaves in the outbox what others have to know.

    What is told in the end does not depend on the order in which regions and batches come, as long as nothing
    ages meanwhile. ``now_ms`` gives the wall clock that event times are held against. Raises ``BadCall`` when
    the memory knows a region that is not among those given.
    """

    def __init__(
        self,
        memory: RegionsMemory,
        options: JoiningOptions,
        now_ms: Callable[[], int],
        pseudonyms: Pseudonyms | None = None,
        key: bytes = b"",
    ) -> None:
        self._memory, self._options, self._now_ms = memory, options, now_ms
        self._pseudonyms, self._key = pseudonyms, key
        with memory.transaction():
            self._regions = {name: memory.region(name) for name in sorted(options.regions)}
        self._names = {number: name for name, number in self._regions.items()}
        if set(memory.newest_ms()) != set(self._names):
            raise BadCall(
                f"expected every region that the state knows, found {', '.join(self._regions)} only; "
                "give the others with --region too, or another --state"
            )
        self._topics = {number: options.regions[name] + TOLD for name, number in self._regions.items()}
        self._topics[SECOND_LEVEL] = options.second_level + TOLD
        self._rows_topic = options.second_level + IDENTIFIERS
        self._aged_ms = 0
        self.joined = Joined()

    def take(self, region: str, batch: EventBatch, values: Sequence[bytes], offsets: Offsets) -> None:
        """Takes events of a region, whose records are ``values``, and what was read with them.

        One transaction. Cost: about 70 microseconds of processor an event that names an account.
        """
        number = self._regions[region]
        with self._memory.transaction():
            self._memory.moved(offsets)
            rows = self._in_time(batch)
            if len(rows):
                self._memory.reached(number, int(batch.records["ts"][rows].max()))
                self._take(number, batch[rows], [values[row] for row in rows.tolist()])

    def age(self, regions_at_end: Iterable[str]) -> None:
        """Lets go what the window has left. A region that has nothing more to read holds no other back."""
        newest = self._memory.newest_ms()
        ended = {self._regions[name] for name in regions_at_end}
        going_on = [newest[number] for number in self._names if number not in ended]
        now = min(going_on) if going_on else max(newest.values(), default=0)
        if now - self._aged_ms < HOUR_MS:
            return
        self._aged_ms = now
        with self._memory.transaction():
            accounts, identifiers = self._memory.age(now - self._options.window_ms)
            left = {user for identifier in identifiers for user in self._users(identifier)}
            self._regroup(sorted({account for account in accounts if self._memory.targets(account)} | left))
            for identifier in identifiers:
                self._publish(identifier)
            self._memory.forget_accounts(accounts)

    # -- one batch -----------------------------------------------------------------------------------

    def _in_time(self, batch: EventBatch) -> npt.NDArray[Any]:
        """The rows of events that no owner would refuse as too far ahead."""
        latest = max(self._now_ms(), max(self._memory.newest_ms().values(), default=0)) + DAY_MS
        rows = np.flatnonzero(batch.records["ts"] <= latest)
        self.joined.too_far_ahead += len(batch) - len(rows)
        return rows

    def _take(self, region: int, batch: EventBatch, values: Sequence[bytes]) -> None:
        memory = self._memory
        seen = sightings(batch if self._pseudonyms is None else self._pseudonyms.replace_all(batch))
        by_row: dict[int, list[Sighting]] = {}
        for each in seen:
            by_row.setdefault(each.row, []).append(each)
        times, ids = batch.records["ts"].tolist(), batch.records["id_hash"]
        fresh: list[tuple[int, set[int]]] = []
        uses: dict[tuple[bytes, int], Use] = {}
        for row, found in by_row.items():
            event = memory.keep(ids[row].tobytes(), region, times[row], values[row])
            if event is None:
                continue
            accounts = set()
            for each in found:
                account = memory.account(each.account)
                use = Use(account, region, each.kind.value, times[row], times[row], event)
                key = self._hash(each), account
                uses[key] = uses[key].widened(use) if key in uses else use
                accounts.add(account)
            fresh.append((event, accounts))
        self.joined.events += len(fresh)
        crowded = memory.names(fresh, self._options.keep)
        begun = {key for key, use in uses.items() if memory.used(key[0], use)}
        self._tell_new(region, fresh)
        self._regroup(sorted({account for _, account in begun}))
        fresh_identifiers = {identifier for identifier, _ in begun}
        for identifier in sorted({identifier for identifier, _ in uses}):
            if identifier in fresh_identifiers or memory.is_published(identifier):
                self._publish(identifier)
        for account in crowded:
            memory.thin(account, self._options.keep)

    def _tell_new(self, region: int, events: Iterable[tuple[int, set[int]]]) -> None:
        """Tells events of accounts that are told of already."""
        for event, accounts in events:
            targets = frozenset().union(*map(self._memory.targets, accounts))
            for target in sorted(targets - {region}):
                self._tell(event, target)

    # -- groups --------------------------------------------------------------------------------------

    def _regroup(self, accounts: Iterable[int]) -> None:
        """Finds the groups of these accounts anew, and tells what those that span regions have to know."""
        done: set[int] = set()
        for account in accounts:
            if account in done:
                continue
            members, regions, is_whole = self._group(account)
            done |= members
            targets = frozenset({*regions, SECOND_LEVEL} if len(regions) > 1 else ())
            news: set[tuple[int, int]] = set()
            for member in sorted(members):
                known = self._memory.targets(member)
                self._memory.tell(member, targets if is_whole else known | targets)
                # A target that is known is told of new events as they come; of old ones it was told then.
                for target in targets - known:
                    news |= {(event, target) for event in self._memory.untold(member, target)}
            for event, target in sorted(news):
                self._tell(event, target)

    def _group(self, account: int) -> tuple[set[int], set[int], bool]:
        """The accounts tied to one, the regions of their uses, and whether that is all of them."""
        members, regions, is_whole = {account}, set(), True
        looked: set[bytes] = set()
        waiting = [account]
        for member in waiting:
            for identifier, region in self._memory.identifiers(member):
                regions.add(region)
                if identifier in looked:
                    continue
                users = self._users(identifier)
                if member not in users:
                    continue
                looked.add(identifier)
                for user in users:
                    if user in members:
                        continue
                    if len(members) >= self._options.most_accounts:
                        is_whole = False
                        break
                    members.add(user)
                    waiting.append(user)
        self.joined.cut_short += not is_whole
        return members, regions, is_whole

    def _users(self, identifier: bytes) -> list[int]:
        return [account for account, _, _ in self._memory.users(identifier, self._options.most_users)]

    def _tell(self, event: int, target: int) -> None:
        value = self._memory.told(event, target)
        self._memory.send(self._topics[target], b"%d" % event, value)
        self.joined.told += 1

    # -- the compacted topic -------------------------------------------------------------------------

    def _publish(self, identifier: bytes) -> None:
        """Publishes the rows of an identifier that is shared across regions; takes back what is no more."""
        memory, before = self._memory, self._memory.published(identifier)
        if not before and not memory.is_shared(identifier):
            return
        users = memory.users(identifier, self._options.most_users) if memory.is_shared(identifier) else []
        now: dict[tuple[str, int], Use] = {(name, use.region): use for _, name, use in users}
        for account, region in sorted(before.keys() - now.keys()):
            memory.publish(identifier, account, region, None)
            memory.send(self._rows_topic, self._row_key(identifier, account, region), None)
        for (account, region), use in sorted(now.items()):
            known = before.get((account, region))
            if (
                known is not None
                and known[0] == use.first_ms
                and use.last_ms - known[1] < self._options.fresh_ms
            ):
                continue
            memory.publish(identifier, account, region, (use.first_ms, use.last_ms))
            row = SharedIdentifier(
                identifier=identifier.hex(),
                kind=use.kind,
                account=account,
                region=self._names[region],
                first_ts=use.first_ms,
                last_ts=use.last_ms,
            )
            memory.send(
                self._rows_topic, self._row_key(identifier, account, region), msgspec.json.encode(row)
            )

    def _row_key(self, identifier: bytes, account: str, region: int) -> bytes:
        return f"{identifier.hex()}|{self._names[region]}|{account}".encode()

    def _hash(self, seen: Sighting) -> bytes:
        return identifier_hash(seen.kind.value, seen.identifier, self._key)
