"""Decision pathways: which criteria lead to a rule, which rules wait for a suspicion, what overrides what, what stays open.

`find_pathway` takes a name; the other functions take an IRI. A pathway is plain data; `dot` writes it, `lighting` shows a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from spinegraph.engine.decide.disclaimer import disclaimer_of
from spinegraph.engine.errors import DrawingError, shortened
from spinegraph.engine.exchange.pathway.building import FOLD, PathwayBuilder, leaves
from spinegraph.engine.exchange.pathway.model import EdgeKind, Line, Node, Panel, Pathway
from spinegraph.engine.exchange.pathway.overview import document_panel, overview_panels
from spinegraph.engine.knowledge.turtle.terms import expand, shorten
from spinegraph.engine.model import (
    Assessment,
    DerivedFinding,
    Exclusion,
    Knowledge,
    NotSuspected,
    Recommendation,
    Rule,
    SourceGap,
    Suspected,
    Tension,
)

BACK = 1
"""So many steps back, through suspicions and derived findings, criteria are drawn unless asked otherwise."""


def find_pathway(knowledge: Knowledge, name: str = "", back: int = BACK) -> Pathway:
    """The pathway of a rule (id), condition (code) or document (number); of the whole without a name. IRIs and CURIEs will do.

    Raises DrawingError with the nearest names where there is none.
    """
    if not name:
        return overview_pathway(knowledge)
    names = _names(knowledge)
    iri = names.get(name) or names.get(_opened(name))
    if not iri:
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        raise DrawingError(
            f"Nothing is called {shortened(name)}" + (f"; nearest: {', '.join(near)}." if near else "."),
            mend="Give the id of a rule, the code of a condition or the number of a document; `spinegraph codes` lists codes.",
            details={"nearest": near},
        )
    if iri in knowledge.rules:
        return rule_pathway(knowledge, iri, back)
    return condition_pathway(knowledge, iri, back) if iri in knowledge.conditions else document_pathway(knowledge, iri)


def _names(knowledge: Knowledge) -> dict[str, str]:
    """Everything that a pathway can be named by → IRI."""
    names = {source.number: source.iri for source in knowledge.sources.values()}
    names |= {concept.code: concept.iri for concept in knowledge.conditions.values()}
    names |= {rule.id: rule.iri for rule in knowledge.rules.values()}
    return names | {iri: iri for iri in (*knowledge.rules, *knowledge.conditions, *knowledge.sources)}


def _opened(name: str) -> str:
    try:
        return expand(name)
    except KeyError:
        return name


def rule_pathway(knowledge: Knowledge, iri: str, back: int = BACK) -> Pathway:
    """A rule with its scope and criterion down to the leaves, what it does to other rules, and what they do to it."""
    rule = knowledge.rules[iri]
    builder = PathwayBuilder(knowledge)
    name = builder.rule(rule, focus=True, back=back)
    _before(builder, rule, name)
    _after(builder, rule, name)
    builder.link_overrides(rule.iri)
    return _pathway(knowledge, f"{_spaced(rule)}: {rule.label or rule.id}", shorten(iri), builder, _documents(builder))


def _before(builder: PathwayBuilder, rule: Rule, name: str) -> None:
    """What overrides a rule, leaves it open or excludes patients from it."""
    every = builder.knowledge.rules.values()
    advice = [other for other in every if isinstance(other, Recommendation)]  # `link_overrides` draws the arrows
    _boxes(builder, (other for other in advice if rule.iri in other.overrides), f"{name} by", "What overrides it")
    known = (other for other in advice if rule.iri in other.overrides_if_known)
    _boxes(builder, known, f"{name} by known", "What overrides it, if known to apply")
    opening = [other for other in every if isinstance(other, SourceGap | Tension) and rule.iri in other.leaves_open]
    for box in _boxes(builder, opening, f"{name} open", "What leaves it open"):
        builder.link(box, name, "leaves-open")
    excluding = [other for other in every if isinstance(other, Exclusion) and other.source in ("", rule.source)]
    if excluding and isinstance(rule, Recommendation | Assessment):
        box = builder.listed("exclusions", f"{name} excluded", "patients not covered", "About whom nothing is said", excluding)
        builder.link(box, name, "excludes")


def _after(builder: PathwayBuilder, rule: Rule, name: str) -> None:
    """What a rule overrides, leaves open, suspects or derives."""
    knowledge = builder.knowledge
    match rule:
        case Recommendation():
            _boxes(builder, map(knowledge.rules.__getitem__, rule.overrides), f"{name} of", "What it overrides")
            known = map(knowledge.rules.__getitem__, rule.overrides_if_known)
            _boxes(builder, known, f"{name} of known", "What it overrides, if known to apply")
        case Assessment():
            builder.link(name, builder.condition(rule.condition, 0), "suspects")
        case DerivedFinding():
            builder.nodes[shorten(rule.finding)] = _finding(knowledge, rule.finding)
            builder.link(name, shorten(rule.finding), "derives")
        case SourceGap() | Tension():
            opened = [knowledge.rules[target] for target in rule.leaves_open]
            _lead(builder, name, opened, "leaves-open", "What stays open")
            if isinstance(rule, Tension):
                sides = [knowledge.rules[side.recommendation] for side in rule.positions if side.recommendation]
                _lead(builder, name, [side for side in sides if side not in opened], "position", "Its sides")
        case _:
            pass


def _lead(builder: PathwayBuilder, name: str, rules: list[Rule], kind: EdgeKind, title: str) -> None:
    for box in _boxes(builder, rules, f"{name} {kind}", title):
        builder.link(name, box, kind)


def _boxes(builder: PathwayBuilder, rules: Iterable[Rule], name: str, title: str) -> list[str]:
    """A box for each rule, or one for all of them if they are many; the ids."""
    rules = tuple({rule.iri: rule for rule in rules}.values())
    if len(rules) <= FOLD:
        return [builder.rule(rule) for rule in rules]
    if isinstance(rules[0], Recommendation):
        return [builder.listed("recommendations", name, "recommendations", title, rules)]
    return [builder.listed("gaps", name, "questions left open", title, rules)]


def _finding(knowledge: Knowledge, iri: str) -> Node:
    concept = knowledge.findings[iri]
    line = Line(text="present where the criterion holds, absent where it is refuted", about=iri, bullet=False)
    return Node(id=shorten(iri), kind="finding", caption="finding", title=concept.label, lines=(line,), about=iri)


def condition_pathway(knowledge: Knowledge, iri: str, back: int = BACK) -> Pathway:
    """A condition: how it, or what is narrower, comes to be suspected, and the rules that ask for the suspicion.

    A suspicion counts for what is broader too: broader conditions that rules ask for follow, with these rules. So do the
    recommendations and open questions that rest on the criterion of an assessment itself.
    """
    builder = PathwayBuilder(knowledge)
    concept = knowledge.conditions[iri]
    name = builder.condition(iri, max(back, 1), focus=True)
    for broader in (wider for wider in knowledge.hierarchy.broader[iri] if wider in knowledge.conditions):
        asking = [rule for rule in knowledge.rules.values() if broader in _asked(rule)]
        if broader == iri or asking:
            box = name if broader == iri else _broader(builder, broader)
            if broader != iri:
                builder.link(name, box, "suspects")
            _asking(builder, box, asking)
    _resting(builder, iri)
    advice = [rule for rule in map(knowledge.rules.get, builder.places) if isinstance(rule, Recommendation)]
    overridden = {other: knowledge.rules[other] for rule in advice for other in (*rule.overrides, *rule.overrides_if_known)}
    _boxes(
        builder, [overridden[other] for other in overridden if other not in builder.places], f"{name} overridden", "Overridden"
    )
    builder.link_overrides()
    title = f"Condition: {concept.label}"
    return _pathway(knowledge, title, shorten(iri), builder, _documents(builder))


def _broader(builder: PathwayBuilder, iri: str) -> str:
    """The box of a broader condition, which other assessments may make suspected too."""
    name = shorten(iri)
    note = Line(text="Broader: suspected too. Other assessments are not drawn here.", bullet=False, weak=True)
    label = builder.knowledge.conditions[iri].label
    builder.nodes[name] = Node(id=name, kind="condition", caption="broader suspicion", title=label, lines=(note,), about=iri)
    return name


def _asked(rule: Rule) -> set[str]:
    """The conditions whose suspicion a rule asks for, or against."""
    tested = (leaf for root in (rule.scope, rule.criterion) for leaf in leaves(root))
    return {leaf.condition for leaf in tested if isinstance(leaf, Suspected | NotSuspected)}


def _asking(builder: PathwayBuilder, condition: str, asking: list[Rule]) -> None:
    """Lead a suspicion to the rules that ask for it."""
    advice = [rule for rule in asking if isinstance(rule, Recommendation)]
    builder.grouped(advice)
    others = [rule for rule in asking if not isinstance(rule, Recommendation)]
    titles = ((SourceGap, "Questions that it raises"), (Tension, "Disagreements that it touches"), (Assessment, ""))
    for kind, title in (*titles, (DerivedFinding, "Findings that rest on it")):
        some = [rule for rule in others if isinstance(rule, kind) and rule.iri not in builder.places]
        _boxes(builder, some, f"{condition} {kind.__name__}", title) if some else ()
    for box in dict.fromkeys(builder.places[rule.iri][0] for rule in asking):
        builder.link(condition, box, "suspicion")


def _resting(builder: PathwayBuilder, condition: str) -> None:
    """Lead the named criteria that make a condition suspected to the rules that rest on them without asking for the suspicion."""
    knowledge = builder.knowledge
    assessing = [rule for rule in knowledge.rules.values() if isinstance(rule, Assessment) and rule.condition == condition]
    marks = {rule.criterion.iri for rule in assessing if rule.criterion and rule.criterion.iri}
    resting: dict[str, list[str]] = {}
    for rule in knowledge.rules.values():
        if isinstance(rule, Recommendation | SourceGap) and rule.criterion and rule.iri not in builder.places:
            resting[rule.iri] = list(dict.fromkeys(part.iri for part in rule.criterion.walk() if part.iri in marks))
    rules = [knowledge.rules[iri] for iri, found in resting.items() if found]
    builder.grouped(rule for rule in rules if isinstance(rule, Recommendation))
    gaps = [rule for rule in rules if isinstance(rule, SourceGap)]
    _boxes(builder, gaps, f"{shorten(condition)} resting", "Questions that it raises") if gaps else ()
    for rule in rules:
        box = builder.places[rule.iri][0]
        for mark in resting[rule.iri]:
            builder.link(shorten(mark), box, "criterion-of")


def document_pathway(knowledge: Knowledge, iri: str) -> Pathway:
    """A document: its suspicions, its recommendations by criterion, what overrides what, what it leaves open."""
    source = knowledge.sources[iri]
    panel = document_panel(knowledge, source)
    return _whole(knowledge, f"Document {source.number}: {source.title}", shorten(iri), (panel,), {iri})


def overview_pathway(knowledge: Knowledge) -> Pathway:
    """Every document, one panel each, and what belongs to none."""
    title = "Overview: suspicions, recommendations and overrides"
    return _whole(knowledge, title, f"{len(knowledge.rules)} rules", overview_panels(knowledge), set(knowledge.sources))


def _documents(builder: PathwayBuilder) -> set[str]:
    """The documents that anything in a panel rests on."""
    ids = {
        passage
        for node in builder.nodes.values()
        for passage in (*node.passages, *(p for line in node.lines for p in line.passages))
    }
    sources: Mapping[str, str] = {passage.id: passage.source for passage in builder.knowledge.passages.values()}
    named = {builder.knowledge.rules[iri].source for iri in builder.places}
    return {sources[passage] for passage in ids if passage in sources} | named


def _pathway(knowledge: Knowledge, title: str, subtitle: str, builder: PathwayBuilder, documents: set[str]) -> Pathway:
    return _whole(knowledge, title, subtitle, (builder.panel(),), documents)


def _whole(knowledge: Knowledge, title: str, subtitle: str, panels: tuple[Panel, ...], documents: set[str]) -> Pathway:
    shown = sorted((source for source in knowledge.sources.values() if source.iri in documents), key=lambda source: source.number)
    return Pathway(
        title=title,
        subtitle=subtitle,
        panels=panels,
        sources=tuple(
            f"{source.number}, {source.title}: review status {source.review_status}. {source.review_note}".strip()
            for source in shown
        ),
        knowledge=f"Knowledge {knowledge.version}, {knowledge.digest[:19]}…",
        disclaimer=disclaimer_of(shown),
    )


def _spaced(rule: Rule) -> str:
    words = {"DerivedFinding": "Derived finding", "SourceGap": "Question left open", "Tension": "Disagreement"}
    return words.get(type(rule).__name__, type(rule).__name__)
