"""What stands below the first page, folded by topic: the record, the reasons, what is open, what else is advised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinegraph.engine.exchange.article.conditions import conditions_considered
from spinegraph.engine.exchange.article.model import Group, Section, Statement
from spinegraph.engine.exchange.article.placement import section_of, sections_for_advice, sections_for_patients
from spinegraph.engine.exchange.article.reading import LiveRecommendation, Reading, passages_of
from spinegraph.engine.exchange.article.reasons import asking_the_doctor, reasons
from spinegraph.engine.exchange.article.sections import Context, filled, headed, joined, recommendation, section, titled
from spinegraph.engine.model import URGENCIES, Recommendation, Tension

STANDING = ("indicated", "provisional", "conflicting")
ASIDE = ("overridden", "done")
SIDES = 2
MODALITIES = ("must", "should", "may")
BESIDE = ("test-figures", "background", "presentation", "likely", "causes", "pitfalls")
"""Sections whose passages say something besides the rules."""


def folded_sections(context: Context, narrative: str) -> tuple[Section, ...]:
    """All sections in reading order; those that have nothing to say are left out."""
    live = sorted(context.reading.live, key=lambda entry: _rank(context.reading, entry))
    brief = context.reading.decision.brief
    shown = {rule for action in (*brief.do, *brief.avoid) for rule in action.recommendations}
    further = [entry for entry in live if entry.decided.verdict in STANDING and entry.rule.id not in shown]
    aside = [entry for entry in live if entry.decided.verdict in ASIDE]
    later = [entry for entry in live if entry.decided.verdict == "undetermined"]
    parts = [
        section(context, "recorded", _recorded(context, narrative)),
        section(context, "why", [Group(statements=tuple(reasons(context)))]),
        section(context, "left-open", _views(context) if context.for_patient else (*_tensions(context), *_gaps(context))),
        section(context, "further", (), _by_topic(context, "further", further)),
        section(context, "aside", [Group(statements=joined(recommendation(context, entry) for entry in aside))]),
        section(context, "ask", [Group(statements=tuple(asking_the_doctor(context)))]),
        section(context, "conditions", conditions_considered(context)),
        section(context, "later", _other_presentations(context), _by_topic(context, "later", later)),
        section(context, "not-covered", [Group(statements=tuple(Statement(text=topic) for topic in brief.not_covered))]),
        section(context, "readings", [Group(statements=_readings(context))]),
    ]
    return filled(parts)


def _rank(reading: Reading, entry: LiveRecommendation) -> tuple[object, ...]:
    """Reading order: by urgency (ungraded as routine) and firmness, then as the sources have it."""
    rule = entry.rule
    urgency = min(URGENCIES.index(rule.urgency), URGENCIES.index("routine"))
    first = reading.passages[rule.passages[0]] if rule.passages else None
    return urgency, MODALITIES.index(rule.modality), first.source if first else "", first.start if first else 0, rule.id


# What was recorded ----------------------------------------------------------------------------


def _recorded(context: Context, narrative: str) -> Iterator[Group]:
    reading = context.reading
    case = reading.decision.case
    yield headed("", [Statement(text=narrative)] if narrative else [])
    yield headed(context.say("heading", "present"), [_fact(context, code) for code in case.present])
    yield headed(context.say("heading", "measured"), [Statement(text=reading.value(code)) for code in case.values])
    yield headed(context.say("heading", "absent"), [_fact(context, code) for code in case.absent])
    screens = [
        Statement(
            text=screen.question if context.for_patient else f"{screen.title}: {', '.join(item.label for item in screen.items)}",
            passages=screen.passages,
        )
        for screen in reading.decision.screens
    ]
    yield headed(context.say("heading", "unknown"), joined(screens))


def _fact(context: Context, code: str) -> Statement:
    return Statement(text=context.reading.name(code))


# What the sources leave open -----------------------------------------------------------------


def _tensions(context: Context) -> Iterator[Group]:
    for tension in context.reading.decision.tensions:
        rule = context.reading.rules[tension.id]
        positions = [
            Statement(
                text=context.say("position", position.label, position.verdict),
                rules=(position.recommendation,) if position.recommendation else (),
                passages=position.passages,
            )
            for position in tension.positions
        ]
        remarks = (rule.definition,) if isinstance(rule, Tension) and rule.definition else ()
        heading = Statement(text=tension.label, rules=(tension.id,), remarks=remarks)
        handling = Statement(text=context.say("handling", tension.handling), rules=(tension.id,))
        yield Group(heading=heading, statements=(*positions, handling))


def _views(context: Context) -> Iterator[Group]:
    """For a patient, a disagreement by what each side would have him do; where two sides do not, only how many there are."""
    reading = context.reading
    unsaid = 0
    for tension in reading.decision.tensions:
        advised = [(one, reading.rules.get(one.recommendation)) for one in tension.positions if one.verdict in STANDING]
        views = joined(
            Statement(text=rule.patient_text, passages=position.passages)
            for position, rule in advised
            if isinstance(rule, Recommendation) and rule.patient_text
        )
        unsaid += len(views) < SIDES
        if len(views) >= SIDES:
            yield headed(context.say("heading", "views"), views)
    gaps = sum(notice.code == "source-gap" for notice in reading.decision.notices)
    counted = (("tensions", unsaid), ("gaps", gaps))
    yield headed("", [Statement(text=context.say(phrase, count)) for phrase, count in counted if count])


def _gaps(context: Context) -> Iterator[Group]:
    """The messages of the decision: rule id first, then the passages that raise the question."""
    gaps = [notice for notice in context.reading.decision.notices if notice.code == "source-gap"]
    statements = (Statement(text=gap.message, rules=gap.about[:1], passages=gap.about[1:]) for gap in gaps)
    yield headed(context.say("heading", "gaps"), statements)


def _readings(context: Context) -> tuple[Statement, ...]:
    """Every interpretation on which something in the answer rests; a patient learns on the first page that there are some."""
    if context.for_patient:
        return ()
    ours = [(entry.rule, entry.rule.reading) for entry in context.reading.live if entry.decided.verdict in (*STANDING, *ASIDE)]
    stated = (Statement(text=text, rules=(rule.id,), passages=rule.passages) for rule, text in ours if text)
    known = {text for _, text in ours}
    return joined((*stated, *(Statement(text=text) for text in context.reading.decision.brief.readings if text not in known)))


# Advice by topic ------------------------------------------------------------------------------


def _by_topic(context: Context, under: str, entries: list[LiveRecommendation]) -> Iterator[Section]:
    """Recommendations under the sections of the audience."""
    placed: dict[str, list[LiveRecommendation]] = {}
    for entry in entries:
        placed.setdefault(section_of(entry.rule, context.reading), []).append(entry)
    knowledge = context.reading.knowledge
    if context.for_patient:
        for part, taken in sections_for_patients(knowledge).items():
            own = [entry for key in taken for entry in placed.get(key, ())]
            yield titled(f"{under}-{part.key}", part.patient_label, _groups(context, under, own, apart=True))
        return
    topics = {part.key: part for part in sections_for_advice(knowledge)}
    for key in dict.fromkeys((*placed, *topics)):
        part = topics.get(key) or knowledge.article_sections[key]
        yield titled(f"{under}-{key}", part.label, _groups(context, under, placed.get(key, []), apart=part.by_direction))


def _groups(context: Context, under: str, entries: list[LiveRecommendation], *, apart: bool) -> Iterable[Group]:
    """For and against apart where the section says so; what is open under its condition, or, for a patient, by name alone."""
    if under == "later" and not context.for_patient:
        groups: dict[str, list[LiveRecommendation]] = {}
        for entry in entries:
            groups.setdefault(context.reading.words(entry.rule.criterion or entry.rule.scope), []).append(entry)  # type: ignore[arg-type]
        for words, members in groups.items():
            passages = passages_of(members[0].rule.criterion or members[0].rule.scope)
            yield headed(context.say("if", words), joined(recommendation(context, entry) for entry in members), passages)
        return
    for side in ("for", "against") if apart else ("",):
        own = [entry for entry in entries if side in ("", entry.rule.direction)]
        statements = [_named(context, entry) if under == "later" else recommendation(context, entry) for entry in own]
        yield headed(context.say("side", side) if side else "", joined(statements))


def _named(context: Context, entry: LiveRecommendation) -> Statement:
    """For a patient, what may come up: by name alone."""
    concept = context.reading.knowledge.interventions[entry.rule.intervention]
    return Statement(text=concept.patient_label, passages=entry.rule.passages)


def _other_presentations(context: Context) -> Iterator[Group]:
    """What holds if the presentation is wider than recorded."""
    scopes: dict[str, list[LiveRecommendation]] = {}
    for entry in context.reading.pending if not context.for_patient else ():
        scopes.setdefault(context.reading.words(entry.rule.scope) if entry.rule.scope else "", []).append(entry)
    statements = [
        Statement(
            text=context.say("pending", label, len(entries)),
            passages=passages_of(entries[0].rule.scope),
            parts=joined(recommendation(context, entry) for entry in entries if entry.rule.urgency == "emergency"),
        )
        for label, entries in scopes.items()
    ]
    yield headed(context.say("heading", "pending"), statements)


# Facts ----------------------------------------------------------------------------------------


def facts(context: Context, cited: frozenset[str]) -> Section:
    """What sources that speak of this patient say besides, and is not cited yet: prognosis, epidemiology, test figures."""
    reading = context.reading
    withheld = reading.withheld()
    groups: dict[str, list[Statement]] = {}
    for passage in () if context.for_patient else reading.passages.values():
        wanted = passage.source in reading.speaking and passage.id not in withheld and passage.id not in cited
        if wanted and set(reading.sections(passage.id)) & set(BESIDE):
            groups.setdefault(passage.section, []).append(Statement(text=passage.paraphrase, passages=(passage.id,)))
    return section(context, "facts", (headed(name, statements) for name, statements in groups.items()))
