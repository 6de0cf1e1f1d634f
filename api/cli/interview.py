"""`spinegraph interview`: asks what can still change a verdict, most dangerous first, and nothing else; then explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
import typer
import yaml
from spinegraph.api.cli.cases import KnowledgeOption, PatientOption
from spinegraph.api.cli.terminal import render_decision
from spinegraph.api.cli.terminal_page import show
from spinegraph.api.settings import load_engine
from spinegraph.engine import (
    Case,
    CaseError,
    CaseFile,
    Codebook,
    Decision,
    Engine,
    MalformedCaseError,
    Question,
    make_case,
    make_codebook,
    read_case_file,
)
from spinegraph.engine.decide.case import case_data
from spinegraph.engine.knowledge import units
from spinegraph.engine.knowledge.numbers import read_number
from spinegraph.engine.knowledge.yaml_text import plain_value

Ask = Callable[[str], str | None]
"""Puts a prompt and returns the answer, None at the end of input."""
Report = Callable[[str], None]

WORDS: Mapping[str, Literal["yes", "no", "unknown", "back", "quit"]] = {
    **dict.fromkeys(("yes", "y"), "yes"),
    **dict.fromkeys(("no", "n"), "no"),
    **dict.fromkeys(("unknown", "u", "?"), "unknown"),
    **dict.fromkeys(("back", "b"), "back"),
    **dict.fromkeys(("quit", "q"), "quit"),
}


class Record(NamedTuple):
    """What is known so far, and the codes that were answered `unknown`, which are not asked again."""

    case: Case
    declined: frozenset[str] = frozenset()


def interview_command(
    case: Annotated[Path | None, typer.Option(metavar="CASE", help="Case file to start from.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="New YAML file for the case that comes out.")] = None,
    patient: PatientOption = False,
    knowledge: KnowledgeOption = None,
) -> None:
    """Ask what can still change a verdict, then explain.

    Answer yes, no, a number, or unknown; back takes the last answer back, quit ends.
    """
    if save and save.exists():
        raise MalformedCaseError("The file exists already.", where=str(save), mend="Choose a new name: nothing is overwritten.")
    engine = load_engine(knowledge or ())
    codebook = make_codebook(engine.knowledge)
    start = read_case_file(case, codebook) if case else CaseFile(Case())
    if patient:
        start = start._replace(case=msgspec.structs.replace(start.case, audience="patient"))
    record = conduct(engine, codebook, Record(start.case), _ask, typer.echo)
    decision = engine.decide(record.case)
    show(render_decision(decision, engine.knowledge, title=start.title, narrative=start.narrative))
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
    """Ask until no open question is left that was not declined; if none was, no answer can change a verdict any more."""
    history = [start]
    decision = engine.decide(start.case)
    while question := next_question(decision, history[-1]):
        report(_question_text(question, decision, history, codebook))
        answer = ask("> ")
        word = "quit" if answer is None else WORDS.get(answer.strip().lower(), "")
        if word == "quit":
            report(f"\nEnded with {_number_open(decision, history[-1])} questions open.\n")
            return history[-1]
        if word == "back":
            if len(history) == 1:
                report("This is the first question.")
            else:
                history.pop()
        else:
            try:
                history.append(answered(history[-1], question, answer or "", codebook))
            except CaseError as error:
                report(str(error))
                continue
        before, decision = decision, engine.decide(history[-1].case)
        for line in _news(before, decision):
            report(line)
    declined = len(history[-1].declined)
    ended = (
        f"No question is left but the {declined} answered unknown." if declined else "No answer can change a verdict any more."
    )
    report(f"\n{ended}\n")
    return history[-1]


def next_question(decision: Decision, record: Record) -> Question | None:
    """The first open question that was not declined."""
    return next((question for question in decision.questions if question.finding not in record.declined), None)


def _number_open(decision: Decision, record: Record) -> int:
    return sum(question.finding not in record.declined for question in decision.questions)


def answered(record: Record, question: Question, answer: str, codebook: Codebook) -> Record:
    """The record with one answer more. Raises CaseError, with the texts of a case file, if it cannot be."""
    case, code = record.case, question.finding
    text = answer.strip()
    word = WORDS.get(text.lower(), "")
    if word == "unknown":
        return record._replace(declined=record.declined | {code})
    present, absent = set(case.present) - {code}, set(case.absent) - {code}
    if code in codebook.ranges:
        given = make_case({"measurements": {code: _number(text)}}, codebook).measurements
        values = dict(sorted({**case.measurements, **given}.items()))
        return record._replace(case=msgspec.structs.replace(case, measurements=values))
    if word not in ("yes", "no"):
        raise MalformedCaseError(f"{text!r} is no answer.", mend="Answer yes, no, unknown, back or quit.")
    (present if word == "yes" else absent).add(code)
    return record._replace(case=msgspec.structs.replace(case, present=tuple(sorted(present)), absent=tuple(sorted(absent))))


def _number(text: str) -> float | str:
    """A number, or the text as it is, for `make_case` to refuse."""
    try:
        number = read_number(text)
    except ValueError:  # thousands of digits
        return text
    return text if number is None else number


def _question_text(question: Question, decision: Decision, history: list[Record], codebook: Codebook) -> str:
    left = _number_open(decision, history[-1])
    answers = "yes, no"
    if question.finding in codebook.ranges:
        least, most, unit = codebook.ranges[question.finding]
        answers = f"{least:g} to {most:g} {units.in_words(unit)}"
    passages = f"  {' '.join(question.passages[:3])}" if question.passages else ""
    return (
        f"\n{question.question}  [{answers}, unknown, back, quit]\n"
        f"  {question.why}{passages}  ({len(history) - 1} answered, {left} open)"
    )


def _news(before: Decision, after: Decision) -> list[str]:
    """What an answer has changed that cannot wait for the end: the urgency, and contradictions in the record."""
    news = []
    if after.brief.level != before.brief.level:
        pressing = [
            entry.label
            for entry in after.recommendations
            if entry.urgency == after.brief.level and entry.verdict == "indicated" and entry.direction == "for"
        ]
        news.append(f"  ! Urgency is now {after.brief.level}" + (f": {'; '.join(pressing)}" if pressing else ""))
    known = {notice.message for notice in before.notices}
    news += [
        f"  ! {notice.message}"
        for notice in after.notices
        if notice.code in ("contradictory-input", "out-of-scope") and notice.message not in known
    ]
    return news


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
