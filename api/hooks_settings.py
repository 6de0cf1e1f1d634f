"""What can be set about CDS Hooks: the moment of a hook, feedback, who may call, which FHIR servers may be asked."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from spinegraph.api.access_settings import read_all, read_network, read_origin
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import whole_number
from spinegraph.engine import MalformedCaseError
from spinegraph.engine.decide.dates import read_moment
from spinegraph.engine.errors import shortened
from spinegraph.engine.exchange.cds_hooks.ratings import RatingOptions

NOW, NONE = "now", "none"
AS_OF, SERVERS = "SPINEGRAPH_HOOKS_AS_OF", "SPINEGRAPH_HOOKS_FHIR_SERVERS"
NETWORKS = "SPINEGRAPH_HOOKS_FHIR_NETWORKS"
LOCAL = ("127.0.0.1", "localhost", "::1")
"""Hosts that may be asked without TLS: what is sent to them stays on this machine."""
_MECHANISM = re.compile(r"[A-Za-z0-9.-]{1,40}")


@dataclass(frozen=True)
class HooksSettings:
    """Settings of the service; `from_environment` reads them from variables, lists with commas.

    | field           | variable                        | meaning                                                             |
    |-----------------|---------------------------------|---------------------------------------------------------------------|
    | `as_of`         | `SPINEGRAPH_HOOKS_AS_OF`        | moment of a hook that names none: `now` (default), `none` or a date |
    | `feedback`      | `SPINEGRAPH_HOOKS_FEEDBACK`     | SQLite file to which feedback is added; default: none is taken      |
    | `clients`       | `SPINEGRAPH_HOOKS_CLIENTS`      | JSON file: issuer → JWKS of who may call; default: everybody may    |
    | `fhir_servers`  | `SPINEGRAPH_HOOKS_FHIR_SERVERS` | origins that may be asked for what was not sent; default: none      |
    | `fhir_networks` | `SPINEGRAPH_HOOKS_FHIR_NETWORKS`| networks that are not public in which these may be; default: none   |
    | `fhir_seconds`  | `SPINEGRAPH_HOOKS_FHIR_SECONDS` | seconds that they have together, 1 to 60; default 5                 |
    | `rated`         | `SPINEGRAPH_HOOKS_RATED`        | interventions whose orders are rated (PAMA); default: none          |
    | `mechanism`     | `SPINEGRAPH_HOOKS_MECHANISM`    | the identifier of this mechanism at CMS; default: none              |
    | `smart`         | `SPINEGRAPH_SMART_CLIENT_ID`    | where it is set, cards link to the SMART app                        |
    """

    as_of: str = NOW
    feedback: Path | None = None
    clients: Path | None = None
    fhir_servers: tuple[str, ...] = ()
    fhir_networks: tuple[str, ...] = ()
    fhir_seconds: float = 5
    rated: tuple[str, ...] = ()
    mechanism: str = ""
    smart: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> HooksSettings:
        """Settings from the environment. Raises SettingsError, which names the variable."""

        def listed(name: str) -> tuple[str, ...]:
            return tuple(one.strip() for one in environment.get(name, "").split(",") if one.strip())

        def path(name: str) -> Path | None:
            return Path(text) if (text := environment.get(name, "")) else None

        return cls(
            as_of=_read_as_of(environment.get(AS_OF, NOW)),
            feedback=path("SPINEGRAPH_HOOKS_FEEDBACK"),
            clients=path("SPINEGRAPH_HOOKS_CLIENTS"),
            fhir_servers=read_all(listed(SERVERS), SERVERS, read_server),
            fhir_networks=read_all(listed(NETWORKS), NETWORKS, read_network),
            fhir_seconds=whole_number(environment, "SPINEGRAPH_HOOKS_FHIR_SECONDS", 5, range(1, 61)),
            rated=listed("SPINEGRAPH_HOOKS_RATED"),
            mechanism=_read_mechanism(environment.get("SPINEGRAPH_HOOKS_MECHANISM", "")),
            smart=bool(environment.get("SPINEGRAPH_SMART_CLIENT_ID")),
        )

    @property
    def ratings(self) -> RatingOptions:
        """Which orders are rated, and by whom."""
        return RatingOptions(self.rated, self.mechanism)

    @property
    def moment(self) -> str:
        """The moment of a hook that names none, or "". A hook is about now: this door alone reads a clock, and only its day."""
        if self.as_of == NOW:
            return datetime.now().astimezone().date().isoformat()
        return "" if self.as_of == NONE else self.as_of


def read_server(text: str, where: str) -> str:
    """The origin of a FHIR server. Raises SettingsError; without TLS it is one of this machine."""
    origin = read_origin(text, where)
    parts = urlsplit(origin)
    if parts.scheme == "https" or parts.hostname in LOCAL:
        return origin
    raise SettingsError(
        f"{shortened(text)} may not be asked for records of patients.",
        where=where,
        mend="Give origins with https, such as https://fhir.example.org; with http only those of this machine.",
    )


def is_listed_network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: tuple[str, ...]) -> bool:
    """Whether an address lies in one of the networks."""
    return any(address in ipaddress.ip_network(network) for network in networks)


def _read_as_of(text: str) -> str:
    if text in (NOW, NONE):
        return text
    try:
        return read_moment(text, "The moment", AS_OF).text
    except MalformedCaseError as error:
        raise SettingsError(error.what, where=AS_OF, mend="Give now, none, or a date such as 2026-03-03.") from error


def _read_mechanism(text: str) -> str:
    if text and not _MECHANISM.fullmatch(text):
        raise SettingsError(
            f"{shortened(text)} is no identifier.",
            where="SPINEGRAPH_HOOKS_MECHANISM",
            mend="Give the code that CMS has assigned.",
        )
    return text
