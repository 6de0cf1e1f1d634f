"""What can be set about who reaches the service, and through what."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from spinegraph.api.settings import SettingsError
from spinegraph.engine.errors import shortened


@dataclass(frozen=True)
class AccessSettings:
    """Settings of the way to the service; `from_environment` reads them from variables, lists with commas.

    | field             | variable                     | meaning                                                          |
    |-------------------|------------------------------|------------------------------------------------------------------|
    | `trusted_proxies` | `SPINEGRAPH_TRUSTED_PROXIES` | addresses and networks that say for whom they ask; default: none |
    """

    trusted_proxies: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> AccessSettings:
        """Settings from SPINEGRAPH_* variables. Raises SettingsError, which names the variable."""

        def listed(name: str, read: Callable[[str, str], str]) -> tuple[str, ...]:
            return read_all((one.strip() for one in environment.get(name, "").split(",") if one.strip()), name, read)

        return cls(trusted_proxies=listed("SPINEGRAPH_TRUSTED_PROXIES", read_network))


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
