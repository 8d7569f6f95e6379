"""An OpenID Connect provider: its addresses, its keys, and what an ID token of its says.

Authorization code flow with PKCE (RFC 7636), state and nonce, as OpenID Connect Core 1.0 and RFC 9700 ask.
Every call to it is bounded in time and size, follows no redirect and uses no proxy of the environment.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from graph.model.errors import BadCall, Unavailable
from graph.model.vocabulary import DeskRole

WITHIN_S: Final = 10.0
MOST_BYTES: Final = 1_000_000
LEEWAY_S: Final = 60
KEYS_AGAIN_S: Final = 60.0
"""Keys are asked for anew when a token names an unknown one, not more often than this."""
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures by keys that the provider alone has; never ``none``, never a shared secret."""
SCOPE: Final = "openid profile email"
_AGAIN_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How sign-in elsewhere is set up."""

    issuer: str
    client_id: str
    client_secret: str | None
    name_claim: str
    role_claim: str
    roles: Mapping[str, DeskRole]
    """The role of a value of the claim; the most that somebody's values give counts."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whom an ID token tells of."""

    issuer: str
    subject: str
    name: str
    role: DeskRole | None
    """None: no value of the claim has a role here."""


class NotSignedIn(Exception):
    """The provider did not vouch for anybody; says why, naming nobody."""


class _Metadata(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Provider:
    """One provider, whose metadata and keys are fetched when first needed. May be used by several threads."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self.issuer = settings.issuer
        _refuse_open(settings.issuer, "RINGFENCE_OIDC_ISSUER")
        self._lock = threading.Lock()
        self._metadata: _Metadata | None = None
        self._keys: KeySet | None = None
        self._keys_s = 0.0

    def begin_url(self, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is to go. Raises Unavailable when the provider does not say."""
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._told().authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def signed_in(self, code: str, redirect_uri: str, nonce: str, verifier: str) -> SignedIn:
        """Whom a code stands for. Raises NotSignedIn, or Unavailable when the provider does not answer."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._settings.client_id,
        }
        if self._settings.client_secret is not None:
            given["client_secret"] = self._settings.client_secret
        answer = self._call("POST", self._told().token_endpoint, given)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotSignedIn("expected an ID token of the provider, found none")
        return self._who(self._claims(token, nonce, answer.get("access_token")))

    def _claims(self, token: str, nonce: str, access_token: object) -> Mapping[str, Any]:
        options = {"iss": {"essential": True, "value": self.issuer}, "nonce": {"essential": True}}
        options["aud"] = {"essential": True, "value": self._settings.client_id}
        try:
            decoded = self._decoded(token)
            params = {"client_id": self._settings.client_id, "nonce": nonce, "access_token": access_token}
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise NotSignedIn(f"expected a valid ID token, found {type(error).__name__}") from error
        return decoded.claims

    def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self._keys_s < KEYS_AGAIN_S:
                raise
        # The provider may have changed its keys.
        with self._lock:
            self._keys = None
        return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)

    def _who(self, claims: Mapping[str, Any]) -> SignedIn:
        values = claims.get(self._settings.role_claim)
        given = values if isinstance(values, list) else [values]
        found = {
            self._settings.roles[each]
            for each in given
            if isinstance(each, str) and each in self._settings.roles
        }
        name, subject = claims.get(self._settings.name_claim), claims.get("sub")
        if not isinstance(name, str) or not isinstance(subject, str) or not subject:
            raise NotSignedIn(f"expected the claim {self._settings.name_claim} in the ID token, found none")
        ladder = list(DeskRole)
        role = max(found, key=ladder.index) if found else None
        return SignedIn(self.issuer, subject, name.lower(), role)

    def _told(self) -> _Metadata:
        with self._lock:
            if self._metadata is None:
                url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                try:
                    told = msgspec.convert(self._call("GET", url), _Metadata)
                except msgspec.ValidationError as error:
                    raise _away(f"metadata that lack something: {error}") from error
                if told.issuer != self.issuer:
                    raise _away("metadata of another issuer")
                for each in (told.authorization_endpoint, told.token_endpoint, told.jwks_uri):
                    _refuse_open(each, "the provider's metadata")
                self._metadata = told
            return self._metadata

    def _key_set(self) -> KeySet:
        uri = self._told().jwks_uri
        with self._lock:
            if self._keys is None:
                self._keys_s = time.monotonic()
                try:
                    self._keys = KeySet.import_key_set(self._call("GET", uri))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise _away("keys that are none") from error
            return self._keys

    def _call(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            with (
                httpx.Client(trust_env=False, follow_redirects=False, timeout=WITHIN_S) as client,
                client.stream(method, url, data=form, headers={"Accept": "application/json"}) as answer,
            ):
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise _away("an answer that is too large")
                if form is not None and answer.is_client_error:
                    raise NotSignedIn(
                        f"expected the provider to take the code, found status {answer.status_code}"
                    )
                if not answer.is_success:
                    raise _away(f"status {answer.status_code}")
            return msgspec.json.decode(body, type=dict[str, Any])
        except (httpx.HTTPError, msgspec.DecodeError) as error:
            raise _away(type(error).__name__) from error


def _refuse_open(url: str, where: str) -> None:
    """Raises BadCall for an address that is neither https nor of this machine."""
    parts = urlsplit(url)
    is_local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if (
        not parts.hostname
        or parts.scheme not in ("http", "https")
        or (parts.scheme == "http" and not is_local)
    ):
        raise BadCall(f"expected an address such as https://id.example in {where}, found another; correct it")


def _away(found: str) -> Unavailable:
    return Unavailable(f"expected the provider of sign-ins to answer, found {found}; try again", _AGAIN_S)
