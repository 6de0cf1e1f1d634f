"""Who may use the service: under which names it is asked, and web pages of which origins may read its answers.

A browser on this machine reaches what listens on loopback, whichever page it shows. So where content is served that is not
shipped, no page of another origin may read it (CORS, Fetch standard) unless it is allowed, and a request under a foreign name,
to which a page's own name may have been led (DNS rebinding), is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from spinegraph.api.access_settings import ANY, LOCAL_HOSTS, AccessSettings
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope

READABLE = "Allow, Content-Location, ETag, Link, Retry-After"
"""Headers of a reply that a page of another origin may read."""


@dataclass(frozen=True)
class Access:
    """`origins` of pages that may read answers, or `*`; `hosts` under which the service may be asked, None for any."""

    origins: tuple[str, ...] = (ANY,)
    hosts: tuple[str, ...] | None = None

    @property
    def assistant_hosts(self) -> tuple[str, ...]:
        """Names under which assistants may ask, who always name one that is known."""
        return LOCAL_HOSTS if self.hosts is None else self.hosts


OPEN = Access()


def make_access(settings: AccessSettings, *, own_content: bool) -> Access:
    """What settings come to. `own_content`: whether anything is served that does not come with the tool."""
    named = (*LOCAL_HOSTS, *settings.hosts)
    return Access(
        origins=settings.origins or (() if own_content else (ANY,)),
        hosts=tuple(dict.fromkeys(named)) if settings.loopback or settings.hosts else None,
    )


def access_of(scope: Scope) -> Access:
    """That of the application which answers; one that says nothing is open."""
    access: Access = getattr(scope["app"].state, "access", OPEN)
    return access


def open_to_pages(headers: MutableHeaders, scope: Scope) -> None:
    """Add to a reply, an error too, what lets web pages read it that may, without credentials."""
    access = access_of(scope)
    origin = Headers(scope=scope).get("origin", "")
    if ANY in access.origins:
        allowed = ANY
    else:
        allowed = origin if origin.lower() in access.origins else ""
        headers.add_vary_header("Origin")
    if allowed:
        headers["Access-Control-Allow-Origin"] = allowed
        headers["Access-Control-Expose-Headers"] = READABLE
