"""One mistake, one diagnostic: what merely follows from another diagnostic is left out until that one is mended.

Each function here knows a diagnostic that explains others, and gives the others. What is wrong in its own right after all is
told by the next run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import structs
from spinegraph.engine.knowledge.turtle.terms import expand, shorten
from spinegraph.engine.model import Measured, Rule
from spinegraph.engine.validation.catalogue import BY_NAME
from spinegraph.engine.validation.checks.names import COPY
from spinegraph.engine.validation.content import Content
from spinegraph.engine.validation.diagnostics import Diagnostic, Related

Found = Sequence[Diagnostic]
_MEANT = re.compile(r"; did you mean (\S+?)\?")
_ABSENT = re.compile(r" Here is no (\S+)\.$")
_PLURAL = 3
"""From so many alike on, they are told as one."""


def _ids(*names: str) -> frozenset[str]:
    return frozenset(BY_NAME[name].id for name in names)


UNKNOWN, DANGLING, LANGUAGE = _ids("unknown-term"), _ids("dangling-iri", "missing-passage"), _ids("unknown-language")
LACKS = _ids("no-label", "no-definition", "no-patient-words", "no-question", "no-text", "incomplete-rule", "authoring-shape")
UNUSED = _ids("unattached-rule", "unused-shape", "unused-declaration", "unused-passage")
TWICE, SHAPE, CODE = _ids("declared-twice"), _ids("authoring-shape"), _ids("duplicate-code")
INCOMPLETE, WORDS = _ids("incomplete-rule"), _ids("no-patient-words")
ALIKE = _ids("naming", "ambiguous-label")
RANGE, VALUE = _ids("impossible-range", "threshold-outside-range"), _ids("wrong-kind")
PROFILE, CIRCULAR, FOREIGN = _ids("outside-profile"), _ids("circular"), _ids("foreign-passage")
BEHAVIOUR = frozenset(entry.id for name, entry in BY_NAME.items() if entry.id.startswith("SG9"))
NEVER, SHADOWED = _ids("never-holds"), _ids("shadowed")
IDLE = _ids("idle-override", "idle-tension")
CONFLICT, OVERLAP, GAP = _ids("opposite-directions"), _ids("threshold-overlap"), _ids("threshold-gap")
ORDER, ATTACHED = _ids("wrong-order"), _ids("unattached-rule")


def without_consequences(content: Content, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics that explain themselves, in their order."""
    found = tuple(diagnostics)
    for follow in _FOLLOWING:
        dropped = {id(one) for one in follow(content, found)}
        found = tuple(one for one in found if id(one) not in dropped)
    return tuple(_gathered(_with_bounds(found)))


# What is misspelt is also missing --------------------------------------------------------------


def _missing_as_misspelt(_: Content, found: Found) -> Iterator[Diagnostic]:
    """A property that is misspelt is missing under its right name."""
    meant = {(one.subject, named[1]) for one in found if one.id in UNKNOWN and (named := _MEANT.search(one.what))}
    tagged = {one.subject for one in found if one.id in LANGUAGE}
    doubled = {one.subject for one in found if one.id in TWICE and one.what.startswith("core:text ")}
    for one in found:
        if one.id in LACKS:
            said = f"{one.what} {one.mend}"
            if any(subject == one.subject and _speaks_of(said, term) for subject, term in meant):
                yield one
            elif (one.subject in tagged and one.id not in SHAPE) or (one.subject in doubled and one.id in WORDS):
                yield one  # the words are there, under another tag


def _speaks_of(text: str, term: str) -> bool:
    return re.search(rf"(?<![\w:-]){re.escape(term)}(?![\w-])", text) is not None


def _unused_as_misspelt(_: Content, found: Found) -> Iterator[Diagnostic]:
    """What is meant by a misspelt name is not used under its own; what nothing describes has no form either."""
    dangling = [one for one in found if one.id in DANGLING]
    meant = {near[1] for one in dangling if (near := _MEANT.search(one.what))}
    named = " ".join(f" {one.what} " for one in dangling)
    lacking = {(one.subject, word) for one in found if one.id in PROFILE for word in one.what.rstrip(".").split()}
    scopes = [one.what for one in found if one.id in VALUE and "as its scope" in one.what]
    for one in found:
        if one.id in SHAPE and any(_speaks_of(text, one.subject) for text in scopes if one.subject):
            yield one
            continue
        unused = one.id in UNUSED and one.subject in meant and "is attached to shape:" not in one.what
        formless = one.id in SHAPE and not one.place.file and one.subject and _speaks_of(named, one.subject)
        absent = _ABSENT.search(one.what) if one.id in SHAPE else None
        if unused or formless or (absent and (one.subject, absent[1]) in lacking):
            yield one
    told = {(one.subject, one.place.file, one.place.line) for one in found if one.id in INCOMPLETE}
    yield from (one for one in dangling if (one.subject, one.place.file, one.place.line) in told)


# Two things under one name ------------------------------------------------------------------------


def _of_two_things(_: Content, found: Found) -> Iterator[Diagnostic]:
    """Whatever else is said of a name that stands for two things."""
    copied = {one.subject: one for one in found if one.id in TWICE and COPY in one.what}
    elsewhere = {one.subject: one for one in found if one.id in TWICE and "is described here and in" in one.what}
    for one in found:
        if one.subject in elsewhere:
            if one.id in TWICE and one is not elsewhere[one.subject]:
                yield one
        elif one.subject in copied and one is not copied[one.subject]:
            yield one


