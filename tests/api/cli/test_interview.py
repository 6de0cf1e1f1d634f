"""The interview asks what can change a verdict, nothing twice, and ends exactly when nothing can."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from spinegraph.api.cli.app import main
from spinegraph.api.cli.interview import Record, answered, as_yaml, conduct, next_question
from spinegraph.engine import Case, CaseError, CaseFile, Codebook, Engine, Question, make_case, read_case_file

from tests.remembering import RememberingEngine

Answer = Callable[[Question], str]
SETTLED = frozenset(("not-indicated", "out-of-scope"))


def interview(engine: Engine, codebook: Codebook, answer: Answer, case: Case | None = None) -> tuple[Record, list[str]]:
    """Conduct an interview with a function for a patient; the record and the codes that were asked."""
    asked: list[str] = []
    start = Record(case or Case())
    state = [start]

    def ask(prompt: str) -> str:
        question = next_question(engine.decide(state[-1].case), state[-1])
        assert question is not None
        asked.append(question.finding)
        text = answer(question)
        state.append(answered(state[-1], question, text, codebook))
        return text

    return conduct(engine, codebook, start, ask, lambda _: None), asked


def constant(word: str, number: str, codebook: Codebook) -> Answer:
    """A patient who answers everything alike."""
    return lambda question: number if question.finding in codebook.ranges else word


def at_random(seed: int, codebook: Codebook) -> Answer:
    """A patient who answers as it comes, and does not know a third of it."""
    dice = random.Random(seed)  # noqa: S311

    def answer(question: Question) -> str:
        if dice.random() < 1 / 3:
            return "unknown"
        if question.finding in codebook.ranges:
            least, most, _ = codebook.ranges[question.finding]
            return str(round(dice.uniform(least, min(most, 100)), 1))
        return dice.choice(["yes", "no"])

    return answer


@pytest.fixture(scope="session")
def engine(remembering: RememberingEngine) -> Engine:
    """`unknown` leaves a case as it is, and the patient looks at the questions that the interview looks at."""
    return remembering


# When it ends --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_it_ends_when_no_open_question_is_left(engine: Engine, codebook: Codebook, seed: int) -> None:
    record, asked = interview(engine, codebook, at_random(seed, codebook))
    open_codes = {question.finding for question in engine.decide(record.case).questions}
    assert open_codes <= record.declined
    assert len(asked) == len(set(asked))
    assert not record.declined & {*record.case.present, *record.case.absent, *record.case.measurements}


@pytest.mark.slow
@pytest.mark.parametrize("word", ["yes", "no"])
def test_at_the_end_no_answer_changes_a_verdict(engine: Engine, codebook: Codebook, word: str) -> None:
    """Every fact that is left is tried both ways: what is live stays as it is, unless the fact contradicts the record."""
    record, _ = interview(engine, codebook, constant(word, "40", codebook))
    verdicts = engine.verdicts(record.case)
    live = {id_ for id_, verdict in verdicts.items() if verdict not in SETTLED}
    tried = 0
    for changed in _variations(record, codebook):
        decision = engine.decide(changed)
        if any(notice.code == "contradictory-input" for notice in decision.notices):
            continue
        tried += 1
        after = engine.verdicts(changed)
        assert {id_: after[id_] for id_ in live} == {id_: verdicts[id_] for id_ in live}
    assert tried


def _variations(record: Record, codebook: Codebook) -> Iterator[Case]:
    """The case with one fact more that was neither recorded nor declined."""
    case = record.case
    known = {*case.present, *case.absent, *record.declined, *codebook.derived_only}
    for code in sorted(set(codebook.findings.values()) - known):
        yield msgspec.structs.replace(case, present=(*case.present, code))
        yield msgspec.structs.replace(case, absent=(*case.absent, code))
    for code, (least, most, _) in codebook.ranges.items():
        if code not in case.measurements and code not in record.declined:
            for value in (least, (least + most) / 2, most):
                yield msgspec.structs.replace(case, measurements={**case.measurements, code: value})


def test_unknown_to_everything_declines_every_question_once(engine: Engine, codebook: Codebook) -> None:
    start = make_case({"present": ["back_pain_left_mid_lower", "muscle_spasm"]}, codebook)
    record, asked = interview(engine, codebook, constant("unknown", "?", codebook), start)
    assert record.case == start
    assert asked == [question.finding for question in engine.decide(start).questions]


@pytest.mark.slow
def test_a_contradiction_in_the_record_is_asked_about_and_put_right(engine: Engine, codebook: Codebook) -> None:
    start = make_case({"present": ["back_pain", "fever"], "absent": ["fever"]}, codebook)
    record, asked = interview(engine, codebook, constant("no", "40", codebook), start)
    assert "fever" in asked
    assert "fever" not in record.case.present
    assert "fever" in record.case.absent


# Answers -------------------------------------------------------------------------------------


def _question(code: str) -> Question:
    return Question(finding=code, label=code, question=f"{code}?", why="", settles=(), passages=())


@pytest.mark.parametrize(
    ("code", "text", "told"),
    [
        ("age_years", "131", "age_years is 131, which cannot be: possible is 0 to 130 years."),
        ("age_years", "-1", "age_years is -1, which cannot be: possible is 0 to 130 years."),
        ("age_years", "nan", "age_years is 'nan', which is text."),
        ("age_years", "054", "age_years is '054', which is text."),
        ("age_years", "54 years", "age_years is '54 years', which is text."),
        ("age_years", "yes", "age_years is 'yes', which is text."),
        ("fever", "maybe", "'maybe' is no answer."),
        ("fever", "", "'' is no answer."),
        ("fever", "37", "'37' is no answer."),
    ],
)
def test_an_answer_that_cannot_be_is_refused_as_in_a_case_file(codebook: Codebook, code: str, text: str, told: str) -> None:
    with pytest.raises(CaseError) as caught:
        answered(Record(Case()), _question(code), text, codebook)
    assert caught.value.what == told


def test_answers_are_recorded(codebook: Codebook) -> None:
    record = Record(Case())
    for code, text in (("fever", " Yes "), ("saddle_anesthesia", "n"), ("age_years", "54"), ("night_pain", "?")):
        record = answered(record, _question(code), text, codebook)
    assert record.case == Case(present=("fever",), absent=("saddle_anesthesia",), measurements={"age_years": 54.0})
    assert record.declined == {"night_pain"}


def test_back_takes_the_last_answer_back(engine: Engine, codebook: Codebook) -> None:
    told: list[str] = []
    answers = iter(["back", "yes", "unknown", "back", "no", "back", "back", "no", "quit"])
    record = conduct(engine, codebook, Record(Case()), lambda _: next(answers), told.append)
    assert record == Record(Case(absent=("back_pain",)))
    assert told[1] == "This is the first question."


def test_an_emergency_is_told_at_once(engine: Engine, codebook: Codebook) -> None:
    start = make_case({"present": ["back_pain"], "absent": ["palpable_knots"]}, codebook)
    told: list[str] = []
    conduct(engine, codebook, Record(start), constant_until("bilateral_leg_weakness", engine, start), told.append)
    assert any(line.startswith("  ! Urgency is now emergency: ") and "Lumbar MRI" in line for line in told)


def constant_until(code: str, engine: Engine, start: Case) -> Callable[[str], str | None]:
    """Answers no until one finding is asked, yes to that, and then nothing more."""
    questions = [question.finding for question in engine.decide(start).questions]
    answers = iter([*("unknown" for _ in questions[: questions.index(code)]), "yes"])
    return lambda _: next(answers, None)


# The command ---------------------------------------------------------------------------------


def test_the_command_asks_explains_and_saves(
    engine: Engine,
    codebook: Codebook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    start, saved = tmp_path / "start.yaml", tmp_path / "saved.yaml"
    start.write_text("title: A back\npresent: [back_pain, urinary_retention]\nmeasurements: {age_years: 54.5}\n")
    answers = iter(["no", "maybe", "unknown"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers, "quit"))
    assert main(["interview", "--case", str(start), "--save", str(saved)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "'maybe' is no answer." in out
    assert "urgency  EMERGENCY" in out
    assert "questions open" in out
    case = read_case_file(saved, codebook).case
    assert case.present == ("back_pain", "urinary_retention")
    assert len(case.absent) == 1
    assert saved.read_text().startswith("title: A back\n")
    assert main(["interview", "--save", str(saved)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


@pytest.mark.slow
def test_the_end_of_input_is_as_quit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("yes\n")
    with empty.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["interview", "--patient"]) == 0
    out = capsys.readouterr().out
    assert "present back pain" in out
    assert "Ended with" in out


def test_a_saved_case_reads_back_the_same(codebook: Codebook, tmp_path: Path) -> None:
    case = Case(present=("fever",), measurements={"age_years": 54.0, "temperature_c": 38.5}, audience="patient")
    path = tmp_path / "case.yaml"
    path.write_text(as_yaml(CaseFile(case, "Ä title: with “marks”", "words " * 40)), encoding="utf-8")
    assert read_case_file(path, codebook).case == case
    assert "age_years: 54\n" in path.read_text(encoding="utf-8") or "age_years: 54," in path.read_text(encoding="utf-8")
