"""Sign-in elsewhere as the settings describe it."""

from __future__ import annotations

from collections.abc import Sequence

from graph.model.errors import BadCall
from graph.model.vocabulary import DeskRole
from queries.serving.provider import Provider, ProviderSettings
from ringfence.settings import Settings


def sign_in_provider(settings: Settings) -> Provider | None:
    """The provider of the settings; None when none is named. Raises BadCall when something lacks."""
    if settings.oidc_issuer is None:
        return None
    if settings.oidc_client_id is None or not settings.oidc_roles:
        raise BadCall(
            "expected RINGFENCE_OIDC_CLIENT_ID and RINGFENCE_OIDC_ROLES beside RINGFENCE_OIDC_ISSUER, found "
            "one missing; set it, or unset the issuer"
        )
    secret = settings.oidc_client_secret
    return Provider(
        ProviderSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            name_claim=settings.oidc_name_claim,
            role_claim=settings.oidc_role_claim,
            roles=_roles(settings.oidc_roles),
        )
    )


def _roles(written: Sequence[str]) -> dict[str, DeskRole]:
    roles = {}
    people = [role.value for role in DeskRole if role is not DeskRole.SERVICE]
    for each in written:
        value, separator, role = each.rpartition("=")
        if not separator or not value or role not in people:
            raise BadCall(
                f"expected VALUE=ROLE in RINGFENCE_OIDC_ROLES, a role being one of {', '.join(people)}, "
                f"found {each:.80}; correct it"
            )
        roles[value] = DeskRole(role)
    return roles
