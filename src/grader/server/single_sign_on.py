"""Sign-in by OpenID Connect: authorisation code with PKCE, bound to the browser."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select

from grader.server import sessions
from grader.server.bench import SiteWork, Workbench
from grader.server.handed_out import hash_of, new_secret, same
from grader.server.refusals import NotSignedIn, Withheld
from grader.server.settings import SingleSignOn
from grader.server.tables import Account, Identity, PendingSignOn

#: How long a person may take at the provider.
LASTS: Final = timedelta(minutes=10)
_SECONDS: Final = 10.0
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_FAILED: Final = "signing in with {} did not work"


def begin(bench: Workbench, next: str, *, address: str) -> tuple[str, str]:
    """The provider's address for the browser, and the cookie's secret that its answer must match."""
    provider = _provider(bench)
    bench.sign_in_limits.attempt("", address)
    known = _discover(provider)
    state, nonce, verifier = new_secret(), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    with _client(bench, provider) as client:
        url, _ = client.create_authorization_url(
            known["authorization_endpoint"],
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
    with bench.on_site() as work:
        work.session.execute(delete(PendingSignOn).where(PendingSignOn.expires_at <= work.now))
        data = {"nonce": nonce, "verifier": verifier, "next": next}
        work.session.add(PendingSignOn(state_hash=hash_of(state), data=data, expires_at=work.now + LASTS))
    return str(url), state


def complete(
    bench: Workbench, answer: Mapping[str, str], cookie: str, *, address: str
) -> tuple[sessions.Started, str]:
    """The session of whom the provider names, and where they wanted to go.

    Raises
    ------
    NotSignedIn
        No question of this browser's, the provider's word is not good, or no account for a verified address.
    """
    provider = _provider(bench)
    bench.sign_in_limits.attempt("", address)
    state = answer.get("state", "")
    with bench.on_site() as work:
        # Whatever comes of it, an answer is taken once.
        pending = work.session.get(PendingSignOn, hash_of(state), with_for_update=True)
        if pending is not None:
            work.session.delete(pending)
    if pending is None or not cookie or not same(cookie, state) or pending.expires_at <= bench.now():
        raise _refused(provider, "begin again at the sign-in page")
    if "code" not in answer:
        raise _refused(provider, "the provider refused, or you turned back")
    claims = _claims(bench, provider, answer["code"], pending.data)
    with bench.on_site() as work:
        account = _account(work, provider, claims)
        return sessions.start(work, account, "signed_in_by_provider"), str(pending.data["next"])


def _provider(bench: Workbench) -> SingleSignOn:
    provider = bench.settings.single_sign_on
    if provider is None:
        raise Withheld("there is no such page")
    return provider


def _refused(provider: SingleSignOn, help: str) -> NotSignedIn:
    return NotSignedIn(_FAILED.format(provider.name), help=help)


def _client(bench: Workbench, provider: SingleSignOn) -> Any:
    return OAuth2Client(
        provider.client_id,
        provider.client_secret.get_secret_value(),
        scope="openid email profile",
        redirect_uri=f"{bench.settings.url}/sign-in/answer",
        timeout=_SECONDS,
    )


def _discover(provider: SingleSignOn) -> dict[str, Any]:
    """What the provider says of itself; its issuer must be the one set."""
    url = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        found = httpx2.get(url, timeout=_SECONDS).raise_for_status().json()
    except (httpx2.HTTPError, ValueError):
        raise _refused(provider, "its server cannot be reached; try again later") from None
    named = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if not isinstance(found, dict) or not all(_sound(found.get(name)) for name in named):
        raise _refused(provider, "tell whoever runs this server: its provider says nothing sound")
    if str(found.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):
        raise _refused(provider, "tell whoever runs this server: its provider goes by another name")
    return found


def _sound(address: object) -> bool:
    """Whether secrets may be sent to an address: by https, or on this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    )


def _claims(bench: Workbench, provider: SingleSignOn, code: str, pending: dict[str, Any]) -> dict[str, Any]:
    """What the provider says of the person, its signature and purpose checked."""
    known = _discover(provider)
    try:
        with _client(bench, provider) as client:
            token = client.fetch_token(known["token_endpoint"], code=code, code_verifier=pending["verifier"])
        keys = KeySet.import_key_set(
            httpx2.get(known["jwks_uri"], timeout=_SECONDS).raise_for_status().json()
        )
        decoded = jwt.decode(str(token["id_token"]), keys, algorithms=_ALGORITHMS)
        registry = jwt.JWTClaimsRegistry(
            leeway=60,
            iss={"essential": True, "value": known["issuer"]},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": pending["nonce"]},
        )
        registry.validate(decoded.claims)
        claims: dict[str, Any] = dict(decoded.claims)
        if "email" not in claims and "userinfo_endpoint" in known:
            claims |= _user_info(known["userinfo_endpoint"], token["access_token"], claims["sub"])
    except (AuthlibBaseError, JoseError, httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        raise _refused(provider, "its answer is not good; begin again at the sign-in page") from None
    if isinstance(claims.get("aud"), list) and claims.get("azp") not in (None, provider.client_id):
        raise _refused(provider, "its answer is for another service")
    return claims


def _user_info(address: str, access_token: str, subject: str) -> dict[str, Any]:
    """The e-mail address, from a provider that does not put it into its token."""
    if not _sound(address):
        return {}
    headers = {"Authorization": f"Bearer {access_token}"}
    found = httpx2.get(address, headers=headers, timeout=_SECONDS).raise_for_status().json()
    if not isinstance(found, dict) or found.get("sub") != subject:
        return {}
    return {name: found[name] for name in ("email", "email_verified", "name") if name in found}


def _account(work: SiteWork, provider: SingleSignOn, claims: dict[str, Any]) -> Account:
    """The account linked to the provider's person, or linked now by a verified address."""
    subject = str(claims["sub"])
    linked = work.session.get(Identity, (provider.issuer, subject))
    if linked is not None:
        account = work.session.get_one(Account, linked.account_id)
    else:
        account = _by_address(work, provider, claims)
        known = select(Identity.subject).where(
            Identity.issuer == provider.issuer, Identity.account_id == account.id
        )
        if work.session.scalar(known) is not None:  # an address given to somebody else since
            raise _nobody(provider)
        work.session.add(Identity(issuer=provider.issuer, subject=subject, account_id=account.id))
        work.did("linked_account", who=account.email, issuer=provider.issuer)
    if account.disabled_at is not None:
        raise _nobody(provider)
    return account


def _by_address(work: SiteWork, provider: SingleSignOn, claims: dict[str, Any]) -> Account:
    from grader.errors import InputError
    from grader.server.accounts import checked_email, checked_name

    if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
        raise _refused(provider, "it does not say that your e-mail address is verified")
    try:
        email = checked_email(claims["email"])
        name = checked_name(str(claims.get("name") or email.partition("@")[0]))
    except InputError:
        raise _refused(provider, "it gives no e-mail address that can be used here") from None
    account = work.session.scalar(select(Account).where(Account.email == email))
    if account is None and provider.create:
        account = Account(email=email, name=name, admin=False, created_at=work.now, version=1)
        work.session.add(account)
        work.session.flush()
        work.did("added_account", who=email, account=email)
    if account is None:
        raise _nobody(provider)
    return account


def _nobody(provider: SingleSignOn) -> NotSignedIn:
    return NotSignedIn(
        _FAILED.format(provider.name), help="there is no account here for you: ask whoever runs this server"
    )
