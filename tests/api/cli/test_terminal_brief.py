"""The brief on a terminal: it fits one, breaks no word, names what it rests on, and speaks to patients in their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from spinegraph.api.cli.decide import HINT
from spinegraph.api.cli.terminal import render_decision, render_proof
from spinegraph.api.cli.terminal_brief import brief_lines, some, whole_brief
from spinegraph.engine import Case, Codebook, Engine, Knowledge, load_knowledge, make_case, make_codebook, read_case_file
from spinegraph.engine.model import Answer, Audience, Concept, Measurement, Recommendation
from spinegraph.engine.validation.cases.files import read_cases

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
KNOWLEDGE = load_knowledge()
WRITTEN = [case.case for case in read_cases([ROOT / "tests" / "cases"], KNOWLEDGE)]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yaml"))
LINES = 24
WIDTH = 80
AUDIENCES: tuple[Audience, ...] = ("clinician", "patient")


def _cases() -> Iterator[Case]:
    """All examples, and all cases of the guideline's own tests."""
    codebook = make_codebook(KNOWLEDGE)
    yield from (read_case_file(path, codebook).case for path in EXAMPLES)
    yield from WRITTEN


Answers = dict[Audience, list[tuple[Answer, list[str]]]]


@pytest.fixture(scope="module")
def answers(engine: Engine) -> Answers:
    """By audience: every answer, with the lines of its brief."""
    cases = list(_cases())
    return {audience: [_printed(engine, case, audience) for case in cases] for audience in AUDIENCES}


def _printed(engine: Engine, case: Case, audience: Audience) -> tuple[Answer, list[str]]:
    answer = engine.answer(msgspec.structs.replace(case, audience=audience))
    return answer, [line.plain for line in brief_lines(answer, HINT)]


def words_of(lines: list[str]) -> str:
    """Lines without what stands in the margin, the numbers and the column of passages, as one text."""
    plain = (re.sub(r"\s{2,}(?:[0-9]{3}-L\d+\w?)$", "", line)[10:] for line in lines)
    return " ".join(" ".join(re.sub(r"^[1-9] ", "", line) for line in plain).split())


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_case_fits_a_terminal(answers: Answers, audience: Audience) -> None:
    for answer, lines in answers[audience]:
        assert len(lines) <= LINES, answer.case
        assert max(map(len, lines)) <= WIDTH, answer.case
        assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_word_is_broken_and_nothing_to_do_is_left_out(answers: Answers, audience: Audience) -> None:
    for answer, lines in answers[audience]:
        brief, text = answer.brief, words_of(lines)
        for action in (*brief.do, *brief.avoid):
            assert " ".join(action.text.split()) in text
            assert " ".join(action.caution.split()) in text
        for shown in (*(one.label for one in brief.rule_out), brief.review.text if brief.review else "", brief.disclaimer):
            assert " ".join(shown.split()) in text


def test_what_it_rests_on_stands_beside_it(answers: Answers) -> None:
    for answer, lines in answers["clinician"]:
        for action in (*answer.brief.do, *answer.brief.avoid):
            assert not action.passages or any(line.endswith(f"  {action.passages[0]}") for line in lines)
        text = words_of(lines)
        assert all(source.id in text and source.review in text for source in answer.brief.sources)
        assert not answer.brief.readings or "our reading" in text.lower()


def test_nothing_that_is_open_is_called_settled(answers: Answers) -> None:
    for answer, lines in answers["clinician"]:
        assert any(line.startswith("Settled") for line in lines) == answer.brief.settled
        assert any(line.startswith("Open") for line in lines) != answer.brief.settled


def test_a_narrow_terminal_has_more_lines_and_no_longer_ones(engine: Engine, codebook: Codebook) -> None:
    answer = engine.answer(read_case_file(ROOT / "docs" / "examples" / "red-flag.yaml", codebook).case)
    narrow = [line.plain for line in brief_lines(answer, HINT, 50)]
    assert max(map(len, narrow)) <= 50
    assert words_of(narrow).count("Get an MRI of the lumbar spine at once, without contrast.") == 1


def test_a_contradiction_stands_above_everything(engine: Engine) -> None:
    case = Case(present=("fever", "low_back_pain", "urinary_retention"), absent=("fever",))
    assert _printed(engine, case, "clinician")[1][0] == "!         fever is recorded both present and absent: reconcile it."
    assert _printed(engine, case, "patient")[1][0].startswith("!         Some of your answers do not fit together.")


