"""Every diagnostic there is: stable id, name, default severity, what it means, why it matters, how to mend it.

`docs/diagnostics.md` documents each; a test holds the two together. Ids are never reused; the first digit is the group.
"""

from __future__ import annotations

from engine.model import Frozen
from engine.validation.diagnostics import Severity


class Entry(Frozen, frozen=True, kw_only=True):
    """A kind of diagnostic. `why` says what a patient or an author loses; `mend` what to do in general."""

    id: str
    name: str
    severity: Severity
    title: str
    why: str
    mend: str


GROUPS = {
    "1": "Files",
    "2": "Names and vocabulary",
    "3": "Words",
    "4": "Authoring shapes",
    "5": "Ontology",
    "6": "Criteria and rules",
    "7": "Provenance",
    "8": "Numbers and mappings",
    "9": "Behaviour",
}

ENTRIES: tuple[Entry, ...] = ()

CATALOGUE = {entry.id: entry for entry in ENTRIES}
