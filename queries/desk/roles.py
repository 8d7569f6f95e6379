"""Who may do what: one table of role by permission. Routes, documents and tests are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graph.model.vocabulary import DeskRole, Permission

_VIEWER, _INVESTIGATOR, _LEAD, _ADMIN, _SERVICE = DeskRole
_EVERYBODY: Final = frozenset(DeskRole)
_PEOPLE: Final = _EVERYBODY - {_SERVICE}
_INVESTIGATING: Final = frozenset({_INVESTIGATOR, _LEAD, _ADMIN})

GRANTS: Final[Mapping[Permission, frozenset[DeskRole]]] = {
    Permission.RINGS_READ: _EVERYBODY,
    Permission.ACCOUNTS_READ: _EVERYBODY,
    Permission.FLAGS_READ: _EVERYBODY,
    Permission.IDENTIFIERS_REVEAL: _INVESTIGATING,
    Permission.IDENTIFIERS_PLAIN: frozenset({_SERVICE}),
    Permission.VERDICTS_GIVE: _INVESTIGATING,
    Permission.ACTS_DO: _INVESTIGATING,
    Permission.ACTS_DECLARE: frozenset({_LEAD, _ADMIN}),
    Permission.TOKENS_OWN: _PEOPLE,
    Permission.DECISIONS_ASK: frozenset({_ADMIN, _SERVICE}),
    Permission.METRICS_READ: frozenset({_ADMIN, _SERVICE}),
    Permission.AUDIT_READ: frozenset({_LEAD, _ADMIN}),
    Permission.PEOPLE_MANAGE: frozenset({_ADMIN}),
    Permission.WEBHOOKS_MANAGE: frozenset({_ADMIN}),
    Permission.RULES_DECIDE: frozenset({_LEAD, _ADMIN}),
    Permission.LETTERS_REPLAY: frozenset({_ADMIN}),
}
"""For every permission the roles that have it."""


def permissions_of(role: DeskRole) -> frozenset[Permission]:
    """What a role may do."""
    return frozenset(permission for permission, roles in GRANTS.items() if role in roles)
