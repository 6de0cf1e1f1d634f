"""`spinegraph interview`: asks screen by screen what can still change the brief, most dangerous first, and then shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import typer
import yaml
from spinegraph.api.cli.answers import BACK, HELP, QUIT, Record, answered, is_theirs, keys, open_items, quantity_range
from spinegraph.api.cli.cases import AsOfOption, GuidelineOption, KnowledgeOption, PatientOption, SubjectOption
from spinegraph.api.cli.terminal_brief import brief_lines, wrapped
from spinegraph.api.cli.terminal_page import brief_width, show
from spinegraph.api.settings import load_engine
from spinegraph.engine import (
    Case,
    CaseError,
    CaseFile,
    Codebook,
    Engine,
    MalformedCaseError,
    make_codebook,
)
from spinegraph.engine.decide.accounted import with_account
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.exchange.fhir.reading.files import read_any_case_file
from spinegraph.engine.exchange.fhir.reading.record import FhirReader, RecordOptions
from spinegraph.engine.knowledge.yaml_text import plain_value
from spinegraph.engine.model import Answer
from spinegraph.engine.model.shown import ShownItem, ShownScreen

Ask = Callable[[str], str | None]
"""Puts a prompt and returns the answer, None at the end of input."""
Report = Callable[[str], None]

HINT = "`spinegraph decide --all` shows the rest."


class Step(NamedTuple):
    """What is asked at once: a measurement, a coded value, a date, or the findings of a screen."""

    screen: ShownScreen
    items: tuple[ShownItem, ...]


def interview_command(
    case: Annotated[Path | None, typer.Option(metavar="CASE", help="Case file, or FHIR record, to start from.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="New YAML file for the case that comes out.")] = None,
    patient: PatientOption = False,
    subject: SubjectOption = "",
    as_of: AsOfOption = "",
    guideline: GuidelineOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Ask what can still change the brief, then show it.

    Answer with the numbers of what holds, 0 for none of these, ? for what is not known; b goes back, q ends.
    """
    if save and save.exists():
        raise MalformedCaseError("The file exists already.", where=str(save), mend="Choose a new name: nothing is overwritten.")
    engine = load_engine(knowledge or ()).of_packages(guideline or ())
    codebook = make_codebook(engine.knowledge)
    reader, options = FhirReader(engine.knowledge, codebook), RecordOptions(subject, as_of)
    if case is None and options != RecordOptions():
        raise typer.BadParameter("--subject and --as-of go with --case.")
    start = read_any_case_file(case, codebook, reader, options) if case else CaseFile(Case())
    if patient:
        start = start._replace(case=msgspec.structs.replace(start.case, audience="patient"))
    record = conduct(engine, codebook, Record(start.case), _ask, typer.echo)
    from rich.console import Group

    show(Group("", *brief_lines(with_account(engine.answer(record.case), start.account), HINT, brief_width())))
    if save:
        save.write_text(as_yaml(start._replace(case=record.case)), encoding="utf-8")
        typer.echo(f"\nSaved as {save}.")


