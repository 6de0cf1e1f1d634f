"""The overview: what a committee sees of a document. Suspicions on the left, then what to do, then what that overrides."""

from __future__ import annotations

from msgspec.structs import replace
from spinegraph.engine.exchange.pathway.building import PathwayBuilder, leaves
from spinegraph.engine.exchange.pathway.model import Line, Node, Panel
from spinegraph.engine.knowledge.turtle.terms import shorten
from spinegraph.engine.model import (
    Assessment,
    DerivedFinding,
    Exclusion,
    Knowledge,
    NotSuspected,
    Recommendation,
    Rule,
    Source,
    SourceGap,
    Suspected,
    Tension,
)


def overview_panels(knowledge: Knowledge) -> tuple[Panel, ...]:
    """A panel for each document with rules, by number, and one for what belongs to no single document."""
    ordered = sorted(knowledge.sources.values(), key=lambda source: source.number)
    owned = [source for source in ordered if any(rule.source == source.iri for rule in knowledge.rules.values())]
    panels = [document_panel(knowledge, source) for source in owned]
    common = [rule for rule in knowledge.rules.values() if not rule.source]
    return (*panels, _common(knowledge, common)) if common else tuple(panels)


def document_panel(knowledge: Knowledge, source: Source) -> Panel:
    """The rules of one document, recommendations with the same scope and criterion in one box."""
    builder = PathwayBuilder(knowledge)
    own = [rule for rule in knowledge.rules.values() if rule.source == source.iri]
    groups = builder.grouped(rule for rule in own if isinstance(rule, Recommendation))
    for box, rules in groups:
        for condition in _asked(rules[0]):
            builder.link(_condition(builder, condition, source), box, "suspicion")
    builder.link_overrides()
    _note_overrides_elsewhere(builder, source)
    _gaps(builder, [rule for rule in own if isinstance(rule, SourceGap)])
    _unasked(builder, [rule for rule in own if isinstance(rule, Assessment)])
    for derived in (rule for rule in own if isinstance(rule, DerivedFinding)):
        builder.rule(derived)
    excluded = [rule for rule in own if isinstance(rule, Exclusion)]
    if excluded:
        builder.listed("exclusions", "excluded", "patients not covered", "About whom it says nothing", excluded)
    return builder.panel(f"{source.number} · {source.title}", f"review status: {source.review_status}")


def _asked(rule: Rule) -> dict[str, None]:
    tested = (leaf for root in (rule.scope, rule.criterion) for leaf in leaves(root))
    return {leaf.condition: None for leaf in tested if isinstance(leaf, Suspected | NotSuspected)}


def _condition(builder: PathwayBuilder, iri: str, source: Source) -> str:
    """A condition that a recommendation asks about: a line for each assessment, those of other documents with its number."""
    name = shorten(iri)
    narrower = builder.knowledge.hierarchy.narrower.get(iri, (iri,))
    lines = []
    for rule in builder.knowledge.rules.values():
        if isinstance(rule, Assessment) and rule.condition in narrower:
            elsewhere = "" if rule.source == source.iri else f" ({builder.source_number(rule)})"
            lines.append(Line(text=f"{rule.label}{elsewhere}", about=rule.iri, passages=rule.passages))
    label = builder.knowledge.conditions[iri].label
    builder.nodes[name] = Node(id=name, kind="condition", caption="suspicion", title=label, lines=tuple(lines), about=iri)
    return name


def _note_overrides_elsewhere(builder: PathwayBuilder, source: Source) -> None:
    """Say in words what crosses the border of the panel: overrides from and to rules of other documents."""
    rules = builder.knowledge.rules
    advice = [rule for rule in rules.values() if isinstance(rule, Recommendation)]
    for iri, (name, number) in builder.places.items():
        rule = rules[iri]
        if not isinstance(rule, Recommendation):
            continue
        by = {builder.source_number(other) for other in advice if iri in (*other.overrides, *other.overrides_if_known)}
        of = {builder.source_number(rules[other]) for other in (*rule.overrides, *rule.overrides_if_known)}
        words = [
            f"{lead} rules of {', '.join(sorted(found))}"
            for lead, found in (("overrides", of - {source.number}), ("overridden by", by - {source.number}))
            if found
        ]
        if words:
            _note(builder, name, number, "; ".join(words))


def _note(builder: PathwayBuilder, name: str, number: int | None, words: str) -> None:
    """Add words to a line of a box, or to the box of a single rule a line of its own. Lines keep their numbers."""
    node = builder.nodes[name]
    lines = list(node.lines)
    if number is None:
        lines.append(Line(text=words, bullet=False, weak=True))
    else:
        lines[number] = replace(lines[number], text=f"{lines[number].text} ({words})")
    builder.nodes[name] = replace(node, lines=tuple(lines))


def _gaps(builder: PathwayBuilder, gaps: list[SourceGap]) -> None:
    """Questions left open: those that bear on the same recommendations in one box, those that bear on none in another."""
    groups: dict[tuple[str, ...], list[SourceGap]] = {}
    for gap in gaps:
        groups.setdefault(tuple(target for target in gap.leaves_open if target in builder.places), []).append(gap)
    for opened, group in groups.items():
        title = "These leave open what they point to" if opened else "Shown to the reader; no recommendation stays open"
        box = builder.listed("gaps", f"{shorten(group[0].iri)} open", "questions left open", title, group)
        places = [builder.places[target] for target in opened]
        for name, number in places:
            whole = {line for other, line in places if other == name} >= builder.rule_lines(name)
            builder.link(box, name, "leaves-open", target_line=None if whole else number)


def _unasked(builder: PathwayBuilder, assessments: list[Assessment]) -> None:
    """Assessments whose condition no box shows: suspicions that are shown, and lead to no recommendation of this document."""
    shown = {line.about for node in builder.nodes.values() for line in node.lines}
    rest = [rule for rule in assessments if rule.iri not in shown]
    if rest:
        title = "Shown to the reader; no recommendation of this document asks for them"
        builder.listed("assessment", "assessments", "other suspicions", title, rest)


def _common(knowledge: Knowledge, rules: list[Rule]) -> Panel:
    """What belongs to no single document: populations that none covers, derived findings, disagreements between them."""
    builder = PathwayBuilder(knowledge)
    excluded = [rule for rule in rules if isinstance(rule, Exclusion)]
    tensions = [rule for rule in rules if isinstance(rule, Tension)]
    shown = [rule for rule in tensions if rule.resolution == "exposed"]
    settled = [rule for rule in tensions if rule.resolution != "exposed"]
    others = [rule for rule in rules if not isinstance(rule, Exclusion | Tension)]
    if excluded:
        builder.listed("exclusions", "excluded", "patients not covered", "About whom no document says anything", excluded)
    if shown:
        builder.listed("tension", "tensions", "the sources disagree", "Shown side by side where both apply", shown)
    if settled:
        builder.listed("tension", "settled", "the sources disagree", "Settled by the order of the rules", settled)
    for rule in others:
        builder.rule(rule)
    return builder.panel("Of no single document", "")
