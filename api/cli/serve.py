"""`spinegraph serve`: the HTTP service."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from spinegraph.api.access_settings import AccessSettings, read_all, read_host, read_network, read_origin, read_public_url
from spinegraph.api.cli.cases import GuidelineOption, KnowledgeOption
from spinegraph.api.http.hangups import note_hangups
from spinegraph.api.operation_settings import OperationSettings
from spinegraph.api.setting import SettingsError, unknown_variables, whole_environment
from spinegraph.api.settings import Settings


def serve_command(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default SPINEGRAPH_HOST or 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, 0 for any; default SPINEGRAPH_PORT or 8000.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE[=GRAPH]", help="RDF of your own to ask SPARQL of, too; may be repeated."),
    ] = None,
    guideline: GuidelineOption = None,
    knowledge: KnowledgeOption = None,
    sources: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the source documents: passages show their printed words, to everybody."),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            metavar="REF|DIR",
            help="A git revision or a folder to compare the knowledge with; default SPINEGRAPH_COMPARE or none.",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="Web pages that may read answers, as https://app.example, or * for all; may be repeated; default "
            "SPINEGRAPH_ALLOW_ORIGINS, else all while nothing but shipped content is served, and none otherwise.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A name of the service besides localhost, 127.0.0.1 and [::1], where names are checked: on loopback, or "
            "once one is given; may be repeated; default SPINEGRAPH_ALLOW_HOSTS or none.",
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where all reach the service, with the prefix of a proxy; default SPINEGRAPH_PUBLIC_URL or unknown.",
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS|NETWORK",
            help="A proxy that may say for whom it asks (X-Forwarded-For, X-Forwarded-Proto); may be repeated; "
            "default SPINEGRAPH_TRUSTED_PROXIES or none.",
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="TOML file with settings; default SPINEGRAPH_CONFIG or none. See docs/operate.md."),
    ] = None,
    drafts: Annotated[bool, typer.Option("--drafts", help="Serve knowledge whose texts are still to be written, too.")] = False,
) -> None:
    """Run the HTTP service; its interface is at /docs."""
    hung_up = note_hangups()
    from spinegraph.api.all_settings import ELSEWHERE, SETTINGS
    from spinegraph.api.http.metrics import Metrics
    from spinegraph.api.http.opening import Opening
    from spinegraph.api.http.reloading import Reloading
    from spinegraph.api.http.server import run

    environment = whole_environment(SETTINGS, file=config)
    if unknown := set(unknown_variables(SETTINGS, environment)).difference(ELSEWHERE):
        typer.echo(f"These variables are no settings, and mean nothing: {', '.join(sorted(unknown))}.", err=True)

    def settings() -> Settings:
        found = _settings(environment, host, port, knowledge, sources, compare)
        return replace(found, guideline=tuple(guideline or found.guideline))

    first = settings()
    operation = OperationSettings.from_environment(environment)
    access = replace(_access(environment, allow_origin, allow_host, trusted_proxy, public_url), loopback=is_loopback(first.host))
    opening = Opening(settings, access, environment, data or (), drafts, Metrics())
    app = Reloading(opening.open(), opening.open, operation.drain_seconds, hung_up)
    with listen(first.host, first.port) as listening:
        address, number = listening.getsockname()[:2]
        typer.echo(f"Spinegraph answers on http://{f'[{address}]' if ':' in address else address}:{number} (see /docs)")
        run(app, listening, first.log_level, operation, access.trusted_proxies)


def _settings(
    environment: Mapping[str, str],
    host: str | None,
    port: int | None,
    knowledge: list[Path] | None,
    sources: Path | None,
    compare: str | None,
) -> Settings:
    """The environment's settings, where the command line says nothing else."""
    settings = Settings.from_environment(environment)
    return replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
        knowledge=tuple(knowledge or settings.knowledge),
        sources=sources or settings.sources,
        compare=settings.compare if compare is None else compare,
    )


def _access(
    environment: Mapping[str, str],
    origins: list[str] | None,
    hosts: list[str] | None,
    trusted_proxies: list[str] | None,
    public_url: str | None,
) -> AccessSettings:
    """The environment's settings, where the command line says nothing else. Raises SettingsError."""
    settings = AccessSettings.from_environment(environment)
    return replace(
        settings,
        origins=read_all(origins or (), "--allow-origin", read_origin) or settings.origins,
        hosts=read_all(hosts or (), "--allow-host", read_host) or settings.hosts,
        trusted_proxies=read_all(trusted_proxies or (), "--trusted-proxy", read_network) or settings.trusted_proxies,
        public_url=settings.public_url if public_url is None else read_public_url(public_url, "--public-url"),
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address; not where there is none, which `listen` tells."""
    try:
        address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0]
    except OSError:
        return False
    return ipaddress.ip_address(str(address).partition("%")[0]).is_loopback


def listen(host: str, port: int) -> socket.socket:
    """A listening TCP socket. Raises SettingsError if the address cannot be had.

    The protocol is named because asyncio turns Nagle's algorithm off only where it sees it; without that a small reply on
    a kept connection waits 40 ms for the client's acknowledgement.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        mend = "Give an address of this machine."
        raise SettingsError(f"It cannot be listened on: {error.strerror}.", where=host, mend=mend) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"It cannot be listened on: {error.strerror}.", where=f"{host}:{port}", mend="Choose another with --host or --port."
        ) from error
    return listening
