"""Names lead somewhere, mean one thing, and follow one rule."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from spinegraph.engine.knowledge.files import GENERATED, is_schema, is_shared, package_names
from spinegraph.engine.knowledge.problems import nearest
from spinegraph.engine.knowledge.turtle.graph import Graph
from spinegraph.engine.knowledge.turtle.merging import Clash
from spinegraph.engine.knowledge.turtle.terms import Term, Text, expand, local_name, shorten
from spinegraph.engine.validation.checks.series import check_series
from spinegraph.engine.validation.checks.terms import CORE, is_ours, split
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Related

SINGLE = tuple(
    map(
        expand,
        (
            "skos:notation", "skos:definition", "skos:prefLabel", "rdfs:label", "dcterms:identifier", "dcterms:title",
            "core:absentWhenUnrecorded", "core:assesses", "core:caution", "core:confidence", "core:derivedOnly", "core:derives",
            "core:direction", "core:history",
            "core:explains", "core:fileName", "core:handling", "core:headline", "core:inLine", "core:intervention",
            "core:kind", "core:listPosition", "core:maximum", "core:minimum", "core:modality", "core:orderedAs",
            "core:paraphrase",
            "core:place", "core:question", "core:resolution", "core:reviewStatus", "core:screening", "core:section",
            "core:serious", "core:source", "core:subject", "core:text", "core:textDigest", "core:timing", "core:unit",
            "core:urgency", "core:amount", "core:certainty", "core:every", "core:everyAtMost", "core:lasting", "core:limit",
            "core:medicine", "core:per", "core:preference", "core:route", "core:strength", "core:timesPerDay", "oa:end",
            "oa:start", "oa:hasSelector", "sh:order", "sh:object", "sh:predicate", "sh:subject",
        ),
    )
)  # fmt: skip
"""Predicates of which one value is used, or one in each language."""

COPIED = 3
"""A subject with so many predicates that have two values is two things with one name: who copied it forgot to rename the copy."""
PASSAGES, DERIVED = expand("passage:"), expand("prov:wasDerivedFrom")
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PASCAL = re.compile(r"[A-Z][A-Za-z0-9]*")
_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def check_names(content: Content) -> Iterator[Diagnostic]:
    """Dangling IRIs, things described twice, names that do not follow from codes, and classes that are kinds of themselves."""
    yield from _circles(content)
    yield from _dangling(content)
    yield from _described_twice(content)
    yield from _two_values(content)
    yield from _naming(content)
    yield from _of_no_kind(content)
    yield from check_series(content)


VERSIONS = frozenset(map(expand, ("owl:versionIRI", "owl:priorVersion")))
"""What names a state of an ontology: the one that is read here, or an earlier one that is not."""


def _dangling(content: Content) -> Iterator[Diagnostic]:
    """IRIs of ours, or of a package's own namespace, that nothing describes, except where loading says so already."""

    def is_own(iri: str) -> bool:
        return is_ours(iri) or iri.startswith(content.namespaces)

    graph = content.graph
    reported = {error.about[0::2] for error in content.failures if error.kind in ("dangling-iri", "missing-passage")}
    ours: list[str] = []
    meant = {former: shorten(rule) for former, rule in _renamed(graph)}
    for triples in content.triples.values():
        for subject, predicate, value in triples:
            if not isinstance(value, str) or not is_own(value) or graph.predicates(value) or value.startswith(PASSAGES):
                continue
            if predicate == DERIVED or predicate in VERSIONS or (subject, value) in reported:
                continue
            ours = ours or [iri for iri in graph.all_subjects() if is_own(iri)]
            if value not in meant:
                meant[value] = nearest(value, ours)
            yield content.diagnose("dangling-iri", "nothing-there", subject, predicate, value, meant=meant[value])


def _renamed(graph: Graph) -> Iterator[tuple[str, str]]:
    """Former names of rules that were renamed: what a rule still concludes by sh:object, and nothing describes."""
    for rule in graph.of_class("sh:TripleRule"):
        for former in graph.iris(rule, "sh:object"):
            if is_ours(former) and not graph.predicates(former) and split(former)[0] == split(rule)[0]:
                yield former, rule


COLLECTED = frozenset(map(expand, ("rdf:type", "sh:order", "sh:property", "sh:rule", "sh:targetClass", "owl:imports")))
"""What several files may add to one thing: a guideline attaches its rules to the shape of their order."""


