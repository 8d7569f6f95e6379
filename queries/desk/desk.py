"""The desk as a whole: what may be done there, each with its line in the audit, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from graph.model.errors import BadCall, Missing
from graph.model.vocabulary import DeskRole, Permission
from queries.desk.audit import Actor, AuditLog
from queries.desk.blocks import Blocks
from queries.desk.cases import Cases
from queries.desk.database import Database, wall_clock_ms
from queries.desk.deliveries import Deliveries
from queries.desk.flag_feed import FlagFeed
from queries.desk.identities import Identities
from queries.desk.keys import DeskKeys, keys_at
from queries.desk.masking import Masks
from queries.desk.outbox import Outbox
from queries.desk.passwords import Passwords
from queries.desk.people import People, Person, digest_of
from queries.desk.sessions import Sessions
from queries.desk.subjects import Subjects
from queries.desk.tokens import Token, Tokens
from queries.desk.views import SavedViews
from queries.desk.webhooks import Webhook, Webhooks

FIRST_ADMIN = "admin"
MOST_KNOWN = 1_000
"""Tokens that are remembered between two requests."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may do: their role, narrowed by the scope of their token."""

    person: Person
    permissions: frozenset[Permission]
    actor: Actor
    credential: str
    """The token or session they came with, by something that is no secret."""
    uses_cookie: bool


