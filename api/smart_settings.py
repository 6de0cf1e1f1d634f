"""What can be set about the SMART app: how it is registered, and which FHIR servers may launch it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from spinegraph.api.access_settings import ANY, read_all, read_origin
from spinegraph.api.setting import SettingsError
from spinegraph.engine.errors import shortened

CLIENT_ID, ISSUERS, ORIGINS = "SPINEGRAPH_SMART_CLIENT_ID", "SPINEGRAPH_SMART_ISSUERS", "SPINEGRAPH_SMART_ORIGINS"
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,200}")
_ISSUER = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(?:/[A-Za-z0-9._~!$&'()*+=:@%-]+)*/?")


@dataclass(frozen=True)
class SmartSettings:
    """Settings of the SMART app; `from_environment` reads them from variables, lists with commas.

    | field       | variable                     | meaning                                                               |
    |-------------|------------------------------|-----------------------------------------------------------------------|
    | `client_id` | `SPINEGRAPH_SMART_CLIENT_ID` | the name under which the servers know the app; without it there is none |
    | `issuers`   | `SPINEGRAPH_SMART_ISSUERS`   | base URLs of the FHIR servers that may launch it                      |
    | `origins`   | `SPINEGRAPH_SMART_ORIGINS`   | further origins: where they give tokens, and whose pages may show it  |
    """

    client_id: str = ""
    issuers: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> SmartSettings:
        """Settings from SPINEGRAPH_SMART_* variables. Raises SettingsError, which names the variable."""

        def listed(name: str) -> list[str]:
            return [one.strip() for one in environment.get(name, "").split(",") if one.strip()]

        client_id = environment.get(CLIENT_ID, "")
        issuers = read_all(listed(ISSUERS), ISSUERS, read_issuer)
        if client_id and not _CLIENT_ID.fullmatch(client_id):
            raise SettingsError(
                f"{shortened(client_id)} is no client id.", where=CLIENT_ID, mend="Give the id that the server gave to the app."
            )
        if client_id and not issuers:
            raise SettingsError(
                "Nobody may launch the SMART app.", where=ISSUERS, mend=f"Name the FHIR servers that may, or unset {CLIENT_ID}."
            )
        return cls(client_id, issuers, read_all(listed(ORIGINS), ORIGINS, _read_named_origin))

    @property
    def reached(self) -> tuple[str, ...]:
        """The origins that the page may ask, and that may show it."""
        own = ("{0.scheme}://{0.netloc}".format(urlsplit(issuer)) for issuer in self.issuers)
        return tuple(dict.fromkeys((*own, *self.origins)))


def read_issuer(text: str, where: str) -> str:
    """The base URL of a FHIR server, without a slash at its end. Raises SettingsError."""
    if not _ISSUER.fullmatch(text):
        raise SettingsError(
            f"{shortened(text)} is no base URL of a FHIR server.",
            where=where,
            mend="Give URLs as https://ehr.example/fhir/r4, with commas.",
        )
    return text.rstrip("/")


def _read_named_origin(text: str, where: str) -> str:
    origin = read_origin(text, where)
    if origin == ANY:
        raise SettingsError("Every origin is too many: tokens go there.", where=where, mend="Name each origin.")
    return origin
