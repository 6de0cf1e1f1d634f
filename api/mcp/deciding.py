"""The tools that are about a case as a whole: `decide`, `next_screen`, `what_if` and `tensions`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from msgspec import structs
from spinegraph.api.audit.record import Asked
from spinegraph.api.mcp.answers import ChangedFact, ChangedVerdict, Comparison, NextScreen, Outcome, Tensions
from spinegraph.api.mcp.guidelines import Guidelines, attribution
from spinegraph.api.problems import ParameterError
from spinegraph.engine import Case, Engine, Knowledge
from spinegraph.engine.decide.suggestions import ACTS
from spinegraph.engine.errors import VocabularyError
from spinegraph.engine.model import Audience, Brief, Frozen, Recommendation, Verdict, doc

MOST_VERDICTS = 20
"""So many changed verdicts are listed."""
RECORDING = (
    "Put under `present` what the user says is so, under `absent` only what the user says is not so, numbers under "
    "`measurements`, of choices the code under `coded`. A date goes where its item says: it is the `member` `as_of`, or the "
    "`at` of the entry of the code `dates` in `member`. `none_of_these` makes every item absent only if the user chose it. "
    "Leave out what was not answered."
)


GUIDELINE = doc("Names of the packages that are asked, or all; by default all.")


class OfPackages(Frozen, frozen=True, kw_only=True):
    """Who is asked about a case."""

    guideline: Annotated[tuple[str, ...], GUIDELINE] = ()


class Decide(OfPackages, frozen=True, kw_only=True):
    """How much `decide` answers."""

    view: Annotated[
        Literal["brief", "standard"],
        doc("`brief`: one screen; `standard`: also assessments, other recommendations, notices and the passages behind it."),
    ] = "brief"


def engine_asked(guidelines: Guidelines, asked: OfPackages) -> Engine:
    """The engine of the packages that are asked. Raises ParameterError where there is no package of a name."""
    try:
        return guidelines.engine.of_packages(asked.guideline)
    except VocabularyError as error:
        raise ParameterError(error.what, where="/guideline", mend=error.mend) from error


def decide(guidelines: Guidelines, asked: Decide, case: Case) -> bytes:
    """The answer of `POST /v1/decisions` in this view, byte for byte. Raises AuditUnavailableError if it cannot be recorded."""
    engine_asked(guidelines, asked)
    of_case = Asked(view=asked.view, guideline=asked.guideline)
    answer = of_case.answer(guidelines.engine, case)
    if guidelines.recording:
        guidelines.recording.record(case, of_case, answer)
    return answer


def next_screen(guidelines: Guidelines, asked: OfPackages, case: Case) -> NextScreen:
    """The most pressing open screen with its items. Raises ParameterError where there is no package of a name."""
    engine_asked(guidelines, asked)
    answer = guidelines.engine.answer(case, packages=asked.guideline)
    brief = answer.brief
    return NextScreen(
        level=brief.level,
        headline=brief.headline,
        settled=brief.settled,
        level_final=brief.level_final,
        open=brief.open,
        screen=answer.screens[0] if answer.screens else None,
        recording=RECORDING,
        **attribution(brief),
    )


def tensions(guidelines: Guidelines, asked: OfPackages, case: Case) -> Tensions:
    """Every disagreement that the case touches, with all positions. Raises ParameterError where there is no package of a name."""
    engine_asked(guidelines, asked)
    decision = guidelines.engine.decide(case, flips=False, packages=asked.guideline)
    ids = [id_ for tension in decision.tensions for position in tension.positions for id_ in position.passages]
    return Tensions(tensions=decision.tensions, passages=guidelines.stated(ids, case.audience), **attribution(decision.brief))


# Two cases -----------------------------------------------------------------------------------


def what_if(guidelines: Guidelines, asked: OfPackages, case: Case, other: Case) -> Comparison:
    """What changes between two cases, in words for the audience of the first. Raises ParameterError for an unknown package."""
    engine_asked(guidelines, asked)
    engine, knowledge, packages = guidelines.engine, guidelines.engine.knowledge, asked.guideline
    other = structs.replace(other, audience=case.audience)
    before, after = (engine.brief(one, packages=packages).brief for one in (case, other))
    old, new = (engine.verdicts(one, packages) for one in (case, other))
    changed = [*_changed_verdicts(old, new, knowledge, case.audience)]
    return Comparison(
        facts=tuple(_changed_facts(case, other, names_of(knowledge, case.audience))),
        before=_outcome(before),
        after=_outcome(after),
        verdicts=tuple(changed[:MOST_VERDICTS]),
        further=max(0, len(changed) - MOST_VERDICTS),
        **attribution(before),
    )


def _outcome(brief: Brief) -> Outcome:
    return Outcome(
        level=brief.level,
        headline=brief.headline,
        do=tuple(action.text for action in brief.do),
        avoid=tuple(action.text for action in brief.avoid),
        settled=brief.settled,
    )


def names_of(knowledge: Knowledge, audience: Audience) -> dict[str, str]:
    """Code → name of every finding, measurement, condition and intervention, in the words of an audience."""
    things = (knowledge.findings, knowledge.valued, knowledge.conditions, knowledge.interventions)
    every = (thing for group in things for thing in group.values())
    return {thing.code: thing.patient_label if audience == "patient" else thing.label for thing in every}


def _changed_facts(case: Case, other: Case, names: Mapping[str, str]) -> Iterator[ChangedFact]:
    before, after = _facts(case), _facts(other)
    for member, code in dict.fromkeys((*before, *after)):
        states = [facts.get((member, code), "unknown") for facts in (before, after)]
        if states[0] != states[1]:
            yield ChangedFact(member=member, code=code, label=names.get(code, code), before=states[0], after=states[1])


def _facts(case: Case) -> dict[tuple[str, str], str]:
    """Member and code → how a case records it; a finding, which may stand on both sides, has the member `findings`."""
    sides = [(code, side) for side in ("present", "absent") for code in getattr(case, side)]
    facts: dict[tuple[str, str], str] = {}
    for code, side in sides:
        facts["findings", code] = f"{facts['findings', code]} and {side}" if ("findings", code) in facts else side
    facts |= {("measurements", code): f"{value:g}" for code, value in case.measurements.items()}
    facts |= {(member, code): "yes" for member in ACTS for code in getattr(case, member)}
    return facts | {("coded", name): value for name, value in case.coded.items()}


def _changed_verdicts(
    before: Mapping[str, Verdict], after: Mapping[str, Verdict], knowledge: Knowledge, audience: Audience
) -> Iterator[ChangedVerdict]:
    rules = {rule.id: rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)}
    for id_, verdict in before.items():
        if after[id_] != verdict:
            rule = rules[id_]
            label = knowledge.interventions[rule.intervention].patient_label if audience == "patient" else rule.label
            yield ChangedVerdict(recommendation=id_, label=label, before=verdict, after=after[id_])
