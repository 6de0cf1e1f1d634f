"""Who may ask: bearer tokens (RFC 6750), each known by its SHA-256 alone, and the parts of the service that it reaches."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, get_args

import msgspec
from spinegraph.api.http.errors import ScopeError, TokenError
from spinegraph.api.http.visits import note_caller
from spinegraph.api.operation_settings import TOKENS
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import Part
from spinegraph.engine.errors import shortened
from spinegraph.engine.model import Frozen
from starlette.requests import Request

Scope = Part | Literal["knowledge", "metrics"]
SCOPES: tuple[str, ...] = (*get_args(Part), "knowledge", "metrics")
"""What a token may reach: the parts that can be switched off, the metrics, and everything else."""
REALM = 'Bearer realm="spinegraph"'
SHOWN = "Send `Authorization: Bearer` and a token; whoever runs the service gives them out."


class Caller(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who has a token: a name for the log, the token's SHA-256 in hexadecimal, what it reaches, its last day (UTC) or none."""

    name: str
    sha256: str
    scopes: tuple[str, ...]
    until: datetime.date | None = None


class Tokens(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of tokens: what is open to everybody, and the callers."""

    open: tuple[str, ...] = ()
    token: tuple[Caller, ...] = ()


def read_tokens(path: Path) -> Tokens:
    """The tokens in a TOML file. Raises SettingsError."""
    try:
        tokens = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Tokens)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.", where=TOKENS, mend="Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(
            f"This is no file of tokens: {error}.",
            where=str(path),
            mend="Give `open`, and [[token]] with name, sha256 and scopes.",
        ) from error
    _require_callers(tokens.token, path)
    for scope in (*tokens.open, *(scope for caller in tokens.token for scope in caller.scopes)):
        if scope not in SCOPES:
            near = get_close_matches(scope, SCOPES, n=1)
            nearest = f" Nearest: {near[0]}." if near else ""
            raise SettingsError(
                f"There is no scope {shortened(scope)}.{nearest}", where=str(path), mend=f"Give some of {', '.join(SCOPES)}."
            )
    return tokens


def _require_callers(callers: Sequence[Caller], path: Path) -> None:
    """Raise SettingsError where the log could not name a caller, or a token leads to nobody or to two of them."""
    names: dict[str, str] = {}
    for caller in callers:
        if not caller.name or not caller.name.isprintable():
            raise SettingsError(
                f"{shortened(caller.name)} is no name.", where=str(path), mend="Give one that the log and records can tell."
            )
        if len(caller.sha256) != 64 or not set(caller.sha256) <= set("0123456789abcdef"):
            raise SettingsError(
                f"The sha256 of {shortened(caller.name)} is none.",
                where=str(path),
                mend="Give 64 digits of lower-case hexadecimal, never the token itself.",
            )
        if other := names.get(caller.sha256):
            raise SettingsError(
                f"{shortened(other)} and {shortened(caller.name)} have the same token.",
                where=str(path),
                mend="Give each a token of its own, and say in one entry what it reaches.",
            )
        names[caller.sha256] = caller.name


def admission(tokens: Tokens, needed: tuple[str, ...]) -> Callable[[Request], Awaitable[None]]:
    """What lets requests pass that may reach all of these scopes. It raises TokenError (401), ScopeError (403)."""
    closed = [scope for scope in needed if scope not in tokens.open]

    async def admit(request: Request) -> None:
        if not closed:
            return
        caller = _caller(tokens, request.headers.get("authorization", ""))
        note_caller(request.scope, caller.name)
        if missing := next((scope for scope in closed if scope not in caller.scopes), ""):
            error = ScopeError(f"This needs the scope {missing!r}.", where="Authorization", mend="Ask the operator for it.")
            error.challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(closed)}"'
            raise error

    return admit


def _caller(tokens: Tokens, authorization: str) -> Caller:
    """Whose token a request shows; as many are compared whichever it is. Raises TokenError."""
    kind, _, shown = authorization.partition(" ")
    if kind.lower() != "bearer" or not shown.strip():
        error = TokenError("This needs a token.", where="Authorization", mend=SHOWN)
        error.challenge = REALM
        raise error
    digest = hashlib.sha256(shown.strip().encode("latin-1", "replace")).hexdigest()
    found = [caller for caller in tokens.token if hmac.compare_digest(digest, caller.sha256)]
    today = datetime.datetime.now(datetime.UTC).date()
    if not found or (found[0].until and found[0].until < today):
        error = TokenError("This token is not known, or its time is over.", where="Authorization", mend=SHOWN)
        error.challenge = f'{REALM}, error="invalid_token"'
        raise error
    return found[0]
