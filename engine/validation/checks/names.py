"""Names lead somewhere, mean one thing, and follow one rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from engine.knowledge.problems import nearest
from engine.knowledge.reader import Text, expand, local_name, shorten
from engine.validation.checks.terms import CORE, is_ours
from engine.validation.content import GENERATED, Content
from engine.validation.diagnostics import Diagnostic, Place, Related

SINGLE = tuple(
    map(
        expand,
        (
            "skos:notation", "skos:definition", "skos:prefLabel", "rdfs:label", "dcterms:identifier", "dcterms:title",
            "core:assesses", "core:confidence", "core:derivedOnly", "core:derives", "core:direction", "core:fileName",
            "core:handling", "core:intervention", "core:kind", "core:listPosition", "core:maximum", "core:minimum",
            "core:modality", "core:paraphrase", "core:question", "core:resolution", "core:reviewStatus", "core:section",
            "core:source", "core:text", "core:textDigest", "core:timing", "core:unit", "core:urgency", "oa:end", "oa:start",
            "oa:hasSelector", "sh:order", "sh:object", "sh:predicate", "sh:subject",
        ),
    )
)  # fmt: skip
"""Predicates of which one value is used, or one in each language."""

PASSAGES = expand("passage:")
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def check_names(content: Content) -> Iterator[Diagnostic]:
    """Dangling IRIs, things described twice, and names that do not follow from codes."""
    yield from _dangling(content)
    yield from _described_twice(content)
    yield from _two_values(content)
    yield from _naming(content)


def _dangling(content: Content) -> Iterator[Diagnostic]:
    """IRIs of ours that nothing describes, except where loading says so already."""
    graph = content.graph
    told = {error.about[0::2] for error in content.failures if error.kind in ("dangling-iri", "missing-passage")}
    ours: list[str] = []
    endings: dict[str, str] = {}
    for triples in content.triples.values():
        for subject, predicate, value in triples:
            if not isinstance(value, str) or not is_ours(value) or graph.predicates(value) or value.startswith(PASSAGES):
                continue
            if (subject, value) in told:
                continue
            ours = ours or [iri for iri in graph.all_subjects() if is_ours(iri)]
            if value not in endings:
                endings[value] = nearest(value, ours)
            what = f"{shorten(predicate)} names {shorten(value)}, which nothing describes{endings[value]}"
            yield content.diagnose("dangling-iri", what, subject, predicate, value)


COLLECTED = frozenset(map(expand, ("rdf:type", "sh:order", "sh:property", "sh:rule", "sh:targetClass", "owl:imports")))
"""What several files may add to one thing: a guideline attaches its rules to the shape of their order."""


def _described_twice(content: Content) -> Iterator[Diagnostic]:
    first: dict[str, Path] = {}
    for path, triples in content.triples.items():
        if path.name == GENERATED:
            continue
        for subject in dict.fromkeys(subject for subject, predicate, _ in triples if predicate not in COLLECTED):
            attaching = bool(content.graph.terms(subject, "sh:rule"))
            if subject.startswith("_:") or attaching or first.setdefault(subject, path) == path:
                continue
            other, here = (_place_in(content, subject, where) for where in (first[subject], path))
            yield content.diagnose(
                "declared-twice",
                f"{shorten(subject)} is described here and in {content.shown(first[subject])}.",
                subject,
                place=here,
                related=(Related(subject=shorten(subject), place=other, message="described here too"),),
            )


def _place_in(content: Content, subject: str, path: Path) -> Place:
    spot = content.graph.spot_in(path, subject)
    return Place(file=content.shown(path), line=spot[0], column=spot[1])


def _two_values(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    for subject in graph.all_subjects():
        statements = graph.predicates(subject)
        for predicate in SINGLE:
            values = dict.fromkeys(statements.get(predicate, ()))
            if len(values) < 2:
                continue
            by_language: dict[str, list[str | Text]] = {}
            for value in values:
                by_language.setdefault(value.language if isinstance(value, Text) else "", []).append(value)
            for language, (one, *others) in by_language.items():
                for other in others:
                    yield content.diagnose(
                        "declared-twice",
                        f"{shorten(predicate)} has a second value{f' in {language}' if language else ''}; one is used.",
                        subject,
                        predicate,
                        other,
                        mend="Keep one of the values.",
                        related=(content.related(content.holder(subject), "the first value", predicate, one),)
                        if content.holder(subject) == subject
                        else (),
                    )


def _naming(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    for iri in graph.all_subjects():
        name = local_name(iri)
        if is_ours(iri):
            wrong = _wrong_name(shorten(iri).partition(":")[0], name, graph.text(iri, "skos:notation"))
            if wrong:
                yield content.diagnose("naming", f"{shorten(iri)} {wrong}.", iri)
        code = graph.text(iri, "skos:notation")
        if code and (is_ours(iri) or iri.startswith(CORE)) and not _SNAKE.fullmatch(code):
            yield content.diagnose("naming", f"The code {code!r} is not in snake_case.", iri, "skos:notation")


def _wrong_name(space: str, name: str, code: str) -> str:
    match space:
        case "finding" | "condition" | "intervention":
            wanted = "".join(part[:1].upper() + part[1:] for part in code.split("_"))
            if _SNAKE.fullmatch(code) and name.lower() != wanted.lower():
                return f"has the code {code!r}, from which follows {space}:{wanted}"
            return "" if _PASCAL.fullmatch(name) else "is not in PascalCase"
        case "rule" | "source":
            return "" if _KEBAB.fullmatch(name) else "is not in kebab-case"
        case _:
            return ""
