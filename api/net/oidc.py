"""OpenID Connect: people show who they are to a provider that the farm's operator trusts.

The authorization code flow with PKCE: OpenID Connect Core 1.0, section 3.1, and RFC 7636. Sign-ins are rare, so nothing
of the provider is kept: its metadata and its keys are asked for each time.
"""

import base64
import dataclasses
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

METADATA = "/.well-known/openid-configuration"
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Algorithms of a provider's own key. Those with a shared secret, and none at all, are left out."""
ANSWER_SECONDS = 10.0
LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours."""


class ProviderError(Exception):
    """The provider can't be reached, or what it said isn't right. The text is for the operator's log."""


class NotVerified(Exception):
    """The provider doesn't say that the person has the e-mail address, or names none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Provider:
    """What the operator agreed with it. `issuer` is its URL."""

    issuer: str
    client_id: str
    client_secret: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser that began keeps until it comes back: nobody else can end what it began."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


def begin(provider: Provider, attempt: Attempt, redirect_uri: str) -> str:
    """The URL at the provider to send the browser to. Blocks. Raises ProviderError."""
    with _client() as http:
        authorize = _Metadata.of(http, provider).url("authorization_endpoint")
    digest = hashlib.sha256(attempt.verifier.encode()).digest()
    query = {
        "response_type": "code", "scope": "openid email", "client_id": provider.client_id,
        "redirect_uri": redirect_uri, "state": attempt.state, "nonce": attempt.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{authorize}{'&' if '?' in authorize else '?'}{urlencode(query)}"


def finish(provider: Provider, attempt: Attempt, redirect_uri: str, *, code: str, state: str) -> str:
    """The e-mail address of the person who came back with `code`. Blocks. Raises ProviderError, NotVerified."""
    if not hmac.compare_digest(state.encode(), attempt.state.encode()):
        raise ProviderError("the answer is not to what this browser began")
    with _client() as http:
        given = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }  # fmt: skip
        metadata = _Metadata.of(http, provider)
        token = _asked(
            http, "POST", metadata.url("token_endpoint"), data=given, auth=(provider.client_id, provider.client_secret)
        ).get("id_token")
        keys = _asked(http, "GET", metadata.url("jwks_uri"))
    try:
        claims = jwt.decode(str(token), KeySet.import_key_set(keys), algorithms=SIGNATURES).claims  # type: ignore[arg-type]
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": provider.issuer}, aud={"essential": True, "value": provider.client_id},
            exp={"essential": True}, nonce={"essential": True, "value": attempt.nonce},
        ).validate(claims)  # fmt: skip
    except (JoseError, ValueError) as error:
        raise ProviderError(f"the ID token is not right: {error}") from error
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise NotVerified
    return email


def _client() -> httpx.Client:
    return httpx.Client(timeout=ANSWER_SECONDS)


@dataclasses.dataclass(frozen=True, slots=True)
class _Metadata:
    """What the provider says of itself: OpenID Connect Discovery 1.0, section 4."""

    said: dict[str, Any]

    @classmethod
    def of(cls, http: httpx.Client, provider: Provider) -> "_Metadata":
        said = _asked(http, "GET", provider.issuer.rstrip("/") + METADATA)
        if said.get("issuer") != provider.issuer:
            raise ProviderError(f"it calls itself {said.get('issuer')!r}, not {provider.issuer!r}")
        return cls(said)

    def url(self, name: str) -> str:
        if not isinstance(url := self.said.get(name), str):
            raise ProviderError(f"its metadata has no {name}")
        return url


def _asked(http: httpx.Client, method: str, url: str, **given: Any) -> dict[str, Any]:
    try:
        answer = http.request(method, url, headers={"Accept": "application/json"}, **given)
        answer.raise_for_status()
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise ProviderError(f"{method} {url}: {error}") from error
    if not isinstance(said, dict):
        raise ProviderError(f"{method} {url}: no JSON object")
    return said
