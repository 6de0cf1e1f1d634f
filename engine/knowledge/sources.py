"""Passages against the documents they paraphrase: digests, drift, quotes, and coverage.

The project holds no sentence of a source. Where the documents are at hand, each passage's characters are read at run
time, compared with the digest that was stored, and can be shown.
"""

from __future__ import annotations

import codecs
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from spinegraph.engine.errors import ProvenanceError
from spinegraph.engine.knowledge.files import in_unix_form
from spinegraph.engine.knowledge.placeholders import is_placeholder
from spinegraph.engine.knowledge.turtle.terms import local_name
from spinegraph.engine.model import Frozen, Knowledge, Passage, Rule, Source, Tension, doc


class Drift(Frozen, frozen=True, kw_only=True):
    """A passage whose characters are not those that were paraphrased, and the rules that rest on it."""

    passage: str
    source: str
    found: str
    rules: tuple[str, ...]


class Verification(Frozen, frozen=True, kw_only=True):
    """Outcome of comparing all passages with the documents."""

    checked: int
    total: int
    drifted: tuple[Drift, ...]
    missing_files: tuple[str, ...]


class PassageUse(Frozen, frozen=True, kw_only=True):
    """What rests on a passage: rules, shapes, concepts, references, tensions; or why nothing does."""

    passage: Annotated[str, doc("Id of the passage.")]
    source: Annotated[str, doc("Number of the document.")]
    kind: Annotated[str, doc("What kind of statement it is.")]
    used_by: Annotated[tuple[str, ...], doc("Ids of the rules, codes of the concepts, names of what else rests on it.")]
    not_modelled: Annotated[str, doc("Why nothing rests on it; empty where something does, or where it was forgotten.")]

    to_write: Annotated[bool, doc("Whether its paraphrase, or why nothing rests on it, is still to be written.")] = False

    @property
    def covered(self) -> bool:
        """Whether something rests on it, or it is said why nothing does."""
        return bool(self.used_by or self.not_modelled)


class PassageUser(Frozen, frozen=True, kw_only=True):
    """Something that rests on a passage: a rule by its id, anything else by its code or name."""

    name: str
    iri: str
    is_rule: bool = False


def read_documents(folder: Path, knowledge: Knowledge) -> dict[str, str]:
    """Source IRI → text, for the documents that are in the folder. Raises ProvenanceError if it is no folder."""
    if not folder.is_dir():
        raise ProvenanceError(f"{folder} is no folder.", mend="Give the folder that holds the source documents.")
    there = {path.name: path for path in folder.iterdir() if path.is_file()}
    return {
        source.iri: _as_it_was_read(there[source.file_name].read_bytes(), source)
        for source in knowledge.sources.values()
        if source.file_name in there  # nothing that content says leads out of the folder
    }


def _as_it_was_read(body: bytes, source: Source) -> str:
    """The text of a document. How its lines end, and a byte order mark, are as they were when its characters were counted:
    a checkout may have changed them, and has not changed a letter."""
    plain = in_unix_form(body)
    spellings = [body, plain, plain.replace(b"\n", b"\r\n"), codecs.BOM_UTF8 + plain]
    known = (text for text in spellings if hashlib.sha256(text).hexdigest() == source.text_digest)
    return next(known, plain).decode("utf-8", errors="replace")


def verify(knowledge: Knowledge, documents: Mapping[str, str]) -> Verification:
    """Compare each passage's span with its digest. A character that changed is reported with the rules it makes stale."""
    resting = rules_by_passage(knowledge)
    drifted = []
    checked = 0
    for passage in knowledge.passages.values():
        text = documents.get(passage.source)
        if text is None:
            continue
        checked += 1
        if not stands(passage, text):
            source = knowledge.sources[passage.source].number
            drifted.append(
                Drift(passage=passage.id, source=source, found=quote(passage, text), rules=resting.get(passage.id, ()))
            )
    absent = tuple(source.file_name for source in knowledge.sources.values() if source.iri not in documents)
    return Verification(checked=checked, total=len(knowledge.passages), drifted=tuple(drifted), missing_files=absent)


