"""Why the first page says what it says: the proof of each line for clinicians, the facts behind it for patients."""

from __future__ import annotations

from collections.abc import Iterator

from spinegraph.engine.exchange.article.model import Statement
from spinegraph.engine.exchange.article.sections import Context
from spinegraph.engine.model import Change, DecidedRecommendation, Proof

MOST_FLIPS, MOST_FACTS, MOST_SINGLE = 3, 5, 4


def reasons(context: Context) -> Iterator[Statement]:
    """Each line of the first page, and on what it rests."""
    decision = context.reading.decision
    decided = {entry.id: entry for entry in decision.recommendations}
    seen: set[str] = set()
    for action in (*decision.brief.do, *decision.brief.avoid):
        entries = [decided[rule] for rule in action.recommendations if rule in decided]
        if context.for_patient:
            yield _in_plain_words(context, action.text, action.passages, entries)
        else:
            yield from (_proved(context, entry, seen) for entry in entries)


def _proved(context: Context, entry: DecidedRecommendation, seen: set[str]) -> Statement:
    flips = [" and ".join(_change(context, change) for change in changes) for changes in entry.flips[:MOST_FLIPS]]
    return Statement(
        text=context.say("proved", entry.label, entry.verdict),
        rules=(entry.id,),
        passages=entry.passages,
        remarks=(context.say("flips", flips),) if flips else (),
        parts=_steps(context, entry.explanation, seen),
    )


def _steps(context: Context, proof: Proof, seen: set[str]) -> tuple[Statement, ...]:
    """The parts of a criterion: what is known absent in one line, and nothing twice."""
    parts = _parts(proof)
    denied = [child for child in parts if child.fact and child.operator == "absent" and child.truth == "true"]
    if len(denied) < MOST_SINGLE:
        denied = []
    steps = [_step(context, child, seen) for child in parts if child not in denied]
    if denied:
        names = [context.reading.name(child.fact.code) for child in denied if child.fact]
        passages = dict.fromkeys(passage for child in denied for passage in child.passages)
        steps.append(Statement(text=context.say("denied_all", names), passages=tuple(passages)))
    return tuple(steps)


def _parts(proof: Proof) -> tuple[Proof, ...]:
    """What is below a node; below a finding that follows from others, what the rules ask for by which it does."""
    return proof.children if proof.fact is None else tuple(part for rule in proof.children for part in rule.children)


def _step(context: Context, proof: Proof, seen: set[str]) -> Statement:
    """A part of a criterion, its truth in the case, and below it what carries that."""
    fact = proof.fact
    value = context.reading.value(fact.code) if fact and fact.state == "known" else ""
    through = [context.reading.name(code) for code in fact.through if code != fact.code] if fact and not proof.children else []
    label = proof.label or proof.operator
    known = bool(proof.children) and label in seen
    seen.add(label)
    return Statement(
        text=context.say("step", label, proof.truth, value, through, known),
        passages=proof.passages,
        parts=() if known else _steps(context, proof, seen),
    )


def _change(context: Context, change: Change) -> str:
    return f"{context.reading.name(change.code)} {change.to}"


def _in_plain_words(context: Context, text: str, passages: tuple[str, ...], entries: list[DecidedRecommendation]) -> Statement:
    """What a patient told that carries a line, by name; of what is not there, how much was asked."""
    present: dict[str, None] = {}
    absent: dict[str, None] = {}
    for entry in entries:
        _gather(context, entry.explanation, present, absent)
    remark = context.say("carried", list(present)[:MOST_FACTS], len(absent))
    return Statement(text=text, passages=passages, remarks=(remark,) if remark else ())


def _gather(context: Context, proof: Proof, present: dict[str, None], absent: dict[str, None]) -> None:
    fact, case = proof.fact, context.reading.decision.case
    for code in (fact.through or (fact.code,)) if fact else ():
        if code in case.values:
            present.setdefault(context.reading.value(code))
        elif code in case.present:
            present.setdefault(context.reading.name(code))
        elif code in case.absent:
            absent.setdefault(code)
    for child in proof.children:
        _gather(context, child, present, absent)


def asking_the_doctor(context: Context) -> Iterator[Statement]:
    """Questions of a patient that fit the answer."""
    if not context.for_patient:
        return
    decision = context.reading.decision
    brief = decision.brief
    rules = context.reading.rules
    for other in brief.level_if:
        yield Statement(text=context.say("ask_level"), passages=rules[other.recommendation].passages)
    pressing = brief.level == "emergency"  # nobody is to weigh then whether, or when
    for action in brief.do:
        if action.caution and not pressing:
            yield Statement(text=context.say("ask_caution", action.text.split(". ")[0]), passages=action.passages)
    if any(screen.asked_of == "examiner" and screen.tier != "detail" for screen in decision.screens):
        yield Statement(text=context.say("ask_examined"))
    if decision.tensions:
        yield Statement(text=context.say("ask_open"))
    yield Statement(text=context.say("ask_else"))
    if not pressing:
        yield Statement(text=context.say("ask_when"), passages=brief.review.passages[:1] if brief.review else ())