def _of_two_kinds(_: Content, found: Found) -> Iterator[Diagnostic]:
    """What a rule lacks or has too much, while it is open of which kind it is."""
    torn = {one.subject: one for one in found if one.id in SHAPE and " Here rdf:type is " in one.what}
    for one in found:
        if one.subject in torn and one is not torn[one.subject] and one.id in SHAPE | INCOMPLETE:
            yield one


def _alike_as_copied(_: Content, found: Found) -> Iterator[Diagnostic]:
    """Two concepts with one code share their words as well, and one of them has the other's name."""
    sharing = [f" {one.what} " for one in found if one.id in CODE]
    for one in found:
        named = {one.subject, *(related.subject for related in one.related)} - {""}
        if one.id in ALIKE and any(all(_speaks_of(text, name) for name in named) for text in sharing):
            yield one


# Numbers and orders -------------------------------------------------------------------------------


def _of_no_number(_: Content, found: Found) -> Iterator[Diagnostic]:
    """A range is not judged by what is no number; an order that comes too early is not what its shape says either."""
    bad = {(one.subject, one.place.file, one.place.line) for one in found if one.id in VALUE}
    early = {one.subject for one in found if one.id in ORDER}
    for one in found:
        of_none = one.id in RANGE and (one.subject, one.place.file, one.place.line) in bad
        if of_none or (one.id in ATTACHED and any(one.what.startswith(f"{subject} has sh:order") for subject in early)):
            yield one


def _behaviour_of_ranges(content: Content, found: Found) -> Iterator[Diagnostic]:
    """How rules behave whose range is impossible, or whose measurement has no possible value."""
    broken = {expand(one.subject) for one in found if one.id in RANGE and one.severity == "error" and one.subject}
    if not broken or content.knowledge is None:
        return
    spoilt = {shorten(rule.iri) for rule in content.knowledge.rules.values() if broken & _tested(rule)}
    for one in found:
        if one.id in BEHAVIOUR and spoilt & {one.subject, *(related.subject for related in one.related)}:
            yield one


def _tested(rule: Rule) -> set[str]:
    """Measurements and named shapes that a rule looks at."""
    parts = (node for part in (rule.scope, rule.criterion) if part is not None for node in part.walk())
    return {name for node in parts for name in (node.iri, node.measurement if isinstance(node, Measured) else "")}


# Behaviour ----------------------------------------------------------------------------------------


def _behaviour_of_circles(_: Content, found: Found) -> Iterator[Diagnostic]:
    """How rules behave, and what they rest on, while several findings are one."""
    if any(one.id in CIRCULAR and " is a kind of " in one.what for one in found):
        yield from (one for one in found if one.id in BEHAVIOUR | FOREIGN)


def _of_rules_for_nobody(_: Content, found: Found) -> Iterator[Diagnostic]:
    """Overrides, gaps and tensions are idle where one of their rules holds for nobody."""
    nobody = {one.subject for one in found if one.id in NEVER or (one.id in SHADOWED and "are excluded" in one.what)}
    for one in found:
        if one.id in IDLE and nobody & {one.subject, *(related.subject for related in one.related)}:
            yield one


def _same_gap(_: Content, found: Found) -> Iterator[Diagnostic]:
    """One patient in one gap, told of each rule that begins above it."""
    met: set[object] = set()
    for one in found:
        if one.id in GAP and one.witness:
            key = (one.subject, str(one.witness.case))
            if key in met:
                yield one
            met.add(key)


_FOLLOWING: tuple[Callable[[Content, Found], Iterable[Diagnostic]], ...] = (
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


def _with_bounds(found: Found) -> Iterator[Diagnostic]:
    """Two rules that contradict each other at the one value which both ranges take: told once, with what to do about it."""
    overlaps = {frozenset((one.subject, one.related[0].subject)): one for one in found if one.id in OVERLAP and one.related}
    conflicts = {frozenset((one.subject, one.related[0].subject)) for one in found if one.id in CONFLICT and one.related}
    for one in found:
        pair = frozenset((one.subject, one.related[0].subject)) if one.related else frozenset()
        if one.id in OVERLAP and pair in conflicts:
            continue
        if one.id in CONFLICT and pair in overlaps:
            told = overlaps[pair]
            where = told.what.rpartition("both hold ")[2].rstrip(".")
            yield structs.replace(one, mend=f"Both ranges take the same bound ({where}). {told.mend}")
        else:
            yield one


def _gathered(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Many rules that one exclusion leaves without a patient are the exclusion's mistake."""
    everything = tuple(found)
    by_cause: dict[str, list[Diagnostic]] = {}
    for one in everything:
        if one.id in SHADOWED and "are excluded" in one.what and len(one.related) == 1:
            by_cause.setdefault(one.related[0].subject, []).append(one)
    many = {cause: alike for cause, alike in by_cause.items() if len(alike) >= _PLURAL}
    for one in everything:
        cause = one.related[0].subject if len(one.related) == 1 else ""
        if one.id not in SHADOWED or cause not in many or one not in many[cause]:
            yield one
        elif one is many[cause][0]:
            exclusion = one.related[0]
            rules = f"{len(many[cause])} rules hold: {', '.join(alike.subject for alike in many[cause])}"
            yield structs.replace(
                one,
                place=exclusion.place,
                subject=exclusion.subject,
                label=exclusion.message,
                what=f"{exclusion.subject} (“{exclusion.message}”) excludes everybody for whom {rules}.",
                related=tuple(Related(subject=alike.subject, place=alike.place, message=alike.label) for alike in many[cause]),
            )
