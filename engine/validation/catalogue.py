"""Every diagnostic there is, read from `catalogue.yaml`: stable id, name, default severity, what it means, how to mend it.

Checks give data; the sentences that people read are made here, last, from the templates of the catalogue (`worded`).
`docs/diagnostics.md` documents each; a test holds the two together. Ids are never reused; the first digit is the group.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
from spinegraph.engine.errors import shortened
from spinegraph.engine.model import Frozen
from spinegraph.engine.validation.diagnostics import Diagnostic, Severity

FILE = Path(__file__).with_suffix(".yaml")

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


class Message(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Templates of two sentences; without `mend` the entry's own advice is given. See `filled` for what a template may say."""

    what: str
    mend: str = ""


class Entry(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of diagnostic. `why` says what a patient or an author loses; `mend` what to do in general.

    `messages` has a template for each way in which the mistake shows, by a key that checks name.
    """

    id: str
    name: str
    severity: Severity
    title: str
    why: str
    mend: str
    messages: Mapping[str, Message] = {}


ENTRIES: tuple[Entry, ...] = msgspec.yaml.decode(FILE.read_bytes(), type=tuple[Entry, ...])
CATALOGUE: Mapping[str, Entry] = {entry.id: entry for entry in ENTRIES}
BY_NAME: Mapping[str, Entry] = {entry.name: entry for entry in ENTRIES}

_OWN = Message(what="{what}", mend="{mend}")
_SECTION = re.compile(r"\[(\w+)\?([^|\]]*)(?:\|([^\]]*))?\]")
_FIELD = re.compile(r"\{(\w+)(?::([^{}]*))?\}")


def worded(diagnostic: Diagnostic, catalogue: Mapping[str, Entry] = CATALOGUE) -> Diagnostic:
    """A diagnostic with its sentences. One without a message key brings its own: an error of loading or of a case file."""
    entry = catalogue[diagnostic.id]
    message = entry.messages[diagnostic.message] if diagnostic.message else _OWN
    own = {name: getattr(diagnostic, name) for name in ("subject", "label", "property", "what", "mend")}
    terms = {**own, **diagnostic.terms}
    what, mend = filled(message.what, terms), filled(message.mend, terms) or entry.mend
    return msgspec.structs.replace(diagnostic, what=what, why=entry.why, mend=mend)


def filled(template: str, terms: Mapping[str, object]) -> str:
    """A template with its terms: `{term}`, `{term:list}` and the other formats of `_shown`, `[term?if there is one|if none]`.

    >>> filled("There is no {term}[meant?; did you mean {meant}?|.]", {"term": "core:presnt", "meant": "core:present"})
    'There is no core:presnt; did you mean core:present?'
    >>> filled("{count:plural rule} on {names:list}", {"count": 2, "names": ("a", "b")})
    '2 rules on a, b'
    """
    chosen = _SECTION.sub(lambda match: match[2] if terms.get(match[1]) else match[3] or "", template)
    return _FIELD.sub(lambda match: _shown(terms[match[1]], match[2] or ""), chosen)


def _shown(value: object, form: str) -> str:
    """`list`, `and`, `quoted` of several words; `shown` of somebody's input; `plural NOUN`; or a format of Python."""
    words = tuple(map(str, value)) if isinstance(value, tuple | list) else ()
    kind, _, noun = form.partition(" ")
    match kind:
        case "list":
            return ", ".join(words)
        case "and":
            return " and ".join(words)
        case "quoted":
            return ", ".join(f"“{word}”" for word in words)
        case "shown":
            return shortened(str(value))
        case "repr":
            return repr(value)
        case "plural":
            return f"{value} {noun}" if value == 1 else f"{value} {noun}s"
        case _:
            return format(value, form)


__all__ = ["BY_NAME", "CATALOGUE", "ENTRIES", "GROUPS", "Entry", "Message", "filled", "worded"]
