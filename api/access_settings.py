"""What can be set about who reaches the service, and through what."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from spinegraph.api.setting import SettingsError
from spinegraph.engine.errors import shortened

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
ANY = "*"
PUBLIC_URL = "SPINEGRAPH_PUBLIC_URL"
_NAME = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
_HOST = re.compile(_NAME)
_PUBLIC_URL = re.compile(rf"https?://{_NAME}(?::\d{{1,5}})?(?:/[A-Za-z0-9._~-]+)*/?")
_ORIGIN = re.compile(rf"https?://{_NAME}(?::\d{{1,5}})?")


@dataclass(frozen=True)
class AccessSettings:
    """Settings of the way to the service; `from_environment` reads them from variables, lists with commas.

    | field             | variable                     | meaning                                                            |
    |-------------------|------------------------------|--------------------------------------------------------------------|
    | `origins`         | `SPINEGRAPH_ALLOW_ORIGINS`   | origins whose web pages may read answers, or `*`; default: see docs |
    | `hosts`           | `SPINEGRAPH_ALLOW_HOSTS`     | names of the service besides those of this machine; default: none  |
    | `trusted_proxies` | `SPINEGRAPH_TRUSTED_PROXIES` | addresses and networks that say for whom they ask; default: none   |
    | `public_url`      | `SPINEGRAPH_PUBLIC_URL`      | where all reach it, as https://example.org/guidelines; default: unknown |
    | `loopback`        |                              | whether only this machine reaches it, so that names are checked    |
    """

    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    public_url: str = ""
    loopback: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> AccessSettings:
        """Settings from SPINEGRAPH_* variables. Raises SettingsError, which names the variable."""

        def listed(name: str, read: Callable[[str, str], str]) -> tuple[str, ...]:
            return read_all((one.strip() for one in environment.get(name, "").split(",") if one.strip()), name, read)

        return cls(
            origins=listed("SPINEGRAPH_ALLOW_ORIGINS", read_origin),
            hosts=listed("SPINEGRAPH_ALLOW_HOSTS", read_host),
            trusted_proxies=listed("SPINEGRAPH_TRUSTED_PROXIES", read_network),
            public_url=read_public_url(url, PUBLIC_URL) if (url := environment.get(PUBLIC_URL, "")) else "",
        )


def read_all(texts: Iterable[str], where: str, read: Callable[[str, str], str]) -> tuple[str, ...]:
    """Each text, read; each once."""
    return tuple(dict.fromkeys(read(text, where) for text in texts))


def read_network(text: str, where: str) -> str:
    """An address, or a network as in 10.0.0.0/8. Raises SettingsError."""
    try:
        return str(ipaddress.ip_network(text) if "/" in text else ipaddress.ip_address(text))
    except ValueError as error:
        raise SettingsError(
            f"{shortened(text)} is no address and no network.",
            where=where,
            mend="Give addresses, such as 127.0.0.1 or ::1, or networks, such as 10.0.0.0/8.",
        ) from error


def read_host(text: str, where: str) -> str:
    """A name of a host, as it stands in `Host`, without a port. Raises SettingsError."""
    if not _HOST.fullmatch(text):
        raise SettingsError(
            f"{shortened(text)} is no name of a host.", where=where, mend="Give names or addresses, without ports."
        )
    return text.lower()


def read_origin(text: str, where: str) -> str:
    """An origin (RFC 6454) as browsers write it, or `*`. Raises SettingsError."""
    origin = text.lower()
    if origin == ANY or _ORIGIN.fullmatch(origin):
        return origin
    raise SettingsError(
        f"{shortened(text)} is no origin.",
        where=where,
        mend="Give origins as https://app.example or http://localhost:3000, without a path, or * for every web page.",
    )


def read_public_url(text: str, where: str) -> str:
    """The URL of the root of the service, without a slash at its end. Raises SettingsError."""
    if not _PUBLIC_URL.fullmatch(text):
        raise SettingsError(
            f"{shortened(text)} is no URL of a service.",
            where=where,
            mend="Give http or https, a host and, where a proxy serves it below a prefix, that path: https://example.org/guidelines.",
        )
    return text.rstrip("/")


def host_of(url: str) -> str:
    """The host of a URL in lower case, an IPv6 address in brackets; "" where there is none."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return f"[{name}]" if ":" in name else name
