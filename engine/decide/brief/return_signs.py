"""Signs to come back for: what was asked and denied, and would raise the level were it there. Each is tried by the program."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs
from spinegraph.engine.decide.case import CaseEncoder
from spinegraph.engine.decide.level import RAISING, level_of
from spinegraph.engine.model import Case, Level, ReturnSign, ScreenItem
from spinegraph.engine.program.program import Program


def return_signs(program: Program, encoder: CaseEncoder, case: Case) -> tuple[ReturnSign, ...]:
    """The denied signs that alone would make a case more urgent than it is, the most urgent first, in the order of the screens.

    Only what is asked of the patient counts: he notices nothing else. None for a record that contradicts itself.
    """
    now = _level(program, encoder, case)
    if now is None:
        return ()
    higher = RAISING[: RAISING.index(now)] if now in RAISING else RAISING
    found: dict[str, ReturnSign] = {}
    for item, code in _denied(program, case) if higher else ():
        level = _level(program, encoder, _with(program, case, item.asks))
        if level in higher:
            found.setdefault(code, ReturnSign(code=code, label=_label(program, case, item), level=level))
    return tuple(sorted(found.values(), key=lambda sign: RAISING.index(sign.level)))


def _denied(program: Program, case: Case) -> Iterator[tuple[ScreenItem, str]]:
    """What screens ask of patients and a case denies, with its code."""
    findings, absent = program.knowledge.findings, set(case.absent)
    for screen in program.knowledge.screens.values():
        for item in screen.items:
            if item.asked_of == "patient" and item.asks in findings and findings[item.asks].code in absent:
                yield item, findings[item.asks].code


def _with(program: Program, case: Case, finding: str) -> Case:
    """The case with a denied finding present, and what is wider than it no longer denied."""
    knowledge = program.knowledge
    wider = {knowledge.findings[iri].code for iri in knowledge.hierarchy.broader[finding] if iri in knowledge.findings}
    present = (*case.present, knowledge.findings[finding].code)
    return structs.replace(case, present=present, absent=tuple(code for code in case.absent if code not in wider))


def _level(program: Program, encoder: CaseEncoder, case: Case) -> Level | None:
    """How urgent a case is; None where it contradicts itself."""
    planes, certain = encoder.run(case)
    return level_of(program.level, planes, certain) if planes is certain else None


def _label(program: Program, case: Case, item: ScreenItem) -> str:
    concept = program.knowledge.findings[item.asks]
    return item.patient_label or concept.patient_label if case.audience == "patient" else concept.label
