"""What can be set about validation, and the making of its service."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from spinegraph.api.setting import SettingsError
from spinegraph.api.settings import limits_from
from spinegraph.engine.validation.service.layout import served_files
from spinegraph.engine.validation.service.limits import MEBIBYTE, ValidationLimits
from spinegraph.engine.validation.service.service import ValidationService

RANGES: Mapping[str, tuple[str, range]] = {
    "max_bytes": ("SPINEGRAPH_VALIDATION_MAX_BYTES", range(1024, 1 << 28)),
    "max_files": ("SPINEGRAPH_VALIDATION_MAX_FILES", range(1, 100_001)),
    "timeout_seconds": ("SPINEGRAPH_VALIDATION_TIMEOUT_SECONDS", range(1, 3601)),
    "cpu_seconds": ("SPINEGRAPH_VALIDATION_CPU_SECONDS", range(1, 3601)),
    "memory_bytes": ("SPINEGRAPH_VALIDATION_MEMORY_BYTES", range(256 * MEBIBYTE, 1 << 40)),
    "max_report_bytes": ("SPINEGRAPH_VALIDATION_MAX_REPORT_BYTES", range(65536, 1 << 31)),
    "workers": ("SPINEGRAPH_VALIDATION_WORKERS", range(1, 257)),
    "queue": ("SPINEGRAPH_VALIDATION_QUEUE", range(100_001)),
}
"""Field of ValidationLimits → variable, and what it may be."""
BODY_SECONDS = {"body_seconds": ("SPINEGRAPH_VALIDATION_BODY_SECONDS", range(1, 3601))}


@dataclass(frozen=True)
class ValidationSettings:
    """Settings of the endpoint; `from_environment` reads them from variables.

    | field          | variable                             | meaning                                                       |
    |----------------|--------------------------------------|---------------------------------------------------------------|
    | `limits`       | `SPINEGRAPH_VALIDATION_…`            | one variable for each field of ValidationLimits, see RANGES   |
    | `owl`          | `SPINEGRAPH_VALIDATION_OWL`          | 1: requests may ask the OWL reasoner; 0 (default): they may not |
    | `body_seconds` | `SPINEGRAPH_VALIDATION_BODY_SECONDS` | seconds for a request's body to arrive; default 20            |
    """

    limits: ValidationLimits = field(default_factory=ValidationLimits)
    owl: bool = False
    body_seconds: float = 20

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> ValidationSettings:
        """Settings from SPINEGRAPH_VALIDATION_* variables. Raises SettingsError, which names the variable."""
        owl = environment.get("SPINEGRAPH_VALIDATION_OWL") or "0"
        if owl not in ("0", "1"):
            raise SettingsError(f"{owl!r} cannot be used.", where="SPINEGRAPH_VALIDATION_OWL", mend="Give 1 or 0, or unset it.")
        return cls(
            limits=msgspec.structs.replace(ValidationLimits(), **limits_from(environment, RANGES)),
            owl=owl == "1",
            **limits_from(environment, BODY_SECONDS),
        )


def make_validation_service(settings: ValidationSettings, knowledge: Iterable[Path] = ()) -> ValidationService:
    """The service for files that are sent; they are read beside what is below the folders, by default what is shipped."""
    return ValidationService(served_files(knowledge), settings.limits, owl=settings.owl)