def _ask(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        typer.echo()
        return None


def conduct(engine: Engine, codebook: Codebook, start: Record, ask: Ask, report: Report) -> Record:
    """Ask until no answer changes the brief, nobody knows more, or an emergency or the person ends it."""
    history = [start]
    decision = _decide(engine, start.case)
    shown: Step | None = None
    level = ""
    while True:
        if decision.brief.level == "emergency" != level and not _goes_on(decision, ask, report):
            break
        level = decision.brief.level
        step = None if decision.brief.settled else next_step(decision.screens, history[-1])
        if step is None:
            break
        _put(step, shown, decision, report)
        shown = step
        answer = ask("> ")
        word = "q" if answer is None else answer.strip().lower()
        if word in QUIT:
            break
        if word in BACK:
            shown = None
            _take_back(history, report)
        else:
            try:
                history.append(answered(history[-1], step.items, word, codebook, engine.knowledge))
            except CaseError as error:
                report(f"{error}\n{_paragraph(f'{keys(step.items)} {HELP}', '  ')}")
                continue
        before, decision = decision, _decide(engine, history[-1].case)
        _report_news(before, decision, report)
    for line in _closing(decision, history[-1]):
        report(f"\n{_paragraph(line)}")
    return history[-1]


def _decide(engine: Engine, case: Case) -> Answer:
    """The short answer, and every screen with all its items."""
    return msgspec.structs.replace(engine.answer(case), screens=engine.open_screens(case))


def next_step(screens: Iterable[ShownScreen], record: Record) -> Step | None:
    """The first thing to ask that can still change the brief and was not declined: what has a value, one by one."""
    for screen in screens:
        items = [item for item in open_items(screen, record) if not is_theirs(item, record)]
        if items and screen.tier != "detail":
            findings = tuple(item for item in items if item.kind == "finding")
            return Step(screen, findings if items[0].kind == "finding" else tuple(items[:1]))
    return None


def _take_back(history: list[Record], report: Report) -> None:
    if len(history) == 1:
        report("This is the first question.")
    else:
        history.pop()


# What is reported ----------------------------------------------------------------------------


def _put(step: Step, shown: Step | None, decision: Answer, report: Report) -> None:
    """Put a question that is not shown yet; a screen is introduced once."""
    screen, items = step
    for_patient = decision.case.audience == "patient"
    if step == shown:
        return
    if shown is None or screen.id != shown.screen.id:
        open_ = sum(one.tier != "detail" for one in decision.screens)
        heading = screen.question if for_patient else f"{screen.title} ({screen.why}; {open_} open). {screen.question}"
        report(f"\n{_paragraph(heading)}")
    if items[0].kind == "measurement":
        report(_paragraph(f"{items[0].label}, {quantity_range(items[0])}", "  "))
    elif items[0].kind == "date":
        report(_paragraph(items[0].question, "  "))
    else:
        coded = items[0].kind == "coded"
        if coded:
            report(_paragraph(items[0].label, "  "))
        for number, named in enumerate([one.label for one in (items[0].choices if coded else items)], 1):
            report(_paragraph(named, f"  {number} "))
    report(_paragraph(keys(items), "  "))


def _paragraph(text: str, start: str = "") -> str:
    """A text as wide as a brief; all but its first line stand below where the text begins."""
    lines = wrapped(text, brief_width() - len(start))
    return f"\n{' ' * len(start)}".join((f"{start}{lines[0]}", *lines[1:]))


def _goes_on(decision: Answer, ask: Ask, report: Report) -> bool:
    """Say that it is an emergency, and offer to go on."""
    report(f"\n{_paragraph(decision.brief.headline, '! ')}")
    if decision.brief.settled:
        return False
    while True:
        answer = ask("Go on asking? y or n > ")
        word = "n" if answer is None else answer.strip().lower()
        if word in ("y", "yes"):
            return True
        if word in ("n", "no", *QUIT):
            return False
        report("y asks what else can change what to do; n ends and shows what to do now.")


def _report_news(before: Answer, after: Answer, report: Report) -> None:
    """What cannot wait for the end: another level, and contradictions in the record."""
    known = {notice.message for notice in before.notices}
    if before.brief.level != "urgent" == after.brief.level:
        report(_paragraph(after.brief.headline, "! "))
    for notice in after.notices:
        if notice.code in ("contradictory-input", "out-of-scope") and notice.message not in known:
            report(_paragraph(after.brief.headline if after.case.audience == "patient" else notice.message, "! "))


def _closing(decision: Answer, record: Record) -> Iterator[str]:
    """How it ended, and what somebody else has to find out."""
    if decision.brief.settled:
        yield "No further answer changes this."
        return
    items = [item for screen in decision.screens if screen.tier != "detail" for item in screen.items]
    examined = [item.label for item in items if item.asked_of == "examiner" and is_theirs(item, record)]
    recorded = [item.label for item in items if item.asked_of == "record" and is_theirs(item, record)]
    if examined:
        yield f"Somebody has to examine you before more can be said. Not known yet: {'; '.join(examined)}."
    if recorded:
        yield f"Your doctor or your papers have to tell: {'; '.join(recorded)}."
    left = [item for item in items if not is_theirs(item, record)]
    if left:
        yield f"{len(left)} answers that are not known can still change this."


class _Dumper(yaml.SafeDumper):
    """Puts a text in quotation marks where our reader would take it for something else."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        if plain_value(data) != data:
            return self.represent_scalar("tag:yaml.org,2002:str", data, style='"')
        return super().represent_str(data)


_Dumper.add_representer(str, _Dumper.represent_str)


def as_yaml(file: CaseFile) -> str:
    """A case as the text of a case file."""
    words = {key: text for key, text in (("title", file.title), ("narrative", file.narrative)) if text}
    given = {**words, **case_data(file.case)}
    return str(yaml.dump(given, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))
