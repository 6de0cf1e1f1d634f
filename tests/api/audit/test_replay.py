"""Recorded decisions made again: with the same knowledge, with other knowledge, by another program, and from a damaged record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest
from spinegraph.api.audit.record import FIRST, Asked, DecisionRecord, Entry, Origin, Recorder, Stored, Told
from spinegraph.api.audit.replay import Replayed, Replayer
from spinegraph.engine import Case, CaseFile, Engine
from spinegraph.engine.model import InputAccount
from spinegraph.engine.validation.diff.statements import State
from spinegraph.engine.validation.diff.states import state_of

from tests.api.audit.recording import JSON, entry
from tests.small import RULE_FILE, Edit, all_cases, write_small

FEVER = Case(present=("sore_throat", "tonsillar_exudate"), measurements={"temperature_c": 38.0})
HIGHER = Edit(RULE_FILE, "sh:minInclusive 38", "sh:minInclusive 38.5")
WORDS = Edit(RULE_FILE, '"Do: gargle."@en', '"Do: gargle with water."@en')


def stored(given: Entry) -> Stored:
    record = DecisionRecord(
        **{name: getattr(given.decided, name) for name in given.decided.__struct_fields__}, number=1, previous=FIRST
    )
    return Stored(record, record.digest, given.contents)


@pytest.fixture
def states(tmp_path: Path) -> Iterator[dict[str, State]]:
    """The small knowledge as it was, with a higher threshold, and with another word."""
    with ExitStack() as stack:
        found = {}
        for name, edits in {"old": (), "higher": (HIGHER,), "words": (WORDS,)}.items():
            write_small(tmp_path / name, *edits)
            found[name] = stack.enter_context(state_of(str(tmp_path / name)))
        yield found


def replayed(given: Entry, engine: Engine) -> Replayed:
    return Replayer(engine).replay(stored(given))


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(view="brief"),
        Asked(view="full"),
        Asked(explain=("gargle", "give-penicillin")),
        Asked(verdicts=True, return_signs=True),
    ],
    ids=lambda asked: asked.view,
)
def test_the_same_knowledge_gives_the_same_bytes(small_paths: tuple[Path, ...], small: Engine, asked: Asked) -> None:
    found = replayed(entry(small, FEVER, asked), Engine(small.knowledge))
    assert (found.outcome, found.sent, found.changes) == ("equal", True, ())


def test_every_case_is_decided_again_byte_for_byte(small: Engine) -> None:
    again = Replayer(Engine(small.knowledge))
    cases = [case for number, case in enumerate(all_cases()) if number % 997 == 0]
    assert len(cases) > 10
    assert {again.replay(stored(entry(small, case))).outcome for case in cases} == {"equal"}


def test_what_was_sent_of_a_fhir_record_comes_out_with_its_account(small: Engine) -> None:
    account = InputAccount(form="bundle", resources=3, used=2)
    told = Told(CaseFile(FEVER, account=account), Asked(), Asked().answer(small, FEVER, account), JSON)
    found = replayed(Recorder(small).entry(told, Origin("decisions")), Engine(small.knowledge))
    assert (found.outcome, found.sent) == ("equal", True)


def test_of_another_form_the_answer_is_compared_and_not_the_bytes(small: Engine) -> None:
    told = Told(CaseFile(FEVER), Asked(), b"<p>An article</p>", "text/html")
    found = replayed(Recorder(small).entry(told, Origin("decisions")), small)
    assert (found.outcome, found.sent) == ("equal", None)


def test_other_knowledge_is_explained_by_the_statement_that_makes_the_difference(states: dict[str, State]) -> None:
    old, new = (Engine(states[name].knowledge) for name in ("old", "higher"))
    given = stored(entry(old, FEVER))
    found = Replayer(new, states["higher"], [states["words"], states["old"]]).replay(given, "audit.db")
    assert (found.outcome, found.then) == ("knowledge", True)
    assert found.knowledge == (old.knowledge.digest, new.knowledge.digest)
    assert found.explained is not None
    assert [one.subject for one in found.explained.responsible] == ["rule:fever-from-temperature"]
    assert str(found.explained.place).startswith("audit.db:1")
    verdicts = {rule: (was, now) for rule, was, now in found.explained.outcomes}
    assert verdicts["rule:give-penicillin"][0] != verdicts["rule:give-penicillin"][1]
    assert any(change.member.startswith("/brief") for change in found.changes)


def test_knowledge_that_is_not_that_of_then_is_told(states: dict[str, State]) -> None:
    given = stored(entry(Engine(states["old"].knowledge), FEVER))
    found = Replayer(Engine(states["higher"].knowledge), states["higher"], [states["words"]]).replay(given)
    assert (found.outcome, found.then, found.explained) == ("knowledge", None, None)
    assert found.why == f"It was made with none of the knowledge that was given: {states['words'].knowledge.digest}."


def test_without_the_knowledge_of_then_the_members_are_told(states: dict[str, State]) -> None:
    found = replayed(entry(Engine(states["old"].knowledge), FEVER), Engine(states["higher"].knowledge))
    assert (found.outcome, found.then, found.explained) == ("knowledge", None, None)
    assert (bool(found.changes), found.why) == (True, "")


def test_other_words_change_no_verdict(states: dict[str, State]) -> None:
    given = stored(entry(Engine(states["old"].knowledge), FEVER, Asked(view="full")))
    found = Replayer(Engine(states["words"].knowledge), states["words"], [states["old"]]).replay(given)
    assert (found.outcome, found.then, found.explained) == ("knowledge", True, None)
    assert any("gargle with water" in change.now for change in found.changes)


def test_knowledge_that_says_the_same_of_a_patient(states: dict[str, State]) -> None:
    found = replayed(entry(Engine(states["old"].knowledge), Case()), Engine(states["higher"].knowledge))
    assert (found.outcome, found.changes) == ("version", ())


def test_what_the_knowledge_no_longer_has_is_told(states: dict[str, State], tmp_path: Path) -> None:
    gone = Case(present=("drooling", "rash"), absent=("fever",), measurements={"temperature_c": 44.0})
    old = Engine(states["old"].knowledge)
    decided = entry(old, old.known_part(gone))
    contents = decided.contents._replace(case=msgspec.json.encode(gone).decode())
    given = stored(decided._replace(contents=contents))
    assert Replayer(old).replay(given).outcome == "damaged"
    write_small(tmp_path / "narrow", Edit("ontology/measurements.ttl", "core:maximum 45", "core:maximum 41"))
    with state_of(str(tmp_path / "narrow")) as narrow:
        found = replayed(entry(old, Case(measurements={"temperature_c": 44.0})), Engine(narrow.knowledge))
    assert (found.outcome, found.not_known) == ("knowledge", ("measurements: temperature_c",))


def test_the_same_knowledge_and_another_answer_is_the_program_s(small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    given = entry(small, FEVER)
    monkeypatch.setattr(Engine, "decide_json", lambda *_: given.contents.whole_answer.replace(b"Do: ", b"Please do: "))
    found = replayed(given, Engine(small.knowledge))
    assert found.outcome == "program"
    assert all("Please do" in change.now for change in found.changes)


def test_packages_that_are_no_longer_there(small: Engine) -> None:
    given = entry(small, FEVER)
    decided = msgspec.structs.replace(given.decided, offered=("tonsils",))
    found = replayed(Entry(decided, given.contents), small)
    assert (found.outcome, "tonsils" in found.why) == ("refused", True)


def test_without_cases_nothing_is_replayed(small: Engine) -> None:
    found = replayed(entry(small, FEVER, keep=False), small)
    assert (found.outcome, found.why) == ("not-kept", "Only digests were recorded.")


def test_a_damaged_record_is_not_decided(small: Engine) -> None:
    given = stored(entry(small, FEVER))
    found = Replayer(small).replay(given._replace(contents=given.contents._replace(case="{}")))
    assert (found.outcome, found.why) == ("damaged", "its case was changed.")


def test_packages_that_were_offered_are_offered_again(engine: Engine) -> None:
    package = sorted({*engine.knowledge.package_of.values()})[0]
    offering = engine.of_packages((package,))
    recorder = Recorder(offering, (package,))
    case = Case(present=("back_pain",))
    answer = Asked().answer(offering, case)
    found = replayed(recorder.entry(Told(CaseFile(case), Asked(), answer, JSON, answer), Origin("decisions")), engine)
    assert found.outcome == "equal"
