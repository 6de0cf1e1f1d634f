"""The interview asks what can change the brief, screen by screen and nothing twice, and ends exactly when nothing can."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from spinegraph.api.cli.answers import Record, answered, is_theirs
from spinegraph.api.cli.app import main
from spinegraph.api.cli.interview import Step, as_yaml, conduct, next_step
from spinegraph.engine import (
    Case,
    CaseError,
    CaseFile,
    Codebook,
    Engine,
    load_knowledge,
    make_case,
    make_codebook,
    read_case_file,
)
from spinegraph.engine.model.shown import ShownItem, ShownScreen

from tests.coded import write_coded
from tests.in_time import write_in_time

Answer = Callable[[Step], str]


class Person:
    """Answers by a function; what was asked is kept."""

    def __init__(self, engine: Engine, codebook: Codebook, answer: Answer, start: Case | None = None) -> None:
        self.asked: list[Step] = []
        self.printed: list[str] = []
        self._engine, self._codebook, self._answer = engine, codebook, answer
        self._state = Record(start or Case())
        self.record = conduct(engine, codebook, self._state, self._ask, self.printed.append)

    def _ask(self, prompt: str) -> str:
        if "Go on" in prompt:
            return "y"
        step = next_step(self._engine.open_screens(self._state.case), self._state)
        assert step is not None
        self.asked.append(step)
        text = self._answer(step)
        self._state = answered(self._state, step.items, text, self._codebook, self._engine.knowledge)
        return text


def at_random(seed: int) -> Answer:
    """A person who answers as it comes, and does not know a third of it."""
    dice = random.Random(seed)  # noqa: S311

    def answer(step: Step) -> str:
        if dice.random() < 1 / 3:
            return "?"
        item = step.items[0]
        if item.kind == "measurement":
            assert item.minimum is not None
            assert item.maximum is not None
            return str(round(dice.uniform(item.minimum, min(item.maximum, 100)), 1))
        ticks = " ".join(str(number) for number in range(1, len(step.items) + 1) if dice.random() < 1 / 4)
        return f"{ticks} ?" if ticks and dice.random() < 1 / 4 else ticks or "0"

    return answer


def healthy(step: Step) -> str:
    """Low back pain of a week in an adult, and nothing else."""
    if step.items[0].kind == "measurement":
        return {"age_years": "46", "duration_weeks": "5 d"}.get(step.items[0].code, "?")
    held = [str(number) for number, item in enumerate(step.items, 1) if item.code in ("back_pain", "low_back_pain")]
    return " ".join(held) or "0"


# When it ends --------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", ["clinician", "patient"])
@pytest.mark.parametrize("seed", range(12))
def test_it_ends_when_nothing_can_change_the_brief_or_nobody_knows_more(
    engine: Engine, codebook: Codebook, seed: int, audience: str
) -> None:
    start = make_case({"audience": audience}, codebook)
    person = Person(engine, codebook, at_random(seed), start)
    decision = engine.decide(person.record.case)
    left = [item for screen in decision.screens if screen.tier != "detail" for item in screen.items]
    known = {item.code for item in left if item.code in person.record.declined or is_theirs(item, person.record)}
    assert decision.brief.settled or {item.code for item in left} == known
    codes = [item.code for step in person.asked for item in step.items]
    assert len(codes) == len(set(codes))
    case = person.record.case
    assert not person.record.declined & {*case.present, *case.absent, *case.measurements}


def test_an_ordinary_visit_is_settled_after_few_screens(engine: Engine, codebook: Codebook) -> None:
    person = Person(engine, codebook, healthy)
    assert len({step.screen.id for step in person.asked}) <= 8
    brief = engine.brief(person.record.case).brief
    assert (brief.level, brief.settled) == ("routine", True)
    assert person.printed[-1] == "\nNo further answer changes this."
    assert max(len(line) for text in person.printed for line in text.splitlines()) <= 80


def test_a_patient_alone_learns_that_somebody_has_to_examine_them(engine: Engine, codebook: Codebook) -> None:
    start = make_case({"audience": "patient"}, codebook)
    person = Person(engine, codebook, healthy, start)
    asked = {item.asked_of for step in person.asked for item in step.items}
    assert asked == {"patient"}
    assert not engine.brief(person.record.case).brief.settled
    closing = " ".join(" ".join(person.printed[-3:]).split())
    assert "Somebody has to examine you" in closing
    assert "Tapping the spine hurts" in closing
    assert "Your doctor or your papers have to tell" in closing


def test_not_known_to_everything_asks_everything_once_and_records_nothing(engine: Engine, codebook: Codebook) -> None:
    start = make_case({"present": ["back_pain_left_mid_lower", "muscle_spasm"]}, codebook)
    person = Person(engine, codebook, lambda _: "?", start)
    assert person.record.case == start
    assert person.record.declined == {item.code for step in person.asked for item in step.items}
    assert "that are not known can still change this" in person.printed[-1]


def test_a_contradiction_in_the_record_is_asked_about_and_put_right(engine: Engine, codebook: Codebook) -> None:
    start = make_case({"present": ["back_pain", "fever"], "absent": ["fever"]}, codebook)
    person = Person(engine, codebook, lambda step: "40" if step.items[0].kind == "measurement" else "0", start)
    assert "fever" not in person.record.case.present
    assert "fever" in person.record.case.absent


def typed(engine: Engine, codebook: Codebook, start: Case, *answers: str) -> tuple[Record, str]:
    """An interview with these answers, until they end; the record and what was printed."""
    printed: list[str] = []
    given = iter(answers)
    record = conduct(engine, codebook, Record(start), lambda _: next(given, None), printed.append)
    return record, "\n".join(printed)


def test_an_emergency_stops_it_and_it_offers_to_go_on(engine: Engine, codebook: Codebook) -> None:
    start = make_case({"present": ["low_back_pain"], "measurements": {"age_years": 40, "duration_weeks": 2}}, codebook)
    record, printed = typed(engine, codebook, start, "0", "1", "", "n")
    assert record.case.present == ("low_back_pain", "urinary_retention")
    assert "! Emergency: get a lumbar MRI without contrast at once" in printed
    assert "y asks what else can change what to do" in printed
    _, further = typed(engine, codebook, start, "0", "1", "y", "q")
    assert "(can change what to do or to avoid; " in further.partition("! Emergency")[2]
    _, at_once = typed(engine, codebook, record.case, "n")
    assert "1 " not in at_once.partition("\n\n")[0]


# Answers -------------------------------------------------------------------------------------


def _item(code: str, kind: str = "finding") -> ShownItem:
    measured = {"unit": "a", "minimum": 0.0, "maximum": 130.0} if kind == "measurement" else {}
    return ShownItem(code=code, kind=kind, asked_of="patient", label=code, **measured)  # type: ignore[arg-type]


FINDINGS = tuple(map(_item, ("urinary_retention", "bowel_bladder_dysfunction", "saddle_anesthesia")))
AGE = (_item("age_years", "measurement"),)


@pytest.mark.parametrize(
    ("items", "text", "message"),
    [
        (AGE, "131", "age_years is 131, which cannot be: possible is 0 to 130 years."),
        (AGE, "-1", "age_years is -1, which cannot be: possible is 0 to 130 years."),
        (AGE, "nan", "age_years is 'nan', which is text."),
        (AGE, "054", "age_years is '054', which is text."),
        (AGE, "54 miles", "age_years has the unit 'miles', which cannot be converted to years."),
        (AGE, "y", "age_years is 'y', which is text."),
        (AGE, "", "Nothing is answered yet."),
        (FINDINGS, "maybe", "'maybe' is no answer here."),
        (FINDINGS, "", "Nothing is answered yet."),
        (FINDINGS, "4", "'4' is no answer here."),
        (FINDINGS, "1 0", "'1 0' is no answer here."),
        (FINDINGS, "1" * 5000, f"'{'1' * 5000}' is no answer here."),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    engine: Engine, codebook: Codebook, items: tuple[ShownItem, ...], text: str, message: str
) -> None:
    with pytest.raises(CaseError) as caught:
        answered(Record(Case()), items, text, codebook, engine.knowledge)
    assert caught.value.what == message


@pytest.mark.parametrize(
    ("text", "present", "absent", "declined"),
    [
        ("0", (), ("bowel_bladder_dysfunction", "saddle_anesthesia", "urinary_retention"), set()),
        ("n", (), ("bowel_bladder_dysfunction", "saddle_anesthesia", "urinary_retention"), set()),
        ("1", ("urinary_retention",), ("saddle_anesthesia",), set()),
        ("3, 2", ("bowel_bladder_dysfunction", "saddle_anesthesia"), ("urinary_retention",), set()),
        ("3 ?", ("saddle_anesthesia",), (), {"urinary_retention", "bowel_bladder_dysfunction"}),
        ("?", (), (), {"urinary_retention", "bowel_bladder_dysfunction", "saddle_anesthesia"}),
    ],
)
def test_what_is_not_ticked_is_denied_but_nothing_wider_than_what_is(
    engine: Engine,
    codebook: Codebook,
    text: str,
    present: tuple[str, ...],
    absent: tuple[str, ...],
    declined: set[str],
) -> None:
    record = answered(Record(Case()), FINDINGS, text, codebook, engine.knowledge)
    assert (record.case.present, record.case.absent, set(record.declined)) == (present, absent, declined)


@pytest.mark.parametrize(("text", "years"), [("54", 54.0), ("54 years", 54.0), ("18 months", 1.5), ("54 a", 54.0)])
def test_a_number_may_have_a_unit(engine: Engine, codebook: Codebook, text: str, years: float) -> None:
    record = answered(Record(Case()), AGE, text, codebook, engine.knowledge)
    assert record.case.measurements["age_years"] == pytest.approx(years)


def test_back_takes_the_last_answer_back(engine: Engine, codebook: Codebook) -> None:
    record, printed = typed(engine, codebook, Case(), "b", "40", "?", "back", "3", "b", "b", "41", "q")
    assert record == Record(Case(measurements={"age_years": 41.0}))
    assert "This is the first question." in printed


def test_an_empty_line_explains_the_keys(engine: Engine, codebook: Codebook) -> None:
    _, printed = typed(engine, codebook, Case(), "", "40", "2", "", "q")
    assert printed.count("Nothing is answered yet.") == 2
    assert "What is not ticked is denied" in " ".join(printed.split())
    assert "''" not in printed


@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_a_patient_sees_no_title_and_no_passage(engine: Engine, codebook: Codebook, audience: str) -> None:
    _, printed = typed(engine, codebook, make_case({"audience": audience}, codebook), "40", "2", "2 3", "q")
    screens = [screen for screen in engine.decide(Case()).screens if isinstance(screen, ShownScreen)]
    assert any(screen.title in printed for screen in screens if " " in screen.title) == (audience == "clinician")
    assert "000-L" not in printed


# The command ---------------------------------------------------------------------------------


def test_the_command_asks_explains_and_saves(
    codebook: Codebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start, saved = tmp_path / "start.yaml", tmp_path / "saved.yaml"
    start.write_text("title: A back\npresent: [back_pain, urinary_retention]\nmeasurements: {age_years: 54.5}\n")
    answers = iter(["y", "maybe", "1 week", "0"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers, "quit"))
    assert main(["interview", "--case", str(start), "--save", str(saved)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "'maybe', which is text" in out
    assert "\nEMERGENCY Get a lumbar MRI" in out
    case = read_case_file(saved, codebook).case
    assert {"back_pain", "urinary_retention"} <= set(case.present)
    assert case.measurements["duration_weeks"] == 1
    assert "pregnancy" in case.absent
    assert saved.read_text().startswith("title: A back\n")
    assert main(["interview", "--save", str(saved)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


def test_the_end_of_input_is_as_quit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.write_text("40\n")
    with given.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["interview", "--patient"]) == 0
    out = capsys.readouterr().out
    assert "Somebody has to examine you" in out
    assert "NOT CLEAR" in out


def test_a_saved_case_reads_back_the_same(codebook: Codebook, tmp_path: Path) -> None:
    case = Case(present=("fever",), measurements={"age_years": 54.0, "temperature_c": 38.5}, audience="patient")
    path = tmp_path / "case.yaml"
    path.write_text(as_yaml(CaseFile(case, "Ä title: with “marks”", "words " * 40)), encoding="utf-8")
    assert read_case_file(path, codebook).case == case
    assert "age_years: 54\n" in path.read_text(encoding="utf-8") or "age_years: 54," in path.read_text(encoding="utf-8")


def test_a_coded_value_is_chosen_by_its_number(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_coded(tmp_path)))
    codebook = make_codebook(engine.knowledge)
    chosen = {"sex": "1", "smoking": "3"}
    person = Person(engine, codebook, lambda step: chosen.get(step.items[0].code, "?"), Case(present=("sore_throat",)))
    assert person.record.case.coded == {"sex": "female", "smoking": "current-smoker"}
    assert "  sex" in person.printed
    assert "  1 female" in person.printed
    step = next(step for step in person.asked if step.items[0].code == "sex")
    for text in ("0", "1 2", "4", "x", ""):
        with pytest.raises(CaseError):
            answered(Record(Case()), step.items, text, codebook, engine.knowledge)


def test_dates_are_asked_once_and_kept_where_they_belong(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_in_time(tmp_path)))
    codebook = make_codebook(engine.knowledge)
    dates = {"as_of": "2026-03-31", "at:strep_sign": "2026-03", "at:sore_throat": "2026-03-01"}
    start = make_case({"present": ["sore_throat", "fever"], "absent": ["drooling"]}, codebook)
    person = Person(engine, codebook, lambda step: dates.get(step.items[0].code, "?"), start)
    asked = [step.items[0].code for step in person.asked]
    assert {code: asked.count(code) for code in dates} == dict.fromkeys(dates, 1)
    case = person.record.case
    assert case.as_of == "2026-03-31"
    assert case.dates["present"] == {"sore_throat": "2026-03-01", "strep_sign": "2026-03"}
    assert engine.verdicts(case)["recent"] == "indicated"
    assert "  When was it (last): sore throat?" in person.printed
    assert "  A date such as 2026-03-01, 2026-03 or 2026, ? not known, b back, q quit." in person.printed
    (step,) = [step for step in person.asked if step.items[0].code == "at:sore_throat"]
    for text in ("0", "1 2", "last week", "2026-13", ""):
        with pytest.raises(CaseError):
            answered(Record(start), step.items, text, codebook, engine.knowledge)


def test_the_date_of_a_value_stays_with_it(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_in_time(tmp_path)))
    codebook = make_codebook(engine.knowledge)
    item = ShownItem(
        code="at:temperature_c", kind="date", asked_of="record", label="", member="measurements", dates="temperature_c"
    )
    known = Record(make_case({"measurements": {"temperature_c": {"value": 102.2, "unit": "[degF]"}}}, codebook))
    found = answered(known, [item], "2026-03-01", codebook, engine.knowledge).case
    assert (found.measurements, found.dates) == ({"temperature_c": 39.0}, {"measurements": {"temperature_c": "2026-03-01"}})


def test_the_date_of_an_act_takes_the_place_of_the_act_among_findings(tmp_path: Path) -> None:
    engine = Engine(load_knowledge(write_in_time(tmp_path)))
    codebook = make_codebook(engine.knowledge)
    fact = "performed:throat_examination"
    item = ShownItem(code=f"at:{fact}", kind="date", asked_of="patient", label="", member="performed", dates="throat_examination")
    start = make_case({"present": [{"code": "drooling", "at": "2026-03-02"}, fact], "as_of": "2026-03-31"}, codebook)
    assert engine.verdicts(start)["since"] == "undetermined"
    found = answered(Record(start), [item], "2026-03-01", codebook, engine.knowledge).case
    assert engine.verdicts(found)["since"] == "indicated"
