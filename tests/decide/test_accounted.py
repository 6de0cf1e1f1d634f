"""An answer with the account of the record that its case was read from."""

from __future__ import annotations

import pytest
from msgspec import UNSET
from spinegraph.engine import Case, Engine
from spinegraph.engine.decide.accounted import MOST_IN_BRIEF, MOST_NAMED, in_short, with_account
from spinegraph.engine.model import InputAccount, ResourceAccount
from spinegraph.engine.model.account import AttentionNote

NOTES = tuple(
    AttentionNote(kind=f"k{number // 2}", text=f"Note {number}.", resource=f"Condition/{number}") for number in range(20)
)
ENTRIES = (ResourceAccount(resource="Condition/0", where="/"),)
ACCOUNT = InputAccount(form="FHIR R4", resources=20, used=0, attention=NOTES, entries=ENTRIES)
NOTHING = InputAccount(form="FHIR R4", resources=0, used=0)


def test_an_account_in_short_has_one_note_of_each_kind() -> None:
    short = in_short(ACCOUNT, MOST_IN_BRIEF)
    assert [note.text for note in short.attention] == ["Note 0.", "Note 2.", "Note 4.", "Note 6."]
    assert (short.entries, short.resources) == ((), 20)


def test_a_brief_has_the_account_in_short_and_longer_answers_a_notice(small: Engine) -> None:
    brief = with_account(small.brief(Case()), ACCOUNT)
    assert brief.input == in_short(ACCOUNT, MOST_IN_BRIEF)
    answer = with_account(small.answer(Case()), ACCOUNT)
    assert answer.input == ACCOUNT
    (notice, *others) = answer.notices
    assert notice.code == "record-in-part"
    assert notice.message.startswith("Of the record that was sent: Condition/0: Note 0. Condition/2: Note 2.")
    assert notice.message.endswith(f"and {len(NOTES) - MOST_NAMED} more")
    assert tuple(others) == small.answer(Case()).notices


@pytest.mark.parametrize(("case", "account"), [(Case(audience="patient"), ACCOUNT), (Case(), NOTHING)])
def test_nobody_is_told_of_what_is_not_for_them(small: Engine, case: Case, account: InputAccount) -> None:
    answer = with_account(small.answer(case), account)
    assert answer.input == account
    assert answer.notices == small.answer(case).notices


def test_without_a_record_an_answer_stays_as_it_is(small: Engine) -> None:
    answer = small.answer(Case())
    assert with_account(answer, None) is answer
    assert answer.input is UNSET
