"""One mistake, one diagnostic: what merely follows from another diagnostic is left out until that one is mended.

Each function here knows a kind of diagnostic that explains others, and gives the others. All decide by data: ids, message
keys, subjects, properties and terms; the sentences are made afterwards. What is wrong in its own right after all is reported
by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import structs
from spinegraph.engine.knowledge.turtle.terms import expand, shorten
from spinegraph.engine.model import Compared, Rule
from spinegraph.engine.validation.catalogue import BY_NAME
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Place, Related

Diagnostics = Sequence[Diagnostic]
_MANY = 3
"""So many rules that one exclusion leaves without a patient are reported as one."""


def _ids(*names: str) -> frozenset[str]:
    return frozenset(BY_NAME[name].id for name in names)


UNKNOWN, DANGLING, LANGUAGE = _ids("unknown-term"), _ids("dangling-iri", "missing-passage"), _ids("unknown-language")
LACKS = _ids("no-label", "no-definition", "no-patient-words", "no-question", "no-text", "incomplete-rule", "authoring-shape")
UNUSED = _ids("unattached-rule", "unused-shape", "unused-declaration", "unused-passage")
TWICE, SHAPE, CODE = _ids("declared-twice"), _ids("authoring-shape"), _ids("duplicate-code")
UNIT = _ids("unknown-unit", "unit-unlike-code")
INCOMPLETE, WORDS = _ids("incomplete-rule"), _ids("no-patient-words")
ALIKE = _ids("naming", "ambiguous-label")
RANGE, VALUE = _ids("impossible-range", "threshold-outside-range"), _ids("wrong-kind")
PROFILE, CIRCULAR, FOREIGN = _ids("outside-profile"), _ids("circular"), _ids("foreign-passage")
BEHAVIOUR = frozenset(entry.id for entry in BY_NAME.values() if entry.id.startswith("SG9"))
NEVER, SHADOWED = _ids("never-holds"), _ids("shadowed")
IDLE = _ids("idle-override", "idle-tension")
CONFLICT, OVERLAP, GAP = _ids("opposite-directions"), _ids("threshold-overlap"), _ids("threshold-gap")
ORDER, ATTACHED = _ids("wrong-order"), _ids("unattached-rule")
BETTER = ("SG1", "SG2", "SG6", "SG7", "SG8")
"""Groups of checks that say more of a statement than a shape does."""


def without_consequences(content: Content, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics that explain themselves, in their order."""
    found = tuple(diagnostics)
    for following in _FOLLOWING:
        dropped = {id(diagnostic) for diagnostic in following(content, found)}
        found = tuple(diagnostic for diagnostic in found if id(diagnostic) not in dropped)
    return tuple(_gathered(_with_bounds(found)))


def _concerns(diagnostic: Diagnostic) -> frozenset[str]:
    """CURIEs of the properties that it is about: of its statement, and those that are missing."""
    return frozenset({diagnostic.property, *_several(diagnostic, "lacks")} - {""})


def _term(diagnostic: Diagnostic, name: str) -> str:
    return str(diagnostic.terms.get(name, ""))


def _several(diagnostic: Diagnostic, name: str) -> tuple[str, ...]:
    words = diagnostic.terms.get(name, ())
    return tuple(words) if isinstance(words, tuple | list) else ()


def _names(diagnostic: Diagnostic) -> frozenset[str]:
    """Everything that takes part, by CURIE."""
    return frozenset({diagnostic.subject, *(related.subject for related in diagnostic.related)} - {""})


def _line(diagnostic: Diagnostic) -> tuple[str, Place]:
    return diagnostic.subject, Place(file=diagnostic.place.file, line=diagnostic.place.line)


# What a shape says of a statement of which another check says more ------------------------------


