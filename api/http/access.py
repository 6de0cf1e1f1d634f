"""Who may use the service: under which names it is asked, and web pages of which origins may read its answers.

A browser on this machine reaches what listens on loopback, whichever page it shows. So where content is served that is not
shipped, no page of another origin may read it (CORS, Fetch standard) unless it is allowed, and a request under a foreign name,
to which a page's own name may have been led (DNS rebinding), is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from spinegraph.api.access_settings import ANY, LOCAL_HOSTS, AccessSettings, host_of
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import Scope

READABLE = (
    "Allow, Content-Location, ETag, Link, Location, Retry-After, Spinegraph-Decision, WWW-Authenticate, X-Request-ID, "
    "X-Requested-With"
)
"""Headers of a reply that a page of another origin may read."""
SENDABLE = "Accept, Authorization, Content-Type, If-None-Match, X-Request-ID"
"""Headers of a request that a page of another origin may send; a token is one that the page has itself, never a browser's."""


@dataclass(frozen=True)
class Access:
    """`origins` of pages that may read answers, or `*`; `hosts` under which the service may be asked, None for any;
    `public_url` of its root, "" where it is what each asks."""

    origins: tuple[str, ...] = (ANY,)
    hosts: tuple[str, ...] | None = None
    public_url: str = ""

    @property
    def assistant_hosts(self) -> tuple[str, ...]:
        """Names under which assistants may ask, who always name one that is known."""
        return LOCAL_HOSTS if self.hosts is None else self.hosts


OPEN = Access()


def make_access(settings: AccessSettings, *, own_content: bool) -> Access:
    """What settings come to. `own_content`: whether anything is served that does not come with the tool."""
    public = (host_of(settings.public_url),) if settings.public_url else ()
    named = (*LOCAL_HOSTS, *public, *settings.hosts)
    return Access(
        origins=settings.origins or (() if own_content else (ANY,)),
        hosts=tuple(dict.fromkeys(named)) if settings.loopback or settings.hosts else None,
        public_url=settings.public_url,
    )


def access_of(scope: Scope) -> Access:
    """That of the application which answers; one that says nothing is open."""
    access: Access = getattr(scope["app"].state, "access", OPEN)
    return access


def path_of(scope: Scope) -> str:
    """The path that was asked, as the asker names it: below the prefix of a proxy that takes it away (ASGI's `root_path`)."""
    return f"{_root(scope)}{below_root(scope)}"


def _root(scope: Scope) -> str:
    return str(scope.get("root_path", "")).rstrip("/")


def below_root(scope: Scope) -> str:
    """The path without the prefix, which a proxy may or may not have taken away."""
    path, root = str(scope["path"]), _root(scope)
    return path[len(root) :] if path.startswith(f"{root}/") else path


def url_of(request: Request) -> str:
    """The URL that was asked, without its query, as others reach it."""
    path = below_root(request.scope)
    public = access_of(request.scope).public_url
    return f"{public}{path}" if public else str(request.url.replace(path=path_of(request.scope), query="", fragment=""))


def root_of(request: Request) -> str:
    """The address of the service as the asker sees it, with a slash at its end."""
    public = access_of(request.scope).public_url
    return f"{public}/" if public else str(request.base_url)


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