class Desk:
    """People, tokens, sessions, masks and audit of one file."""

    def __init__(self, database: Database, keys: DeskKeys) -> None:
        self.database = database
        self.keys = keys
        self.people = People(database)
        self.tokens = Tokens(database)
        self.sessions = Sessions(database)
        self.identities = Identities(database)
        self.log = AuditLog(database)
        self.masks = Masks(keys)
        self.subjects = Subjects(database, keys)
        self.outbox = Outbox(database)
        self.feed = FlagFeed(database)
        self.webhooks = Webhooks(database, keys)
        self.deliveries = Deliveries(database)
        self.cases = Cases(database)
        self.blocks = Blocks(database)
        self.views = SavedViews(database)
        self._passwords = Passwords()
        self._known: dict[bytes, tuple[tuple[int, int], Token, Person]] = {}

    def transaction(self) -> AbstractContextManager[None]:
        """All that is done inside happens, or nothing of it."""
        return self.database.transaction()

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    # -- coming in ---------------------------------------------------------------------------------

    def first_link(self, address: str) -> str | None:
        """A one-time link's code for the first admin while no admin has a password, None afterwards."""
        if not self.people.is_without_admin():
            return None
        actor = Actor("", "command", address)
        with self.transaction():
            admins = [each for each in self.people.all() if each.role is DeskRole.ADMIN and each.is_active]
            admin = admins[0] if admins else self.people.add(FIRST_ADMIN, DeskRole.ADMIN)
            self.log.append(actor, "link.made", admin.name)
            return self.people.new_link(admin)

    def redeem_link(self, code: str, password: str, address: str) -> tuple[Person, str]:
        """Set the password of a one-time link's person; gives a session. Raises BadCall for a void link."""
        void = BadCall("expected a one-time link, found one that is void; ask an admin for another")
        person = self.people.of_link(code)
        if person is None:
            raise void
        kept = self._passwords.hashed(password, person.name)
        with self.transaction():
            if not self.people.spend_link(code):
                raise void
            self.people.set_password(person, kept)
            self.sessions.close_all(person)
            self.log.append(Actor(person.name, "link", address), "password.set", person.name)
            return person, self.sessions.open(person)

    def sign_in(self, name: str, password: str, address: str) -> tuple[Person, str] | None:
        """A session for who knows the password; None otherwise. Takes as long for a name that is nobody's."""
        person, kept = self.people.password_of(name)
        is_right = self._passwords.is_right(password, kept)
        with self.transaction():
            if person is None or not is_right:
                # A name that is nobody's may be a password typed into the wrong field.
                self.log.append(
                    Actor("", "password", address), "session.refused", person.name if person else ""
                )
                return None
            self.log.append(Actor(person.name, "password", address), "session.opened", person.name)
            return person, self.sessions.open(person)

    def sign_in_elsewhere(
        self, issuer: str, subject: str, name: str, role: DeskRole | None, address: str
    ) -> tuple[Person, str]:
        """A session for whom a provider vouches for, with the role that it gives; a new person at first.

        Raises BadCall without a role, for a name that somebody has already, and for one who was put out.
        """
        if role is None or role is DeskRole.SERVICE:
            raise BadCall("expected the provider to give you a role here, found none")
        actor = Actor(name[:64], "provider", address)
        with self.transaction():
            number = self.identities.person_of(issuer, subject)
            if number is None:
                person = self.people.add(name, role)
                self.identities.tie(issuer, subject, person.id)
                self.log.append(actor, "person.added", person.name, role=role.value)
            else:
                person = self.people.by_id(number)
                actor = Actor(person.name, "provider", address)
                if not person.is_active:
                    raise BadCall("expected somebody who may come, found one who was put out")
                if person.role is not role:
                    person = self.people.change(person, role, True)
                    self.sessions.close_all(person)
                    self.log.append(actor, "person.changed", person.name, role=role.value)
            self.log.append(actor, "session.opened", person.name)
            return person, self.sessions.open(person)

    def refused_elsewhere(self, address: str) -> None:
        """Note that a sign-in elsewhere came to nothing."""
        self.log.append(Actor("", "provider", address), "session.refused")

    def sign_out(self, caller: Caller, secret: str) -> None:
        """End a session."""
        with self.transaction():
            self.sessions.close(secret)
            self.log.append(caller.actor, "session.closed", caller.person.name)

    def caller_of_token(self, secret: str, address: str) -> Caller | None:
        """Who comes with a token, if it is live. A role that shrank narrows its tokens at once.

        Whom the same secret belonged to a moment ago is remembered while nothing in the file has changed.
        """
        digest, stamp = digest_of(secret), self.database.stamp()
        known = self._known.get(digest)
        if known is None or known[0] != stamp or not self.tokens.is_noted(known[1]):
            token = self.tokens.of_secret(secret)
            if token is None:
                self._known.pop(digest, None)
                return None
            known = self._known[digest] = (stamp, token, self.people.by_id(token.person_id))
            if len(self._known) > MOST_KNOWN:
                self._known.pop(next(iter(self._known)), None)
        _, token, person = known
        actor = Actor(person.name, f"token {token.prefix}", address)
        return Caller(person, token.scope & person.permissions, actor, f"token {token.id}", False)

    def caller_of_session(self, secret: str, address: str) -> Caller | None:
        """Who comes with a session, if it is live."""
        number = self.sessions.person_of(secret)
        if number is None:
            return None
        person = self.people.by_id(number)
        actor = Actor(person.name, "session", address)
        return Caller(person, person.permissions, actor, f"person {person.id}", True)

    # -- rights ------------------------------------------------------------------------------------

    def add_person(self, actor: Actor, name: str, role: DeskRole) -> tuple[Person, str | None]:
        """A new person and the code of their one-time link; a service has none, it comes with tokens."""
        with self.transaction():
            person = self.people.add(name, role)
            self.log.append(actor, "person.added", name, role=role.value)
            return person, None if role is DeskRole.SERVICE else self._link(actor, person)

    def change_person(self, actor: Actor, name: str, role: DeskRole | None, is_active: bool | None) -> Person:
        """Another role, in or out; sessions end, and tokens are narrowed to the new role."""
        with self.transaction():
            person = self.people.named(name)
            now = self.people.change(
                person, role or person.role, person.is_active if is_active is None else is_active
            )
            self.sessions.close_all(now)
            if not now.is_active or now.role is DeskRole.SERVICE:
                self.database.run("DELETE FROM one_time_link WHERE person = ?", now.id)
            self.log.append(actor, "person.changed", name, role=now.role.value, is_active=now.is_active)
            return now

    def new_link(self, actor: Actor, name: str) -> str:
        """A one-time link's code with which a person sets a new password."""
        with self.transaction():
            person = self.people.named(name)
            if person.role is DeskRole.SERVICE or not person.is_active:
                raise BadCall(f"expected somebody who may come in person, found {name}; change that first")
            return self._link(actor, person)

    def add_token(
        self, actor: Actor, person: Person, label: str, scope: Collection[Permission], days: float
    ) -> tuple[Token, str]:
        """A new token for a person, and its secret, shown this once."""
        with self.transaction():
            token, secret = self.tokens.add(person, label, scope, days)
            self.log.append(
                actor, "token.added", person.name, token=token.prefix, scope=sorted(token.scope), days=days
            )
            return token, secret

    def revoke_token(self, actor: Actor, token: Token) -> None:
        """From now on the token opens nothing."""
        with self.transaction():
            self.tokens.revoke(token)
            self.log.append(actor, "token.revoked", token.person, token=token.prefix)

    # -- webhooks ----------------------------------------------------------------------------------

    def add_webhook(self, actor: Actor, url: str, label: str, is_masked: bool) -> tuple[Webhook, str]:
        """A new webhook, told of flags from now on, and its secret, shown this once."""
        with self.transaction():
            made, secret = self.webhooks.add(url, label, is_masked, actor.name, self.feed.last())
            self.log.append(actor, "webhook.added", str(made.id), origin=made.origin, is_masked=is_masked)
            return made, secret

    def switch_webhook(self, actor: Actor, number: int, is_active: bool) -> Webhook:
        """Let a webhook be told, or not. Raises Missing."""
        with self.transaction():
            now = self.webhooks.switch(number, is_active)
            self.log.append(actor, "webhook.switched", str(number), is_active=is_active)
            return now

    def renew_webhook(self, actor: Actor, number: int) -> str:
        """Another secret, shown this once. Raises Missing."""
        with self.transaction():
            secret = self.webhooks.renew_secret(number)
            self.log.append(actor, "webhook.secret_renewed", str(number))
            return secret

    def remove_webhook(self, actor: Actor, number: int) -> None:
        """Forget a webhook and what waits for it. Raises Missing."""
        with self.transaction():
            self.webhooks.remove(self.webhooks.by_id(number).id)
            self.log.append(actor, "webhook.removed", str(number))

    def replay_webhook(self, actor: Actor, number: int, delivery: int | None) -> int:
        """Have dead messages sent again, all or one; gives how many. Raises Missing."""
        with self.transaction():
            count = self.deliveries.replay(self.webhooks.by_id(number).id, delivery)
            if delivery is not None and not count:
                raise Missing(f"expected the number of a dead message, found {delivery}; see which there are")
            self.log.append(actor, "webhook.replayed", str(number), messages=count)
            return count

    def _link(self, actor: Actor, person: Person) -> str:
        self.log.append(actor, "link.made", person.name)
        return self.people.new_link(person)


def open_desk(path: Path, key_path: Path, clock_ms: Callable[[], int] = wall_clock_ms) -> Desk:
    """The desk of a file and its key file; both are made where they are missing. Raises BadCall."""
    keys = keys_at(key_path)
    return Desk(Database(path, clock_ms), keys)
