"""Puts boxes and arrows together: rules, their criteria down to the leaves, and the rules that these leaves wait for.

A criterion is one box with a line for each of its parts. A part with parts of its own has its own box, whose arrow ends at
that line; a small unnamed part is written out in place. What several rules share is one box.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from spinegraph.engine.criteria.words import leads_of
from spinegraph.engine.exchange.description.criteria import CriterionWriter
from spinegraph.engine.exchange.pathway.model import Action, Edge, EdgeKind, Line, Node, NodeKind, Panel
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import (
    Absent,
    And,
    Assessment,
    Criterion,
    DerivedFinding,
    Difference,
    Exclusion,
    Knowledge,
    Measured,
    NotPerformed,
    NotSuspected,
    NotTaking,
    OneOf,
    Performed,
    Present,
    Ratio,
    Recommendation,
    Rule,
    SourceGap,
    Suspected,
    Taking,
    Tension,
    Unassessed,
)

FOLD = 6
"""From more than so many rules on, those that matter together share a box."""
IN_PLACE = 3
"""So many leaves of an unnamed part are written out in place."""

KINDS: Mapping[type[Rule], tuple[NodeKind, str]] = {
    Recommendation: ("recommendation", "recommendation"),
    Assessment: ("assessment", "assessment"),
    DerivedFinding: ("derived-finding", "derived finding"),
    SourceGap: ("gap", "question left open"),
    Tension: ("tension", "the sources disagree"),
    Exclusion: ("exclusion", "patients not covered"),
}
CAPTIONS: Mapping[type[Criterion], str] = {
    Measured: "measurement",
    OneOf: "coded value",
    **dict.fromkeys((Difference, Ratio), "two measurements"),
    **dict.fromkeys((Performed, NotPerformed, Taking, NotTaking), "act"),
}
"""Of a criterion that asks about no finding."""


def leaves(criterion: Criterion | None) -> Iterator[Criterion]:
    """The leaves of a criterion tree, in order."""
    return iter(()) if criterion is None else (node for node in criterion.walk() if not node.parts)


def action_of(rule: Rule) -> Action | None:
    """Direction, modality and urgency of a recommendation; of other rules, None."""
    if isinstance(rule, Recommendation):
        return Action(direction=rule.direction, modality=rule.modality, urgency=rule.urgency)
    return None


def _overrides(rule: Recommendation) -> Iterator[tuple[EdgeKind, tuple[str, ...]]]:
    yield "overrides", rule.overrides
    yield "overrides-if-known", rule.overrides_if_known


class PathwayBuilder:
    """Collects the boxes and arrows of one panel. `places` says where a rule stands: its box and, in a shared box, its line."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}
        self.places: dict[str, tuple[str, int | None]] = {}
        self._writer = CriterionWriter(knowledge)
        self._criteria: dict[Criterion, str] = {}
        self._reached: dict[str, int] = {}
        self._assessments = [rule for rule in knowledge.rules.values() if isinstance(rule, Assessment)]
        self._deriving = {rule.finding: rule for rule in knowledge.rules.values() if isinstance(rule, DerivedFinding)}

    def panel(self, title: str = "", note: str = "") -> Panel:
        """What has been collected."""
        return Panel(title=title, note=note, nodes=tuple(self.nodes.values()), edges=tuple(self.edges))

    def link(
        self, source: str, target: str, kind: EdgeKind, *, source_line: int | None = None, target_line: int | None = None
    ) -> None:
        """Draw an arrow, once."""
        self.edges[Edge(source=source, target=target, kind=kind, source_line=source_line, target_line=target_line)] = None

    def phrase(self, criterion: Criterion) -> str:
        """A criterion in a few words: its label, or what it asks, or the words of its parts."""
        if criterion.label:
            return criterion.label
        if not criterion.parts or criterion.subject:
            return self._words(criterion)
        return (" and " if isinstance(criterion, And) else " or ").join(self.phrase(part) for part in criterion.parts)

    def _words(self, criterion: Criterion) -> str:
        return self._writer.words(criterion).replace(">=", "≥").replace("<=", "≤")

    def source_number(self, rule: Rule) -> str:
        """The number of the document that a rule belongs to, or nothing."""
        return self.knowledge.sources[rule.source].number if rule.source else ""

    # Rules -----------------------------------------------------------------------------------

    def rule(self, rule: Rule, *, focus: bool = False, back: int = -1) -> str:
        """The box of a rule; its id. From `back` 0 on its scope and criterion have boxes, and the rules so many steps back."""
        name = shorten(rule.iri)
        focus = focus or (name in self.nodes and self.nodes[name].focus)
        kind, caption = KINDS[type(rule)]
        lines = list(self._lines(rule, focus))
        self.places.setdefault(rule.iri, (name, None))
        self.nodes[name] = Node(
            id=name,
            kind=kind,
            caption=" · ".join(filter(None, (caption, self.source_number(rule)))),
            title=rule.label or rule.id,
            action=action_of(rule),
            lines=tuple(lines),
            passages=rule.passages,
            focus=focus,
            about=rule.iri,
        )
        if back >= 0 and self._reached.get(name, -1) < back:
            self._reached[name] = back
            asked: tuple[tuple[Criterion | None, EdgeKind, str], ...]
            asked = ((rule.scope, "scope", "About: "), (rule.criterion, "criterion-of", "When: "))
            for criterion, edge, lead in asked:
                if criterion:
                    number = next(place for place, line in enumerate(lines) if line.text.startswith(lead))
                    self._attach(criterion, name, number, edge, back)
        return name

    def _lines(self, rule: Rule, focus: bool) -> Iterator[Line]:
        if focus:
            text = rule.definition if isinstance(rule, Tension) else getattr(rule, "text", "")
            if text:
                yield Line(text=text, bullet=False)
        if focus and isinstance(rule, Tension):
            yield Line(text=f"Handling: {rule.handling}", bullet=False)
            yield from (Line(text=f"Side: {side.label}", passages=side.passages) for side in rule.positions)
        if isinstance(rule, Assessment):
            condition = self.knowledge.conditions[rule.condition].label
            yield Line(text=f"Suspects: {condition}", about=rule.condition, bullet=False)
        if isinstance(rule, DerivedFinding):
            yield Line(text=f"Finds: {self.knowledge.findings[rule.finding].label}", about=rule.finding, bullet=False)
        if rule.scope:
            yield Line(text=f"About: {self.phrase(rule.scope)}", bullet=False, criterion=rule.scope)
        if rule.criterion:
            yield Line(text=f"When: {self.phrase(rule.criterion)}", bullet=False, criterion=rule.criterion)
        if isinstance(rule, Recommendation) and rule.timing:
            yield Line(text=f"Timing: {rule.timing}", bullet=False)

    def listed(self, kind: NodeKind, name: str, caption: str, title: str, rules: Sequence[Rule], note: str = "") -> str:
        """One box for several rules, a line each, below an optional note; its id."""
        notes = (Line(text=note, bullet=False, weak=True),) if note else ()
        lines = [Line(text=rule.label, about=rule.iri, passages=rule.passages, action=action_of(rule)) for rule in rules]
        for number, rule in enumerate(rules):
            self.places.setdefault(rule.iri, (name, number + len(notes)))
        self.nodes[name] = Node(id=name, kind=kind, caption=caption, title=title, lines=(*notes, *lines))
        return name

    def grouped(self, rules: Iterable[Recommendation]) -> list[tuple[str, list[Recommendation]]]:
        """Boxes of recommendations, those with one document, scope and criterion together: the ids, and what is in each."""
        groups: dict[tuple[str, Criterion | None, Criterion | None], list[Recommendation]] = {}
        for rule in rules:
            if rule.iri not in self.places:
                groups.setdefault((rule.source, rule.scope, rule.criterion), []).append(rule)
        return [(self._group(group), group) for group in groups.values()]

    def _group(self, group: list[Recommendation]) -> str:
        first = group[0]
        if len(group) == 1:
            return self.rule(first)
        caption = " · ".join(filter(None, ("recommendations", self.source_number(first))))
        about = self.phrase(first.scope) if first.scope else "every patient"
        if not first.criterion:
            return self.listed("recommendations", f"{shorten(first.iri)}+", caption, f"For {about}", group)
        title = f"When: {self.phrase(first.criterion)}"
        return self.listed("recommendations", f"{shorten(first.iri)}+", caption, title, group, f"About: {about}")

    def link_overrides(self, about: str = "") -> None:
        """Draw the overrides between recommendations that have a place, or only those at one of whose ends one rule stands.

        Where all recommendations of a box override the same, there is one arrow.
        """
        found: dict[tuple[str, EdgeKind, str, int | None], dict[int | None, None]] = {}
        for iri, (source, source_line) in self.places.items():
            rule = self.knowledge.rules[iri]
            if isinstance(rule, Recommendation):
                for kind, targets in _overrides(rule):
                    shown = (target for target in targets if target in self.places and about in ("", iri, target))
                    for target, target_line in map(self.places.__getitem__, shown):
                        found.setdefault((source, kind, target, target_line), {})[source_line] = None
        for (source, kind, target, target_line), lines in found.items():
            whole = lines.keys() >= self.rule_lines(source) and source != target
            for line in (None,) if whole else lines:
                self.link(source, target, kind, source_line=line, target_line=target_line)

    def rule_lines(self, name: str) -> set[int | None]:
        """The lines of a box that stand for rules; of a box for one rule, the whole of it."""
        return {number for other, number in self.places.values() if other == name}

    # Criteria --------------------------------------------------------------------------------

    def _attach(self, criterion: Criterion, target: str, line: int, kind: EdgeKind, back: int) -> None:
        """Lead a criterion to a line of a box."""
        if isinstance(criterion, Suspected | NotSuspected):
            self.link(self.condition(criterion.condition, back), target, "suspicion", target_line=line)
        else:
            self.link(self._criterion(criterion, back, f"{target}.{line}"), target, kind, target_line=line)

    def _criterion(self, criterion: Criterion, back: int, place: str) -> str:
        """The box of a criterion; its id: the shape, or for one without a name the line where it is used first."""
        name = self._criteria.setdefault(criterion, shorten(criterion.iri) if criterion.iri else place)
        if self._reached.get(name, -1) >= back:
            return name
        self._reached[name] = back
        lines: list[Line] = []
        for part, lead in zip(criterion.parts or (criterion,), leads_of(criterion), strict=True):
            self._part(part, name, lines, 0, back, lead)
        joint = self._writer.joint(criterion)
        self.nodes[name] = Node(
            id=name,
            kind="criterion" if joint else "leaf",
            caption=joint or CAPTIONS.get(type(criterion), "finding"),
            title=criterion.label or (f"{joint} these" if joint else self._label(criterion.subject)),
            lines=tuple(lines),
            passages=criterion.passages if joint else (),
            criterion=criterion,
        )
        return name

    def _part(self, part: Criterion, name: str, lines: list[Line], indent: int, back: int, lead: str = "") -> None:
        """Write a line for a part of the criterion `name`, `lead` before it, and draw the arrows that lead to it."""
        inner = part.parts
        words = lead + self._words(part)
        if not inner:
            lines.append(Line(text=words, about=part.subject, passages=part.passages, indent=indent, criterion=part))
            self._feed(part, name, len(lines) - 1, back)
        elif not part.iri and len(inner) <= IN_PLACE and not any(leaf.parts for leaf in inner):
            lines.append(Line(text=f"{words}:", passages=part.passages, indent=indent, criterion=part))
            for leaf in inner:
                self._part(leaf, name, lines, indent + 1, back)
        else:
            title = f"{lead}{part.label}" if part.label else f"{words} these"
            lines.append(Line(text=title, about=part.iri, indent=indent, criterion=part))
            place = f"{name}.{len(lines) - 1}"
            self.link(self._criterion(part, back, place), name, "criterion-of", target_line=len(lines) - 1)

    def _feed(self, leaf: Criterion, name: str, line: int, back: int) -> None:
        """Draw what makes a leaf true or false: the assessments of its condition, the rules that derive its finding."""
        if isinstance(leaf, Suspected | NotSuspected):
            self.link(self.condition(leaf.condition, back), name, "suspicion", target_line=line)
        elif isinstance(leaf, Present | Absent | Unassessed) and back > 0:
            hierarchy = self.knowledge.hierarchy
            near = {*hierarchy.narrower[leaf.finding]} if not isinstance(leaf, Absent) else set()
            near |= {*hierarchy.broader[leaf.finding]} if not isinstance(leaf, Present) else set()
            for finding in sorted(near & self._deriving.keys()):
                source = self.rule(self._deriving[finding], back=back - 1)
                self.link(source, name, "derives", target_line=line)

    def _label(self, iri: str) -> str:
        known: Mapping[str, object] = {**self.knowledge.findings, **self.knowledge.conditions, **self.knowledge.valued}
        return str(getattr(known[iri], "label", ""))

    def condition(self, iri: str, back: int, *, focus: bool = False) -> str:
        """The box of a condition, with the assessments of it and of what is narrower: boxes where `back` > 0, lines otherwise."""
        name = shorten(iri)
        if self._reached.get(name, -1) >= back:
            return name
        self._reached[name] = back
        narrower = self.knowledge.hierarchy.narrower.get(iri, (iri,))
        assessing = [rule for rule in self._assessments if rule.condition in narrower]
        apart = back > 0 and (focus or len(assessing) <= FOLD)
        lines = [] if apart else [self._assessing(rule, iri) for rule in assessing]
        if not assessing:
            lines = [Line(text="No rule assesses it: it stays undetermined.", bullet=False, weak=True)]
        concept = self.knowledge.conditions[iri]
        self.nodes[name] = Node(
            id=name, kind="condition", caption="suspicion", title=concept.label, lines=tuple(lines), focus=focus, about=iri
        )
        for rule in assessing if apart else ():
            self.link(self.rule(rule, back=back - 1), name, "suspects")
        return name

    def _assessing(self, rule: Assessment, condition: str) -> Line:
        about = "" if rule.condition == condition else f"{self.knowledge.conditions[rule.condition].label}: "
        return Line(text=f"{about}{rule.label}", about=rule.iri, passages=rule.passages)