def quote(passage: Passage, text: str) -> str:
    """The characters that a passage paraphrases: shown at run time, never stored."""
    return text[passage.start : passage.end]


def text_changed(source: Source, text: str) -> bool:
    """Whether a document differs anywhere from the one that was read."""
    return hashlib.sha256(text.encode()).hexdigest() != source.text_digest


def stands(passage: Passage, text: str) -> bool:
    """Whether the characters of a passage are still those that were paraphrased."""
    return hashlib.sha256(quote(passage, text).encode()).hexdigest() == passage.digest


def printed_words(knowledge: Knowledge, documents: Mapping[str, str]) -> dict[str, str | None]:
    """Passage id → the words that its document prints there, None where they are no longer those that were paraphrased.

    Passages of documents that are not at hand have no entry.
    """
    read = ((passage, documents[passage.source]) for passage in knowledge.passages.values() if passage.source in documents)
    return {passage.id: quote(passage, text) if stands(passage, text) else None for passage, text in read}


def rules_by_passage(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Passage id → ids of the rules that rest on it, in their action or anywhere in their criterion."""
    found: dict[str, dict[str, None]] = {}
    for rule in knowledge.rules.values():
        for passage in passages_of_rule(rule):
            found.setdefault(passage, {})[rule.id] = None
    return {passage: tuple(rules) for passage, rules in found.items()}


def passages_of_rule(rule: Rule) -> tuple[str, ...]:
    """Every passage that a rule rests on."""
    found = dict.fromkeys(rule.passages)
    if isinstance(rule, Tension):
        for position in rule.positions:
            found.update(dict.fromkeys(position.passages))
    for criterion in (rule.scope, rule.criterion):
        if criterion is not None:
            for node in criterion.walk():
                found.update(dict.fromkeys(node.passages))
    return tuple(found)


def users_by_passage(knowledge: Knowledge) -> dict[str, tuple[PassageUser, ...]]:
    """Passage id → what rests on it, each once: rules, concepts and measurements, references, documents."""
    found: dict[str, dict[PassageUser, None]] = {}

    def note(passages: Iterable[str], user: PassageUser) -> None:
        for passage in passages:
            found.setdefault(passage, {})[user] = None

    for rule in knowledge.rules.values():
        note(passages_of_rule(rule), PassageUser(name=rule.id, iri=rule.iri, is_rule=True))
    for group in (knowledge.findings, knowledge.conditions, knowledge.interventions, knowledge.valued):
        for thing in group.values():
            note(thing.passages, PassageUser(name=thing.code, iri=thing.iri))
    for stated in (knowledge.references, knowledge.sources):
        for entry in stated.values():
            note(entry.passages, PassageUser(name=local_name(entry.iri), iri=entry.iri))
    return {passage: tuple(users) for passage, users in found.items()}


def coverage(knowledge: Knowledge) -> tuple[PassageUse, ...]:
    """For every passage, what is modelled by it or why nothing is."""
    users = users_by_passage(knowledge)
    return tuple(
        PassageUse(
            passage=passage.id,
            source=knowledge.sources[passage.source].number,
            kind=passage.kind,
            used_by=tuple(dict.fromkeys(user.name for user in users.get(passage.id, ()))),
            not_modelled=passage.not_modelled,
            to_write=is_placeholder(passage.paraphrase) or is_placeholder(passage.not_modelled),
        )
        for passage in knowledge.passages.values()
    )


def count_by_kind(uses: tuple[PassageUse, ...]) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(source, kind) → how many passages there are, are used, and are marked as not modelled."""
    total: Counter[tuple[str, str]] = Counter((use.source, use.kind) for use in uses)
    used: Counter[tuple[str, str]] = Counter((use.source, use.kind) for use in uses if use.used_by)
    excluded: Counter[tuple[str, str]] = Counter((use.source, use.kind) for use in uses if not use.used_by and use.not_modelled)
    return {key: (total[key], used[key], excluded[key]) for key in sorted(total)}