def test_what_is_ignored_is_not_ignored_in_silence(engine: Engine, codebook: Codebook) -> None:
    case = make_case({"present": ["low_back_pain", "nonsense_code"], "unknown_codes": "report"}, codebook)
    assert _printed(engine, case, "clinician")[1][0].startswith("!         Some entries of the case decide nothing")
    assert _printed(engine, case, "patient")[1][0].startswith("!         Not known here, and not used:")


def test_everything_has_every_reading_and_topic(answers: Answers) -> None:
    for answer, _ in answers["clinician"]:
        text = words_of([line.plain for line in whole_brief(answer)])
        assert all(" ".join(reading.split()) in text for reading in answer.brief.readings)
        assert all(topic in text for topic in answer.brief.not_covered)


def test_some_of_many() -> None:
    assert some("abcde", 2, ", ") == "a, b and 3 more"
    assert some("abc", 2, ", ") == "a, b, c"
    assert some("", 2, ", ") == ""


# To patients ---------------------------------------------------------------------------------


def _clinical(knowledge: Knowledge) -> Iterator[str]:
    """Labels that no text for patients has."""
    named: list[Concept | Measurement] = [*knowledge.findings.values(), *knowledge.measurements.values()]
    named += knowledge.conditions.values()
    rules = [rule for rule in knowledge.rules.values() if isinstance(rule, Recommendation)]
    screens = tuple(knowledge.screens.values())
    spoken = " | ".join(
        (
            *(text for thing in named for text in (thing.patient_label, thing.patient_question)),
            *(rule.patient_text for rule in rules),
            *(line.patient_text for line in knowledge.lines.values()),
            *(text for screen in screens for text in (screen.patient_question, screen.patient_none_of_these)),
            *(item.patient_label for screen in screens for item in screen.items),
            *(topic.patient_label for topic in knowledge.uncovered.values()),
        )
    ).lower()
    labels = (*(thing.label for thing in named), *(rule.label for rule in rules), *(screen.label for screen in screens))
    yield from (label.lower() for label in labels if label.lower() not in spoken)


CLINICAL = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(_clinical(KNOWLEDGE), key=len, reverse=True)))})\b")
CODED = re.compile(r"\d{3}-L\d|\bC\d\d\b|\bred flag|conflict|\b[a-z]+_[a-z_]+\b|rule:")


def test_there_are_clinical_words_to_look_for() -> None:
    for word in ("saddle anesthesia", "urinary retention", "radiculopathy", "cauda equina syndrome"):
        assert CLINICAL.search(word)


def test_no_patient_reads_a_clinicians_word(answers: Answers) -> None:
    for _, lines in answers["patient"]:
        assert not CLINICAL.findall(words_of(lines).lower())
        assert not CODED.findall(" ".join(lines))


def test_all_of_it_is_in_words_for_patients(engine: Engine) -> None:
    for case in [*_cases()][::25]:
        decision = engine.decide(msgspec.structs.replace(case, audience="patient"), include_all=True)
        console = Console(width=100, no_color=True, highlight=False)
        with console.capture() as captured:
            console.print(render_decision(decision, engine.knowledge))
        text = " ".join(captured.get().split())
        assert not CLINICAL.findall(text.lower())
        assert not CODED.findall(text)


# Proofs --------------------------------------------------------------------------------------


def test_a_proof_leads_to_facts_and_passages(engine: Engine, codebook: Codebook) -> None:
    case = read_case_file(ROOT / "docs" / "examples" / "red-flag.yaml", codebook).case
    rule = "lumbar-mri-in-suspected-cauda-equina"
    entry = next(one for one in engine.answer(case, [rule]).recommendations if one.id == rule)
    console = Console(width=WIDTH, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(render_proof(entry, case, engine.knowledge))
    lines = captured.get().splitlines()
    assert lines[0].startswith("must  Lumbar MRI without contrast, at once  000-L033a")
    assert max(map(len, map(str.rstrip, lines))) <= WIDTH
    assert any("urinary retention present  000-L032b" in line for line in lines)
    assert any("bowel or bladder dysfunction present (from urinary retention)" in line for line in lines)
    assert any(line.startswith("000-L033a") for line in lines)
    assert any(line.startswith("changes if") for line in lines)