def _repeated_by_shapes(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    others: dict[tuple[str, Place], list[Diagnostic]] = {}
    for diagnostic in found:
        if diagnostic.id.startswith(BETTER):
            others.setdefault(_line(diagnostic), []).append(diagnostic)
    unknown = {(diagnostic.subject, _term(diagnostic, "term")) for diagnostic in found if diagnostic.id in UNKNOWN}
    copied = {diagnostic.subject for diagnostic in found if diagnostic.id in TWICE and diagnostic.message == "copied"}
    for diagnostic in found:
        if diagnostic.id not in SHAPE:
            continue
        misspelt = any((diagnostic.subject, value) in unknown for value in _several(diagnostic, "values"))
        same = any(_is_same(diagnostic, other) for other in others.get(_line(diagnostic), ()))
        if diagnostic.subject in copied or misspelt or same:
            yield diagnostic


def _is_same(diagnostic: Diagnostic, other: Diagnostic) -> bool:
    """Whether two diagnostics on one line are about the same statement, or about the lack of the same one."""
    concerned, lacking = _concerns(diagnostic), bool(_several(diagnostic, "lacks"))
    return bool(concerned & _concerns(other)) or bool(concerned and not lacking and diagnostic.place == other.place)


# What is misspelt is also missing ---------------------------------------------------------------


def _missing_as_misspelt(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """A property that is misspelt is missing under its right name."""
    meant = {(diagnostic.subject, _term(diagnostic, "meant")) for diagnostic in found if diagnostic.id in UNKNOWN}
    tagged = {diagnostic.subject for diagnostic in found if diagnostic.id in LANGUAGE}
    doubled = {diagnostic.subject for diagnostic in found if diagnostic.id in TWICE and diagnostic.property == "core:text"}
    for diagnostic in found:
        if diagnostic.id not in LACKS:
            continue
        misspelt = any((diagnostic.subject, term) in meant for term in _concerns(diagnostic))
        otherwise_tagged = diagnostic.subject in tagged and diagnostic.id not in SHAPE
        if misspelt or otherwise_tagged or (diagnostic.subject in doubled and diagnostic.id in WORDS):
            yield diagnostic  # the words are there, under another name or tag


def _unused_as_misspelt(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """What is meant by a misspelt name is not used under its own; what nothing describes has no form either."""
    dangling = [diagnostic for diagnostic in found if diagnostic.id in DANGLING]
    meant = {_term(diagnostic, "meant") for diagnostic in dangling} - {""}
    named = {_term(diagnostic, "value") for diagnostic in dangling} - {""}
    lacking = {
        (diagnostic.subject, term) for diagnostic in found if diagnostic.id in PROFILE for term in _several(diagnostic, "lacks")
    }
    scopes = {
        _term(diagnostic, "value") for diagnostic in found if diagnostic.id in VALUE and diagnostic.property == "core:scope"
    }
    for diagnostic in found:
        if diagnostic.id in SHAPE:
            formless = not diagnostic.place.file and diagnostic.subject in named
            unstated = any((diagnostic.subject, term) in lacking for term in _several(diagnostic, "lacks"))
            if diagnostic.subject in scopes or formless or unstated:
                yield diagnostic
        elif diagnostic.id in UNUSED and diagnostic.subject in meant and diagnostic.message != "other-order":
            yield diagnostic
    incomplete = {_line(diagnostic) for diagnostic in found if diagnostic.id in INCOMPLETE}
    yield from (diagnostic for diagnostic in dangling if _line(diagnostic) in incomplete)


# Two things under one name ------------------------------------------------------------------------


def _of_two_things(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """Whatever else is reported of a name that stands for two things."""
    copied, elsewhere = (
        {diagnostic.subject: diagnostic for diagnostic in found if diagnostic.id in TWICE and diagnostic.message in messages}
        for messages in (("copied",), ("in-two-files", "beside-other-content", "in-two-packages", "in-shared-vocabulary"))
    )
    for diagnostic in found:
        if diagnostic.subject in elsewhere:
            if diagnostic.id in TWICE and diagnostic is not elsewhere[diagnostic.subject]:
                yield diagnostic
        elif diagnostic.subject in copied and diagnostic is not copied[diagnostic.subject]:
            yield diagnostic


def _otherwise_than_shared(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """That a term differs from the shared one follows from what is wrong with its own code or unit."""
    wrong = {diagnostic.subject for diagnostic in found if diagnostic.id in CODE | UNIT}
    for diagnostic in found:
        if diagnostic.id in TWICE and diagnostic.message == "in-shared-vocabulary" and diagnostic.subject in wrong:
            yield diagnostic


def _of_two_kinds(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """What a rule lacks or has too much, while it is open of which kind it is."""
    torn = {diagnostic.subject: diagnostic for diagnostic in found if diagnostic.id in SHAPE and _is_of(diagnostic, "rdf:type")}
    for diagnostic in found:
        if diagnostic.subject in torn and diagnostic is not torn[diagnostic.subject] and diagnostic.id in SHAPE | INCOMPLETE:
            yield diagnostic


def _is_of(diagnostic: Diagnostic, predicate: str) -> bool:
    """Whether it is about values of a property that are there."""
    return diagnostic.property == predicate and bool(_several(diagnostic, "values"))


def _alike_as_copied(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """Two concepts with one code share their words as well, and one of them has the other's name."""
    sharing = [{diagnostic.subject, _term(diagnostic, "counterpart")} for diagnostic in found if diagnostic.id in CODE]
    for diagnostic in found:
        if diagnostic.id in ALIKE and any(_names(diagnostic) <= both for both in sharing):
            yield diagnostic


# Numbers and orders -------------------------------------------------------------------------------


def _of_no_number(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """A range is not judged by what is no number; an order that comes too early is not what its shape says either."""
    bad = {_line(diagnostic) for diagnostic in found if diagnostic.id in VALUE}
    early = {diagnostic.subject for diagnostic in found if diagnostic.id in ORDER}
    for diagnostic in found:
        of_none = diagnostic.id in RANGE and _line(diagnostic) in bad
        other_order = diagnostic.id in ATTACHED and diagnostic.message == "other-order"
        if of_none or (other_order and _term(diagnostic, "rule") in early):
            yield diagnostic


def _behaviour_of_ranges(content: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """How rules behave whose range is impossible, or whose measurement has no possible value."""
    broken = {
        expand(diagnostic.subject)
        for diagnostic in found
        if diagnostic.id in RANGE and diagnostic.severity == "error" and diagnostic.subject
    }
    if not broken or content.knowledge is None:
        return
    spoilt = {shorten(rule.iri) for rule in content.knowledge.rules.values() if broken & _tested(rule)}
    yield from (diagnostic for diagnostic in found if diagnostic.id in BEHAVIOUR and spoilt & _names(diagnostic))


def _tested(rule: Rule) -> set[str]:
    """Measurements and named shapes that a rule looks at."""
    parts = (node for part in (rule.scope, rule.criterion) if part is not None for node in part.walk())
    return {name for node in parts for name in (node.iri, node.subject if isinstance(node, Compared) else "")}


# Behaviour ----------------------------------------------------------------------------------------


def _behaviour_of_circles(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """How rules behave, and what they rest on, while several findings are one."""
    if any(diagnostic.id in CIRCULAR and diagnostic.message == "kinds" for diagnostic in found):
        yield from (diagnostic for diagnostic in found if diagnostic.id in BEHAVIOUR | FOREIGN)


def _of_rules_for_nobody(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """Overrides, gaps and tensions are idle where one of their rules holds for nobody."""
    nobody = {
        diagnostic.subject
        for diagnostic in found
        if diagnostic.id in NEVER or (diagnostic.id in SHADOWED and diagnostic.message == "excluded")
    }
    yield from (diagnostic for diagnostic in found if diagnostic.id in IDLE and nobody & _names(diagnostic))


def _same_gap(_: Content, found: Diagnostics) -> Iterator[Diagnostic]:
    """One patient in one gap, reported of each rule that begins above it."""
    met: set[object] = set()
    for diagnostic in found:
        if diagnostic.id in GAP and diagnostic.witness:
            key = (diagnostic.subject, str(diagnostic.witness.case))
            if key in met:
                yield diagnostic
            met.add(key)


_FOLLOWING: tuple[Callable[[Content, Diagnostics], Iterable[Diagnostic]], ...] = (
    _repeated_by_shapes,
    _otherwise_than_shared,
    _of_two_things,
    _of_two_kinds,
    _missing_as_misspelt,
    _unused_as_misspelt,
    _alike_as_copied,
    _of_no_number,
    _behaviour_of_ranges,
    _behaviour_of_circles,
    _of_rules_for_nobody,
    _same_gap,
)


def _with_bounds(found: Diagnostics) -> Iterator[Diagnostic]:
    """Two rules that contradict each other at the one value which both ranges take: once, with what to do about it."""
    overlaps, conflicts = (
        {_names(diagnostic): diagnostic for diagnostic in found if diagnostic.id in ids and diagnostic.related}
        for ids in (OVERLAP, CONFLICT)
    )
    for diagnostic in found:
        overlap = overlaps.get(_names(diagnostic))
        if diagnostic.id in OVERLAP and _names(diagnostic) in conflicts:
            continue
        if diagnostic.id in CONFLICT and overlap is not None:
            terms = {**diagnostic.terms, "where": overlap.terms["where"]}
            yield structs.replace(diagnostic, message="at-a-bound", terms=terms)
        else:
            yield diagnostic


def _gathered(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Many rules that one exclusion leaves without a patient are the exclusion's mistake."""
    found = tuple(diagnostics)
    by_cause: dict[str, list[Diagnostic]] = {}
    for diagnostic in found:
        if diagnostic.id in SHADOWED and diagnostic.message == "excluded" and len(diagnostic.related) == 1:
            by_cause.setdefault(diagnostic.related[0].subject, []).append(diagnostic)
    many = [alike for alike in by_cause.values() if len(alike) >= _MANY]
    first = {id(alike[0]): alike for alike in many}
    others = {id(diagnostic) for alike in many for diagnostic in alike[1:]}
    for diagnostic in found:
        if id(diagnostic) in first:
            yield _excluding(diagnostic.related[0], first[id(diagnostic)])
        elif id(diagnostic) not in others:
            yield diagnostic


def _excluding(exclusion: Related, rules: list[Diagnostic]) -> Diagnostic:
    return structs.replace(
        rules[0],
        place=exclusion.place,
        subject=exclusion.subject,
        label=exclusion.message,
        message="excludes-many",
        terms={"count": len(rules), "rules": tuple(rule.subject for rule in rules)},
        related=tuple(Related(subject=rule.subject, place=rule.place, message=rule.label) for rule in rules),
    )
