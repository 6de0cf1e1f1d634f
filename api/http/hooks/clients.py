"""Who may call a hook: whoever signs a token with a key that the operator has listed (CDS Hooks 2.0, "Trusting CDS Clients")."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spinegraph.api.http.access import url_of
from spinegraph.api.problems import UntrustedClientError
from spinegraph.api.setting import SettingsError
from spinegraph.engine import MalformedCaseError, parse_json
from starlette.requests import Request

if TYPE_CHECKING:
    from jwt import PyJWK

ALGORITHMS = ("ES384", "RS384")
"""Those that the specification names."""
REQUIRED = ("iss", "aud", "exp", "iat", "jti")
LEEWAY, LONGEST = 30, 3600
"""Seconds by which clocks may differ, and that a token may hold at most."""
MOST_REMEMBERED = 100_000
WHERE = "SPINEGRAPH_HOOKS_CLIENTS"
MEND = "Send Authorization: Bearer with a JWT (ES384 or RS384) of iss, aud (this URL), exp, iat and a jti that was not used yet."


class Guard(Protocol):
    """Lets a request through, or raises UntrustedClientError."""

    def check(self, request: Request) -> None: ...


class Open:
    """Everybody may call."""

    def check(self, request: Request) -> None:
        """Let it through."""


class ListedClients:
    """Those whose keys are listed may call; each token counts once. Safe to share between threads."""

    def __init__(self, keys: Mapping[str, Mapping[str, PyJWK]]) -> None:
        """`keys`: by issuer, then by key id."""
        self._keys = keys
        self._used: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def check(self, request: Request) -> None:
        """Raises UntrustedClientError where the token is missing, not by a listed client, for another URL, over, or used."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UntrustedClientError("There is no token.", where="Authorization", mend=MEND)
        claims = self._claims(token.strip(), url_of(request))
        if claims["exp"] - claims["iat"] > LONGEST:
            raise _refused(f"the token holds longer than {LONGEST:,} seconds")
        self._use_once(str(claims["iss"]), str(claims["jti"]), float(claims["exp"]))

    def _claims(self, token: str, audience: str) -> Mapping[str, Any]:
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss", "")
            key = self._keys.get(issuer, {}).get(header.get("kid", ""))
            if header.get("alg") not in ALGORITHMS or key is None or key.algorithm_name != header["alg"]:
                raise _refused("its issuer, key or algorithm is none of those that are listed")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[header["alg"]],
                audience=audience,
                issuer=issuer,
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
        except jwt.InvalidTokenError as error:
            raise _refused(str(error).rstrip(".")) from error
        return claims

    def _use_once(self, issuer: str, jti: str, expires: float) -> None:
        now = time.time()
        with self._lock:
            if (issuer, jti) in self._used:
                raise _refused("its jti was used already")
            if len(self._used) >= MOST_REMEMBERED:
                self._used = {key: until for key, until in self._used.items() if until + LEEWAY > now}
            if len(self._used) >= MOST_REMEMBERED:
                raise _refused("more tokens are in use than are remembered")
            self._used[issuer, jti] = expires


def _refused(why: str) -> UntrustedClientError:
    return UntrustedClientError(f"The token is refused: {why}.", where="Authorization", mend=MEND)


def make_guard(path: Path | None) -> Guard:
    """The guard of a file with issuers and their keys; without one everybody may call. Raises SettingsError."""
    if path is None:
        return Open()
    try:
        import jwt
        from jwt.algorithms import has_crypto
    except ImportError as error:
        raise SettingsError("Tokens cannot be checked.", where=WHERE, mend="pip install 'spinegraph[hooks]'") from error
    if not has_crypto:
        raise SettingsError("Signatures cannot be checked.", where=WHERE, mend="pip install 'spinegraph[hooks]'")
    mend = 'Give {"https://issuer.example": {"keys": [a JWK with kid and alg, …]}}.'
    try:
        given = parse_json(path.read_bytes())
        if not isinstance(given, dict) or not given:
            raise SettingsError("It names no issuer.", where=f"{WHERE}: {path}", mend=mend)
        keys = {issuer: _key_set(jwks, issuer) for issuer, jwks in given.items()}
    except (OSError, MalformedCaseError, jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
        raise SettingsError(f"The keys of clients cannot be read: {error}.", where=f"{WHERE}: {path}", mend=mend) from error
    return ListedClients(keys)


def _key_set(jwks: Mapping[str, Any], issuer: str) -> dict[str, PyJWK]:
    """Key id → public key. Raises SettingsError for what is no key of this kind."""
    import jwt

    found = {key.key_id: key for key in jwt.PyJWKSet.from_dict(dict(jwks)).keys}
    for name, key in found.items():
        if not name or key.algorithm_name not in ALGORITHMS:
            raise SettingsError(
                f"A key of {issuer} has no kid, or is not for one of {', '.join(ALGORITHMS)}.",
                where=WHERE,
                mend="Give each key its kid and its alg.",
            )
    return {str(name): key for name, key in found.items()}
