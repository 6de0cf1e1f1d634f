"""How the questions of our forms are named (`linkId`): an item of a screen by its code, as a case has it, the rest by these.

A code of a finding, a measurement or a coded property; `performed:` or `taking:` and the code of an intervention; `at:` and any
of these for its date; `as_of` and `birth_date` as in a case.
"""

from __future__ import annotations

from collections.abc import Iterable

from spinegraph.engine.knowledge.turtle.terms import BASE

FORMS = f"{BASE}fhir/Questionnaire/"
"""Canonical URLs of our forms begin with this."""
SCREEN = "screen:"
"""Begins the name of a group: what one screen asks together."""
NONE = "none:"
"""Begins the name of "none of these": the id of a screen, then, if fewer than all its findings are asked, a slash and these."""
BIRTH_DATE = "birth_date"
OTHER = "case:other"
"""The group of what no screen asks."""
RECORDED = "case:entry"
"""A group that may be repeated: one entry of a case, such as one with a date, or one that no screen asks."""
WHAT, HOW, VALUE, CHOICE, WHEN = "entry:what", "entry:how", "entry:value", "entry:choice", "entry:at"
"""Of such an entry: what it is of; whether that is there, or done; its number, or its coded value; its date."""
YES, NO, UNKNOWN = "present", "absent", "unknown"
"""What answers to a question of yes or no say, as the reader of answers has them."""
SIDES = ("present", "absent", "performed", "not_performed", "taking", "not_taking")
"""What HOW can be: the member of the case in which an entry stands."""
CASE_MEMBERS = f"{BASE}fhir/CodeSystem/case-member"
"""The code system of these."""


def none_of(screen: str, asked: Iterable[str], whole: Iterable[str]) -> str:
    """The name of "none of these" in a screen of which some findings are asked, and of all that it has.

    >>> none_of("red-flags", ("fever", "chills"), ("fever", "chills")), none_of("red-flags", ("fever",), ("fever", "chills"))
    ('none:red-flags', 'none:red-flags/fever')
    """
    asked, whole = tuple(asked), tuple(whole)
    return f"{NONE}{screen}" if asked == whole else f"{NONE}{screen}/{','.join(asked)}"