def _described_twice(content: Content) -> Iterator[Diagnostic]:
    """What two files of one package describe, and what two packages describe differently, which does not load."""
    apart = {clash.subject for clash in content.graph.clashes}
    yield from map(partial(_clash, content), content.graph.clashes)
    names = package_names(content.paths)
    groups = {path: "the schema" if is_schema(path) else names[path] or content.shown(path) for path in content.paths}
    first: dict[tuple[str, str], Path] = {}
    for path, triples in content.triples.items():
        if path.name == GENERATED:
            continue
        for subject in dict.fromkeys(subject for subject, predicate, _ in triples if predicate not in COLLECTED):
            attaching = bool(content.graph.terms(subject, "sh:rule"))
            if subject.startswith("_:") or attaching or subject in apart:
                continue
            other_path = first.setdefault((subject, groups[path]), path)
            if other_path == path:
                continue
            other, here = (_place_in(content, subject, where) for where in (other_path, path))
            across = content.focus is not None and (other_path in content.focus) != (path in content.focus)
            yield content.diagnose(
                "declared-twice",
                "beside-other-content" if across else "in-two-files",
                subject,
                place=here,
                file=content.shown(other_path),
                related=(Related(subject=shorten(subject), place=other, message="described here too"),),
            )


def _clash(content: Content, clash: Clash) -> Diagnostic:
    paths = content.paths[clash.first], content.paths[clash.second]
    other, here = (_place_in(content, clash.subject, path) for path in paths)
    return content.diagnose(
        "declared-twice",
        "in-shared-vocabulary" if is_shared(paths[0]) else "in-two-packages",
        clash.subject,
        place=here,
        file=content.shown(paths[0]),
        differing=shorten(clash.predicate),
        related=(Related(subject=shorten(clash.subject), place=other, message="described here too"),),
    )


def _place_in(content: Content, subject: str, path: Path) -> Place:
    spot = content.graph.spot_in(path, subject)
    return Place(file=content.shown(path), line=spot[0], column=spot[1])


def _two_values(content: Content) -> Iterator[Diagnostic]:
    apart = {clash.subject for clash in content.graph.clashes}
    for subject in (iri for iri in content.graph.all_subjects() if iri not in apart):
        doubled = list(_doubled_in(content.graph.predicates(subject)))
        if len({twice.predicate for twice in doubled}) >= COPIED and not subject.startswith("_:"):
            yield _copied(content, subject, doubled)
        else:
            yield from (_doubled(content, subject, twice) for twice in doubled)


def _doubled_in(statements: Mapping[str, Iterable[Term]]) -> Iterator[_Doubled]:
    for predicate in SINGLE:
        values = dict.fromkeys(statements.get(predicate, ()))
        if len(values) > 1:
            by_language: dict[str, list[str | Text]] = {}
            for value in values:
                by_language.setdefault(value.language if isinstance(value, Text) else "", []).append(value)
            for language, (first, *others) in by_language.items():
                for second in others:
                    yield _Doubled(predicate, language, first, second)


class _Doubled(NamedTuple):
    """A predicate with two values where one is used, in one language."""

    predicate: str
    language: str
    first: Term
    second: Term


def _doubled(content: Content, subject: str, twice: _Doubled) -> Diagnostic:
    predicate, language, first, second = twice
    return content.diagnose(
        "declared-twice",
        "second-value",
        subject,
        predicate,
        second,
        language=language,
        decimal=_decimal(first, second),
        related=(content.related(subject, "the first value", predicate, first),) if content.holder(subject) == subject else (),
    )


def _decimal(first: Term, second: Term) -> str:
    """What else may be meant by two numbers: one with a decimal comma."""
    numbers = [term.value for term in (first, second) if isinstance(term, Text) and term.value.isdecimal()]
    return ".".join(numbers) if len(numbers) == 2 else ""


def _copied(content: Content, subject: str, doubled: list[_Doubled]) -> Diagnostic:
    named = dict.fromkeys(shorten(twice.predicate) for twice in doubled)
    first = min(doubled, key=lambda twice: content.place(subject, twice.predicate, twice.second).line)
    return content.diagnose(
        "declared-twice",
        "copied",
        subject,
        first.predicate,
        first.second,
        doubled=tuple(named),
        related=(content.related(subject, "the first description"),),
    )


def _naming(content: Content) -> Iterator[Diagnostic]:
    graph = content.graph
    # no case names these by their notations: passages, articles and answers do
    uncoded = {iri for kind in ("core:PassageKind", "core:ArticleSection", "core:Screen") for iri in graph.of_class(kind)}
    for iri in graph.all_subjects():
        name = local_name(iri)
        if is_ours(iri):
            yield from _misnamed(content, iri, name, graph.text(iri, "skos:notation"))
        code = graph.text(iri, "skos:notation")
        if code and iri not in uncoded and (is_ours(iri) or iri.startswith(CORE)) and not _SNAKE.fullmatch(code):
            yield content.diagnose("naming", "snake-case", iri, "skos:notation", code=code)


