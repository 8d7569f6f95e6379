"""Signing in at an OpenID Connect provider: who gets in, as whom, and what does not get in."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from graph.model.errors import BadCall
from graph.model.vocabulary import DeskRole
from queries.desk.identities import LIVES_MS
from queries.serving import provider as provider_module
from queries.serving.application import application
from queries.serving.provider import Provider, ProviderSettings
from queries.serving.routes.elsewhere import BACK, BEGUN
from queries.serving.visits import COOKIE
from ringfence.settings import Settings, settings_with
from ringfence.sign_in import sign_in_provider
from tests.desk_places import TEST
from tests.providers import CLIENT, SECRET, TestProvider, providing
from tests.serving_places import ORIGIN, Place

ROLES = {"fraud": DeskRole.INVESTIGATOR, "fraud-leads": DeskRole.LEAD, "it": DeskRole.ADMIN}


@pytest.fixture
def provider() -> Iterator[TestProvider]:
    with providing() as made:
        yield made


@pytest.fixture
def here(place: Place, provider: TestProvider) -> Place:
    settings = ProviderSettings(provider.issuer, CLIENT, SECRET, "preferred_username", "groups", ROLES)
    parts = dataclasses.replace(place.parts, provider=Provider(settings))
    return dataclasses.replace(place, app=application(parts), parts=parts)


def come(here: Place, provider: TestProvider, client=None) -> httpx.Response:
    """There and back again with one browser."""
    client = client or here.client()
    begun = client.get("/sign-in", follow_redirects=False)
    assert begun.status_code == 303
    return client.get(f"{BACK}?{provider.lets_in(begun.headers['location'])}")


def test_somebody_new_comes_in_with_the_highest_role_that_the_claim_gives(here, provider):
    client = here.client()
    answer = come(here, provider, client)
    assert (answer.status_code, "signed in as lee, lead" in answer.text) == (200, True)
    assert client.get("/v1/sessions/me").json() == {
        "name": "lee",
        "role": "lead",
        "permissions": sorted(here.desk.people.named("lee").permissions),
    }
    cookies = answer.headers.get_list("set-cookie")
    (session,) = (each for each in cookies if each.startswith(f"{COOKIE}="))
    assert "SameSite=strict" in session
    assert "Secure" in session
    assert "HttpOnly" in session
    assert any(each.startswith(f'{BEGUN}=""') for each in cookies)
    assert [line.means for line in here.desk.log][-2:] == ["provider", "provider"]
    assert not here.desk.people.named("lee").has_password


def test_what_goes_to_the_provider_can_be_used_by_this_browser_alone_and_holds_no_secret(here, provider):
    begun = here.client().get("/sign-in", follow_redirects=False)
    url = urlsplit(begun.headers["location"])
    asked = parse_qs(url.query)
    assert url.path == "/authorize"
    assert asked["tenant"] == ["1"]
    assert asked["redirect_uri"] == [f"{ORIGIN}{BACK}"]
    assert all(len(asked[each][0]) >= 43 for each in ("state", "nonce", "code_challenge"))
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "SameSite=lax" in cookie
    kept = b"".join(path.read_bytes() for path in here.desk.database.path.parent.iterdir())
    assert asked["state"][0].encode() not in kept
    assert SECRET not in begun.headers["location"]


def test_another_role_elsewhere_is_another_role_here_and_ends_the_sessions(here, provider):
    here.desk.add_person(TEST, "ada", DeskRole.ADMIN)
    first = here.client()
    come(here, provider, first)
    provider.claims = {"groups": ["fraud"]}
    second = here.client()
    assert "investigator" in come(here, provider, second).text
    assert first.get("/v1/sessions/me").status_code == 401
    assert second.get("/v1/sessions/me").json()["role"] == "investigator"
    provider.claims = {"groups": "fraud-leads", "preferred_username": "renamed"}
    assert "signed in as lee, lead" in come(here, provider).text, "the subject counts, not the name"


@pytest.mark.parametrize("groups", [None, [], ["staff"], "staff", 7, [["fraud"]]])
def test_nobody_comes_in_without_a_role(here, provider, groups):
    provider.claims = {"groups": groups}
    answer = come(here, provider)
    assert (answer.status_code, f"{COOKIE}=" in answer.headers.get("set-cookie", "")) == (403, False)
    assert here.desk.people.all() == []
    assert here.actions() == ["session.refused"]


def test_a_name_that_somebody_has_here_is_not_theirs_elsewhere(here, provider):
    here.desk.add_person(TEST, "lee", DeskRole.ADMIN)
    assert come(here, provider).status_code == 403
    assert here.desk.people.named("lee").role is DeskRole.ADMIN


def test_who_was_put_out_here_does_not_come_in_from_elsewhere(here, provider):
    come(here, provider)
    here.desk.add_person(TEST, "ada", DeskRole.ADMIN)
    here.desk.change_person(TEST, "lee", None, False)
    assert come(here, provider).status_code == 403


NOW = int(time.time())
LIES = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.test"},
    "another client": {"aud": "somebody else"},
    "for two, by another": {"aud": [CLIENT, "other"], "azp": "other"},
    "expired": {"iat": NOW - 7_200, "exp": NOW - 3_600},
    "no end": {"exp": None},
    "not yet": {"nbf": NOW + 3_600},
    "no subject": {"sub": None},
    "no name": {"preferred_username": None},
    "a name that is none": {"preferred_username": "<script>"},
    "another access token": {"at_hash": "x"},
}


@pytest.mark.parametrize("claims", LIES.values(), ids=LIES)
def test_a_token_that_says_something_else_opens_nothing(here, provider, claims):
    provider.claims = claims
    answer = come(here, provider)
    assert (answer.status_code, "<script>" in answer.text) == (403, False)
    assert here.desk.people.all() == []


def test_a_token_that_is_not_signed_by_the_provider_opens_nothing(here, provider):
    come(here, provider)
    good = (provider.key, provider.header, provider.published)
    provider.header = {"alg": "none"}
    assert come(here, provider).status_code == 403
    provider.key, provider.header, provider.published = good
    provider.signs_with_its_public_key_as_a_secret()
    assert come(here, provider).status_code == 403
    provider.new_key()
    provider.published = good[2]
    assert come(here, provider).status_code == 403


def test_new_keys_of_the_provider_are_asked_for_but_not_at_every_forgery(here, provider, monkeypatch):
    assert come(here, provider).status_code == 200
    provider.new_key()
    assert come(here, provider).status_code == 403, "asked a moment ago"
    monkeypatch.setattr(provider_module, "KEYS_AGAIN_S", -1.0)
    assert come(here, provider).status_code == 200
    assert provider.asked.count("/keys") == 2


def test_the_way_back_works_once_in_the_browser_that_began_and_in_time(here, provider):
    def begun(client):
        return provider.lets_in(client.get("/sign-in", follow_redirects=False).headers["location"])

    one, other = here.client(), here.client()
    query = begun(one)
    begun(other)
    assert other.get(f"{BACK}?{query}").status_code == 403, "another browser: signing somebody in unasked"
    assert one.get(f"{BACK}?{query}").status_code == 403, "and now it is over"
    query = begun(one)
    assert one.get(f"{BACK}?{query}").status_code == 200
    assert one.get(f"{BACK}?{query}").status_code == 403, "twice"
    query = begun(one)
    here.clock.now_ms += LIVES_MS
    assert one.get(f"{BACK}?{query}").status_code == 403, "too late"
    for wrong in ("", "code=x", "state=x", "error=access_denied&state=x", f"{begun(one)}&code="):
        assert one.get(f"{BACK}?{wrong}").status_code == 403
    query = begun(one).replace("iss=http", "iss=https")
    assert one.get(f"{BACK}?{query}").status_code == 403, "mixed up with another provider"
    query = begun(one)
    provider.codes.clear()
    assert one.get(f"{BACK}?{query}").status_code == 403, "a code that the provider does not know"


def test_failures_are_counted_by_address(here, provider, monkeypatch):
    failed = []
    monkeypatch.setattr(here.parts.rates, "failed", lambda *who: failed.append(who))
    here.client().get(f"{BACK}?state=x&code=y")
    assert len(failed) == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": None},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"x": "y" * 1_100_000},
    ],
)
def test_a_provider_that_does_not_describe_itself_is_told_so(here, provider, metadata):
    provider.metadata = metadata
    answer = here.client().get("/sign-in", follow_redirects=False)
    assert answer.status_code in (400, 503)
    assert answer.json()["code"] in ("bad_call", "unavailable")


def test_a_provider_that_is_away_is_no_failure_of_ours(place):
    with providing() as provider:
        issuer = provider.issuer
    settings = ProviderSettings(issuer, CLIENT, None, "preferred_username", "groups", ROLES)
    parts = dataclasses.replace(place.parts, provider=Provider(settings))
    away = dataclasses.replace(place, app=application(parts), parts=parts)
    answer = away.client().get("/sign-in", follow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_it_is_off_unless_it_was_set_up(place):
    for path in ("/sign-in", f"{BACK}?code=x&state=y"):
        assert place.client().get(path, follow_redirects=False).status_code == 404
    assert sign_in_provider(Settings()) is None


def test_the_settings_say_how_and_what_is_wrong_with_them():
    given = {"oidc_issuer": "https://id.example", "oidc_client_id": "c", "oidc_roles": "a=b=lead, it=admin"}
    assert sign_in_provider(settings_with(given)) is not None
    for wrong, said in (
        ({"oidc_client_id": None}, "RINGFENCE_OIDC_CLIENT_ID"),
        ({"oidc_roles": ""}, "RINGFENCE_OIDC_ROLES"),
        ({"oidc_roles": "it=god"}, "VALUE=ROLE"),
        ({"oidc_roles": "it=service"}, "VALUE=ROLE"),
        ({"oidc_roles": "admin"}, "VALUE=ROLE"),
        ({"oidc_issuer": "http://id.example"}, "https://id.example"),
    ):
        with pytest.raises(BadCall, match=said):
            sign_in_provider(settings_with(given | wrong))
