"""Every diagnostic there is: stable id, name, default severity, what it means, why it matters, how to mend it.

`docs/diagnostics.md` documents each; a test holds the two together. Ids are never reused; the first digit is the group.
"""

from __future__ import annotations

from spinegraph.engine.validation.entries.behaviour import BEHAVIOUR_ENTRIES
from spinegraph.engine.validation.entries.entry import Entry
from spinegraph.engine.validation.entries.names import NAME_ENTRIES
from spinegraph.engine.validation.entries.numbers import NUMBER_ENTRIES
from spinegraph.engine.validation.entries.ontology import ONTOLOGY_ENTRIES
from spinegraph.engine.validation.entries.profile import PROFILE_ENTRIES
from spinegraph.engine.validation.entries.provenance import PROVENANCE_ENTRIES
from spinegraph.engine.validation.entries.rules import RULE_ENTRIES
from spinegraph.engine.validation.entries.shapes import SHAPE_ENTRIES

GROUPS = {
    "0": "Profile and baseline",
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

ENTRIES: tuple[Entry, ...] = (
    *PROFILE_ENTRIES,
    *NAME_ENTRIES,
    *SHAPE_ENTRIES,
    *ONTOLOGY_ENTRIES,
    *RULE_ENTRIES,
    *PROVENANCE_ENTRIES,
    *NUMBER_ENTRIES,
    *BEHAVIOUR_ENTRIES,
)

CATALOGUE = {entry.id: entry for entry in ENTRIES}
BY_NAME = {entry.name: entry for entry in ENTRIES}

__all__ = ["BY_NAME", "CATALOGUE", "ENTRIES", "GROUPS", "Entry"]
