"""An answer with the account of the record that its case was read from."""

from __future__ import annotations

from typing import TypeVar

from msgspec import structs
from spinegraph.engine.messages import messages_of
from spinegraph.engine.model import BriefAnswer, InputAccount, Notice
from spinegraph.engine.model.decision import WholeAnswer

A = TypeVar("A", bound=BriefAnswer)
MOST_IN_BRIEF = 4
"""So many notes for clinicians stand in the account of a brief."""
MOST_NAMED = 5
"""So many of them stand in the notice of a longer answer."""


def with_account(answer: A, account: InputAccount | None) -> A:
    """The answer, with the account of its record in `input` and, for clinicians, with a notice of what they have to know.

    A brief has the account in short; an answer of which no record was read stays as it is.
    """
    if account is None:
        return answer
    if not isinstance(answer, WholeAnswer):
        return structs.replace(answer, input=in_short(account, MOST_IN_BRIEF))
    if not account.attention or answer.case.audience == "patient":
        return structs.replace(answer, input=account)
    say = messages_of(answer.case.language)
    named = in_short(account, MOST_NAMED).attention
    texts = [f"{note.resource}: {note.text}" if note.resource else note.text for note in named]
    further = len(account.attention) - len(named)
    more = [say("and {count} more", count=f"{further:,}")] if further else []
    message = say("Of the record that was sent: {texts}", texts=" ".join([*texts, *more]))
    notice = Notice(code="record-in-part", message=message, about=tuple(note.resource for note in named if note.resource))
    return structs.replace(answer, input=account, notices=(notice, *answer.notices))


def in_short(account: InputAccount, most: int) -> InputAccount:
    """The account without its resources, and with so many notes for clinicians at most, one of each kind."""
    firsts = {note.kind: note for note in reversed(account.attention)}
    chosen = [note for note in account.attention if firsts[note.kind] is note]
    return structs.replace(account, entries=(), attention=tuple(chosen[:most]))
