"""One kind of diagnostic."""

from __future__ import annotations

from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.diagnostics import Severity


class Entry(Frozen, frozen=True, kw_only=True):
    """A kind of diagnostic. `why` says what a patient or an author loses; `mend` what to do in general."""

    id: str
    name: str
    severity: Severity
    title: str
    why: str
    mend: str
