"""What can be set about the audit store: where decisions are recorded, and whether with what patients have."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from spinegraph.api.setting import SettingsError

STORE, CASES = "SPINEGRAPH_AUDIT", "SPINEGRAPH_AUDIT_CASES"
WORDS = {"on": True, "1": True, "off": False, "0": False}


@dataclass(frozen=True)
class AuditSettings:
    """Settings of the store; `from_environment` reads them from variables.

    | field   | variable                 | meaning                                                                         |
    |---------|--------------------------|---------------------------------------------------------------------------------|
    | `store` | `SPINEGRAPH_AUDIT`       | path of an SQLite file, or URL of a PostgreSQL database; default: none is kept  |
    | `cases` | `SPINEGRAPH_AUDIT_CASES` | on (default): cases and answers are kept, too; off: digests alone               |
    """

    store: str = ""
    cases: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> AuditSettings:
        """Settings from SPINEGRAPH_AUDIT* variables. Raises SettingsError, which names the variable."""
        word = environment.get(CASES) or "on"
        if word not in WORDS:
            raise SettingsError(f"{word!r} cannot be used.", where=CASES, mend="Give on or off, or unset it.")
        return cls(store=environment.get(STORE, ""), cases=WORDS[word])