def _misnamed(content: Content, iri: str, name: str, code: str) -> Iterator[Diagnostic]:
    space = shorten(iri).partition(":")[0]
    if space in KINDS:
        wanted = "".join(part[:1].upper() + part[1:] for part in code.split("_"))
        if _SNAKE.fullmatch(code) and name.lower() != wanted.lower():
            yield content.diagnose("naming", "unlike-code", iri, code=code, wanted=f"{space}:{wanted}")
        elif not _PASCAL.fullmatch(name):
            yield content.diagnose("naming", "pascal-case", iri)
    elif space in ("rule", "source") and not _KEBAB.fullmatch(name):
        yield content.diagnose("naming", "kebab-case", iri)


# Concepts of no kind ------------------------------------------------------------------------------

KINDS = {"finding": "core:Finding", "condition": "core:Condition", "intervention": "core:Intervention"}


def of_no_kind(graph: Graph) -> dict[str, str]:
    """Described IRIs in the namespaces of concepts that are no class below the root of their kind, with that root."""
    classes = frozenset(graph.of_class("owl:Class"))
    roots = ((iri, KINDS.get(shorten(iri).partition(":")[0], "")) for iri in graph.all_subjects())
    return {iri: root for iri, root in roots if root and not _is_below(graph, classes, iri, expand(root))}


def _is_below(graph: Graph, classes: Container[str], iri: str, root: str) -> bool:
    met, waiting = set[str](), [iri]
    while waiting:
        here = waiting.pop()
        if here == root:
            return True
        if here not in met and here in classes:
            met.add(here)
            waiting += graph.iris(here, "rdfs:subClassOf")
    return False


def _of_no_kind(content: Content) -> Iterator[Diagnostic]:
    """Concepts that nothing can refer to; what is misspelt in them, or has still to be inferred, is reported as such."""
    graph = content.graph
    for iri, root in of_no_kind(graph).items():
        types, parents = graph.iris(iri, "rdf:type"), graph.iris(iri, "rdfs:subClassOf")
        misspelt = any(not graph.predicates(parent) for parent in parents) or any(
            shorten(kind).startswith("owl:") for kind in types if kind != expand("owl:Class")
        )
        if not misspelt and not graph.terms(iri, "owl:equivalentClass"):
            predicate = "rdfs:subClassOf" if parents else "rdf:type"
            yield content.diagnose("wrong-kind", "no-class-below", iri, predicate, root=root)


LISTED = 5
"""So many names of a circle are listed."""


def _circles(content: Content) -> Iterator[Diagnostic]:
    """Concepts that are, by way of others, kinds of themselves: what is meant as narrower and wider is then all the same."""
    wider = _turning(content.graph)
    seen: set[str] = set()
    for start in wider:
        path = _way_back(wider, start) if start not in seen and is_ours(start) else ()
        if path:
            seen.update(path)
            names = [*map(shorten, path[:LISTED]), *(["…"] if len(path) > LISTED else []), shorten(start)]
            next_one = path[1] if len(path) > 1 else start
            yield content.diagnose("circular", "kinds", start, "rdfs:subClassOf", next_one, circle=" is a kind of ".join(names))


def _turning(graph: Graph) -> dict[str, list[str]]:
    """The superclasses of classes that have some, as often as all above or all below a class has none left, without it."""
    wider = {
        iri: [up for up in graph.iris(iri, "rdfs:subClassOf") if not up.startswith("_:")] for iri in graph.of_class("owl:Class")
    }
    for _ in range(2):  # away with what has an upper end; turned around, with what has a lower one
        narrower: dict[str, list[str]] = {}
        for iri, above in wider.items():
            for up in above:
                narrower.setdefault(up, []).append(iri)
        left = {iri: len(above) for iri, above in wider.items()}
        ends = [iri for iri in {*wider, *narrower} if not left.get(iri)]
        for end in ends:
            for below in narrower.get(end, ()):
                left[below] -= 1
                if not left[below]:
                    ends.append(below)
        gone = set(ends)
        wider = {iri: [below for below in narrower.get(iri, ()) if below not in gone] for iri in left if iri not in gone}
    return wider


def _way_back(wider: Mapping[str, Iterable[str]], start: str) -> tuple[str, ...]:
    """The shortest path over superclasses from a class to itself, without its end; () where there is none."""
    came: dict[str, str] = {}
    waiting = [start]
    for here in waiting:
        for up in wider.get(here, ()):
            if up == start:
                path = [here]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return tuple(reversed(path))
            if up not in came:
                came[up] = here
                waiting.append(up)
    return ()
